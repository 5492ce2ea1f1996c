"""Rolls of the centres lately asked for, rebuilt from the store when first needed. Whoever uses one holds its lock."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, RLock

from crypto.errors import ProtocolError
from server.relay.roll import Roll
from server.store.protocol import CentreState, Reader, Writer


class _Held:
    def __init__(self) -> None:
        self.lock = RLock()
        self.roll: Roll | None = None


class Directories:
    """most: how many are kept; the one longest not asked for goes first."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._guard = Lock()
        self._held: OrderedDict[bytes, _Held] = OrderedDict()

    @contextmanager
    def for_reader(self, reader: Reader) -> Iterator[Roll]:
        """The centre's roll, with at least the entries this reader sees. Raises ProtocolError "unknown_centre"."""
        held = self._find(reader.centre)
        with held.lock:
            yield _caught_up(held, reader, reader.state())

    @contextmanager
    def if_ready(self, reader: Reader) -> Iterator[Roll | None]:
        """The same for the event loop, which must not wait: None where it would have to."""
        held = self._find(reader.centre)
        if not held.lock.acquire(blocking=False):
            yield None
            return
        try:
            state = reader.state()
            yield held.roll if state and held.roll and held.roll.at >= state.index else None
        finally:
            held.lock.release()

    @contextmanager
    def for_writer(self, writer: Writer) -> Iterator[Roll]:
        """The same with exactly the entries this writer sees, for adding to both. What fails is not kept."""
        held = self._find(writer.centre)
        with held.lock:
            state = writer.state()
            if held.roll and state and held.roll.at > state.index:
                held.roll = None  # ahead of the store: it was changed in a commit that failed
            roll = _caught_up(held, writer, state)
            before = roll.changes
            try:
                yield roll
            except BaseException:
                if roll.changes != before:
                    held.roll = None
                raise

    def forget(self, centre: bytes) -> None:
        """It is read from the store when next asked for."""
        with self._guard:
            self._held.pop(centre, None)

    def _find(self, centre: bytes) -> _Held:
        with self._guard:
            held = self._held.setdefault(centre, _Held())
            self._held.move_to_end(centre)
            if len(self._held) > self._most:
                self._held.popitem(last=False)
            return held


def _caught_up(held: _Held, reader: Reader, state: CentreState | None) -> Roll:
    if state is None:
        raise ProtocolError("unknown_centre")
    roll = held.roll = held.roll or Roll(reader.centre)
    if roll.at < state.index:
        for entry in reader.entries(roll.at):
            roll.apply(entry.data, [given.data for given in reader.statements(entry.index)], trusted=True)
    return roll
