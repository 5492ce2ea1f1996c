"""In what capacity a change was written: role, duties and rights of its author, at each head under which it counts.

Source: sync/SPEC.md 4.3.  Twin: sync/capacity.ts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sync.dictionary import FieldRule
from sync.directory import Directory

Rights = Callable[[str, str], Sequence[str] | None]
"""(type, field) to who may write it by `policy` at a head; None where the dictionary's word holds."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """At one head. who: the member's role and duties."""

    who: frozenset[str]
    rights: Rights


def capacities(directory: Directory, member: bytes, heads: Iterable[int]) -> tuple[Capacity, ...]:
    """Of a member, at the heads of these indices."""
    return tuple(_capacity(directory, member, head) for head in heads)


def writes_as(rule: FieldRule, held: Iterable[Capacity]) -> frozenset[str]:
    """As whom an author may write a field: the roles and duties of every capacity that may. Empty: of none."""
    return frozenset[str]().union(*(one.who for one in held if not one.who.isdisjoint(_writers(rule, one))))


def _capacity(directory: Directory, member: bytes, head: int) -> Capacity:
    role = directory.role(member, head)
    who = frozenset([*directory.duties(member, head), *([role] if role else [])])
    return Capacity(who, partial(directory.rights, at=head))


def _writers(rule: FieldRule, held: Capacity) -> Sequence[str]:
    granted = held.rights(rule.type, rule.field)
    return rule.write if granted is None else granted
