"""Sending a supporter: asked for and decided in the case circle, carried out in the dispatch circle.

A dispatch circle starts when both sides have agreed, and nobody joins it later. So what comes before (`decision`) and
what comes after (`state`) are two state machines, the second beginning where the first ends.
"""

from typing import Annotated

from msgspec import Meta

from sync.records.schema import (
    ASK,
    CARE,
    COORDINATION,
    EVERYONE,
    ONCE,
    SET,
    TEXT,
    Choice,
    Date,
    Field,
    Id,
    Paragraph,
    Record,
    careful,
    record,
    state,
)


class RequestedBy(Choice):
    person = "person", "本人", "The person"
    family = "family", "家族", "Family"
    centre = "centre", "センター判断", "The centre"
    agency = "agency", "他機関", "Another agency"


class PersonWish(Choice):
    """From least to most careful: a dispatch rests on the person's own wish."""

    expressed = "expressed", "本人が希望", "Wished for by the person"
    agreed = "agreed", "本人が同意", "Agreed to by the person"
    unknown = "unknown", "不明", "Unknown"
    family_only = "family_only", "家族のみの希望", "Only the family's wish"


class DispatchKind(Choice):
    home = "home", "訪問", "Home visit"
    accompany = "accompany", "外出同行", "Going out together"
    ibasho_escort = "ibasho_escort", "居場所への付き添い", "Going to an ibasho together"
    ibasho_support = "ibasho_support", "居場所での活動", "Activity at an ibasho"
    meeting_place = "meeting_place", "指定場所での面会", "Meeting at an agreed place"
    letter = "letter", "手紙・はがき", "Letters and postcards"
    online = "online", "オンライン", "Online"
    family = "family", "家族への支援", "Support of the family"
    lecture = "lecture", "講師", "Lecturing"


class Finding(Choice):
    no = "no", "なし", "No"
    unknown = "unknown", "未確認", "Not checked"
    yes = "yes", "あり", "Yes"


class Paper(Choice):
    application = "application", "利用申請書", "Application"
    approval = "approval", "承認通知書", "Notice of approval"
    activity_request = "activity_request", "活動依頼書", "Request to the supporter"
    supporter_card = "supporter_card", "サポーター証", "Supporter's card"


class DispatchDecision(Choice):
    requested = "requested", "受付", "Requested"
    checking = "checking", "確認中", "Checking"
    approved = "approved", "承認", "Approved"
    declined = "declined", "見送り", "Declined"
    matching = "matching", "調整中", "Matching"
    both_agreed = "both_agreed", "両者同意", "Both agreed"
    ended = "ended", "終了", "Ended"


DECISION = state(
    [
        (None, "requested", CARE),
        ("requested", "checking", COORDINATION),
        ("checking", "approved", COORDINATION),
        ("checking", "declined", COORDINATION),
        ("declined", "checking", COORDINATION),
        ("approved", "matching", COORDINATION),
        ("matching", "both_agreed", COORDINATION),
        ("both_agreed", "matching", COORDINATION),
        ("requested", "ended", COORDINATION),
        ("checking", "ended", COORDINATION),
        ("approved", "ended", COORDINATION),
        ("declined", "ended", COORDINATION),
        ("matching", "ended", COORDINATION),
        ("both_agreed", "ended", COORDINATION),
    ],
    stop_order=("both_agreed", "matching", "approved", "checking", "requested", "declined", "ended"),
)


class DispatchState(Choice):
    both_agreed = "both_agreed", "両者同意", "Both agreed"
    first_visit = "first_visit", "初回", "First visit"
    running = "running", "派遣中", "Running"
    paused = "paused", "一時停止", "Paused"
    ended = "ended", "終了", "Ended"


RUNNING = state(
    [
        (None, "both_agreed", COORDINATION),
        ("both_agreed", "first_visit", EVERYONE),
        ("first_visit", "running", EVERYONE),
        ("both_agreed", "paused", EVERYONE),
        ("first_visit", "paused", EVERYONE),
        ("running", "paused", EVERYONE),
        ("paused", "first_visit", COORDINATION),
        ("paused", "running", COORDINATION),
        ("both_agreed", "ended", COORDINATION),
        ("first_visit", "ended", COORDINATION),
        ("running", "ended", COORDINATION),
        ("paused", "ended", COORDINATION),
    ],
    stop_order=("running", "first_visit", "both_agreed", "paused", "ended"),
)


class WishAtDoor(Choice):
    """From least to most careful. That only the family wished for it is often found out at the door."""

    confirmed = "confirmed", "本人の希望を確かめた", "The person's wish confirmed"
    not_yet = "not_yet", "まだ確かめていない", "Not yet confirmed"
    family_only = "family_only", "家族のみの希望だった", "It was only the family's wish"


class Alternative(Choice):
    family_support = "family_support", "家族支援", "Support of the family"
    professional_visit = "professional_visit", "専門職訪問", "Visit by a professional"
    letter = "letter", "手紙", "Letters"


class Acquaintance(Choice):
    neighbour = "neighbour", "近所", "Neighbours"
    classmate = "classmate", "同級生", "Classmates"
    relative = "relative", "親族", "Relatives"
    former_clients = "former_clients", "元利用者同士", "Both former clients"
    none = "none", "なし", "None"


class Agreement(Choice):
    agreed = "agreed", "同意", "Agreed"
    not_asked = "not_asked", "未確認", "Not asked"
    declined = "declined", "見合わせ", "Declined"


class EndReason(Choice):
    goal = "goal", "目標達成", "Goal reached"
    used_up = "used_up", "期間・回数の満了", "Period or number used up"
    person_wish = "person_wish", "本人の希望", "The person's wish"
    other_supporter = "other_supporter", "サポーターの交代", "Change of supporter"
    contract_end = "contract_end", "委託の終了", "End of the contract"
    supporter_left = "supporter_left", "サポーターの辞退", "The supporter withdrew"


EXCLUSION = careful(Finding, decide=COORDINATION)


@record("派遣", "Dispatch", home="case", write=CARE)
class Dispatch(Record):
    """Request, decision and matching are the desk's; supporters see what they are to do, and for how long."""

    requested_by: Annotated[RequestedBy, Field("だれの依頼", "Requested by", ONCE, required=True)]
    person_wish: Annotated[
        PersonWish, Field("本人の希望", "The person's wish", careful(PersonWish, decide=CARE), required=True)
    ]
    exclusion_acute: Annotated[Finding, Field("急性の精神症状", "Acute mental symptoms", EXCLUSION, required=True)]
    exclusion_aggression: Annotated[
        Finding, Field("自他への攻撃", "Aggression towards self or others", EXCLUSION, required=True)
    ]
    exclusion_emergency: Annotated[Finding, Field("緊急対応", "Emergency", EXCLUSION, required=True)]
    decision: Annotated[DispatchDecision, Field("決定", "Decision", DECISION, required=True)]
    decision_reason: Annotated[Paragraph, Field("決定の理由", "Reason for the decision", ASK, write=COORDINATION)]
    alternatives: Annotated[set[Alternative], Field("代わりの案", "Offered instead", SET)]
    documents: Annotated[set[Paper], Field("書類", "Papers", SET)]
    acquaintance: Annotated[
        list[Acquaintance],
        Meta(max_length=5),
        Field("つながりの確認", "Known to each other", ASK, write=COORDINATION, required=True),
    ]
    person_agreement: Annotated[
        Agreement,
        Field(
            "この人が来ることへの本人の同意",
            "The person's agreement to this supporter",
            careful(Agreement, decide=CARE),
        ),
    ]
    handover_promised: Annotated[Paragraph, Field("引継ぎ：約束していること", "Hand-over: what was promised", TEXT)]
    handover_unsaid: Annotated[Paragraph, Field("引継ぎ：ふれないこと", "Hand-over: what must not be said", TEXT)]
    handover_standing: Annotated[Paragraph, Field("引継ぎ：いまの様子", "Hand-over: where things stand", TEXT)]
    end_reason: Annotated[EndReason, Field("終了の理由", "Reason for ending", ASK, write=COORDINATION)]

    state: Annotated[DispatchState, Field("状態", "State", RUNNING, home="dispatch", write=EVERYONE, required=True)]
    kind: Annotated[set[DispatchKind], Field("内容", "Kind", SET, home="dispatch", write=COORDINATION, required=True)]
    purpose: Annotated[Paragraph, Field("目的", "Purpose", ASK, home="dispatch", write=COORDINATION, required=True)]
    plan: Annotated[Paragraph, Field("計画", "Plan", ASK, home="dispatch", write=COORDINATION, required=True)]
    period_from: Annotated[
        Date,
        Field(
            "期間（から）",
            "From",
            ASK,
            home="dispatch",
            write=COORDINATION,
            required=True,
        ),
    ]
    period_until: Annotated[
        Date, Field("期間（まで）", "Until", ASK, home="dispatch", write=COORDINATION, required=True)
    ]
    max_visits: Annotated[
        Annotated[int, Meta(ge=0, le=999)],
        Field("回数の上限", "Most visits", ASK, home="dispatch", write=COORDINATION),
    ]
    supporters: Annotated[
        list[Id],
        Meta(max_length=4),
        Field("サポーター", "Supporters", ASK, home="dispatch", write=COORDINATION, required=True),
    ]
    accompanying: Annotated[
        Id, Field("同行する専門職", "Accompanying professional", ASK, home="dispatch", write=COORDINATION)
    ]
    supporters_agreed: Annotated[
        set[Id], Field("同意したサポーター", "Supporters who agreed", SET, home="dispatch", write=EVERYONE)
    ]
    wish_at_door: Annotated[
        WishAtDoor,
        Field(
            "本人の希望を確かめましたか",
            "The wish, confirmed at the door",
            careful(WishAtDoor, decide=CARE),
            home="dispatch",
            write=EVERYONE,
        ),
    ]
