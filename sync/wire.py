"""Frames between a device and a server: lists of bytes, each with its length before it. Looks into none of them.

Source: sync/SPEC.md 8.  Twin: sync/wire.ts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from struct import Struct

from crypto.errors import ProtocolError

PUSH_RUNS = 64
PUSH_BYTES = 8_388_608
PULL_BACKFILL = 100  # circles
BLOB_PIECE_BYTES = 1_048_576
RUN_BYTES = 4_194_304  # crypto/SPEC.md 6.7

_LENGTH = Struct(">I")
_COUNT = Struct(">H")
_PULL = Struct(">QII")  # cursor, index, length
_STATEMENT = Struct(">II")  # index, length
_QUARANTINE = Struct(">QQB")  # number, time, length of the code


@dataclass(frozen=True, slots=True)
class PulledRun:
    """index: the directory's head when the run was stored, for people only."""

    cursor: int
    index: int
    run: bytes


@dataclass(frozen=True, slots=True)
class GivenEntry:
    """An entry and the statements given with it, in the order of their digests in it."""

    entry: bytes
    statements: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class GivenStatement:
    """A statement on a circle and the index of its entry."""

    index: int
    statement: bytes


@dataclass(frozen=True, slots=True)
class QuarantinedRun:
    """A run the server holds apart, why, and since when (ms)."""

    number: int
    time: int
    code: str
    run: bytes


def push_body(runs: Iterable[bytes]) -> bytes:
    """n × (u32 length || run)."""
    return b"".join(_LENGTH.pack(len(run)) + run for run in runs)


def read_push(data: bytes) -> list[bytes]:
    """Runs of a push. Raises ProtocolError: "too_large" (bytes, then runs), "truncated"."""
    if len(data) > PUSH_BYTES:
        raise ProtocolError("too_large")
    reader = _Reader(data)
    runs: list[bytes] = []
    while not reader.is_empty():
        if len(runs) == PUSH_RUNS:
            raise ProtocolError("too_large")
        runs.append(reader.take(reader.number(_LENGTH)))
    return runs


def pull_frame(pulled: PulledRun) -> bytes:
    """u64 cursor || u32 index || u32 length || run. Without a run: up to this cursor the pull is complete."""
    return pull_header(pulled.cursor, pulled.index, len(pulled.run)) + pulled.run


def pull_header(cursor: int, index: int, length: int) -> bytes:
    """What stands before a run in a pull, 16 bytes."""
    return _PULL.pack(cursor, index, length)


class PullReader:
    """Takes a pull as it arrives. complete: the cursor up to which it is, once the last frame was there."""

    def __init__(self) -> None:
        self.complete: int | None = None
        self._rest = b""

    def feed(self, data: bytes) -> list[PulledRun]:
        """Runs that are whole by now.

        Raises ProtocolError: "too_large"; "malformed" when bytes follow the last frame.
        """
        reader = _Reader(self._rest + data)
        pulled: list[PulledRun] = []
        while self.complete is None and (frame := _next_pulled(reader)):
            if frame.run:
                pulled.append(frame)
            else:
                self.complete = frame.cursor
        self._rest = reader.rest()
        if self.complete is not None and self._rest:
            raise ProtocolError("malformed")
        return pulled


def _next_pulled(reader: "_Reader") -> PulledRun | None:
    if not reader.has(_PULL.size):
        return None
    cursor, index, length = reader.peek(_PULL)
    if length > RUN_BYTES:
        raise ProtocolError("too_large")
    if not reader.has(_PULL.size + length):
        return None
    reader.take(_PULL.size)
    return PulledRun(cursor, index, reader.take(length))


def directory_frame(given: GivenEntry) -> bytes:
    """u32 length || entry || u16 count || count × (u32 length || statement)."""
    head = _LENGTH.pack(len(given.entry)) + given.entry + _COUNT.pack(len(given.statements))
    return head + push_body(given.statements)


def read_directory(data: bytes) -> list[GivenEntry]:
    """Entries with their statements. Raises ProtocolError "truncated"."""
    reader = _Reader(data)
    given: list[GivenEntry] = []
    while not reader.is_empty():
        entry = reader.take(reader.number(_LENGTH))
        count = reader.number(_COUNT)
        given.append(GivenEntry(entry, tuple(reader.take(reader.number(_LENGTH)) for _ in range(count))))
    return given


def statement_frame(given: GivenStatement) -> bytes:
    """u32 index || u32 length || statement."""
    return _STATEMENT.pack(given.index, len(given.statement)) + given.statement


def read_statements(data: bytes) -> list[GivenStatement]:
    """Statements on one circle. Raises ProtocolError "truncated"."""
    reader = _Reader(data)
    given: list[GivenStatement] = []
    while not reader.is_empty():
        index, length = reader.fields(_STATEMENT)
        given.append(GivenStatement(index, reader.take(length)))
    return given


def quarantine_frame(held: QuarantinedRun) -> bytes:
    """u64 number || u64 time || u8(length) || code || u32 length || run."""
    code = held.code.encode("ascii")
    return _QUARANTINE.pack(held.number, held.time, len(code)) + code + _LENGTH.pack(len(held.run)) + held.run


def read_quarantine(data: bytes) -> list[QuarantinedRun]:
    """Runs held apart. Raises ProtocolError: "truncated"; "malformed" when a code is not ASCII."""
    reader = _Reader(data)
    held: list[QuarantinedRun] = []
    while not reader.is_empty():
        number, time, length = reader.fields(_QUARANTINE)
        code = reader.take(length)
        if not code.isascii():
            raise ProtocolError("malformed")
        held.append(QuarantinedRun(number, time, code.decode("ascii"), reader.take(reader.number(_LENGTH))))
    return held


class _Reader:
    """Takes bytes from the front. Raises ProtocolError "truncated" when there are too few."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def is_empty(self) -> bool:
        return self._at == len(self._data)

    def has(self, size: int) -> bool:
        return self._at + size <= len(self._data)

    def peek(self, layout: Struct) -> tuple[int, ...]:
        return layout.unpack_from(self._data, self._at)

    def take(self, size: int) -> bytes:
        if not self.has(size):
            raise ProtocolError("truncated")
        self._at += size
        return self._data[self._at - size : self._at]

    def fields(self, layout: Struct) -> tuple[int, ...]:
        return layout.unpack(self.take(layout.size))

    def number(self, layout: Struct) -> int:
        return self.fields(layout)[0]

    def rest(self) -> bytes:
        return self._data[self._at :]
