"""The house and the people in it: household, person.

All of it lives in the case circle; only whether a person is alive is told at the door.
"""

from typing import Annotated

from msgspec import Meta

from sync.records.schema import (
    ASK,
    CARE,
    DESK,
    EVERYONE,
    SET,
    Choice,
    Date,
    Field,
    Id,
    Label,
    Line,
    Name,
    Paragraph,
    Part,
    Record,
    careful,
    record,
)


class Housing(Choice):
    own = "own", "持家", "Owned"
    rent = "rent", "借家", "Rented"
    public = "public", "公営", "Public housing"
    other = "other", "その他", "Other"
    unknown = "unknown", "不明", "Unknown"


class HouseholdStructure(Choice):
    parents_and_siblings = "parents_and_siblings", "両親と兄弟姉妹", "Parents and siblings"
    parents = "parents", "両親", "Parents"
    one_parent = "one_parent", "ひとり親", "One parent"
    alone = "alone", "単身", "Alone"
    siblings = "siblings", "兄弟姉妹のみ", "Siblings only"
    three_generations = "three_generations", "三世代", "Three generations"
    other = "other", "その他", "Other"
    unknown = "unknown", "不明", "Unknown"


class AccessMatter(Choice):
    dog = "dog", "犬", "Dog"
    parking = "parking", "駐車場所", "Where to park"
    street_light = "street_light", "街灯", "Street light"
    signal = "signal", "電波（圏外か）", "Phone signal"
    way_out = "way_out", "出口", "Way out"
    stairs = "stairs", "階段", "Stairs"
    rooms = "rooms", "立入り場所", "Rooms one may enter"


class AccessNote(Part):
    matter: Annotated[AccessMatter, Label("こと", "Matter")]
    text: Annotated[Line, Label("内容", "What to know")]


Size = Annotated[int, Meta(ge=0, le=30)]


@record("世帯", "Household", home="case", write=CARE)
class Household(Record):
    """Comes first; its people may be unknown, unnamed and uncounted."""

    label: Annotated[
        Name,
        Field(
            "呼び名",
            "Working name",
            ASK,
            required=True,
            help=Label("病名や状態を入れない（例: B世帯）", "Neutral, such as “Household B”; never an illness"),
        ),
    ]
    address: Annotated[
        Line,
        Field(
            "住所", "Address", ASK, help=Label("訪問の前日から翌日までしか端末に出ません", "Never in a dispatch circle")
        ),
    ]
    area: Annotated[Name, Field("地区", "Area", ASK, required=True)]
    housing: Annotated[Housing, Field("住まい", "Housing", ASK)]
    size_known: Annotated[Size, Field("分かっている人数", "People known of", ASK)]
    size_estimated: Annotated[Size, Field("おおよその人数", "People, estimated", ASK)]
    access_safety: Annotated[set[AccessNote], Field("行き来の安全", "Getting there safely", SET)]
    household_structure: Annotated[HouseholdStructure, Field("世帯構成", "Who lives there", ASK)]


class AgeBand(Choice):
    to_14 = "to_14", "〜14歳", "up to 14"
    from_15 = "from_15", "15〜19歳", "15–19"
    from_20 = "from_20", "20〜24歳", "20–24"
    from_25 = "from_25", "25〜29歳", "25–29"
    from_30 = "from_30", "30〜34歳", "30–34"
    from_35 = "from_35", "35〜39歳", "35–39"
    from_40 = "from_40", "40〜44歳", "40–44"
    from_45 = "from_45", "45〜49歳", "45–49"
    from_50 = "from_50", "50〜54歳", "50–54"
    from_55 = "from_55", "55〜59歳", "55–59"
    from_60 = "from_60", "60〜64歳", "60–64"
    from_65 = "from_65", "65歳〜", "65 and over"
    unknown = "unknown", "不明", "Unknown"


class AgeSource(Choice):
    person = "person", "本人", "The person"
    family = "family", "家族", "Family"
    estimated = "estimated", "推定", "Estimated"


class Sex(Choice):
    male = "male", "男", "Male"
    female = "female", "女", "Female"
    other = "other", "その他", "Other"
    not_asked = "not_asked", "聞いていない", "Not asked"
    unknown = "unknown", "不明", "Unknown"


class SchoolingStage(Choice):
    primary = "primary", "小", "Primary school"
    lower_secondary = "lower_secondary", "中", "Junior high school"
    upper_secondary = "upper_secondary", "高", "High school"
    tertiary = "tertiary", "大・専門", "University or college"
    finished = "finished", "卒業", "Finished"
    left = "left", "中退", "Left before the end"
    unknown = "unknown", "不明", "Unknown"


class Alive(Choice):
    living = "living", "ご存命", "Living"
    deceased = "deceased", "死亡", "Deceased"


@record("人（本人・家族・関係者）", "Person", home="case", write=CARE)
class Person(Record):
    """Anyone in or around the house. A name may never be known."""

    household: Annotated[Id, Field("世帯", "Household", ASK, required=True)]
    family_name: Annotated[Name, Field("姓", "Family name", ASK)]
    given_name: Annotated[Name, Field("名", "Given name", ASK)]
    kana: Annotated[Name, Field("かな", "Reading", ASK)]
    called: Annotated[
        Name, Field("呼び名", "Called", ASK, help=Label("ご本人が呼ばれたい名前", "What they want to be called"))
    ]
    alias_for_supporter: Annotated[
        Name, Field("サポーターに見せる名前", "Name shown to supporters", ASK, write=DESK, required=True)
    ]
    birth_date: Annotated[
        Date,
        Field(
            "生年月日",
            "Date of birth",
            ASK,
            help=Label("年・年代のどれか一つで足ります", "Any one of the three will do"),
        ),
    ]
    birth_year_estimated: Annotated[
        Annotated[int, Meta(ge=1880, le=2200)], Field("生まれた年（推定）", "Year of birth, estimated", ASK)
    ]
    age_band: Annotated[AgeBand, Field("年代", "Age band", ASK)]
    age_source: Annotated[AgeSource, Field("年齢の出所", "Who told the age", ASK)]
    sex: Annotated[Sex, Field("性別", "Sex", ASK)]
    schooling_stage: Annotated[SchoolingStage, Field("就学段階", "Schooling", ASK)]
    alive: Annotated[
        Alive, Field("存命", "Living", careful(Alive, decide=DESK), home="door", write=EVERYONE, required=True)
    ]
    died_on: Annotated[Date, Field("亡くなった日", "Date of death", ASK)]
    sensitive_care_info: Annotated[
        Paragraph,
        Field("障害・病歴・診断（要配慮個人情報）", "Disability, illness, diagnosis", ASK),
    ]
    supporter_link: Annotated[
        Id,
        Field(
            "サポーター・職員としての登録",
            "The same person as supporter or staff",
            ASK,
            home="private",
            write=("admin", "privacy"),
            help=Label("個人情報管理者とセンター長だけが見ます", "For the privacy officer and the head only"),
        ),
    ]
