"""The visit: plan and doing in one record, shared by all who are dispatched together.

It has no address and no place for one: that travels in the sealed body of the visit's reminder.
"""

from typing import Annotated

from msgspec import UNSET, UnsetType

from sync.records.schema import (
    ASK,
    COORDINATION,
    EVERYONE,
    REVIEWERS,
    SET,
    Choice,
    Field,
    Id,
    Label,
    Line,
    Moment,
    Name,
    Part,
    Record,
    record,
    state,
)


class PlaceKind(Choice):
    home = "home", "自宅", "Home"
    doorstep = "doorstep", "玄関先", "At the doorstep"
    ibasho = "ibasho", "居場所", "Ibasho"
    office = "office", "来所", "At the centre"
    outside = "outside", "屋外・店", "Outside, a shop"
    car = "car", "車内", "In a car"
    hospital = "hospital", "病院", "Hospital"
    other = "other", "その他", "Other"


class VisitPurpose(Choice):
    relationship = "relationship", "関係づくり", "Building a relationship"
    welfare_check = "welfare_check", "安否確認", "Seeing that all is well"
    family_talk = "family_talk", "家族面談", "Talk with the family"
    person_talk = "person_talk", "本人面談", "Talk with the person"
    bring_letter = "bring_letter", "手紙を届ける", "Bringing a letter"
    accompany = "accompany", "同行", "Going along"
    procedure = "procedure", "手続き支援", "Help with formalities"
    watch = "watch", "見守り", "Keeping an eye"
    crisis = "crisis", "危機対応", "Crisis"
    handover = "handover", "引継ぎ", "Hand-over"


class Announced(Choice):
    told_person = "told_person", "本人に予告", "The person was told"
    told_family = "told_family", "家族に予告", "The family was told"
    letter = "letter", "手紙で予告", "By letter"
    unannounced = "unannounced", "予告なし（理由）", "Unannounced (reason)"


class ParticipantRole(Choice):
    main = "main", "主", "Main"
    accompany = "accompany", "同行（保健師等）", "Accompanying (health nurse or other)"
    trainee = "trainee", "見習い", "Trainee"
    observer = "observer", "見学", "Observer"
    driver = "driver", "運転", "Driver"


class Participant(Part):
    """One of us at the visit. A guest without a login has a name and an organisation instead of a member."""

    role: Annotated[ParticipantRole, Label("役割", "Role")]
    member: Annotated[Id, Label("メンバー", "Member")] | UnsetType = UNSET
    name: Annotated[Name, Label("氏名", "Name")] | UnsetType = UNSET
    organisation: Annotated[Name, Label("機関", "Organisation")] | UnsetType = UNSET


class VisitStatus(Choice):
    planned = "planned", "予定", "Planned"
    prepared = "prepared", "準備済", "Prepared"
    departed = "departed", "移動中", "On the way"
    arrived = "arrived", "到着", "Arrived"
    ended = "ended", "終了", "Ended"
    noted = "noted", "記録済", "Noted"
    turned_away = "turned_away", "断られた", "Turned away"
    not_done = "not_done", "実施せず", "Not done"
    cancelled = "cancelled", "中止", "Cancelled"


VISIT_STATUS = state(
    [
        (None, "planned", EVERYONE),
        (None, "departed", EVERYONE),
        (None, "arrived", EVERYONE),
        (None, "ended", EVERYONE),
        (None, "turned_away", EVERYONE),
        ("planned", "prepared", EVERYONE),
        ("planned", "departed", EVERYONE),
        ("planned", "arrived", EVERYONE),
        ("planned", "ended", EVERYONE),
        ("prepared", "departed", EVERYONE),
        ("prepared", "arrived", EVERYONE),
        ("prepared", "ended", EVERYONE),
        ("departed", "arrived", EVERYONE),
        ("departed", "ended", EVERYONE),
        ("arrived", "ended", EVERYONE),
        ("ended", "noted", EVERYONE),
        ("turned_away", "noted", EVERYONE),
        ("departed", "turned_away", EVERYONE),
        ("arrived", "turned_away", EVERYONE),
        ("ended", "turned_away", EVERYONE),
        ("planned", "cancelled", EVERYONE),
        ("prepared", "cancelled", EVERYONE),
        ("departed", "cancelled", EVERYONE),
        ("planned", "not_done", EVERYONE),
        ("prepared", "not_done", EVERYONE),
        ("cancelled", "planned", COORDINATION),
        ("cancelled", "ended", COORDINATION),
        ("cancelled", "noted", COORDINATION),
        ("cancelled", "turned_away", COORDINATION),
        ("not_done", "planned", COORDINATION),
        ("not_done", "ended", COORDINATION),
        ("not_done", "noted", COORDINATION),
        ("not_done", "turned_away", COORDINATION),
    ],
    stop_order=VisitStatus,
)


class CancelReason(Choice):
    family = "family", "本人・家族の都合", "The person or the family"
    supporter = "supporter", "支援者の都合", "The visitor"
    weather = "weather", "天候・災害", "Weather or disaster"
    health = "health", "体調", "Health"
    other = "other", "その他", "Other"


class PersonContact(Choice):
    """A description in order, not a score."""

    none = "none", "接点なし・応答なし", "No contact, no answer"
    presence = (
        "presence",
        "気配・姿のみ（物音, 足音, 窓, 灯り）",
        "Signs of presence (sound, steps, window, light)",
    )
    via_family = "via_family", "家族を通じて伝言・手紙", "Message or letter through the family"
    written_reply = "written_reply", "手紙・メモ・メールで返事", "Answer by letter, note or mail"
    through_door = "through_door", "ドア越し・インターホン越し", "Through the door or the intercom"
    brief = "brief", "本人と短時間（あいさつ程度）", "The person, briefly (a greeting)"
    dialogue = "dialogue", "本人と対話", "Talked with the person"
    shared_activity = "shared_activity", "一緒に活動（ゲーム・作業）", "Did something together (game, work)"
    outing = "outing", "外出・同行", "Went out together"
    linked = "linked", "居場所・機関へ一緒に行った", "Went to an ibasho or agency together"


@record("訪問", "Visit", home="dispatch", write=EVERYONE)
class Visit(Record):
    """Plan and doing are one record. Whether it has reached the centre is what sync knows, not a state of the visit."""

    dispatch: Annotated[Id, Field("派遣", "Dispatch", ASK)]
    planned_start: Annotated[Moment, Field("予定（開始）", "Planned start", ASK)]
    planned_end: Annotated[Moment, Field("予定（終了）", "Planned end", ASK)]
    place_kind: Annotated[PlaceKind, Field("場所", "Place", ASK)]
    place_text: Annotated[
        Line, Field("場所の説明", "Place in words", ASK, help=Label("住所は書かない", "Not the address"))
    ]
    purpose: Annotated[set[VisitPurpose], Field("目的", "Purpose", SET, required=True)]
    announced: Annotated[Announced, Field("予告", "Announced", ASK, required=True)]
    unannounced_reason: Annotated[Line, Field("予告なしの理由", "Why unannounced", ASK)]
    participants: Annotated[set[Participant], Field("行く人（予定）", "Who is to go", SET, required=True)]
    went: Annotated[set[Participant], Field("行った人", "Who went", SET)]
    status: Annotated[VisitStatus, Field("状態", "Status", VISIT_STATUS, required=True)]
    cancel_reason: Annotated[CancelReason, Field("中止の理由", "Reason for cancelling", ASK)]
    actual_start: Annotated[Moment, Field("開始", "Started", ASK, help=Label("終了したら", "Once it has ended"))]
    actual_end: Annotated[Moment, Field("終了", "Ended", ASK, help=Label("終了したら", "Once it has ended"))]
    official_contact_level: Annotated[
        PersonContact,
        Field(
            "本人との接点（確定）",
            "Contact with the person, as settled",
            ASK,
            write=REVIEWERS,
            help=Label("記録が食いちがうとき確認者が決めます", "Where notes differ, the reviewer decides"),
        ),
    ]
