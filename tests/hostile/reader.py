"""A device as whoever serves it sees it: it is fed entries and runs, with lies among them, and believes what holds.

aiko = Reader(centre, device)          # all entries so far, with the statements that are for her
aiko.take(run)                         # a run, as pulled
aiko.value(circle)                     # what the visit's place says there
refused(aiko, lambda: aiko.take(lie))  # the code, and that nothing changed
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from crypto.errors import ProtocolError
from crypto.run import Run, parse_run
from sync.chain import Frame
from sync.dictionary import dictionary
from sync.directory import Directory
from sync.edits import Edit, Value, Write, encode_edits
from sync.keyring import Keyring
from sync.ledger import Ledger
from sync.log import Log
from sync.register import View
from sync.writes import RegisterKey
from tests.sync.centre import START, Centre, Device
from tests.sync.snapshot import snapshot

VISIT = bytes([7]) * 16
TYPE, FIELD = "visit", "place_text"


class Reader:
    """Directory, keys, log and records of one device."""

    def __init__(self, centre: Centre, device: Device, frames: Sequence[Frame] | None = None) -> None:
        self.device = device
        self.directory = Directory(centre.id)
        self.keyring = Keyring(self.directory, device.sealing)
        self.ledger = Ledger(self.directory, self.keyring, dictionary())
        for frame in centre.frames_for(device) if frames is None else frames:
            self.follow(frame)

    @property
    def log(self) -> Log:
        return self.ledger.log

    def follow(self, frame: Frame) -> None:
        """The next entry."""
        self.ledger.rejudge(self.directory.apply(*frame))

    def catch_up(self, centre: Centre) -> None:
        """All entries of the honest chain that are not here yet."""
        for frame in centre.frames_for(self.device)[self.directory.head.index + 1 :]:
            self.follow(frame)

    def take(self, *runs: Run | bytes) -> None:
        """Runs as pulled, checked as `Log.add` checks them."""
        for run in runs:
            raw = run.raw if isinstance(run, Run) else run
            Log(self.directory).add(raw)
            self.ledger.add(parse_run(raw))

    def code(self, run: Run) -> str | None:
        """Why the run's last change does not count; None if it does."""
        verdict = self.log.verdict(run.last.id)
        assert verdict is not None
        return verdict.code

    def view(self, circle: bytes, record: bytes = VISIT) -> View:
        return self.ledger.merge.register(RegisterKey(circle, record, TYPE, FIELD))

    def value(self, circle: bytes, record: bytes = VISIT) -> Value:
        """The value shown; None if there is none, or several."""
        shown = self.view(circle, record).shown
        return shown.value if shown else None

    def state(self) -> dict[str, Any]:
        """Everything a person could be shown, and everything that decides what is shown next."""
        log = self.log
        circles = log.circles()
        return {
            "directory": snapshot(self.directory),
            "records": self.ledger.merge.to_json(),
            "runs": {circle: [run.raw for run in log.runs(circle)] for circle in circles},
            "not counting": sorted((change.id, code) for change, code in self.ledger.uncounted()),
            "pending": sorted(self.ledger.pending),
            "missing": {circle: log.missing(circle) for circle in circles},
            "forks": log.forks,
            "complaints": dict(self.keyring.complaints),
        }


def note(text: str, *over: bytes, record: bytes = VISIT, at: int = START) -> bytes:
    """What a change says: where a visit took place. over: ids of the changes it replaces."""
    return encode_edits(at, 1, [Edit(record, TYPE, (Write(FIELD, None, text, tuple(sorted(over))),))])


def refused(reader: Reader, attack: Callable[[], object]) -> str:
    """The code of a refusal that changed nothing."""
    before = reader.state()
    with pytest.raises(ProtocolError) as error:
        attack()
    assert before == reader.state()
    return error.value.code


def pieces(run: Run) -> list[tuple[str, range]]:
    """The parts of a run's bytes by name, in order: the table of crypto/SPEC.md 6.6."""
    bodies = [("length", 3), ("body", 0)] * len(run.bodies)
    sizes = [("suite", 1), ("centre", 16), ("circle", 16), ("epoch", 4), ("device", 32), ("first", 4)]
    sizes += [("previous", 32), ("head_index", 4), ("head_hash", 32), ("known_count", 1), ("blob_count", 1)]
    sizes += [("change_count", 2), ("known", 68 * len(run.head.known)), ("blobs", 32 * len(run.head.blobs))]
    sizes += [(name, size or len(run.bodies[place // 2])) for place, (name, size) in enumerate(bodies)]
    sizes += [("signature", 64)]
    found, at = [], 0
    for name, size in sizes:
        found.append((name, range(at, at + size)))
        at += size
    assert at == len(run.raw)
    return found


def with_piece(run: Run, name: str, data: bytes) -> bytes:
    """The run's bytes with one part replaced, as a server can do that has no key."""
    place = next(place for piece, place in pieces(run) if piece == name)
    assert len(place) == len(data)
    return run.raw[: place.start] + data + run.raw[place.stop :]
