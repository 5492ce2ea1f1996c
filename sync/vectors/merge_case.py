"""How a merge vector is written down by hand.

A file is {"comment", "spec", "expect": "success", "do": "merge", "given": {"dictionary", "changes"}, "gives": the
state}. Change n has the id of 32 bytes n; bytes in a value are {"$octets": hex}. The expectation of every case is
written by hand and then held against `merge_model`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.vectors.merge_dictionary import dictionary
from sync.vectors.merge_model import packed, state

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    member: str
    who: tuple[str, ...]


AIKO = Person("a1" * 16, ("supporter",))
EMI = Person("a2" * 16, ("supporter",))
YUI = Person("a3" * 16, ("coordinator", "supporter"))
MORI = Person("b1" * 16, ("professional",))
SATO = Person("c1" * 16, ("staff",))
KATO = Person("c2" * 16, ("reviewer", "staff"))

CASE = ("10" * 16, "case")
OTHER_CASE = ("11" * 16, "case")
DOOR = ("20" * 16, "door")
DISPATCH = ("30" * 16, "dispatch")
HOMES = {"sheet": CASE, "letter": CASE, "door_card": DOOR, "visit": DISPATCH}


@dataclass(frozen=True)
class Write:
    type: str
    field: str
    value: Any
    over: tuple[int, ...] = ()
    element: Any = None
    record: int = 1

    def written(self) -> list[Any]:
        return [self.field, self.element, self.value, [id_of(number) for number in self.over]]


def id_of(number: int) -> str:
    return f"{number:02x}" * 32


def record_of(number: int) -> str:
    return f"{number:02x}" * 16


def octets(data: str) -> Json:
    return {"$octets": data}


def sheet(field: str, value: Any, over: Sequence[int] = (), **rest: Any) -> Write:
    return Write("sheet", field, value, tuple(over), **rest)


def door_card(field: str, value: Any, over: Sequence[int] = (), **rest: Any) -> Write:
    return Write("door_card", field, value, tuple(over), **rest)


def visit(field: str, value: Any, over: Sequence[int] = (), **rest: Any) -> Write:
    return Write("visit", field, value, tuple(over), **rest)


def deletion(*seen: int, reason: str = "二重") -> Json:
    return {"reason": reason, "seen": [octets(id_of(number)) for number in seen]}


def capacity(*who: str, rights: Sequence[Any] = ()) -> Json:
    """What an author was at one head, and what policy said there of who may write what."""
    return {"who": list(who), "rights": list(rights)}


def change(number: int, author: Person, *writes: Write, circle: tuple[str, str] | None = None, **rest: Any) -> Json:
    """rest: `at`, `rights`, `version`; `also`: the capacities at other heads under which it counts."""
    edits: dict[tuple[str, str], list[Any]] = {}
    for write in writes:
        edits.setdefault((record_of(write.record), write.type), []).append(write.written())
    place, kind = circle or HOMES[writes[0].type]
    whole = {
        "id": id_of(number),
        "circle": place,
        "kind": kind,
        "device": author.member * 2,
        "member": author.member,
        "capacities": [capacity(*author.who, rights=rest.pop("rights", [])), *rest.pop("also", [])],
        "at": 1_700_000_000_000 + number,
        "version": 1,
    }
    return whole | rest | {"edits": [[*place, written] for place, written in edits.items()]}


def register(
    write: Write,
    status: str,
    shown: int | None,
    *values: tuple[Any, Sequence[int]],
    requests: Sequence[tuple[Any, Sequence[int]]] = (),
    circle: tuple[str, str] | None = None,
    author: Person | None = None,
) -> Json:
    """What is expected of the register that `write` writes into. values, requests: (value, numbers of changes)."""
    return {
        "circle": (circle or HOMES[write.type])[0],
        "record": record_of(write.record),
        "type": write.type,
        "field": write.field,
        "element": write.element,
        "member": author.member if author else None,
        "status": status,
        "shown": shown,
        "values": [_value(*value) for value in values],
        "requests": [_value(*value) for value in requests],
    }


def aside(number: int, write: Write, code: str) -> Json:
    """A write that is expected not to count."""
    field, element, value, over = write.written()
    place = {"record": record_of(write.record), "type": write.type, "field": field, "element": element}
    return {"change": id_of(number), "code": code, **place, "value": value, "over": over}


@dataclass
class Cases:
    """Vectors by name."""

    files: dict[str, Json] = field(default_factory=dict)

    def add(self, name: str, spec: str, comment: str, changes: Sequence[Json], *registers: Json, **rest: Any) -> None:
        """rest: `refused`, `unjudged`, `deleted` (numbers of sheets, in their home), `dictionary` (1 or 2)."""
        version = rest.pop("dictionary", 1)
        deleted = [[CASE[0], record_of(number), "sheet"] for number in rest.pop("deleted", ())]
        gives = {"deleted": deleted, "refused": [], "registers": sorted(registers, key=_place), "unjudged": []} | rest
        if name in self.files or gives != state(dictionary(version), list(changes)):
            raise ValueError(f"{name} is there twice, or is not what the model says")
        given = {"dictionary": version, "changes": list(changes)}
        about = {"comment": comment, "spec": spec, "expect": "success", "do": "merge"}
        self.files[f"{name}.json"] = {**about, "given": given, "gives": gives}

    def refuses(self, name: str, comment: str, write: Write, code: str) -> None:
        """A supporter's only write, at home, that does not count. SPEC 4.3."""
        self.add(name, "4.3", comment, [change(1, AIKO, write)], refused=[aside(1, write, code)])


def _place(expected: Json) -> str:
    element = "" if expected["element"] is None else packed(expected["element"]).hex()
    names = [expected[name] for name in ("circle", "record", "type", "field")]
    return "/".join([*names, element, expected["member"] or ""])


def _value(value: Any, changes: Sequence[int]) -> Json:
    return {"value": value, "changes": [id_of(number) for number in changes]}
