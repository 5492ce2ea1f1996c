"""Stories: what people see when several wrote, by the published dictionary."""

from dataclasses import dataclass, replace
from typing import get_args

import msgspec

from sync.capacity import Capacity
from sync.dictionary import Dictionary, Policy, dictionary
from sync.edits import Edit, Value, Write
from sync.merge import Merge
from sync.policies import CHOOSE
from sync.register import View
from sync.writes import Judged, RegisterKey

RECORD = bytes([7]) * 16
DOOR, CASE, DISPATCH_A, DISPATCH_B = (bytes([number]) * 16 for number in (1, 2, 3, 4))
KINDS = {DOOR: "door", CASE: "case", DISPATCH_A: "dispatch", DISPATCH_B: "dispatch"}


@dataclass
class Author:
    """A member with one device, who has seen what is handed to her."""

    name: str
    who: frozenset[str]
    written: int = 0

    def writes(self, circle: bytes, type_: str, over: tuple[Judged, ...] = (), **fields: Value) -> Judged:
        """A change of one record."""
        self.written += 1
        ids = tuple(sorted(change.id for change in over))
        writes = tuple(Write(name, None, value, ids) for name, value in fields.items())
        return Judged(
            id=f"{self.name} {self.written}".encode().ljust(32, b"\0"),
            circle=circle,
            circle_kind=KINDS[circle],
            device=self.name.encode().ljust(32, b"\0"),
            member=self.name.encode().ljust(16, b"\0"),
            capacities=(Capacity(self.who, lambda _type, _field: None),),
            at=0,
            version=1,
            edits=(Edit(RECORD, type_, writes),),
        )


def supporter(name: str) -> Author:
    return Author(name, frozenset({"supporter"}))


def reviewer(name: str) -> Author:
    return Author(name, frozenset({"staff", "reviewer"}))


def shown(merge: Merge, circle: bytes, type_: str, name: str) -> Value:
    value = view(merge, circle, type_, name).shown
    return value.value if value else None


def view(merge: Merge, circle: bytes, type_: str, name: str) -> View:
    return merge.register(RegisterKey(circle, RECORD, type_, name, None, None))


def test_refusal_reaches_other_dispatch() -> None:
    """Emi is sent by another dispatch. She shares only the door with Aiko, who was told 「もう来ないで」."""
    consent = reviewer("sato").writes(DOOR, "consent", state="verbal")
    refusal = supporter("aiko").writes(DOOR, "consent", (consent,), state="refused")
    behaviour = supporter("emi").writes(DOOR, "consent", (consent,), state="by_behaviour")
    emis_phone = Merge(dictionary(), [consent, behaviour])
    emis_phone.add(refusal)

    assert shown(emis_phone, DOOR, "consent", "state") == "refused"
    assert view(emis_phone, DOOR, "consent", "state").status == "decided"


def test_part_in_foreign_circle() -> None:
    """A supporter knows a record's id and writes a part of it in a circle of hers: the desk's screen joins nothing."""
    warning = reviewer("sato").writes(DOOR, "risk_flag", visit_rule="no_home")
    hijack = supporter("aiko").writes(DISPATCH_A, "risk_flag", (warning,), visit_rule="normal")
    desk = Merge(dictionary(), [warning, hijack])

    assert list(desk.record(RECORD, "risk_flag")) == [DOOR]
    assert shown(desk, DOOR, "risk_flag", "visit_rule") == "no_home"
    assert [aside.code for aside in desk.refused[hijack.id]] == ["not_home"]


def test_supporter_lowers_risk() -> None:
    """Elsewhere her later write would replace what it was over; here both stand until a reviewer decides."""
    urgent = reviewer("sato").writes(DOOR, "risk_flag", level="urgent")
    lower = supporter("aiko").writes(DOOR, "risk_flag", (urgent,), level="cleared")
    merge = Merge(dictionary(), [urgent, lower])
    before = shown(merge, DOOR, "risk_flag", "level")
    merge.add(reviewer("kato").writes(DOOR, "risk_flag", (urgent, lower), level="notice"))

    assert before == "urgent"
    assert shown(merge, DOOR, "risk_flag", "level") == "notice"


def test_old_app_new_dictionary() -> None:
    """An old app lacks a field: it keeps the write, judges the rest as a new one does, and after its update agrees."""
    change = supporter("aiko").writes(DISPATCH_A, "visit", status="planned", place_note="玄関先")
    change = replace(change, version=2)
    new = grown(dictionary())
    old_app, new_app = Merge(dictionary(), [change]), Merge(new, [change])

    assert [aside.write.field for aside in old_app.unjudged[change.id]] == ["place_note"]
    assert view(new_app, DISPATCH_A, "visit", "status") == view(old_app, DISPATCH_A, "visit", "status")
    assert shown(new_app, DISPATCH_A, "visit", "place_note") == "玄関先"
    assert new_app.to_json() == Merge(new, old_app.changes()).to_json()


def test_parts_of_one_record_in_two_dispatches_stay_apart() -> None:
    """Each is shown with its circle."""
    one = supporter("aiko").writes(DISPATCH_A, "visit", status="planned")
    other = supporter("emi").writes(DISPATCH_B, "visit", status="planned")
    parts = Merge(dictionary(), [other, one]).record(RECORD, "visit")

    assert [DISPATCH_A, DISPATCH_B] == list(parts)
    assert [one.id, other.id] == [part.views[0].values[0].changes[0] for part in parts.values()]


def test_there_is_a_way_to_show_every_policy_of_the_dictionary() -> None:
    assert set(get_args(Policy)) == set(CHOOSE)


def grown(known: Dictionary) -> Dictionary:
    """The next version: visits have one more field."""
    visit = known.types["visit"]
    rule = msgspec.structs.replace(next(iter(visit.fields.values())), field="place_note")
    rule = msgspec.structs.replace(rule, kind=known.types["case"].fields["case_no"].kind, policy="ask", each=False)
    more = msgspec.structs.replace(visit, fields=visit.fields | {"place_note": rule})
    return msgspec.structs.replace(known, version=2, types=known.types | {"visit": more})
