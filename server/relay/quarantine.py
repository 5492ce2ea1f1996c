"""Runs of a device that was cut off: held apart until it shows that they count, or staff let them in.

A server may hold a cut-off before the changes it covers (one that lost its log is healed in order). So whenever a chain
held apart grows, and whenever an entry lets something in, what is covered by then goes into the log.
Source: sync/SPEC.md 4.1, 8.1 step 9.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from crypto.run import Run, parse_run
from server.relay.chains import log_of
from server.store.protocol import NewRun, Writer
from sync.directory import Directory


def cut_code(directory: Directory, run: Run) -> str | None:
    """Why a run does not go straight into the log: "revoked", "cut_off", or nothing."""
    device = directory.device(run.head.device, directory.head.index)
    if device and device.revoked is not None:
        return "revoked"
    return "cut_off" if any(True for _ in _cuts(directory, run)) else None


def release(writer: Writer, directory: Directory, circle: bytes, device: bytes) -> dict[int, int]:
    """Move into the log what of a chain held apart is covered. Cursors by number in quarantine."""
    held = {each.number: parse_run(each.data) for each in writer.quarantine_of(circle, device)}
    lineage = Lineage(held)
    cursors: dict[int, int] = {}
    for number, run in held.items():
        if _is_covered(directory, number, run, lineage) and _goes_into_log(writer, run):
            writer.release(number)
            cursors[number] = store_run(writer, run)
    return cursors


def releases(directory: Directory, run: Run) -> bool:
    """Whether a run that is held apart now may bring itself and others into the log: a cut-off or a let-in names it."""
    names = {last for _, last in _cuts(directory, run)}
    names |= {letin.change for letin in directory.letins(run.head.circle)}
    return not names.isdisjoint(run.ids)


class Lineage:
    """Which runs held apart lead to a change: its own and those before it, in its branch alone."""

    def __init__(self, held: Mapping[int, Run]) -> None:
        self._held = held
        self._by_change: defaultdict[bytes, list[int]] = defaultdict(list)
        for number, run in held.items():
            for id_ in run.ids:
                self._by_change[id_].append(number)
        self._found: dict[bytes, frozenset[int]] = {}

    def leading_to(self, change: bytes) -> frozenset[int]:
        """Their numbers."""
        if change not in self._found:
            found: set[int] = set()
            waiting = list(self._by_change.get(change, ()))
            while waiting:
                number = waiting.pop()
                if number not in found:
                    found.add(number)
                    waiting += self._by_change.get(self._held[number].head.previous, ())
            self._found[change] = frozenset(found)
        return self._found[change]


def release_all(writer: Writer, directory: Directory) -> None:
    for circle, device in writer.quarantined_chains():
        release(writer, directory, circle, device)


def new_run(run: Run) -> NewRun:
    head = run.head
    return NewRun(head.circle, head.device, head.first, len(run.ids), run.ids[-1], head.head_index, run.raw)


def store_run(writer: Writer, run: Run) -> int:
    """Put a run into the log; its cursor."""
    for blob in run.head.blobs:
        writer.add_blob_use(blob, run.head.circle)
    return writer.add_run(new_run(run))


def _cuts(directory: Directory, run: Run) -> Iterator[tuple[int, bytes | None]]:
    """Cut-offs younger than the run's head: index, and the last change that counts."""
    head = run.head
    named = {cut.index: cut.last for cut in directory.cutoffs(head.circle, head.device)}
    device = directory.device(head.device, directory.head.index)
    if device and device.revoked is not None:
        named.setdefault(device.revoked, None)
    return ((index, last) for index, last in sorted(named.items()) if index > head.head_index)


def _is_covered(directory: Directory, number: int, run: Run, lineage: Lineage) -> bool:
    """For every cut-off, the chain reaches from here to the change it names, or to one let in later."""
    device = directory.device(run.head.device, directory.head.index)
    if device and device.revoked is not None and run.head.head_index >= device.revoked:
        return False  # an acknowledgement, written when it was shut out already
    letins = directory.letins(run.head.circle)
    for index, last in _cuts(directory, run):
        names = [last, *(letin.change for letin in letins if letin.index > index)]
        if all(number not in lineage.leading_to(name or b"") for name in names):
            return False
    return True


def _goes_into_log(writer: Writer, run: Run) -> bool:
    """Nothing of it is there, and its ancestors are. These need not be the chain's last: a device may have gone on."""
    if any(change.id in run.ids for each in log_of(writer, run, run.head.first) for change in each.changes):
        return False
    before = run.head.first - 1
    return before == 0 or any(
        change.id == run.head.previous for each in log_of(writer, run, before) for change in each.changes
    )
