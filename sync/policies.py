"""What the policies of fields say: what a write's `over` replaces, and which of several standing values is shown.

Source: sync/SPEC.md 5.  Twin: sync/policies.ts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sync.dictionary import FieldRule, rank
from sync.edits import Value


@dataclass(slots=True, eq=False)
class Counted:
    """A write that counts, as its register holds it.

    change: its change's id. packed: the value's strict MessagePack; equal bytes are one value. over: without itself.
    who: role and duties of its author.

    Kept by the register: seen, how many legal writes it names; barred, from how many of them no arrow leads to it;
    is_legal, is_effective, see below; reached_by, how many replace it.
    """

    change: bytes
    at: int
    value: Value
    packed: bytes
    over: tuple[bytes, ...]
    who: frozenset[str]
    seen: int = 0
    barred: int = 0
    is_legal: bool = False
    is_effective: bool = False
    reached_by: int = 0


Choose = Callable[[FieldRule, Sequence[Counted]], Counted | None]
"""(rule, standing writes of several values, by id) to the one shown."""


def is_legal(rule: FieldRule, write: Counted) -> bool:
    """Whether arrows lead to it from all it saw, or from nothing; else it is a request. Only "state" has arrows."""
    if rule.policy != "state":
        return True
    return write.barred == 0 if write.seen else leads(rule, None, write)


SAID_ONCE: Final = frozenset({"author", "once"})
"""What is said stays; corrections are addenda."""


def is_effective(rule: FieldRule, write: Counted) -> bool:
    """Whether its `over` replaces anything: not a request's, and "once" only what settles its author's own conflict."""
    return write.seen > 1 if rule.policy in SAID_ONCE else is_legal(rule, write)


def reaches(rule: FieldRule, write: Counted, other: Counted) -> bool:
    """Whether an effective write replaces one it names: "careful" not a more careful one, unless its author decides."""
    if rule.policy != "careful" or not write.who.isdisjoint(rule.decide):
        return True
    return _rank(rule, other) <= _rank(rule, write)


def leads(rule: FieldRule, origin: Value, write: Counted) -> bool:
    """Whether an arrow leads the author from there to the value. Staying is open to whoever may write the field."""
    return origin == write.value or any(
        (before, after) == (origin, write.value) and not write.who.isdisjoint(who) for before, after, who in rule.arrows
    )


def choose_none(_rule: FieldRule, _standing: Sequence[Counted]) -> None:
    """A person must decide."""


def choose_highest(rule: FieldRule, standing: Sequence[Counted]) -> Counted:
    """The most careful, or the most stopped; of equals the first."""
    return max(standing, key=lambda write: _rank(rule, write))


def choose_latest(_rule: FieldRule, standing: Sequence[Counted]) -> Counted:
    """The greatest device time, then the greatest id."""
    return max(standing, key=lambda write: (write.at, write.change))


def choose_true(_rule: FieldRule, standing: Sequence[Counted]) -> Counted:
    """Adding beats a concurrent removing."""
    return max(standing, key=lambda write: write.value is True)


CHOOSE: Mapping[str, Choose] = {
    "ask": choose_none,
    "author": choose_none,
    "text": choose_none,
    "careful": choose_highest,
    "latest": choose_latest,
    "set": choose_true,
    "once": choose_none,
    "state": choose_highest,
}


def _rank(rule: FieldRule, write: Counted) -> int:
    if isinstance(write.value, str | int):
        return rank(rule, write.value)
    raise TypeError("only text, numbers and bools have an order")
