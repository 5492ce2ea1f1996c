"""The data dictionary at work: the rule of a field, whether a value is of its kind, which of two is the more careful.

Reads what `sync.records.generate` wrote. What is declared there never changes, it only grows.

Source: sync/SPEC.md 4.3 and 5.  Twin: sync/dictionary.ts.
"""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from crypto.errors import ProtocolError

ID_SIZE = 16
CHANGE_SIZE = 32
KEY_SIZE = 32
MAX_MOMENT = 2**53 - 1  # ms since 1970-01-01 UTC
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DATA = Path(__file__).parent / "records" / "dictionary.json"

Policy = Literal["ask", "author", "careful", "latest", "once", "set", "state", "text"]
Who = tuple[str, ...]
"""Roles and duties, any one of which is enough."""


class TextKind(msgspec.Struct, frozen=True, tag_field="kind", tag="text"):
    """max: in Unicode code points."""

    max: int


class IntKind(msgspec.Struct, frozen=True, tag_field="kind", tag="int"):
    min: int
    max: int


class BoolKind(msgspec.Struct, frozen=True, tag_field="kind", tag="bool"):
    pass


class EnumKind(msgspec.Struct, frozen=True, tag_field="kind", tag="enum"):
    name: str
    values: tuple[str, ...]


class DateKind(msgspec.Struct, frozen=True, tag_field="kind", tag="date"):
    """YYYY-MM-DD, a day that there is, from year 1."""


class MomentKind(msgspec.Struct, frozen=True, tag_field="kind", tag="moment"):
    pass


class IdKind(msgspec.Struct, frozen=True, tag_field="kind", tag="id"):
    pass


class ChangeKind(msgspec.Struct, frozen=True, tag_field="kind", tag="change"):
    pass


class KeyKind(msgspec.Struct, frozen=True, tag_field="kind", tag="key"):
    """A device, by its signing key."""


class ListKind(msgspec.Struct, frozen=True, tag_field="kind", tag="list"):
    of: "Kind"
    max: int


class StructKind(msgspec.Struct, frozen=True, tag_field="kind", tag="struct"):
    name: str
    fields: dict[str, "Kind"]
    required: tuple[str, ...]


Kind = (
    TextKind
    | IntKind
    | BoolKind
    | EnumKind
    | DateKind
    | MomentKind
    | IdKind
    | ChangeKind
    | KeyKind
    | ListKind
    | StructKind
)


Ordered = str | int
"""What has an order: a choice, a date, a number, a yes or no."""


class Arrow(NamedTuple):
    before: str | None
    after: str
    who: Who


class FieldRule(msgspec.Struct, frozen=True):
    """What holds for one field for ever.

    kind: of the value; of one element where `each`. home: the kind of circle it counts in. write: who may write it.
    Policy "careful": order, from least to most careful, or the more careful direction; decide, who may lower it.
    Policy "state": arrows, the moves there are; stop_order, from least to most stopped. Empty where not needed.
    """

    type: str
    field: str
    introduced: int
    kind: Kind
    each: bool
    policy: Policy
    home: str
    write: Who
    order: tuple[str | bool, ...] | Literal["min", "max"]
    decide: Who
    arrows: tuple[Arrow, ...]
    stop_order: tuple[str, ...]


class TypeRule(msgspec.Struct, frozen=True):
    introduced: int
    home: str
    fields: dict[str, FieldRule]


class Dictionary(msgspec.Struct, frozen=True):
    version: int
    types: dict[str, TypeRule]

    def field(self, record_type: str, name: str) -> FieldRule | None:
        """None for a type or a field that this version does not know."""
        known = self.types.get(record_type)
        return known.fields.get(name) if known else None


@cache
def dictionary() -> Dictionary:
    """The dictionary this code was built with. Read once."""
    return msgspec.json.decode(_DATA.read_bytes(), type=Dictionary)


def validate(value: object, kind: Kind) -> None:
    """Raises ProtocolError "bad_value" if a value, as strict MessagePack gives it, is not of the kind."""
    if not is_of_kind(value, kind):
        raise ProtocolError("bad_value")


def is_of_kind(value: object, kind: Kind) -> bool:
    match kind:
        case TextKind(max=limit):
            return isinstance(value, str) and len(value) <= limit
        case IntKind(min=least, max=most):
            return type(value) is int and least <= value <= most
        case BoolKind():
            return isinstance(value, bool)
        case EnumKind(values=values):
            return isinstance(value, str) and value in values
        case DateKind():
            return isinstance(value, str) and _is_date(value)
        case MomentKind():
            return type(value) is int and 0 <= value <= MAX_MOMENT
        case IdKind():
            return isinstance(value, bytes) and len(value) == ID_SIZE
        case ChangeKind():
            return isinstance(value, bytes) and len(value) == CHANGE_SIZE
        case KeyKind():
            return isinstance(value, bytes) and len(value) == KEY_SIZE
        case ListKind(of=of, max=limit):
            return isinstance(value, list | tuple) and len(value) <= limit and all(is_of_kind(one, of) for one in value)
        case StructKind():
            return isinstance(value, dict) and _is_struct(value, kind)


def is_more_careful(rule: FieldRule, one: Ordered, other: Ordered) -> bool:
    """Whether `one` is strictly more careful than `other` (policy "careful"), or more stopped ("state")."""
    return rank(rule, one) > rank(rule, other)


def rank(rule: FieldRule, value: Ordered) -> int:
    """How careful, or how stopped, a value of the field's kind is; more is higher. In a set the value is a bool."""
    if rule.order == "max":
        return _ordinal(value)
    if rule.order == "min":
        return -_ordinal(value)
    return (rule.order or rule.stop_order).index(value)


def arrow(rule: FieldRule, before: str | None, after: str) -> Who | None:
    """Who may move a state, before None being its first write; None if no such arrow is declared.

    Staying is always open to whoever may write the field.
    """
    if before == after:
        return rule.write
    return next((each.who for each in rule.arrows if (each.before, each.after) == (before, after)), None)


def _is_struct(value: dict[object, object], kind: StructKind) -> bool:
    complete = all(name in value for name in kind.required)
    return complete and all(
        isinstance(name, str) and name in kind.fields and is_of_kind(one, kind.fields[name])
        for name, one in value.items()
    )


def _is_date(value: str) -> bool:
    parts = _DATE.fullmatch(value)
    if not parts:
        return False
    try:
        date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return False
    return True


def _ordinal(value: Ordered) -> int:
    return int(value.replace("-", "")) if isinstance(value, str) else value
