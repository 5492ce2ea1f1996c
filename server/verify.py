"""Walks all that is kept and says by name what is wrong: every chain, signature, statement, run, blob and sum."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto.blob import blob_id
from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from crypto.run import Run, parse_run, verify_run
from server.store.engine import readable
from server.store.files import FOLDER, BlobDirectory
from server.store.protocol import CentreState, HeldRun
from server.store.rows import SqliteReader
from server.store.sqlite import FILE, all_centres
from sync.directory import Directory

_BLOB_BYTES = "select coalesce(sum(size), 0) from blobs where centre = ?"
_Chain = tuple[bytes, bytes]  # circle, device


@dataclass(frozen=True, slots=True)
class Finding:
    """centre, thing: where; code: what. Of the SPEC where it has a word for it."""

    centre: str
    thing: str
    code: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.centre, self.thing, self.code) if part)


@dataclass(frozen=True, slots=True)
class Step:
    """How far the walk is in one centre."""

    centre: str
    done: int
    of: int


def verify(data: Path) -> Iterator[Finding | Step]:
    """Everything in a directory (or a backup), as it is at one moment. Writes nothing."""
    connection = readable(data / FILE)
    connection.execute("begin")
    for (word,) in connection.execute("pragma integrity_check"):
        if word != "ok":
            yield Finding("", "database", str(word))
    for centre, state in all_centres(connection).items():
        yield from _Walk(SqliteReader(connection, centre), state, BlobDirectory(data / FOLDER), connection).findings()
    connection.close()


class _Walk:
    """Of one centre."""

    def __init__(self, reader: SqliteReader, state: CentreState, blobs: BlobDirectory, connection: Any) -> None:
        self._reader = reader
        self._state = state
        self._blobs = blobs
        self._connection = connection
        self._name = reader.centre.hex()
        self._directory = Directory(reader.centre)
        self._ends: defaultdict[_Chain, dict[bytes, int]] = defaultdict(dict)
        self._bytes = 0
        [[runs]] = connection.execute("select count(*) from runs where centre = ?", (reader.centre,))
        self._steps = state.index + runs

    def findings(self) -> Iterator[Finding | Step]:
        yield from self._entries()
        yield from self._runs()
        yield from self._tails()
        yield from self._quarantine()
        yield from self._files()
        if self._bytes != self._state.run_bytes:
            yield self._find("sizes of runs", "wrong_sum")
        [[blobs]] = self._connection.execute(_BLOB_BYTES, (self._reader.centre,))
        if blobs != self._state.blob_bytes:
            yield self._find("sizes of blobs", "wrong_sum")

    def _find(self, thing: str, code: str) -> Finding:
        return Finding(self._name, thing, code)

    def _entries(self) -> Iterator[Finding | Step]:
        for entry in self._reader.entries(-1):
            yield Step(self._name, entry.index, self._steps)
            statements = [given.data for given in self._reader.statements(entry.index)]
            try:
                applied = self._directory.apply(entry.data, statements)
            except ProtocolError as error:
                yield self._find(f"entry {entry.index}", error.code)
                return
            if applied.hash != entry.hash:
                yield self._find(f"entry {entry.index}", "wrong_column")
            for alarm in applied.alarms:
                yield self._find(f"entry {alarm.index} statement {alarm.digest.hex()}", alarm.code)
            for position in self._missing(entry.index):
                yield self._find(f"entry {entry.index} statement {position}", "statement_missing")
        if self._directory.head.index != self._state.index:
            yield self._find("directory", "head_unknown")

    def _missing(self, index: int) -> Iterator[int]:
        """Statements that stand in an entry by their digest alone, and of which nothing was ever kept here."""
        sql = 'select position from statements where centre = ? and "index" = ?'
        kept = {position for (position,) in self._connection.execute(sql, (self._reader.centre, index))}
        said = self._directory.entry(index).statements
        yield from (at for at, each in enumerate(said) if isinstance(each, bytes) and at not in kept)

    def _runs(self) -> Iterator[Finding | Step]:
        columns = "cursor, arrived, circle, device, first, count, last_id, head_index, data"
        sql = f"select {columns} from runs where centre = ? order by cursor"  # noqa: S608
        for expected, row in enumerate(self._connection.execute(sql, (self._reader.centre,)), 1):
            cursor, data = row[0], row[-1]
            yield Step(self._name, self._state.index + expected, self._steps)
            self._bytes += len(data)
            yield from self._run(f"run {cursor}", HeldRun(cursor, row[1], row[2], row[3], data), tuple(row[4:-1]))

    def _run(self, thing: str, held: HeldRun, columns: tuple[Any, ...]) -> Iterator[Finding]:
        try:
            run = parse_run(held.data)
            verify_run(run)
        except ProtocolError as error:
            yield self._find(thing, error.code)
            return
        head = run.head
        codes = {
            "wrong_place": head.centre != self._reader.centre,
            "wrong_column": (held.circle, held.device, *columns) != _columns(run),
            "head_unknown": self._directory.index_of(head.head_hash) != head.head_index,
            "unknown_device": self._directory.device(head.device, self._directory.head.index) is None,
            "ancestor_missing": not self._follows(run),
            "shredded": self._reader.is_shredded(head.circle),
            "rolled_back": held.cursor > self._state.cursor or held.arrived > self._state.index,
        }
        for code, is_wrong in codes.items():
            if is_wrong:
                yield self._find(thing, code)
        for blob in head.blobs:
            if not any(circle == head.circle for circle, _ in self._reader.blob_uses(blob)):
                yield self._find(f"{thing} blob {blob.hex()}", "not_found")
        self._ends[head.circle, head.device][run.last.id] = run.last.header.sequence

    def _follows(self, run: Run) -> bool:
        head = run.head
        ends = self._ends[head.circle, head.device]
        return head.previous == ZERO_HASH or ends.get(head.previous) == head.first - 1

    def _tails(self) -> Iterator[Finding]:
        sql = "select circle, device from chains where centre = ?"
        for circle, device in self._connection.execute(sql, (self._reader.centre,)).fetchall():
            if (circle, device) not in self._ends:
                yield self._find(f"chain of {device.hex()} in {circle.hex()}", "ancestor_missing")
        for (circle, device), ends in self._ends.items():
            tail = self._reader.tail(circle, device)
            if tail is None or ends.get(tail.id) != tail.sequence or tail.sequence != max(ends.values()):
                yield self._find(f"chain of {device.hex()} in {circle.hex()}", "wrong_column")

    def _quarantine(self) -> Iterator[Finding]:
        for held in self._reader.quarantine(0):
            self._bytes += len(held.data)
            try:
                verify_run(parse_run(held.data))
            except ProtocolError as error:
                yield self._find(f"quarantine {held.number}", error.code)

    def _files(self) -> Iterator[Finding]:
        sql = "select blob, size from blobs where centre = ? and complete = 1"
        for blob, size in self._connection.execute(sql, (self._reader.centre,)).fetchall():
            try:
                data = self._blobs.read(self._reader.centre, blob, 0, size + 1)
            except FileNotFoundError:
                yield self._find(f"blob {blob.hex()}", "not_found")
                continue
            if blob_id(data) != blob:
                yield self._find(f"blob {blob.hex()}", "bad_digest")


def _columns(run: Run) -> tuple[Any, ...]:
    head = run.head
    return (head.circle, head.device, head.first, len(run.changes), run.last.id, head.head_index)
