"""What a device holds and shows, in the model's words."""

from collections.abc import Iterator

from sync.device import Device
from sync.edits import decode_edits
from sync.ledger import Ledger
from tests.model.memory import texts_in


def changes_of(device: Device) -> list[bytes]:
    """Ids of all changes it holds, its own unsent ones too."""
    log = device.core.held.ledger.log
    return [id_ for circle in log.circles() for run in log.runs(circle) for id_ in run.ids]


def own_changes(device: Device, key: bytes) -> Iterator[bytes]:
    """Those of one device among them."""
    log = device.core.held.ledger.log
    runs = (run for circle in log.circles() for run in log.runs(circle) if run.head.device == key)
    return (id_ for run in runs for id_ in run.ids)


def entries_of(device: Device) -> set[bytes]:
    directory = device.core.held.directory
    return {directory.entry(index).hash for index in range(directory.head.index + 1)}


def said_in(ledger: Ledger, id_: bytes) -> frozenset[str] | None:
    """The model's values in a change; None: no key opens it here."""
    change = ledger.log.change(id_)
    if change is None or change.is_acknowledgement:
        return frozenset()
    read = ledger.read(change)
    return None if read is None else texts_in(write.value for edit in read.edits for write in edit.writes)


def waiting(device: Device) -> frozenset[str]:
    """Values in its drafts and dead letters."""
    plaintexts = [draft.plaintext for _, draft, _ in device.drafts()]
    plaintexts += [text for letter in device.dead_letters() for text in letter.texts]
    read = [decode_edits(plaintext) for plaintext in plaintexts]
    return texts_in(write.value for each in read for edit in each.edits for write in edit.writes)


def holding(device: Device) -> frozenset[str]:
    """All values on its disk that it can read."""
    ledger = device.core.held.ledger
    return waiting(device).union(*(said_in(ledger, id_) or () for id_ in changes_of(device)))


def showing(device: Device) -> tuple[str, int, int, frozenset[str]]:
    """All that a person sees of it."""
    return device.core.held.ledger.merge.to_json(), device.unsent(), len(device.dead_letters()), waiting(device)
