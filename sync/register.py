"""One register: the writes that count, which of them stand, and what is shown.

The state is a function of the set of writes. For an id is the digest of a change and of the ids it names: naming has no
rings, so whether a write is legal and what it reaches follow from those it names. Adding and removing keep account.

Source: sync/SPEC.md 5.  Twin: sync/register.ts.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sync.dictionary import FieldRule
from sync.edits import Value
from sync.policies import CHOOSE, Counted, is_effective, is_legal, leads, reaches
from sync.writes import RegisterKey

Status = Literal["empty", "settled", "conflict", "decided"]


@dataclass(frozen=True, slots=True)
class StandingValue:
    """A value and the changes that wrote it, ascending."""

    value: Value
    changes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What a register says.

    status: "settled": one value, or the policy bothers nobody; "decided": several, the policy's choice is shown until a
    person decides; "conflict": several, none is shown as the value; "empty": none stands, or the one to show is nil.
    values: all that stand, by smallest change id. requests: asked for without a legal arrow, and not answered yet.
    """

    key: RegisterKey
    status: Status
    shown: StandingValue | None
    values: tuple[StandingValue, ...]
    requests: tuple[StandingValue, ...]


class Register:
    """The counting writes of one register, with the account of who reaches whom."""

    def __init__(self, key: RegisterKey, rule: FieldRule) -> None:
        self.key = key
        self.rule = rule
        self._writes: dict[bytes, Counted] = {}
        self._unreached: dict[bytes, Counted] = {}
        self._namers: dict[bytes, set[Counted]] = {}

    def __len__(self) -> int:
        return len(self._writes)

    def add(self, write: Counted) -> None:
        """Take in a write whose change wrote nothing here yet. Costs its `over` and the writes that name it."""
        self._writes[write.change] = self._unreached[write.change] = write
        for id_ in write.over:
            self._namers.setdefault(id_, set()).add(write)
        for other in self.named(write):
            if other.is_legal:
                self._see(write, other, 1)
        for namer in self._namers_of(write):
            if namer.is_effective and reaches(self.rule, namer, write):
                self._reach(write, 1)
        self._settle(self._turn(write))

    def remove(self, change: bytes) -> None:
        """Take a change's write out, as if it had never been here. Costs the same as adding it."""
        write = self._writes[change]
        affected = self._become(write, is_legal=False, is_effective=False)
        del self._writes[change]
        self._unreached.pop(change, None)
        for id_ in write.over:
            self._namers[id_].remove(write)
            if not self._namers[id_]:
                del self._namers[id_]
        self._settle(affected)

    def named(self, write: Counted) -> list[Counted]:
        """The writes in its `over` that are here."""
        return [self._writes[id_] for id_ in write.over if id_ in self._writes]

    def standing(self) -> Iterator[Counted]:
        """The writes that stand, in no order."""
        return (write for write in self._unreached.values() if write.is_legal)

    def view(self) -> View:
        """What the register says now. Costs the standing writes and the requests."""
        unreached = sorted(self._unreached.values(), key=lambda write: write.change)
        standing = [write for write in unreached if write.is_legal]
        requests = _join_equal(write for write in unreached if not write.is_legal)
        values = _join_equal(standing)
        chosen = CHOOSE[self.rule.policy](self.rule, standing) if len(values) > 1 else next(iter(standing), None)
        if chosen is None or chosen.value is None:
            return View(self.key, "empty" if chosen or not values else "conflict", None, values, requests)
        shown = next(value for value in values if chosen.change in value.changes)
        is_settled = len(values) == 1 or self.rule.policy == "latest"
        return View(self.key, "settled" if is_settled else "decided", shown, values, requests)

    def _settle(self, affected: Collection[Counted]) -> None:
        """Turn what saw a write become legal or illegal, and so on. No more rounds than naming is deep."""
        for _ in range(len(self._writes)):
            if not affected:
                return
            affected = {namer for write in affected for namer in self._turn(write)}

    def _turn(self, write: Counted) -> Collection[Counted]:
        return self._become(write, is_legal=is_legal(self.rule, write), is_effective=is_effective(self.rule, write))

    def _become(self, write: Counted, *, is_legal: bool, is_effective: bool) -> Collection[Counted]:
        """Bring the account up to date; the writes that saw it turn legal or illegal."""
        if write.is_effective != is_effective:
            write.is_effective = is_effective
            for other in self.named(write):
                if reaches(self.rule, write, other):
                    self._reach(other, 1 if is_effective else -1)
        if write.is_legal == is_legal:
            return ()
        write.is_legal = is_legal
        for namer in self._namers_of(write):
            self._see(namer, write, 1 if is_legal else -1)
        return self._namers_of(write)

    def _see(self, write: Counted, other: Counted, times: int) -> None:
        write.seen += times
        if not leads(self.rule, other.value, write):
            write.barred += times

    def _reach(self, write: Counted, times: int) -> None:
        write.reached_by += times
        if write.reached_by:
            self._unreached.pop(write.change, None)
        else:
            self._unreached[write.change] = write

    def _namers_of(self, write: Counted) -> Collection[Counted]:
        return self._namers.get(write.change, ())


def _join_equal(writes: Iterable[Counted]) -> tuple[StandingValue, ...]:
    """Equal values as one, in the order given."""
    groups: dict[bytes, list[Counted]] = {}
    for write in writes:
        groups.setdefault(write.packed, []).append(write)
    return tuple(StandingValue(group[0].value, tuple(write.change for write in group)) for group in groups.values())
