"""What one visitor writes of a visit, and addenda to it.

Facts are for all who are dispatched together; impressions, what third parties said and observations of risk are for the
author and the desk. A submitted note never changes. 「ご本人が読むかもしれません」
"""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from sync.records.observation import (
    AbuseObservation,
    DayNightObservation,
    DvObservation,
    HarmObservation,
    HealthObservation,
    LivingObservation,
    ParentFrailtyObservation,
    PovertyObservation,
    SelfHarmObservation,
)
from sync.records.schema import (
    AUTHOR,
    EVERYONE,
    REVIEWERS,
    Choice,
    Date,
    Field,
    Id,
    Label,
    Line,
    Minutes,
    Moment,
    Paragraph,
    Part,
    Record,
    careful,
    record,
)
from sync.records.visit import PersonContact


class Precision(Choice):
    exact = "exact", "正確", "Exact"
    about = "about", "ころ", "About"
    date_only = "date_only", "日付のみ", "Date only"
    unknown = "unknown", "不明", "Unknown"


class Mode(Choice):
    home_visit = "home_visit", "訪問", "Home visit"
    phone = "phone", "電話", "Telephone"
    office = "office", "来所", "At the centre"
    email = "email", "メール", "E-mail"
    message = "message", "SNS・メッセージ", "Message"
    letter = "letter", "手紙・はがき", "Letter or postcard"
    accompany = "accompany", "同行", "Accompaniment"
    online = "online", "オンライン", "Online"
    ibasho = "ibasho", "居場所", "Ibasho"
    meeting = "meeting", "会議", "Meeting"


class FamilyContact(Choice):
    none = "none", "会えず", "Not met"
    intercom = "intercom", "インターホンのみ", "Intercom only"
    doorstep = "doorstep", "玄関先", "At the doorstep"
    indoors = "indoors", "室内で面談", "Talked indoors"
    separate_talk = "separate_talk", "本人と別に面談", "Talked apart from the person"
    not_applicable = "not_applicable", "あてはまらない", "Does not apply"


class DoorResult(Choice):
    opened = "opened", "応対あり", "Somebody answered"
    no_answer = "no_answer", "不在・応答なし", "No answer"
    sounds_inside = "sounds_inside", "在宅の気配あり応答なし", "Signs of somebody, no answer"
    turned_down = "turned_down", "断られた", "Turned down"
    asked_later = "asked_later", "「また今度」", "“Another time”"
    neighbour_only = "neighbour_only", "近隣のみ", "A neighbour only"


class Action(Choice):
    card_left = "card_left", "不在票", "Card left"
    letter_left = "letter_left", "手紙投函", "Letter left"
    leaflet = "leaflet", "資料", "Leaflet"
    item = "item", "物品", "Something brought"
    called_out = "called_out", "声かけのみ", "Called out only"
    listened = "listened", "傾聴", "Listened"
    family_advice = "family_advice", "家族への助言", "Advice to the family"
    info = "info", "情報提供", "Information"
    procedure = "procedure", "手続き", "Formalities"
    escort = "escort", "同行", "Went along"
    activity = "activity", "活動", "Activity"
    practical_help = "practical_help", "生活の手伝い（庭木等）", "Practical help (garden and such)"
    neighbour_talk = "neighbour_talk", "近隣との調整", "Talk with neighbours"


class MetPerson(Part):
    """Somebody who was met; without `person`, somebody unknown."""

    person: Annotated[Id, Label("だれ（空欄は不明の人）", "Who (empty: somebody unknown)")] | UnsetType = UNSET
    minutes: Annotated[Minutes, Label("分", "Minutes")] | UnsetType = UNSET
    alone_with: Annotated[bool, Label("ふたりだけで", "Alone with")] | UnsetType = UNSET


class NextStep(Choice):
    next_visit = "next_visit", "次回訪問", "Next visit"
    call = "call", "電話", "Telephone"
    letter = "letter", "手紙", "Letter"
    consult_centre = "consult_centre", "センターに相談", "Ask the centre"
    wait = "wait", "しばらく待つ", "Wait a while"
    stop = "stop", "訪問を止める", "Stop visiting"
    undecided = "undecided", "未定", "Undecided"


class AgreedNext(Choice):
    yes_date = "yes_date", "日時を一緒に決めた", "Fixed the time together"
    yes = "yes", "よい", "Yes"
    not_refused = "not_refused", "拒否なし", "Not refused"
    no = "no", "断られた", "No"
    not_asked = "not_asked", "聞いていない", "Not asked"


class RiskQuick(Choice):
    none_seen = "none_seen", "気になる様子なし", "Nothing of concern seen"
    concern = "concern", "気になる", "Concern"
    urgent = "urgent", "至急", "Urgent"


class SinceLast(Choice):
    better = "better", "少し良い", "A little better"
    same = "same", "変わらない", "Unchanged"
    worse = "worse", "気になる変化", "A change of concern"
    first = "first", "初回", "First time"


class FactKind(Choice):
    seen_heard = "seen_heard", "見たこと・聞いたこと", "Seen and heard"
    words = "words", "言葉（そのまま）", "Words as said"
    done = "done", "したこと", "Done"
    plan = "plan", "次にすること", "To do next"


class OwnKind(Choice):
    impression = "impression", "感じたこと・見立て", "Impression"
    third_party = "third_party", "第三者からの情報", "From a third party"


class Source(Choice):
    self_observed = "self_observed", "自分で見聞きした", "Own observation"
    person = "person", "本人", "The person"
    family = "family", "家族", "Family"
    neighbour = "neighbour", "近隣", "Neighbour"
    minsei = "minsei", "民生委員", "Commissioned welfare volunteer"
    agency = "agency", "機関", "Agency"
    document = "document", "書類", "Document"


class Certainty(Choice):
    saw = "saw", "見た", "Saw"
    heard_directly = "heard_directly", "直接聞いた", "Heard directly"
    hearsay = "hearsay", "人づて", "Hearsay"
    guess = "guess", "推測", "Guess"


class ShareClass(Choice):
    """From least to most careful."""

    shareable = "shareable", "共有可（同意の範囲で）", "May be shared, within consent"
    reviewer = "reviewer", "確認者まで", "Up to the reviewer"
    restricted = "restricted", "限定", "Restricted"


class Segment(Part):
    """One group of sentences: about whom, from whom, how certain."""

    about: Annotated[list[Id], Meta(max_length=16), Label("だれのこと", "About whom")]
    source: Annotated[Source, Label("だれから", "Source")]
    certainty: Annotated[Certainty, Label("確かさ", "Certainty")]
    share_class: Annotated[ShareClass, Label("共有の範囲", "Sharing")]
    text: Annotated[Paragraph, Label("内容", "Text")]
    source_who: Annotated[Id, Label("出所の人・機関", "Which person or agency")] | UnsetType = UNSET


class FactSegment(Segment, kw_only=True):
    kind: Annotated[FactKind, Label("種類", "Kind")]


class OwnSegment(Segment, kw_only=True):
    kind: Annotated[OwnKind, Label("種類", "Kind")]


FactSegments = Annotated[list[FactSegment], Meta(max_length=60)]
OwnSegments = Annotated[list[OwnSegment], Meta(max_length=60)]


@record("訪問記録", "Visit note", home="dispatch", write=EVERYONE)
class VisitNote(Record):
    """One author; its quick part takes 30 seconds with one thumb. Several notes may stand to one visit."""

    visit: Annotated[Id, Field("訪問", "Visit", AUTHOR, required=True)]
    mode: Annotated[Mode, Field("方法", "Mode", AUTHOR, required=True, quick=True)]
    person_contact_level: Annotated[
        PersonContact, Field("本人との接点", "Contact with the person", AUTHOR, required=True, quick=True)
    ]
    family_contact_level: Annotated[
        FamilyContact, Field("家族との接点", "Contact with the family", AUTHOR, required=True, quick=True)
    ]
    door_result: Annotated[
        DoorResult, Field("玄関で", "At the door", AUTHOR, quick=True, help=Label("訪問のとき", "For a visit"))
    ]
    actions: Annotated[list[Action], Meta(max_length=13), Field("したこと", "Actions", AUTHOR, quick=True)]
    met_persons: Annotated[
        list[MetPerson],
        Meta(max_length=16),
        Field(
            "会った人",
            "Who was met",
            AUTHOR,
            required=True,
            quick=True,
            help=Label("いなければ空のまま", "May be empty"),
        ),
    ]
    start: Annotated[Moment, Field("開始", "Start", AUTHOR, quick=True)]
    end: Annotated[Moment, Field("終了", "End", AUTHOR, quick=True)]
    duration_min: Annotated[
        Minutes,
        Field(
            "時間（分）", "Minutes", AUTHOR, quick=True, help=Label("開始・終了の代わりに", "Instead of start and end")
        ),
    ]
    travel_min: Annotated[Minutes, Field("移動（分）", "Minutes of travel", AUTHOR, quick=True)]
    next_step: Annotated[NextStep, Field("次は", "Next step", AUTHOR, required=True, quick=True)]
    next_on: Annotated[Date, Field("次の日", "Next on", AUTHOR, quick=True)]
    person_agreed_next: Annotated[
        AgreedNext, Field("次についてご本人は", "The person on what is next", AUTHOR, required=True, quick=True)
    ]
    risk_quick: Annotated[
        RiskQuick,
        Field("気になる様子", "Concern", careful(RiskQuick, decide=REVIEWERS), required=True, quick=True),
    ]
    change_since_last: Annotated[SinceLast, Field("前回から", "Since last time", AUTHOR)]
    occurred_at: Annotated[
        Moment, Field("いつのこと", "When it happened", AUTHOR, help=Label("あとから書くとき", "When written later"))
    ]
    occurred_at_precision: Annotated[Precision, Field("日時の確かさ", "How exactly", AUTHOR)]
    title: Annotated[Line, Field("今日のひとこと", "Today in a line", AUTHOR)]
    segments: Annotated[
        FactSegments,
        Field(
            "見たこと・言葉・したこと",
            "Facts",
            AUTHOR,
            help=Label("ご本人が読むかもしれません", "The person may read this"),
        ),
    ]
    own_segments: Annotated[
        OwnSegments,
        Field(
            "感じたこと・第三者からの情報",
            "Impressions and third parties",
            AUTHOR,
            home="own",
            help=Label("確認者だけが読みます", "Read by the reviewer only"),
        ),
    ]
    self_harm: Annotated[SelfHarmObservation, Field("自傷・自殺", "Self-harm, suicide", AUTHOR, home="own")]
    harm_to_others: Annotated[HarmObservation, Field("他害・暴力", "Harm to others, violence", AUTHOR, home="own")]
    abuse: Annotated[AbuseObservation, Field("虐待疑い", "Suspected abuse", AUTHOR, home="own")]
    dv: Annotated[DvObservation, Field("DV", "Domestic violence", AUTHOR, home="own")]
    poverty: Annotated[PovertyObservation, Field("経済困窮", "Poverty", AUTHOR, home="own")]
    health: Annotated[HealthObservation, Field("健康", "Health", AUTHOR, home="own")]
    living: Annotated[
        LivingObservation, Field("住環境・セルフネグレクト", "Living conditions, self-neglect", AUTHOR, home="own")
    ]
    parent_frailty: Annotated[ParentFrailtyObservation, Field("親の衰え", "Frailty of the parents", AUTHOR, home="own")]
    day_night: Annotated[DayNightObservation, Field("生活リズム", "Rhythm of life", AUTHOR, home="own")]


class AddendumKind(Choice):
    addition = "addition", "追記", "Addition"
    correction = "correction", "訂正", "Correction"
    void = "void", "誤記取消", "Written by mistake"
    on_request = "on_request", "開示請求に基づく訂正", "Correction on a disclosure request"


@record("追記・訂正", "Addendum", home="dispatch", write=EVERYONE)
class Addendum(Record):
    """The only way to correct a submitted note."""

    target: Annotated[Id, Field("もとの記録", "Target", AUTHOR, required=True)]
    kind: Annotated[AddendumKind, Field("種類", "Kind", AUTHOR, required=True)]
    text: Annotated[Paragraph, Field("内容", "Text", AUTHOR)]
    own_text: Annotated[
        Paragraph,
        Field(
            "感じたこと・第三者からの情報への追記",
            "To the impressions and third parties",
            AUTHOR,
            home="own",
            help=Label("確認者だけが読みます", "Read by the reviewer only"),
        ),
    ]
