"""What is true after everybody has written: the registers that the counting changes of a device's circles add up to.

The state is a function of the set of changes taken in, in whatever order and however often. Taking one in or out costs
its own registers only.

Source: sync/SPEC.md 4.3 and 5.  Twin: sync/merge.ts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crypto.encoding import pack
from sync.canonical import canonical, set_aside_json, view_json
from sync.capacity import writes_as
from sync.dictionary import Dictionary, FieldRule
from sync.edits import Edit, Write
from sync.policies import Counted
from sync.register import Register, View
from sync.writes import DELETED, Judged, RegisterKey, SetAside, judge_write, register_key, seen_by


@dataclass(frozen=True, slots=True)
class Part:
    """What one circle holds of a record.

    is_deleted: crossed out by somebody who had seen every change that stands here. seen: the changes that any standing
    deletion had seen. views: of its registers, by key.
    """

    record: bytes
    type: str
    circle: bytes
    circle_kind: str
    is_deleted: bool
    seen: frozenset[bytes]
    views: Sequence[View]


class Merge:
    """The state of the changes taken in.

    refused, unjudged: writes that do not count, as they came, by change id and in the change's order. After an update
    of the app `Merge(newer dictionary, older.changes())` judges the unjudged.
    """

    def __init__(self, dictionary: Dictionary, changes: Iterable[Judged] = ()) -> None:
        self.refused: dict[bytes, list[SetAside]] = {}
        self.unjudged: dict[bytes, list[SetAside]] = {}
        self._dictionary = dictionary
        self._changes: dict[bytes, tuple[Judged, set[RegisterKey]]] = {}
        self._registers: dict[RegisterKey, Register] = {}
        self._records: dict[tuple[bytes, str], dict[bytes, dict[RegisterKey, Register]]] = {}
        for change in changes:
            self.add(change)

    def add(self, change: Judged) -> set[RegisterKey]:
        """Take in a change that counts; the registers it touched. One that is in already is judged anew."""
        touched = self.remove(change.id)
        taken = (self._take(change, edit, write) for edit in change.edits for write in edit.writes)
        keys = {key for key in taken if key}
        self._changes[change.id] = change, keys
        return touched | keys

    def remove(self, change: bytes) -> set[RegisterKey]:
        """Take out a change that counts no longer, as if it had never been here; the registers it touched."""
        self.refused.pop(change, None)
        self.unjudged.pop(change, None)
        _, keys = self._changes.pop(change, (None, set[RegisterKey]()))
        for key in keys:
            self._erase(key, change)
        return keys

    def changes(self) -> Iterator[Judged]:
        """The changes taken in."""
        return (change for change, _ in self._changes.values())

    def change(self, id_: bytes) -> Judged | None:
        """The change of this id, if it is in: who wrote, when, on which device."""
        return self._changes[id_][0] if id_ in self._changes else None

    def register(self, key: RegisterKey) -> View:
        """What a register says; "empty" if nobody wrote there."""
        register = self._registers.get(key)
        return register.view() if register else View(key, "empty", None, (), ())

    def records(self) -> Iterator[tuple[bytes, str]]:
        """(id, type) of every record in which something counts."""
        return iter(self._records)

    def record(self, record: bytes, type_: str) -> dict[bytes, Part]:
        """The parts of a record, by circle. Two of one circle kind are never mixed: a screen shows them apart."""
        circles = self._records.get((record, type_), {})
        return {circle: _part(circles[circle]) for circle in sorted(circles)}

    def to_json(self) -> str:
        """The whole state, canonical: the same text for the same set of changes, in both twins."""
        parts = [part for record in self._records for part in self.record(*record).values()]
        deleted = [[part.circle.hex(), part.record.hex(), part.type] for part in parts if part.is_deleted]
        return canonical(
            {
                "deleted": sorted(deleted),
                "refused": _set_aside_json(self.refused),
                "registers": [view_json(register.view()) for register in _ordered(self._registers)],
                "unjudged": _set_aside_json(self.unjudged),
            }
        )

    def _take(self, change: Judged, edit: Edit, write: Write) -> RegisterKey | None:
        judged = judge_write(self._dictionary, change, edit, write)
        if isinstance(judged, FieldRule):
            return self._write(judged, change, edit, write)
        aside = self.unjudged if judged == "unjudged" else self.refused
        aside.setdefault(change.id, []).append(SetAside(edit.record, edit.type, write, judged))
        return None

    def _write(self, rule: FieldRule, change: Judged, edit: Edit, write: Write) -> RegisterKey:
        key = register_key(rule, change, edit, write)
        register = self._registers.get(key) or self._new_register(key, rule)
        over = tuple(id_ for id_ in write.over if id_ != change.id)
        who = writes_as(rule, change.capacities)
        register.add(Counted(change.id, change.at, write.value, pack(write.value), over, who))
        return key

    def _new_register(self, key: RegisterKey, rule: FieldRule) -> Register:
        register = self._registers[key] = Register(key, rule)
        circles = self._records.setdefault((key.record, key.type), {})
        circles.setdefault(key.circle, {})[key] = register
        return register

    def _erase(self, key: RegisterKey, change: bytes) -> None:
        self._registers[key].remove(change)
        if self._registers[key]:
            return
        del self._registers[key]
        circles = self._records[key.record, key.type]
        del circles[key.circle][key]
        if not circles[key.circle]:
            del circles[key.circle]
        if not circles:
            del self._records[key.record, key.type]


def _ordered(registers: Mapping[RegisterKey, Register]) -> list[Register]:
    return [registers[key] for key in sorted(registers, key=lambda key: key.text)]


def _part(registers: Mapping[RegisterKey, Register]) -> Part:
    ordered = _ordered(registers)
    key, home = ordered[0].key, ordered[0].rule.home
    views = [register.view() for register in ordered]
    seen = list(_deletions(ordered))
    others = {write.change for register in ordered if not _is_deletion(register) for write in register.standing()}
    is_deleted = any(others <= each for each in seen)  # an edit that none had seen brings the part back
    return Part(key.record, key.type, key.circle, home, is_deleted, frozenset[bytes]().union(*seen), views)


def _deletions(registers: Iterable[Register]) -> Iterator[set[bytes]]:
    """What each standing deletion had seen."""
    for register in filter(_is_deletion, registers):
        yield from (_seen(register, write) for write in register.standing() if write.value is not None)


def _is_deletion(register: Register) -> bool:
    return register.key.field == DELETED


def _seen(register: Register, deletion: Counted) -> set[bytes]:
    """The changes that a deletion, and those it was written over one by one, had seen; their own too."""
    chain = {deletion.change: deletion}
    waiting = [deletion]
    while waiting:
        named = register.named(waiting.pop())
        before = [write for write in named if write.value is not None and write.change not in chain]
        chain |= {write.change: write for write in before}
        waiting += before
    return {*chain, *(id_ for write in chain.values() for id_ in seen_by(write.value))}


def _set_aside_json(aside: Mapping[bytes, Sequence[SetAside]]) -> list[dict[str, Any]]:
    return [set_aside_json(change, one) for change in sorted(aside) for one in aside[change]]
