"""The words in which a record type is declared: choices, parts, policies, fields.

A record type is a subclass of `Record` under `@record`. It is never instantiated: on the wire a record is a set of
registers, one a field, and no device need hold all of them. So a declaration describes and does nothing else. The
annotation gives the kind of value and its limits; the `Field` beside it gives the rule and the words. In a `set[...]`
every element is a register of its own.

What is published never changes (docs/decisions/010-data-dictionary.md): a new need is a new field, type or choice.
"""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self, TypeVar

import msgspec
from msgspec import Meta

VERSION = 1
"""Of the dictionary. Goes up when something is added to a published one."""

ROLES = ("supporter", "professional", "staff", "admin")
DUTIES = ("reviewer", "coordinator", "privacy")
CIRCLES = ("centre", "desk", "case", "door", "dispatch", "own", "private")

Who = tuple[str, ...]
"""Roles and duties, any one of which is enough."""
EVERYONE: Who = ROLES
CARE: Who = ("professional", "staff", "admin")
DESK: Who = ("staff", "admin")
COORDINATION: Who = ("staff", "admin", "coordinator")
REVIEWERS: Who = ("reviewer",)

# `extra` names the kinds that Python's own types do not tell apart.
Id = Annotated[bytes, Meta(min_length=16, max_length=16, extra={"kind": "id"})]
Change = Annotated[bytes, Meta(min_length=32, max_length=32, extra={"kind": "change"})]
Key = Annotated[bytes, Meta(min_length=32, max_length=32, extra={"kind": "key"})]
Moment = Annotated[int, Meta(ge=0, le=2**53 - 1, extra={"kind": "moment"})]
Date = date
Minutes = Annotated[int, Meta(ge=0, le=1440)]
Name = Annotated[str, Meta(max_length=40)]
Line = Annotated[str, Meta(max_length=200)]
Paragraph = Annotated[str, Meta(max_length=2000)]


class Choice(StrEnum):
    """An enumeration: `name = value, ja, en`. The value is what is written, and never changes."""

    ja: str
    en: str

    def __new__(cls, value: str, ja: str, en: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.ja, member.en = ja, en
        return member


class Part(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A struct inside a field. It never grows."""


class Label(msgspec.Struct, frozen=True):
    """The words for a field of a part."""

    ja: str
    en: str


Order = tuple[str, ...] | tuple[bool, ...] | Literal["min", "max"]
Arrow = tuple[str | None, str, Who]
"""(from, to, who); from None is the first write."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How concurrent values of one field meet. Empty is what a policy does not need; see `careful` and `state`."""

    name: str
    order: Order = ()
    decide: Who = ()
    arrows: tuple[Arrow, ...] = ()
    stop_order: tuple[str, ...] = ()


ASK = Policy(name="ask")
AUTHOR = Policy(name="author")
LATEST = Policy(name="latest")
ONCE = Policy(name="once")
SET = Policy(name="set")
TEXT = Policy(name="text")

YES_THEN_NO = (True, False)
"""No is the more careful; for a set: removing is."""
NO_THEN_YES = (False, True)


def careful(order: type[Choice] | Order, decide: Who) -> Policy:
    """The more careful value counts until somebody in `decide` lowers it.

    order: from least to most careful (a `Choice` in the order of its declaration), or "min" / "max": the direction that
    is more careful.
    """
    return Policy(name="careful", order=tuple(order) if isinstance(order, type) else order, decide=decide)


def state(arrows: Iterable[Arrow], stop_order: type[Choice] | tuple[str, ...]) -> Policy:
    """A state machine. stop_order: every state, from least to most stopped; of concurrent states the last counts."""
    return Policy(name="state", arrows=tuple(arrows), stop_order=tuple(stop_order))


class Field(msgspec.Struct, frozen=True):
    """Rule and words of one field. `home`, `write` and `introduced` default to those of the type."""

    ja: str
    en: str
    policy: Policy
    home: str | None = None
    write: Who | None = None
    help: Label | None = None
    required: bool = False
    quick: bool = False
    introduced: int | None = None


class Type(msgspec.Struct, frozen=True):
    """What holds for a record type as a whole."""

    ja: str
    en: str
    home: str
    write: Who
    introduced: int


class Record(msgspec.Struct):
    """Base of every record type."""

    described: ClassVar[Type]


R = TypeVar("R", bound=Record)


def record(ja: str, en: str, *, home: str, write: Who, introduced: int = 1) -> Callable[[type[R]], type[R]]:
    """Say of a record type what holds for all of its fields unless a field says otherwise."""

    def describe(cls: type[R]) -> type[R]:
        cls.described = Type(ja, en, home, write, introduced)
        return cls

    return describe


class Deletion(Part):
    """Nothing leaves the log: a record is crossed out, for a reason, by somebody who had seen these changes of it."""

    reason: Annotated[Line, Label("理由", "Reason")]
    seen: Annotated[list[Change], Meta(max_length=256), Label("見た記録", "Changes seen")]


DELETED = Annotated[Deletion, Field("取消", "Crossed out", ASK, write=DESK)]
"""The field `deleted` of every record type, in the type's home (sync/SPEC.md 5). An edit not in `seen` beats it."""
