"""The reviewer's look at a note, in the author's own circle. A reviewer asks, and never edits.

A review names exactly the changes it looked at: what comes later shows as changed since review.
"""

from typing import Annotated

from msgspec import Meta

from sync.records.note import ShareClass
from sync.records.schema import (
    ASK,
    AUTHOR,
    EVERYONE,
    NO_THEN_YES,
    ONCE,
    REVIEWERS,
    SET,
    Change,
    Choice,
    Field,
    Id,
    Label,
    Line,
    Paragraph,
    Part,
    Record,
    careful,
    record,
    state,
)


class ReviewState(Choice):
    """From least to most demanding: of two reviewers' states the more demanding counts."""

    accepted = "accepted", "確認済", "Accepted"
    accepted_with_addendum = "accepted_with_addendum", "確認済（追記あり）", "Accepted with addendum"
    reading = "reading", "確認中", "Reading"
    waiting = "waiting", "確認待ち", "Waiting"
    question = "question", "質問中", "Question"
    escalated = "escalated", "上申", "Escalated"


REVIEW_STATE = state(
    [
        (None, "waiting", EVERYONE),
        (None, "reading", REVIEWERS),
        (None, "question", REVIEWERS),
        (None, "accepted", REVIEWERS),
        (None, "escalated", REVIEWERS),
        ("waiting", "reading", REVIEWERS),
        ("waiting", "question", REVIEWERS),
        ("waiting", "accepted", REVIEWERS),
        ("waiting", "accepted_with_addendum", REVIEWERS),
        ("waiting", "escalated", REVIEWERS),
        ("reading", "waiting", REVIEWERS),
        ("reading", "question", REVIEWERS),
        ("reading", "accepted", REVIEWERS),
        ("reading", "accepted_with_addendum", REVIEWERS),
        ("reading", "escalated", REVIEWERS),
        ("question", "waiting", EVERYONE),
        ("question", "reading", REVIEWERS),
        ("question", "accepted", REVIEWERS),
        ("question", "accepted_with_addendum", REVIEWERS),
        ("question", "escalated", REVIEWERS),
        ("escalated", "question", REVIEWERS),
        ("escalated", "accepted", REVIEWERS),
        ("escalated", "accepted_with_addendum", REVIEWERS),
        ("accepted", "waiting", EVERYONE),
        ("accepted", "reading", REVIEWERS),
        ("accepted", "question", REVIEWERS),
        ("accepted", "accepted_with_addendum", REVIEWERS),
        ("accepted", "escalated", REVIEWERS),
        ("accepted_with_addendum", "waiting", EVERYONE),
        ("accepted_with_addendum", "reading", REVIEWERS),
        ("accepted_with_addendum", "question", REVIEWERS),
        ("accepted_with_addendum", "escalated", REVIEWERS),
    ],
    stop_order=ReviewState,
)


class ReviewCheck(Choice):
    facts_apart = "facts_apart", "事実と印象が分かれている", "Facts and impressions are apart"
    others_data = "others_data", "本人以外の個人情報", "Data of others than the person"
    third_party_source = "third_party_source", "第三者情報の出所", "Source of third-party information"
    risk_handled = "risk_handled", "リスク対応済", "Risk attended to"
    next_planned = "next_planned", "次の予定", "What is next"
    consent_state = "consent_state", "同意の状態", "State of consent"


class SegmentList(Choice):
    segments = "segments", "事実", "Facts"
    own_segments = "own_segments", "感じたこと・第三者", "Impressions and third parties"


class Reclassed(Part):
    """A segment and its narrower sharing. Of several for one segment the most careful holds."""

    part: Annotated[SegmentList, Label("どの部分", "Which part")]
    number: Annotated[Annotated[int, Meta(ge=0, le=59)], Label("何番目（0から）", "Which segment, from 0")]
    share_class: Annotated[ShareClass, Label("共有の範囲", "Sharing")]
    reason: Annotated[Line, Label("理由", "Reason")]


@record("確認", "Review", home="own", write=REVIEWERS)
class Review(Record):
    """Two reviewers at once make two reviews; both are kept."""

    note: Annotated[Id, Field("記録", "Note", AUTHOR, required=True)]
    looked_at: Annotated[list[Change], Meta(max_length=256), Field("見た記録", "Changes looked at", ASK)]
    state: Annotated[ReviewState, Field("状態", "State", REVIEW_STATE, write=EVERYONE, required=True)]
    checks: Annotated[set[ReviewCheck], Field("確認したこと", "Checks", SET)]
    question: Annotated[
        Paragraph, Field("教えてください", "Question", AUTHOR, help=Label("やわらかい言葉で", "In friendly words"))
    ]
    answer: Annotated[Paragraph, Field("お返事", "Answer", ONCE, write=EVERYONE)]
    segment_reclass: Annotated[set[Reclassed], Field("共有の範囲の見直し", "Narrower sharing", SET)]
    conference_flag: Annotated[
        bool, Field("検討会に出す", "For the case conference", careful(NO_THEN_YES, decide=REVIEWERS))
    ]
    conference_reason: Annotated[Line, Field("検討会に出す理由", "Why", ASK)]
