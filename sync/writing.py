"""Records written field by field: each write into the circle that is its field's home, over the values that were seen.

Never imported by the server.  Source: sync/SPEC.md 4.2, 4.3, 5.  Twin: sync/writing.ts.
"""

from collections.abc import Mapping
from typing import Any, Self

from crypto.encoding import pack, unpack
from crypto.errors import ProtocolError
from sync.capacity import capacities
from sync.device_core import Core, Saved
from sync.dictionary import FieldRule, dictionary
from sync.edits import MAX_EDITS, Edit, Value, Write, in_nfc
from sync.policies import SAID_ONCE
from sync.register import View
from sync.writes import DELETED, MAX_SEEN, Judged, judge_write, register_key

Where = Mapping[str, bytes]
"""Kind of circle to the circle in which fields of that home are written."""


class Writing:
    """Gathers writes and saves them, one change a circle. Checked as it goes: what would not count is not taken.

    Raises ProtocolError from `put`, `drop`, `cross_out`: "not_home" (no circle of that kind is given), "bad_value" (or
    no such field), "not_entitled", "exists" (another text was submitted already).
    """

    def __init__(self, core: Core, where: Where) -> None:
        self._core = core
        self._where = where
        self._edits: dict[bytes, dict[tuple[bytes, str], dict[bytes, Write]]] = {}

    def put(self, record: bytes, type_: str, /, **fields: Any) -> Self:
        """Values by field; of a set, the elements to add."""
        for field, value in fields.items():
            rule = _rule(type_, field)
            if rule.each:
                for element in value:
                    self._write(rule, record, element, True)
            else:
                self._write(rule, record, None, value)
        return self

    def drop(self, record: bytes, type_: str, field: str, *elements: Value) -> Self:
        """Elements to take out of a set."""
        for element in elements:
            self._write(_rule(type_, field), record, element, False)
        return self

    def cross_out(self, record: bytes, type_: str, reason: str) -> Self:
        """A record, with everything of it that is seen here.

        Of more than 256 changes so many at a time: save, and cross out again, until the part is deleted.
        """
        rule = _rule(type_, DELETED)
        part = self._core.held.ledger.merge.record(record, type_).get(self._circle(rule))
        standing = (value for view in (part.views if part else ()) for value in view.values)
        seen = {change for value in standing for change in value.changes}
        if part is not None and len(seen) > MAX_SEEN:
            seen -= part.seen
        self._write(rule, record, None, {"reason": reason, "seen": list(sorted(seen)[:MAX_SEEN])})
        return self

    def over(self, view: View, value: Value) -> Self:
        """One value in place of all that stand in a register, or were asked for there."""
        key = view.key
        rule = _rule(key.type, key.field)
        element = unpack(key.element) if key.element is not None else None
        self._edit(key.circle, rule, key.record, Write(key.field, element, in_nfc(value), _seen(view)))
        return self

    def save(self, at: int | None = None) -> list[Saved]:
        """On disk when this returns: a change (or a draft) in each circle. at: device time, ms; now, unless given."""
        saved = [self._core.save(circle, _as_edits(records), at) for circle, records in self._edits.items()]
        self._edits = {}
        return saved

    def _write(self, rule: FieldRule, record: bytes, element: Value, value: Value) -> None:
        circle = self._circle(rule)
        if value is not False:
            element, value = in_nfc(element), in_nfc(value)
        write = Write(rule.field, element, value, ())
        key = register_key(rule, self._judged(circle, rule), Edit(record, rule.type, (write,)), write)
        view = self._core.held.ledger.merge.register(key)
        if rule.policy in SAID_ONCE and len(view.values) == 1:
            if pack(view.values[0].value) == pack(value):
                return
            raise ProtocolError("exists")
        self._edit(circle, rule, record, Write(rule.field, element, value, _seen(view)))

    def _edit(self, circle: bytes, rule: FieldRule, record: bytes, write: Write) -> None:
        judged = judge_write(dictionary(), self._judged(circle, rule), Edit(record, rule.type, (write,)), write)
        if isinstance(judged, str):
            raise ProtocolError(judged)
        writes = self._edits.setdefault(circle, {}).setdefault((record, rule.type), {})
        writes[rule.field.encode() + b"\0" + pack(write.element)] = write

    def _circle(self, rule: FieldRule) -> bytes:
        if rule.home not in self._where:
            raise ProtocolError("not_home")
        return self._where[rule.home]

    def _judged(self, circle: bytes, rule: FieldRule) -> Judged:
        """Ourselves, as the writes will be judged; of the change only what judging a write looks at."""
        held = self._core.held
        view = held.directory.circle(circle, held.head)
        kind = view.kind if view else rule.home
        ours = capacities(held.directory, held.member, [held.head])
        return Judged(b"", circle, kind, held.key, held.member, ours, 0, dictionary().version, ())


def _rule(type_: str, field: str) -> FieldRule:
    rule = dictionary().field(type_, field)
    if rule is None:
        raise ProtocolError("bad_value")
    return rule


def _seen(view: View) -> tuple[bytes, ...]:
    """Every change whose value stands, or is asked for, in what was shown."""
    return tuple(sorted({change for value in (*view.values, *view.requests) for change in value.changes}))


def _as_edits(records: Mapping[tuple[bytes, str], Mapping[bytes, Write]]) -> list[Edit]:
    if len(records) > MAX_EDITS:
        raise ProtocolError("too_large")
    return [Edit(record, type_, tuple(writes.values())) for (record, type_), writes in records.items()]
