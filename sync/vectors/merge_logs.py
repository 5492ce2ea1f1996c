"""Random logs over the small dictionary: conflicts, forks, illegal arrows, bad values, foreign homes, gaps in `over`.

A log follows from its seed. It is a list of changes in the JSON of the vectors; each names only some made before it.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from crypto.vectors.seeded import Seeded
from sync.vectors.merge_dictionary import EVERYONE, LEVELS, STATES, dictionary

Json = dict[str, Any]
T = TypeVar("T")

GROWN: Json = dictionary(2)["types"]
PEOPLE = [
    ("a0", ["supporter"]),
    ("a1", ["supporter", "coordinator"]),
    ("b0", ["professional"]),
    ("c0", ["staff", "reviewer"]),
    ("d0", ["admin"]),
]
"""Members and what they are, mostly: at another head a person may have another role."""
CIRCLES = [("c1", "case"), ("c2", "case"), ("d1", "door"), ("e1", "dispatch"), ("f1", "own")]
POOLS: dict[str, list[Any]] = {
    "text": ["", "茶", "お茶", "x" * 50, "é", "猫🐈", 7],
    "int": [0, 5, -5, -6, 9, 10, True],
    "bool": [True, False, None, 1],
    "date": ["2026-02-28", "2026-03-01", "2027-01-31", "2026-02-30", "2026-3-1", 20260301],
    "moment": [0, 2**53 - 1, -1, "0"],
    "id": [{"$octets": "01" * 16}, {"$octets": "02" * 16}, {"$octets": "01" * 15}, "0101"],
    "change": [{"$octets": "01" * 32}, {"$octets": "02" * 32}, {"$octets": "01" * 16}],
    "enum": [*LEVELS, *STATES, "sms", "letter", "line", "good", "yes", "no", 0, {}],
    "list": [[], ["yes"], ["no", "yes"], ["yes"] * 4, ["perhaps"], "yes"],
    "struct": [{"days": ["mon"]}, {"days": [], "note": "朝"}, {"days": ["mon"], "more": 1}, {"note": "朝"}, []],
}
"""Values of each kind, two good ones first."""


class Dice(Seeded):
    """The same throws for the same seed, in every version of Python."""

    def choose(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def happens(self, percent: int) -> bool:
        return self.below(100) < percent

    def some(self, options: Sequence[T], percent: int) -> list[T]:
        """Each with this probability."""
        return [option for option in options if self.happens(percent)]


class Log:
    """A log in the making: a few fields of one or two types, so that writers meet."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(f"log {seed}")
        self._writers: dict[tuple[str, ...], list[str]] = {}
        self._reached: dict[tuple[str, ...], Any] = {}
        self._people = self._dice.some(PEOPLE, 40) or PEOPLE
        self._fields = {type_: self._few(GROWN[type_]["fields"]) for type_ in (self._type(), self._type())}
        self.changes: list[Json] = []

    def write(self) -> None:
        """One more change by somebody who has seen some of what was written before."""
        dice, id_ = self._dice, self._new_id()
        member, who = dice.choose(self._people)
        type_ = dice.choose(list(self._fields))
        circle, kind = self._circle(GROWN[type_]["home"])
        change = {
            "id": id_,
            "circle": circle,
            "kind": kind,
            "device": member + dice.choose("01") + "0",
            "member": member,
            "capacities": [self._capacity(who) for _ in range(2 if dice.happens(10) else 1)],
            "at": dice.below(10),
            "version": 1 + dice.below(2),
            "edits": self._edits(circle, type_, id_),
        }
        self.changes.append(change)

    def heard(self) -> list[Json]:
        """Most of the changes: some devices have not been heard of yet."""
        return self._dice.some(self.changes, 90)

    def _capacity(self, who: list[str]) -> Json:
        dice = self._dice
        rights = [["sheet", "decision", dice.choose([EVERYONE, []])]] if dice.happens(10) else []
        return {"who": who if dice.happens(90) else dice.choose(PEOPLE)[1], "rights": rights}

    def _type(self) -> str:
        return self._dice.choose(sorted(GROWN))

    def _few(self, fields: Json) -> list[str]:
        """Three, each policy as likely as the next, and `deleted`."""
        policies = sorted({rule["policy"] for rule in fields.values()})
        chosen = [self._dice.choose(policies) for _ in range(3)]
        same = [[name for name, rule in fields.items() if rule["policy"] == policy] for policy in chosen]
        return [*(self._dice.choose(names) for names in same), "deleted"]

    def _circle(self, home: str) -> tuple[str, str]:
        return self._dice.choose([place for place in CIRCLES if place[1] == home or self._dice.happens(5)])

    def _new_id(self) -> str:
        taken = {change["id"] for change in self.changes}
        while (id_ := self._dice.take(2).hex()) in taken:
            pass
        return id_

    def _edits(self, circle: str, type_: str, id_: str) -> list[Any]:
        records = {(self._dice.choose(["01", "01", "02"]), type_) for _ in range(2)}
        unheard = [("01", "unheard_of")] if self._dice.happens(3) else []
        return [[*place, self._writes((circle, *place), id_)] for place in [*sorted(records), *unheard]]

    def _writes(self, part: tuple[str, ...], id_: str) -> list[Any]:
        known = GROWN.get(part[2], {"fields": {}})["fields"]
        writes = {}
        for _ in range(1 + self._dice.below(3)):
            field = self._dice.choose([*self._fields.get(part[2], []) * 9, "unheard_of"])
            rule = known.get(field, {"kind": {"kind": "text"}, "each": False, "policy": "ask"})
            write = self._write(field, rule, self._reached.get(part))
            writes[field, str(write[1])] = write
        for (field, element), write in writes.items():
            register = (*part, field, element)
            write.append(self._over(self._writers.setdefault(register, [])))
            self._writers[register].append(id_)
            if field == "state":
                self._reached[part] = writes[field, element][2]
        return list(writes.values())

    def _write(self, field: str, rule: Json, reached: Any) -> list[Any]:
        """[field, element, value]. reached: the state last written."""
        if rule["policy"] == "state" and self._dice.happens(75):
            return [field, None, self._dice.choose([a for b, a, _ in rule["arrows"] if b == reached] or STATES)]
        has_element = rule["each"] != self._dice.happens(3)
        element = self._value(rule["kind"]) if has_element else None
        if rule["each"]:
            return [field, element, self._dice.choose([True, False] * 10 + ["true"])]
        if rule["policy"] in ("ask", "text", "latest") and self._dice.happens(10):
            return [field, element, None]
        return [field, element, self._deletion() if field == "deleted" else self._value(rule["kind"])]

    def _value(self, kind: Json) -> Any:
        """Mostly one that fits, so that something meets."""
        if kind["kind"] == "enum" and self._dice.happens(95):
            return self._dice.choose([kind["values"][0], *kind["values"]])
        pool = POOLS[kind["kind"] if kind["kind"] in POOLS else "text"]
        return self._dice.choose(pool[:2] if self._dice.happens(90) else pool)

    def _deletion(self) -> Any:
        if self._dice.happens(20):
            return None
        ids = self._dice.some([change["id"].ljust(64, "0") for change in self.changes], 97)
        ids = ids[self._dice.below(len(ids) + 1) :] if self._dice.happens(30) else ids
        seen = [{"$octets": id_} for id_ in (ids if self._dice.happens(3) else sorted(ids))]
        return {"reason": self._dice.choose(["二重", "別件"]), "seen": seen}

    def _over(self, before: list[str]) -> list[str]:
        """All before, the last, or some; now and then one of another register."""
        named = self._dice.choose([before[-9:], before[-1:], before[-1:], self._dice.some(before, 50)])
        strange = [self._dice.choose(self.changes)["id"]] if self.changes and self._dice.happens(10) else []
        return sorted({*named, *strange})


def random_log(seed: int, size: int) -> list[Json]:
    """What is heard of so many changes."""
    log = Log(seed)
    for _ in range(size):
        log.write()
    return log.heard()
