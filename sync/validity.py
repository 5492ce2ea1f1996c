"""What counts: a pure function of the directory and the set of runs. No order of arrival, no clock, no server.

`judge` is the law in full, over everything at once; `sync/log.py` gives the same verdicts one delivery at a time.
Source: sync/SPEC.md 4.1.  Twin: sync/validity.ts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crypto.change import ChangeHeader
from crypto.contexts import ZERO_HASH
from crypto.run import Change, Run
from sync.circles import Cutoff, Letin
from sync.directory import Directory

PENDING = frozenset({"ancestor_missing", "head_unknown", "unknown_statement", "epoch_unknown"})
"""Codes that can go away when more is known; all others stand until a directory entry says otherwise."""

NamedHead = tuple[int, bytes]
"""Index and hash of the entry a run was written under."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """code: why it does not count; None if it does."""

    code: str | None

    @property
    def counts(self) -> bool:
        return self.code is None

    @property
    def is_pending(self) -> bool:
        """May it count when more is known?"""
        return self.code in PENDING


def judge_named_head(directory: Directory, head: NamedHead, floor: int) -> str | None:
    """Rule 2. floor: the newest head that every reading of its ancestors was written under.

    Gives "head_unknown", "head_void", "head_went_back", in that order, or None.
    """
    index, hashed = head
    if directory.index_of(hashed) != index:
        return "head_unknown"
    if directory.is_void(index):
        return "head_void"
    return "head_went_back" if index < floor else None


def judge_head(directory: Directory, circle: bytes, device: bytes, epoch: int, head_index: int) -> str | None:
    """Rule 3: may the device write in this epoch of the circle at that head? The relay asks the same.

    Gives "not_enrolled", "unknown_circle", "unknown_statement" (a newer version narrowed the circle), "shredded",
    "circle_closed", "not_principal", "old_epoch", "epoch_unknown" (its statement is not here),
    "circle_stale", in that order, or None.
    """
    if not directory.is_active(device, head_index):
        return "not_enrolled"
    view = directory.circle(circle, head_index)
    if view is None:
        return "unknown_circle"
    frozen = directory.frozen(circle)
    if frozen is not None and frozen <= head_index:
        return "unknown_statement"
    if view.shredded:
        return "shredded"
    if view.closed:
        return "circle_closed"
    if not directory.principal(circle, device, head_index):
        return "not_principal"
    if view.epoch != epoch:
        return "old_epoch" if epoch < view.epoch else "epoch_unknown"
    return "circle_stale" if directory.stale(circle, head_index) else None


def judge_cutoffs(
    cutoffs: Iterable[Cutoff], letins: Iterable[Letin], head_index: int, leads_to: Callable[[bytes], bool]
) -> str | None:
    """Rule 4. leads_to(id): is the change that one, or an ancestor of it? Gives "cut_off" or None."""
    letins = list(letins)
    for cutoff in cutoffs:
        if cutoff.index <= head_index or (cutoff.last is not None and leads_to(cutoff.last)):
            continue
        if not any(letin.index > cutoff.index and leads_to(letin.change) for letin in letins):
            return "cut_off"
    return None


def judge_change(
    directory: Directory, change: Change, head: NamedHead, floor: int, leads_to: Callable[[bytes], bool]
) -> str | None:
    """Rules 2 to 4 for a change whose ancestors are there, in a run under `head`. Gives the first code, or None."""
    code = judge_named_head(directory, head, floor)
    if code is not None or change.is_acknowledgement:
        return code
    header = change.header
    code = judge_head(directory, header.circle, header.device, header.epoch, head[0])
    if code is not None:
        return code
    cutoffs = directory.cutoffs(header.circle, header.device)
    return judge_cutoffs(cutoffs, directory.letins(header.circle), head[0], leads_to) if cutoffs else None


def judge_heads(
    directory: Directory, change: Change, heads: Iterable[NamedHead], floor: int, leads_to: Callable[[bytes], bool]
) -> str | None:
    """A change that stands in runs under several heads counts if it counts under one; else the oldest head's code."""
    codes = [judge_change(directory, change, head, floor, leads_to) for head in sorted(heads)]
    return None if None in codes else codes[0]


@dataclass(slots=True)
class _Placed:
    change: Change
    heads: set[NamedHead] = field(default_factory=set)


def judge(directory: Directory, runs: Iterable[Run]) -> dict[bytes, Verdict]:
    """Rules 1 to 4 for every change of these runs, whose signatures were verified; rule 5 is for those who can open."""
    placed: dict[bytes, _Placed] = {}
    for run in runs:
        for change in run.changes:
            standing = placed.setdefault(change.id, _Placed(change))
            standing.heads.add((run.head.head_index, run.head.head_hash))
    ancestors = {id_: _ancestors(placed, id_) for id_ in placed}
    return {id_: Verdict(_judge_placed(directory, placed, ancestors, id_)) for id_ in placed}


def _judge_placed(
    directory: Directory, placed: dict[bytes, _Placed], ancestors: dict[bytes, list[bytes]], id_: bytes
) -> str | None:
    standing, before = placed[id_], ancestors[id_]
    if len(before) != standing.change.header.sequence - 1:
        return "ancestor_missing"
    floor = max((min(placed[ancestor].heads)[0] for ancestor in before), default=-1)

    def leads_to(target: bytes) -> bool:
        return target == id_ or (target in placed and id_ in ancestors[target])

    return judge_heads(directory, standing.change, standing.heads, floor, leads_to)


def _ancestors(placed: dict[bytes, _Placed], id_: bytes) -> list[bytes]:
    """As far as they are there, nearest first."""
    found: list[bytes] = []
    header = placed[id_].change.header
    while header.previous != ZERO_HASH and header.previous in placed:
        before = placed[header.previous].change.header
        if not follows(header, before):
            break
        found.append(header.previous)
        header = before
    return found


def follows(header: ChangeHeader, before: ChangeHeader) -> bool:
    """Is a change in the chain of the one it names as previous, and next in number?"""
    place = (header.circle, header.device, header.sequence - 1)
    return place == (before.circle, before.device, before.sequence)
