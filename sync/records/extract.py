"""What supporters sent to a household may know of it: each extract a copy that names the change it was copied from.

It has no address and no place for one: that travels in the sealed body of the visit's reminder.
"""

from typing import Annotated

from sync.records.schema import (
    ASK,
    DESK,
    Change,
    Choice,
    Field,
    Id,
    Label,
    Paragraph,
    Record,
    record,
)


class ExtractTopic(Choice):
    alias = "alias", "呼び名", "What to call them"
    household = "household", "世帯のようす", "Who lives there"
    background = "background", "これまでの経過", "What has happened so far"
    health = "health", "安全のための健康情報", "Health, as far as safety needs"
    access = "access", "行き来の安全", "Getting there safely"
    standing = "standing", "いまの様子", "Where things stand"
    promised = "promised", "約束していること", "What was promised"
    other = "other", "その他", "Other"


@record("担当者への要約", "Extract", home="dispatch", write=DESK)
class Extract(Record):
    """Shown as old when its source has moved. Written by the desk only."""

    topic: Annotated[ExtractTopic, Field("こと", "Topic", ASK, required=True)]
    about: Annotated[Id, Field("だれ・何について", "About", ASK, required=True)]
    text: Annotated[
        Paragraph,
        Field(
            "内容",
            "Text",
            ASK,
            required=True,
            help=Label("住所と電話番号は書かない", "No address, no telephone number"),
        ),
    ]
    copied_from: Annotated[Change, Field("写した元の記録", "Copied from", ASK, required=True)]
