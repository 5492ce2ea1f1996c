"""Where a run stands in its chain. What would fork a chain is refused, in the log and in quarantine alike.

Source: sync/SPEC.md 8.1, steps 5 to 7.
"""

from enum import Enum, auto

from crypto.errors import ProtocolError
from crypto.run import Run, parse_run
from server.store.protocol import Reader, Tail


class Place(Enum):
    HELD = auto()
    HELD_APART = auto()
    NEXT = auto()


def find_place(reader: Reader, run: Run, *, apart: bool) -> Place:
    """Whether a run is held already, or comes next. apart: it would go into quarantine, and may follow what is there.

    In quarantine several branches may lie: whoever has a revoked device's key could else keep out, by a forged change,
    what its owner wrote and others hand back. Which of them counts is asked when they go into the log.
    Raises ProtocolError: "fork", "chain_gap", "head_went_back".
    """
    head = run.head
    tail = reader.tail(head.circle, head.device)
    if tail and head.first <= tail.sequence and _is_held(run, log_of(reader, run, head.first)):
        return Place.HELD
    if apart and any(each.first <= head.first for each in reader.held_apart(head.circle, head.device, run.last.id)):
        return Place.HELD_APART
    if tail and head.first <= tail.sequence:
        raise ProtocolError("fork")
    if head.first == 1:
        return Place.NEXT
    before = _heads_before(reader, run, tail, apart=apart)
    if not before:
        raise ProtocolError("chain_gap")
    if head.head_index < min(before):
        raise ProtocolError("head_went_back")
    return Place.NEXT


def _heads_before(reader: Reader, run: Run, tail: Tail | None, *, apart: bool) -> list[int]:
    """Of the runs that end where this one begins: the heads they name."""
    head = run.head
    ends = [(tail.sequence, tail.head_index)] if tail and tail.id == head.previous else []
    if apart:
        held = reader.held_apart(head.circle, head.device, head.previous)
        ends += [(each.last, each.head_index) for each in held]
    return [head_index for last, head_index in ends if last == head.first - 1]


def log_of(reader: Reader, run: Run, first: int) -> list[Run]:
    """Runs of the log of this run's chain that hold changes numbered from `first` to its last."""
    held = reader.runs_of(run.head.circle, run.head.device, first, run.last.header.sequence)
    return [parse_run(raw) for raw in held]


def _is_held(run: Run, held: list[Run]) -> bool:
    """Is every change of the run there? Raises ProtocolError "fork" where a number is there with another id only."""
    ids = {change.id for each in held for change in each.changes}
    numbers = {change.header.sequence for each in held for change in each.changes}
    missing = [change for change in run.changes if change.id not in ids]
    if any(change.header.sequence in numbers for change in missing):
        raise ProtocolError("fork")
    return not missing
