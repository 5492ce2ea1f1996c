"""Where a run stands in its chain. What would fork a chain is refused, in the log and in quarantine alike.

Source: sync/SPEC.md 8.1, steps 5 to 7.
"""

from enum import Enum, auto

from crypto.errors import ProtocolError
from crypto.run import Run, parse_run
from server.store.protocol import Reader


class Place(Enum):
    HELD = auto()
    HELD_APART = auto()
    NEXT = auto()


def find_place(reader: Reader, run: Run, *, apart: bool) -> Place:
    """Whether a run is held already, or comes next. apart: it would go into quarantine, and may follow what is there.

    Raises ProtocolError: "fork", "chain_gap", "head_went_back".
    """
    head = run.head
    tail = reader.tail(head.circle, head.device)
    befores = {tail.id: (tail.sequence, tail.head_index)} if tail else {}
    if tail and head.first <= tail.sequence and _is_held(run, log_of(reader, run, head.first)):
        return Place.HELD
    if apart:
        held = quarantine_of(reader, head.circle, head.device)
        if _is_held(run, held):
            return Place.HELD_APART
        befores |= {each.last.id: (each.last.header.sequence, each.head.head_index) for each in held}
    if tail and head.first <= tail.sequence:
        raise ProtocolError("fork")
    if head.first == 1:
        return Place.NEXT
    sequence, head_index = befores.get(head.previous, (0, 0))
    if sequence != head.first - 1:
        raise ProtocolError("chain_gap")
    if head.head_index < head_index:
        raise ProtocolError("head_went_back")
    return Place.NEXT


def log_of(reader: Reader, run: Run, first: int) -> list[Run]:
    """Runs of the log of this run's chain that hold changes numbered from `first` to its last."""
    held = reader.runs_of(run.head.circle, run.head.device, first, run.last.header.sequence)
    return [parse_run(raw) for raw in held]


def quarantine_of(reader: Reader, circle: bytes, device: bytes) -> list[Run]:
    """Runs of a chain held apart, in order."""
    return [parse_run(held.data) for held in reader.quarantine_of(circle, device)]


def _is_held(run: Run, held: list[Run]) -> bool:
    """Is every change of the run there? Raises ProtocolError "fork" where a number is there with another id only."""
    ids = {change.id for each in held for change in each.changes}
    numbers = {change.header.sequence for each in held for change in each.changes}
    missing = [change for change in run.changes if change.id not in ids]
    if any(change.header.sequence in numbers for change in missing):
        raise ProtocolError("fork")
    return not missing
