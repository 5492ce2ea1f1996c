"""What must be the same for everybody who is sent to a door: how to come, who agreed to what, what to beware of.

The `door` part is read and written by all who are sent there. Anyone may make it more careful; only the desk, or the
duty named, may make it less so. The reasons stay in the case circle.
"""

from typing import Annotated

from msgspec import Meta

from sync.records.schema import (
    ASK,
    AUTHOR,
    CARE,
    DESK,
    EVERYONE,
    NO_THEN_YES,
    ONCE,
    REVIEWERS,
    SET,
    YES_THEN_NO,
    Choice,
    Date,
    Field,
    Id,
    Label,
    Line,
    Minutes,
    Name,
    Paragraph,
    Part,
    Record,
    careful,
    record,
)


class KnowsOfSupport(Choice):
    knows = "knows", "知っている", "Knows"
    partly = "partly", "なんとなく", "Has some idea"
    unknown = "unknown", "不明", "Unknown"
    does_not_know = "does_not_know", "知らない", "Does not know"


class Channel(Choice):
    home_phone = "home_phone", "自宅電話", "Home telephone"
    mobile = "mobile", "携帯", "Mobile telephone"
    sms = "sms", "SMS", "Text message"
    email = "email", "メール", "E-mail"
    line = "line", "SNS", "Messaging app"
    letter_plain = "letter_plain", "無地封筒", "Letter in a plain envelope"
    postcard = "postcard", "はがき", "Postcard"
    visit = "visit", "訪問", "Visit"
    via_family = "via_family", "家族経由", "Through the family"


class Weekday(Choice):
    monday = "monday", "月", "Monday"
    tuesday = "tuesday", "火", "Tuesday"
    wednesday = "wednesday", "水", "Wednesday"
    thursday = "thursday", "木", "Thursday"
    friday = "friday", "金", "Friday"
    saturday = "saturday", "土", "Saturday"
    sunday = "sunday", "日", "Sunday"


class WeeklyTime(Part):
    days: Annotated[list[Weekday], Meta(max_length=7), Label("曜日", "Days")]
    start: Annotated[Minutes, Label("から（0時からの分）", "From, in minutes after midnight")]
    end: Annotated[Minutes, Label("まで（0時からの分）", "To, in minutes after midnight")]


OK_OR_NOT = careful(YES_THEN_NO, decide=CARE)


@record("連絡・訪問の約束ごと", "Contact preference", home="door", write=EVERYONE)
class ContactPreference(Record):
    """What must not happen. Small, always on the phone, shown before every call and visit."""

    person: Annotated[Id, Field("どなたの", "Whose", AUTHOR, required=True)]
    knows_of_support: Annotated[
        KnowsOfSupport,
        Field("本人は支援を", "The person of the support", careful(KnowsOfSupport, decide=CARE), required=True),
    ]
    introduce_as: Annotated[
        Line,
        Field(
            "名乗り方",
            "How to introduce oneself",
            ASK,
            write=CARE,
            help=Label("ご家族と決めた、本当のことだけ", "Only what is true and agreed with the family"),
        ),
    ]
    ok_channels: Annotated[
        set[Channel],
        Field(
            "連絡してよい方法",
            "Ways of contact allowed",
            OK_OR_NOT,
            required=True,
        ),
    ]
    no_contact: Annotated[
        bool, Field("連絡しない", "No contact at all", careful(NO_THEN_YES, decide=CARE), required=True)
    ]
    ok_times: Annotated[set[WeeklyTime], Field("連絡してよい時間", "Times allowed", OK_OR_NOT)]
    voicemail_ok: Annotated[bool, Field("留守電", "Voicemail allowed", OK_OR_NOT, required=True)]
    leave_card_ok: Annotated[bool, Field("不在票", "Leaving a card allowed", OK_OR_NOT, required=True)]
    logo_car_ok: Annotated[bool, Field("ロゴ入り公用車", "Car with a logo allowed", OK_OR_NOT, required=True)]
    uniform_ok: Annotated[bool, Field("名札", "Name badge allowed", OK_OR_NOT, required=True)]
    never_topics: Annotated[set[Name], Field("ふれない話題", "Topics to avoid", careful(NO_THEN_YES, decide=CARE))]
    good_topics: Annotated[set[Name], Field("話しやすい話題", "Good topics", SET)]
    supporter_wish: Annotated[
        Line,
        Field(
            "来てほしい人",
            "Who should come",
            ASK,
            help=Label("性別・年齢・趣味・人数など", "Sex, age, hobby, number"),
        ),
    ]


class ConsentMatter(Choice):
    support = "support", "支援を受けること", "Receiving support"
    visit = "visit", "訪問", "Visits"
    supporter_dispatch = "supporter_dispatch", "サポーター派遣", "Dispatch of a supporter"
    record_on_device = "record_on_device", "端末での記録", "Records on a device"
    share_agency = "share_agency", "機関との共有", "Sharing with agencies"
    share_supporter = "share_supporter", "サポーターへの共有", "Sharing with supporters"
    conference_named = "conference_named", "検討会（実名）", "Case conference, named"
    conference_deid = "conference_deid", "検討会（匿名）", "Case conference, without names"
    contact_family = "contact_family", "家族への連絡", "Contact with the family"
    photo = "photo", "写真", "Photographs"
    case_study_publication = "case_study_publication", "事例としての紹介", "Publication as a case study"
    stats_linkage = "stats_linkage", "統計での結び付け", "Linkage for statistics"


class ConsentState(Choice):
    """From least to most careful: what was given most firmly first, a refusal last."""

    written = "written", "書面", "In writing"
    verbal = "verbal", "口頭", "By word of mouth"
    by_behaviour = "by_behaviour", "行動から", "By behaviour"
    not_refused = "not_refused", "明確な拒否なし", "Not clearly refused"
    not_asked = "not_asked", "未確認", "Not asked"
    expired = "expired", "期限切れ", "Expired"
    withdrawn = "withdrawn", "撤回", "Withdrawn"
    refused = "refused", "拒否", "Refused"


class ConsentScope(Choice):
    contact_only = "contact_only", "連絡先のみ", "Contact details only"
    summary = "summary", "経過の要約", "Summary of the course"
    health = "health", "健康情報", "Health"
    money = "money", "経済情報", "Money"
    everything = "everything", "全て", "Everything"


class GivenBy(Choice):
    person = "person", "本人", "The person"
    parental_authority = "parental_authority", "親権者", "Holder of parental authority"
    guardian = "guardian", "後見人", "Guardian"
    family = "family", "家族（本人の代わりにはならない）", "Family (not in the person's place)"


NARROWER = careful(YES_THEN_NO, decide=DESK)
EARLIER = careful("min", decide=DESK)


@record("同意", "Consent", home="case", write=CARE)
class Consent(Record):
    """One person, one matter. A refusal takes effect at once, whoever records it."""

    subject: Annotated[Id, Field("どなたの", "Whose", AUTHOR, home="door", write=EVERYONE, required=True)]
    matter: Annotated[ConsentMatter, Field("何について", "Matter", AUTHOR, home="door", write=EVERYONE, required=True)]
    state: Annotated[
        ConsentState,
        Field("状態", "State", careful(ConsentState, decide=DESK), home="door", write=EVERYONE, required=True),
    ]
    with_whom: Annotated[
        set[Line],
        Field("だれに", "With whom", NARROWER, help=Label("共有の同意のとき", "When the matter is sharing")),
    ]
    about_what: Annotated[
        set[ConsentScope],
        Field("どこまで", "About what", NARROWER, help=Label("共有の同意のとき", "When the matter is sharing")),
    ]
    how_expressed: Annotated[Line, Field("どのように", "How expressed", ONCE, required=True)]
    words: Annotated[
        Paragraph,
        Field(
            "言葉（そのまま）",
            "Words as said",
            ONCE,
            required=True,
            help=Label("「」のまま", "In quotation marks"),
        ),
    ]
    heard_by: Annotated[Id, Field("聞いた人", "Heard by", ONCE, required=True)]
    witnessed_by: Annotated[Id, Field("立ち会った人", "Witnessed by", ONCE)]
    given_by: Annotated[GivenBy, Field("だれから", "Given by", ONCE, required=True)]
    valid_from: Annotated[Date, Field("いつから", "Valid from", careful("max", decide=DESK), required=True)]
    valid_until: Annotated[Date, Field("いつまで", "Valid until", EARLIER, required=True)]
    review_on: Annotated[Date, Field("見直し", "To be reviewed on", EARLIER, required=True)]
    scan: Annotated[Id, Field("書面の写し", "Scan", ONCE, help=Label("書面のとき", "When in writing"))]


class RiskKind(Choice):
    self_harm = "self_harm", "自傷・自殺", "Self-harm, suicide"
    harm_to_others = "harm_to_others", "他害", "Harm to others"
    abuse = "abuse", "虐待（児童・高齢者・障害者）", "Abuse (child, older or disabled person)"
    dv = "dv", "DV", "Domestic violence"
    poverty = "poverty", "困窮", "Poverty"
    health = "health", "健康急変", "Sudden change of health"
    fire_housing = "fire_housing", "火災・住環境", "Fire, living conditions"
    supporter_safety = (
        "supporter_safety",
        "支援者の安全（犬・暴言・つきまとい・性的言動・武器）",
        "Safety of the visitor (dog, verbal abuse, stalking, sexual behaviour, weapon)",
    )
    solitary_death = "solitary_death", "孤立死の恐れ", "Danger of dying alone"
    after_parents = "after_parents", "親亡き後", "After the parents' death"


class RiskLevel(Choice):
    cleared = "cleared", "解除", "Cleared"
    notice = "notice", "注意", "Notice"
    caution = "caution", "要警戒", "Caution"
    urgent = "urgent", "緊急", "Urgent"


class VisitRule(Choice):
    normal = "normal", "ふだんどおり", "Normal"
    two_persons = "two_persons", "2人以上", "Two or more persons"
    with_professional = "with_professional", "専門職同行", "With a professional"
    no_home = "no_home", "自宅訪問不可", "Not to the home"
    suspend = "suspend", "一時停止", "Suspended"


@record("リスク・注意情報", "Risk flag", home="case", write=CARE)
class RiskFlag(Record):
    """At the door: how serious, and the rule for visits. Never there: what it is, and whom it is about."""

    about: Annotated[Id, Field("だれ・何について", "About", ASK, required=True)]
    kind: Annotated[set[RiskKind], Field("種類", "Kind", SET, required=True)]
    level: Annotated[
        RiskLevel,
        Field("程度", "Level", careful(RiskLevel, decide=REVIEWERS), home="door", write=EVERYONE, required=True),
    ]
    visit_rule: Annotated[
        VisitRule,
        Field("訪問のきまり", "Rule for visits", careful(VisitRule, decide=REVIEWERS), home="door", write=EVERYONE),
    ]
    basis: Annotated[set[Id], Field("根拠の記録", "Notes it rests on", SET, required=True)]
    valid_until: Annotated[Date, Field("いつまで", "Valid until", ASK, write=REVIEWERS)]
    cleared_by: Annotated[Id, Field("解除した人", "Cleared by", ASK, write=REVIEWERS)]
    clear_reason: Annotated[Line, Field("解除の理由", "Reason for clearing", ASK, write=REVIEWERS)]
