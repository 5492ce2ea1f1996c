"""The observation part of a visit note: what gives concern, area by area, and what exactly was seen."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from sync.records.schema import (
    Choice,
    Date,
    Label,
    Line,
    Paragraph,
    Part,
)


class Observation(Part, kw_only=True):
    """What was seen in one area. The words are asked for unless nothing was seen."""

    text: Annotated[Paragraph, Label("見たこと（そのまま）", "What exactly was seen")] | UnsetType = UNSET
    last_on: Annotated[Date, Label("最後はいつ", "When last")] | UnsetType = UNSET


class SelfHarm(Choice):
    none_seen = "none_seen", "気になる様子なし", "Nothing seen"
    words = "words", "死にたい等の言葉", "Words of wanting to die or the like"
    preparation = "preparation", "準備・手段", "Preparation, means"
    injury = "injury", "傷", "Injury"
    unknown = "unknown", "不明", "Unknown"


class SelfHarmObservation(Observation, kw_only=True):
    found: Annotated[list[SelfHarm], Meta(max_length=5), Label("様子", "Found")]


class Harm(Choice):
    none_seen = "none_seen", "なし", "Nothing seen"
    things = "things", "物にあたる", "Takes it out on things"
    family = "family", "家族への暴力", "Violence towards the family"
    supporter = "supporter", "支援者への暴力・威嚇", "Violence or threats towards visitors"
    unknown = "unknown", "不明", "Unknown"


class HarmObservation(Observation, kw_only=True):
    found: Annotated[list[Harm], Meta(max_length=5), Label("様子", "Found")]


class AbuseTowards(Choice):
    child = "child", "児童", "Child"
    older_person = "older_person", "高齢者", "Older person"
    disabled_person = "disabled_person", "障害者", "Disabled person"


class Abuse(Choice):
    physical = "physical", "身体", "Physical"
    psychological = "psychological", "心理", "Psychological"
    neglect = "neglect", "放任", "Neglect"
    sexual = "sexual", "性的", "Sexual"
    financial = "financial", "経済", "Financial"


class SeenOrHeard(Choice):
    seen = "seen", "見た", "Seen"
    heard = "heard", "聞いた", "Heard"


class AbuseObservation(Observation, kw_only=True):
    towards: Annotated[list[AbuseTowards], Meta(max_length=3), Label("対象", "Towards")]
    found: Annotated[list[Abuse], Meta(max_length=5), Label("様子", "Found")]
    who_to_whom: Annotated[Line, Label("だれからだれへ", "Who to whom")] | UnsetType = UNSET
    perceived: Annotated[SeenOrHeard, Label("見た・聞いた", "Seen or heard")] | UnsetType = UNSET


class Dv(Choice):
    none_seen = "none_seen", "なし", "Nothing seen"
    suspected = "suspected", "疑い", "Suspected"
    told = "told", "訴えあり", "Told of"


class DvObservation(Observation, kw_only=True):
    found: Annotated[Dv, Label("様子", "Found")]


class Poverty(Choice):
    no_food = "no_food", "食料なし", "No food"
    utilities_cut = "utilities_cut", "電気・ガス・水道停止", "Electricity, gas or water cut off"
    arrears = "arrears", "滞納・督促", "Arrears, reminders"
    no_income = "no_income", "収入なし", "No income"
    debt = "debt", "借金", "Debt"
    unknown = "unknown", "不明", "Unknown"


class PovertyObservation(Observation, kw_only=True):
    found: Annotated[list[Poverty], Meta(max_length=6), Label("様子", "Found")]


class Health(Choice):
    weight_loss = "weight_loss", "体重減", "Loss of weight"
    walking = "walking", "歩行", "Walking"
    consciousness = "consciousness", "意識", "Consciousness"
    fever = "fever", "発熱", "Fever"
    medication_stopped = "medication_stopped", "服薬中断", "Medication stopped"
    declines_doctor = "declines_doctor", "受診拒否", "Will not see a doctor"
    chronic = "chronic", "持病", "Long-standing illness"
    teeth = "teeth", "歯", "Teeth"
    skin = "skin", "皮膚", "Skin"
    unknown = "unknown", "不明", "Unknown"


class HealthObservation(Observation, kw_only=True):
    found: Annotated[list[Health], Meta(max_length=10), Label("様子", "Found")]


class Living(Choice):
    rubbish = "rubbish", "ごみ", "Rubbish"
    smell = "smell", "悪臭", "Smell"
    vermin = "vermin", "害虫", "Vermin"
    fire = "fire", "火の不始末", "Careless with fire"
    temperature = "temperature", "寒暖", "Cold or heat"
    no_bathing = "no_bathing", "入浴なし", "No bathing"
    cleanliness = "cleanliness", "清潔", "Cleanliness"
    garden = "garden", "庭木", "Garden"


class LivingObservation(Observation, kw_only=True):
    found: Annotated[list[Living], Meta(max_length=8), Label("様子", "Found")]


class ParentFrailty(Choice):
    needs_care = "needs_care", "介護が必要", "Needs care"
    dementia = "dementia", "認知症疑い", "Dementia suspected"
    hospital = "hospital", "入院", "In hospital"
    deceased = "deceased", "死亡", "Deceased"


class ParentFrailtyObservation(Observation, kw_only=True):
    found: Annotated[list[ParentFrailty], Meta(max_length=4), Label("様子", "Found")]


class DayNight(Choice):
    reversed = "reversed", "昼夜逆転", "Day and night reversed"
    meals = "meals", "食事", "Meals"
    going_out = "going_out", "外出", "Going out"


class DayNightObservation(Observation, kw_only=True):
    found: Annotated[list[DayNight], Meta(max_length=3), Label("様子", "Found")]
