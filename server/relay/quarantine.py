"""Runs of a device that was cut off: held apart until it shows that they count, or staff let them in.

A server may hold a cut-off before the changes it covers (one that lost its log is healed in order). So whenever a chain
held apart grows, and whenever an entry lets something in, what is covered by then goes into the log.
Source: sync/SPEC.md 4.1, 8.1 step 9.
"""

from collections.abc import Iterator

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
    held = [(each.number, parse_run(each.data)) for each in writer.quarantine_of(circle, device)]
    sequences = {change.id: change.header.sequence for _, run in held for change in run.changes}
    cursors: dict[int, int] = {}
    for number, run in held:
        if _is_covered(directory, run, sequences) and _follows_log(writer, run):
            writer.release(number)
            cursors[number] = store_run(writer, run)
    return cursors


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


def _is_covered(directory: Directory, run: Run, sequences: dict[bytes, int]) -> bool:
    """For every cut-off, the chain reaches from here to the change it names, or to one let in later."""
    device = directory.device(run.head.device, directory.head.index)
    if device and device.revoked is not None and run.head.head_index >= device.revoked:
        return False  # an acknowledgement, written when it was shut out already
    letins = directory.letins(run.head.circle)
    for index, last in _cuts(directory, run):
        names = [last, *(letin.change for letin in letins if letin.index > index)]
        if all(sequences.get(name or b"", 0) < run.head.first for name in names):
            return False
    return True


def _follows_log(writer: Writer, run: Run) -> bool:
    """Its ancestors are in the log. They need not be the chain's last: a device may have gone on behind them."""
    before = run.head.first - 1
    return before == 0 or any(
        change.id == run.head.previous for each in log_of(writer, run, before) for change in each.changes
    )
