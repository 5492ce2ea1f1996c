"""The support of a household: why it began, how it stands, how it ends. All of it lives in the case circle."""

from typing import Annotated

from msgspec import Meta

from sync.records.schema import (
    ASK,
    CARE,
    DESK,
    REVIEWERS,
    SET,
    Choice,
    Date,
    Field,
    Id,
    Label,
    Name,
    Part,
    Record,
    record,
    state,
)


class CaseStatus(Choice):
    received = "received", "受付", "Received"
    screening = "screening", "初動確認", "First checks"
    assessing = "assessing", "見立て中", "Assessing"
    active = "active", "支援中", "Active"
    watch = "watch", "見守り", "Watch"
    paused = "paused", "休止", "Paused"
    closing_proposed = "closing_proposed", "終結検討", "Closing proposed"
    handed_over = "handed_over", "他機関へ", "Handed over"
    closed = "closed", "終結", "Closed"
    reopened = "reopened", "再開", "Reopened"
    retained = "retained", "保存中", "Retained"
    disposed = "disposed", "廃棄済", "Disposed of"


CASE_STATUS = state(
    [
        (None, "received", CARE),
        ("received", "screening", CARE),
        ("screening", "closed", CARE),
        ("screening", "handed_over", CARE),
        ("screening", "assessing", CARE),
        ("assessing", "active", CARE),
        ("assessing", "watch", REVIEWERS),
        ("assessing", "closing_proposed", CARE),
        ("active", "watch", REVIEWERS),
        ("watch", "active", REVIEWERS),
        ("active", "paused", REVIEWERS),
        ("watch", "paused", REVIEWERS),
        ("paused", "active", REVIEWERS),
        ("paused", "watch", REVIEWERS),
        ("active", "closing_proposed", CARE),
        ("watch", "closing_proposed", CARE),
        ("paused", "closing_proposed", CARE),
        ("closing_proposed", "active", REVIEWERS),
        ("closing_proposed", "watch", REVIEWERS),
        ("closing_proposed", "paused", REVIEWERS),
        ("closing_proposed", "closed", REVIEWERS),
        ("handed_over", "reopened", CARE),
        ("closed", "reopened", CARE),
        ("reopened", "assessing", CARE),
        ("reopened", "active", CARE),
        ("reopened", "watch", REVIEWERS),
        ("handed_over", "retained", DESK),
        ("closed", "retained", DESK),
        ("retained", "disposed", ("privacy",)),
    ],
    stop_order=(
        "received",
        "screening",
        "reopened",
        "assessing",
        "active",
        "watch",
        "closing_proposed",
        "paused",
        "handed_over",
        "closed",
        "retained",
        "disposed",
    ),
)


class ClientType(Choice):
    person = "person", "本人", "The person"
    family = "family", "家族", "Family"
    both = "both", "両方", "Both"


class DurationBand(Choice):
    to_6_months = "to_6_months", "〜6か月", "up to 6 months"
    from_6_months = "from_6_months", "6か月〜1年", "6 months to 1 year"
    from_1_year = "from_1_year", "1〜2年", "1–2 years"
    from_2_years = "from_2_years", "2〜3年", "2–3 years"
    from_3_years = "from_3_years", "3〜5年", "3–5 years"
    from_5_years = "from_5_years", "5〜7年", "5–7 years"
    from_7_years = "from_7_years", "7〜10年", "7–10 years"
    from_10_years = "from_10_years", "10〜15年", "10–15 years"
    from_15_years = "from_15_years", "15〜20年", "15–20 years"
    from_20_years = "from_20_years", "20〜25年", "20–25 years"
    from_25_years = "from_25_years", "25年〜", "25 years and more"
    unknown = "unknown", "不明", "Unknown"


class Trigger(Choice):
    school_absence = "school_absence", "不登校", "School absence"
    left_high_school = "left_high_school", "高校中退", "Left high school"
    university = "university", "大学不適応", "Did not settle at university"
    entrance_exam = "entrance_exam", "受験", "Entrance examination"
    job_hunting = "job_hunting", "就職活動", "Job hunting"
    workplace = "workplace", "職場になじめない", "Did not settle at work"
    job_loss = "job_loss", "失業", "Loss of work"
    relations = "relations", "人間関係", "Relations with people"
    bullying = "bullying", "いじめ・ハラスメント", "Bullying or harassment"
    illness = "illness", "病気・障害", "Illness or disability"
    family = "family", "家族の事情・介護", "Family matters or care"
    bereavement = "bereavement", "死別", "Bereavement"
    epidemic = "epidemic", "感染症の影響", "An epidemic"
    not_known = "not_known", "わからない", "Not known"
    other = "other", "その他", "Other"


class LifeSpace(Choice):
    own_room = "own_room", "自室中心", "Mostly own room"
    house = "house", "家の中", "Within the house"
    nearby = "nearby", "近所・コンビニ", "Nearby, convenience store"
    hobby_out = "hobby_out", "趣味の外出", "Out for a hobby"
    some_place = "some_place", "居場所等", "An ibasho or the like"
    work_study = "work_study", "就労・就学", "Work or study"


class LifeRange(Part):
    range: Annotated[LifeSpace, Label("生活の範囲", "Range")]
    as_of: Annotated[Date, Label("いつの様子", "As of")]


class ConcurrentIssue(Choice):
    family_conflict = "family_conflict", "家族との対立", "Conflict in the family"
    mental_health = "mental_health", "精神的不調（疑い）", "Mental ill health (suspected)"
    developmental = "developmental", "発達特性（疑い）", "Developmental traits (suspected)"
    poverty = "poverty", "経済困窮", "Poverty"
    home_violence = "home_violence", "家庭内暴力", "Violence at home"
    ageing_parents = "ageing_parents", "親の高齢化・介護", "Ageing parents, care"
    living_conditions = "living_conditions", "ゴミ・住環境", "Rubbish, living conditions"
    neighbours = "neighbours", "近隣関係", "Relations with neighbours"
    debt = "debt", "債務", "Debt"
    gaming = "gaming", "ゲーム・ネット", "Games, internet"
    physical_illness = "physical_illness", "身体の病気", "Physical illness"
    eighty_fifty = "eighty_fifty", "8050", "8050: parent in the eighties, child in the fifties"
    none = "none", "なし", "None"
    unknown = "unknown", "不明", "Unknown"


class HowHeard(Choice):
    city_paper = "city_paper", "市広報", "City newsletter"
    website = "website", "HP", "Website"
    sns = "sns", "SNS", "Social media"
    leaflet = "leaflet", "パンフレット", "Leaflet"
    lecture = "lecture", "講演会", "Lecture"
    minsei = "minsei", "民生委員", "Commissioned welfare volunteer"
    school = "school", "学校", "School"
    medical = "medical", "医療", "Medical institution"
    health_center = "health_center", "保健所", "Public health centre"
    acquaintance = "acquaintance", "知人", "Acquaintance"
    other = "other", "他", "Other"


class CareLevel(Choice):
    active = "active", "継続支援", "Continuing support"
    watch = "watch", "見守り", "Watch"
    info_only = "info_only", "情報提供のみ", "Information only"


class ClosingReason(Choice):
    goal = "goal", "目標達成・社会参加", "Goal reached, taking part"
    person_wish = "person_wish", "本人の希望", "The person's wish"
    family_wish = "family_wish", "家族の希望", "The family's wish"
    handed_over = "handed_over", "他機関へ引継ぎ", "Handed over"
    moved = "moved", "転居", "Moved away"
    lost_contact = "lost_contact", "連絡が途絶えた", "Contact lost"
    deceased = "deceased", "死亡", "Deceased"
    out_of_scope = "out_of_scope", "対象外と判明", "Found to be outside the service"
    other = "other", "その他", "Other"


@record("ケース（支援対象世帯の支援）", "Case", home="case", write=CARE)
class Case(Record):
    """The support of one household, from the first call to the end of retention."""

    case_no: Annotated[
        Name,
        Field(
            "番号",
            "Number",
            ASK,
            write=DESK,
            help=Label("年度-連番（例: R08-041）", "Fiscal year and number"),
        ),
    ]
    household: Annotated[Id, Field("世帯", "Household", ASK, write=DESK, required=True)]
    status: Annotated[CaseStatus, Field("状態", "Status", CASE_STATUS, required=True)]
    lead_org: Annotated[Id, Field("主担当の機関", "Lead organisation", ASK, write=DESK)]
    lead_worker: Annotated[Id, Field("主担当", "Lead worker", ASK, write=DESK, required=True)]
    involved: Annotated[set[Id], Field("関わる職員", "Others involved", SET, write=DESK)]
    primary_persons: Annotated[
        set[Id],
        Field(
            "本人",
            "The person",
            SET,
            help=Label("まだ決まらなければ空のまま", "May stay empty until it is clear"),
        ),
    ]
    client_type: Annotated[ClientType, Field("相談の主体", "Who is supported", ASK, required=True)]
    onset_age: Annotated[Annotated[int, Meta(ge=0, le=120)], Field("始まった年齢", "Age at onset", ASK)]
    onset_date: Annotated[Date, Field("始まった時期", "Date of onset", ASK)]
    duration_band: Annotated[DurationBand, Field("期間", "Duration", ASK)]
    triggers: Annotated[set[Trigger], Field("きっかけ", "Triggers", SET)]
    life_range: Annotated[LifeRange, Field("生活の範囲", "Range of life", ASK)]
    concurrent_issues: Annotated[set[ConcurrentIssue], Field("あわせて気がかりなこと", "Other concerns", SET)]
    how_heard: Annotated[set[HowHeard], Field("どこで知りましたか", "How they heard of us", SET)]
    care_level: Annotated[CareLevel, Field("支援の段階", "Level of care", ASK, required=True)]
    review_on: Annotated[Date, Field("次の見直し", "Next look", ASK)]
    closing_reason: Annotated[ClosingReason, Field("終結の理由", "Reason for closing", ASK)]
    aftercare_on: Annotated[set[Date], Field("終結後の連絡日", "After-care dates", SET)]
