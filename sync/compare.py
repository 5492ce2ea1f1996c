"""Is the chain a server serves a continuation of our own? Rolled back or forked, it is refused, or the root settled it.

Source: sync/SPEC.md 3.7.  Twin: sync/compare.ts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crypto.entry import Entry, parse_entry
from crypto.errors import ProtocolError
from sync.chain import Frame
from sync.directory import Directory
from sync.entries import read_entry

Outcome = Literal["same", "ahead", "rolled_back", "forked", "changed_over"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """directory: the one to change over to; None unless the outcome is "changed_over"."""

    outcome: Outcome
    directory: Directory | None = None


def compare(own: Directory, frames: Sequence[Frame]) -> Comparison:
    """Compare with the whole other chain, from its founding on. Changes nothing in our own.

    "ahead": ours is its beginning, take in the rest; "changed_over": the root of the last common entry voided ours.
    Raises ProtocolError: those of crypto 7.3 for an entry that cannot be read.
    """
    others = [parse_entry(entry) for entry, _ in frames]
    common = _common(own, others)
    if common == len(own.entries):
        return Comparison("same" if common == len(others) else "ahead")
    if common == len(others):
        return Comparison("rolled_back")
    if _is_settled(own, common, frames[common:]):
        other = _taken(own.centre, frames)
        if other is not None:
            return Comparison("changed_over", other)
    return Comparison("forked")


def _common(own: Directory, others: Sequence[Entry]) -> int:
    """How many entries the chains share, from the founding on; a hash fixes all before it."""
    pairs = zip(own.entries, others, strict=False)
    return next(
        (index for index, (ours, theirs) in enumerate(pairs) if ours.hash != theirs.hash), _shorter(own, others)
    )


def _shorter(own: Directory, others: Sequence[Entry]) -> int:
    return min(len(own.entries), len(others))


def _is_settled(own: Directory, common: int, frames: Sequence[Frame]) -> bool:
    """Has the root, which our side has not replaced, voided our side? Signatures are looked at when the chain is taken.

    Once our side has another root, an old paper key must not lead us away by itself: a person has to decide.
    """
    root, ours = own.root(common - 1), own.entry(common).hash
    if root is None or root != own.root(own.head.index):
        return False
    coming = (read_entry(entry, (), trusted=True) for entry, _ in frames)
    return any(held.entry.author == root.key and ours in held.voids for held in coming)


def _taken(centre: bytes, frames: Sequence[Frame]) -> Directory | None:
    other = Directory(centre)
    try:
        other.take(frames)
    except ProtocolError:
        return None
    return other
