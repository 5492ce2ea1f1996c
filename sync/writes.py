"""Which writes of a change count, and where. A change that counts may hold writes that do not; each is judged alone.

Source: sync/SPEC.md 4.3 and 5.  Twin: sync/writes.ts.
"""

from dataclasses import dataclass
from typing import NamedTuple

from crypto.encoding import pack
from sync.capacity import Capacity, writes_as
from sync.dictionary import Dictionary, FieldRule, is_of_kind
from sync.edits import Edit, Value, Write, ascends
from sync.shapes import MARK_SIZE

DELETED = "deleted"
"""The field by which every record can be crossed out, in the home of its type."""
MAX_SEEN = 256
"""Changes that a deletion may name; the kind of `deleted` says the same."""
CLEARABLE = frozenset({"ask", "latest", "text"})
"""Policies under which nil empties a field (and takes a deletion back)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A change that counts (SPEC 4.1), with what the directory says of its author.

    capacities: at each head under which it counts. at: device time, ms. version: of the writer's dictionary.
    """

    id: bytes
    circle: bytes
    circle_kind: str
    device: bytes
    member: bytes
    capacities: tuple[Capacity, ...]
    at: int
    version: int
    edits: tuple[Edit, ...]


class RegisterKey(NamedTuple):
    """Where values meet.

    element: its strict MessagePack, in a set field. member: the author, where the policy is `once`.
    """

    circle: bytes
    record: bytes
    type: str
    field: str
    element: bytes | None = None
    member: bytes | None = None

    @property
    def text(self) -> str:
        """The same in both twins: for sorting and as a name."""
        element = "" if self.element is None else self.element.hex()
        member = "" if self.member is None else self.member.hex()
        return "/".join((self.circle.hex(), self.record.hex(), self.type, self.field, element, member))


def seen_by(deletion: Value) -> list[bytes]:
    """The changes of a record that its deleter had seen, as the value of `deleted` names them."""
    seen = deletion["seen"] if isinstance(deletion, dict) else None
    return [id_ for id_ in seen if isinstance(id_, bytes)] if isinstance(seen, list) else []


@dataclass(frozen=True, slots=True)
class SetAside:
    """A write that does not count, kept as it came. code: what `judge_write` says."""

    record: bytes
    type: str
    write: Write
    code: str


def judge_write(dictionary: Dictionary, change: Judged, edit: Edit, write: Write) -> FieldRule | str:
    """The rule of its field if the write counts, else why not.

    In this order: "unjudged" (a field this dictionary lacks), "not_home", "bad_value" ("unjudged" if the writer's
    dictionary was newer: it may have grown a choice), "not_entitled". Source: SPEC 4.3.
    """
    rule = dictionary.field(edit.type, write.field)
    if rule is None:
        return "unjudged"
    if rule.home != change.circle_kind:
        return "not_home"
    if not _fits(rule, write):
        return "unjudged" if change.version > dictionary.version else "bad_value"
    if rule.policy == "author" and not is_of(edit.record, change.member):
        return "not_entitled"
    if not writes_as(rule, change.capacities):
        return "not_entitled"
    return rule


def is_of(record: bytes, member: bytes) -> bool:
    """Whether a record's id says that this member made it. No two members of a centre begin alike. Source: SPEC 4.3."""
    return record[:MARK_SIZE] == member[:MARK_SIZE]


def register_key(rule: FieldRule, change: Judged, edit: Edit, write: Write) -> RegisterKey:
    """The register in which a write that counts stands."""
    element = pack(write.element) if rule.each else None
    member = change.member if rule.policy == "once" else None
    return RegisterKey(change.circle, edit.record, edit.type, write.field, element, member)


def _fits(rule: FieldRule, write: Write) -> bool:
    if rule.each:
        return isinstance(write.value, bool) and write.element is not None and is_of_kind(write.element, rule.kind)
    if write.element is not None:
        return False
    if write.value is None:
        return rule.policy in CLEARABLE
    return is_of_kind(write.value, rule.kind) and (rule.field != DELETED or ascends(seen_by(write.value)))
