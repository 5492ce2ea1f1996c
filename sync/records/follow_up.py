"""What is to be done next, and by when. Whether it is due is a matter of the date, not a state."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from sync.records.schema import (
    ASK,
    AUTHOR,
    CARE,
    COORDINATION,
    EVERYONE,
    LATEST,
    NO_THEN_YES,
    Choice,
    Date,
    Field,
    Id,
    Label,
    Line,
    Minutes,
    Part,
    Record,
    careful,
    record,
    state,
)


class FollowUpKind(Choice):
    visit = "visit", "訪問", "Visit"
    call = "call", "電話", "Telephone"
    letter = "letter", "手紙", "Letter"
    agency = "agency", "機関へ連絡", "Contact an agency"
    meeting = "meeting", "会議に出す", "Bring to a meeting"
    papers = "papers", "書類", "Papers"
    welfare_check = "welfare_check", "安否確認", "See that all is well"
    wait_ends = "wait_ends", "様子見の期限", "End of waiting"


class Due(Part):
    """A day, or a window (“some time next week”), or a time of a day."""

    on: Annotated[Date, Label("いつ（から）", "On, or from")]
    until: Annotated[Date, Label("いつまで", "Until")] | UnsetType = UNSET
    at: Annotated[Minutes, Label("時刻（0時からの分）", "At, in minutes after midnight")] | UnsetType = UNSET


class Queue(Choice):
    coordinator = "coordinator", "コーディネーター", "Coordinator"
    counsellor = "counsellor", "相談員", "Counsellor"
    reviewer = "reviewer", "確認者", "Reviewer"


class Priority(Choice):
    normal = "normal", "ふつう", "Normal"
    this_week = "this_week", "今週中", "This week"
    today = "today", "きょう", "Today"


Offset = Annotated[int, Meta(ge=0, le=43200)]


class ReminderPlan(Part):
    offsets: Annotated[list[Offset], Meta(max_length=5), Label("何分前に", "How many minutes before")]
    quiet_from: Annotated[Minutes, Label("お休み時間（から）", "Quiet from")]
    quiet_until: Annotated[Minutes, Label("お休み時間（まで）", "Quiet until")]


class FollowUpState(Choice):
    open = "open", "未了", "Open"
    snoozed = "snoozed", "あとで", "Snoozed"
    handed_over = "handed_over", "引継ぎ済", "Handed over"
    replaced = "replaced", "差替え", "Replaced"
    not_needed = "not_needed", "不要（理由）", "Not needed (reason)"
    done = "done", "済み", "Done"


FOLLOW_UP_STATE = state(
    [
        (None, "open", EVERYONE),
        ("open", "snoozed", EVERYONE),
        ("snoozed", "open", EVERYONE),
        ("open", "handed_over", EVERYONE),
        ("snoozed", "handed_over", EVERYONE),
        ("open", "replaced", COORDINATION),
        ("snoozed", "replaced", COORDINATION),
        ("open", "not_needed", EVERYONE),
        ("snoozed", "not_needed", EVERYONE),
        ("open", "done", EVERYONE),
        ("snoozed", "done", EVERYONE),
        ("handed_over", "open", EVERYONE),
        ("handed_over", "done", EVERYONE),
        ("handed_over", "not_needed", COORDINATION),
        ("replaced", "open", COORDINATION),
        ("replaced", "done", COORDINATION),
        ("not_needed", "open", COORDINATION),
        ("not_needed", "done", EVERYONE),
        ("done", "open", COORDINATION),
    ],
    stop_order=FollowUpState,
)


@record("フォローアップ", "Follow-up", home="dispatch", write=EVERYONE)
class FollowUp(Record):
    """A date promised to the person is sacred: it may not silently move."""

    kind: Annotated[FollowUpKind, Field("すること", "What", AUTHOR, required=True)]
    text: Annotated[Line, Field("説明", "In words", AUTHOR)]
    note: Annotated[Id, Field("もとの記録", "From note", AUTHOR)]
    due: Annotated[Due, Field("いつ", "Due", ASK, required=True)]
    assignee: Annotated[Id, Field("担当", "Assignee", ASK, write=COORDINATION)]
    assignee_queue: Annotated[Queue, Field("担当の役割", "Assigned to a role", ASK, write=COORDINATION)]
    priority: Annotated[Priority, Field("急ぎ", "Priority", careful(Priority, decide=CARE), required=True)]
    promised: Annotated[
        bool,
        Field(
            "お約束した日",
            "Promised to the person",
            careful(NO_THEN_YES, decide=COORDINATION),
            required=True,
            help=Label("だまって動かさない。変えるときはお伝えする", "Never moves without a word to them"),
        ),
    ]
    reminder_plan: Annotated[ReminderPlan, Field("お知らせ", "Reminders", LATEST)]
    state: Annotated[FollowUpState, Field("状態", "State", FOLLOW_UP_STATE, required=True)]
    reason: Annotated[Line, Field("理由", "Reason", ASK, help=Label("不要のとき", "When not needed"))]
    replaced_by: Annotated[Id, Field("差替え先", "Replaced by", ASK, write=COORDINATION)]
