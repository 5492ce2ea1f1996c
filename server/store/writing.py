"""One centre in SQLite, changed by the jobs of one group.

New runs are gathered and inserted together: every call into SQLite lets another thread have the interpreter, and a
group of pushes would do little but wait to have it back. Whatever reads runs, or writes anything else, settles them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from server.store.protocol import BlobRow, CentreState, HeldEntry, HeldRun, HeldStatement, NewRun, Tail
from server.store.rows import SqliteReader

_RUN = "(centre, circle, device, first, count, last_id, head_index, data, "
_ADD_RUN = f"insert into runs {_RUN} cursor, arrived) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_HOLD_RUN = f"insert into quarantine {_RUN} number, time, code) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_MOVE_TAIL = (
    "insert into chains (centre, circle, device, sequence, id, head_index) values (?, ?, ?, ?, ?, ?)"
    " on conflict do update set sequence = excluded.sequence, id = excluded.id, head_index = excluded.head_index"
    " where excluded.sequence > chains.sequence"
)


@dataclass(frozen=True, slots=True)
class _Added:
    run: NewRun
    cursor: int
    arrived: int


class SqliteWriter(SqliteReader):
    """`protocol.Writer` inside a transaction. grew: whether the log or the directory did."""

    def __init__(self, connection: Any, centre: bytes) -> None:
        super().__init__(connection, centre)
        self.grew = False
        self._added: list[_Added] = []
        self._by_earlier_jobs = 0  # of those
        self._is_apart = False
        self._state: CentreState | None = None
        self._newest: dict[tuple[bytes, bytes], Tail | None] = {}

    @contextmanager
    def job(self) -> Iterator[None]:
        """What a job does inside is undone when it raises, and nothing of the jobs before it."""
        self._by_earlier_jobs, self._is_apart = len(self._added), False
        grew = self.grew
        try:
            yield
        except BaseException:
            self.grew = grew
            self._undo()
            raise
        if self._is_apart:
            self._connection.execute("release job")

    def flush(self) -> None:
        """Everything gathered is in the transaction."""
        self._insert(self._added)
        self._added.clear()

    def state(self) -> CentreState | None:
        if self._state is None:
            self._read_runs()
            self._state = super().state()
        return self._state

    def tail(self, circle: bytes, device: bytes) -> Tail | None:
        if (circle, device) not in self._newest:
            self._newest[circle, device] = super().tail(circle, device)
        return self._newest[circle, device]

    def tails(self, device: bytes) -> list[Tail]:
        self._read_runs()
        return super().tails(device)

    def runs_of(self, circle: bytes, device: bytes, first: int, last: int) -> list[bytes]:
        self._read_runs()
        return super().runs_of(circle, device, first, last)

    def runs(self, circles: Sequence[bytes], after: int, until: int) -> Iterator[HeldRun]:
        self._read_runs()
        return super().runs(circles, after, until)

    def found(self) -> None:
        self._write("insert into centres values (?, 0, -1, 0, 0, 0, 0)")

    def add_entry(self, entry: HeldEntry) -> None:
        self.grew = True
        self._write("insert into entries values (?, ?, ?, ?)", entry.index, entry.hash, entry.data)
        self._write("update centres set head = ?2 where centre = ?1", entry.index)

    def add_statement(self, statement: HeldStatement) -> None:
        columns = (statement.index, statement.position, statement.circle, statement.data)
        self._write("insert or ignore into statements values (?, ?, ?, ?, ?)", *columns)

    def add_run(self, run: NewRun) -> int:
        state = self.state()
        assert state
        self.grew = True
        cursor, run_bytes = state.cursor + 1, state.run_bytes + len(run.data)
        tail, before = run.tail, self.tail(run.circle, run.device)
        if before is None or tail.sequence > before.sequence:
            self._newest[run.circle, run.device] = tail
        self._state = CentreState(cursor, state.index, run_bytes, state.blob_bytes, state.restoring)
        self._added.append(_Added(run, cursor, state.index))
        return cursor

    def add_blob_use(self, blob: bytes, circle: bytes) -> None:
        sql = "insert or ignore into blob_uses select centre, ?2, ?3, head from centres where centre = ?1"
        self._write(sql, blob, circle)

    def hold(self, run: NewRun, code: str, time: int) -> int:
        sql = (
            "update centres set quarantined = quarantined + 1, run_bytes = run_bytes + ?2 where centre = ?1"
            " returning quarantined"
        )
        (number,) = self._write(sql, len(run.data)).fetchone()
        self._write(_HOLD_RUN, *_columns(run), number, time, code)
        return int(number)

    def release(self, number: int) -> None:
        sql = (
            "update centres set run_bytes = run_bytes - length(data) from quarantine"
            " where centres.centre = ? and quarantine.centre = centres.centre and number = ?"
        )
        self._write(sql, number)
        self._write("delete from quarantine where centre = ? and number = ?", number)

    def count_refusal(self, device: bytes, circle: bytes, code: str, time: int) -> None:
        sql = (
            "insert into refusals values (?, ?, ?, ?, 1, ?)"
            " on conflict do update set count = count + 1, last = excluded.last"
        )
        self._write(sql, device, circle, code, time)

    def spend(self, token: bytes, expires: int) -> bool:
        return bool(self._write("insert or ignore into spent values (?, ?, ?)", token, expires).rowcount)

    def set_restoring(self, restoring: bool) -> None:
        self._write("update centres set restoring = ?2 where centre = ?1", restoring)
        self._write("delete from contacts where centre = ?")

    def add_contact(self, device: bytes) -> None:
        self._write("insert or ignore into contacts values (?, ?)", device)

    def shred(self, circle: bytes) -> None:
        for table in ("runs", "quarantine"):
            sql = f"select coalesce(sum(length(data)), 0) from {table} where centre = ? and circle = ?"  # noqa: S608
            (size,) = self._write(sql, circle).fetchone()
            self._write("update centres set run_bytes = run_bytes - ?2 where centre = ?1", size)
        for table in ("runs", "quarantine", "chains", "blob_uses"):
            self._write(f"delete from {table} where centre = ? and circle = ?", circle)  # noqa: S608
        self._write("update statements set data = x'' where centre = ? and circle = ?", circle)
        self._write("insert or ignore into shredded values (?, ?)", circle)
        self._newest.clear()

    def put_blob(self, blob: bytes, row: BlobRow) -> None:
        self.drop_blob(blob)
        columns = (row.size, row.received, row.complete, row.touched)
        self._write("insert into blobs values (?, ?, ?, ?, ?, ?)", blob, *columns)
        self._write("update centres set blob_bytes = blob_bytes + ?2 where centre = ?1", row.size)

    def drop_blob(self, blob: bytes) -> None:
        rows = self._write("delete from blobs where centre = ? and blob = ? returning size", blob).fetchall()
        size = sum(size for (size,) in rows)
        self._write("update centres set blob_bytes = blob_bytes - ?2 where centre = ?1", size)

    def _write(self, sql: str, *values: object) -> Any:
        self._settle()
        self._state = None
        return self._rows(sql, *values)

    def _read_runs(self) -> None:
        if self._added:
            self._settle()

    def _settle(self) -> None:
        """What was gathered is in the transaction; what this job gathered or writes can be taken out of it again."""
        if not self._is_apart:
            self._insert(self._added[: self._by_earlier_jobs])
            del self._added[: self._by_earlier_jobs]
            self._by_earlier_jobs, self._is_apart = 0, True
            self._connection.execute("savepoint job")
        self.flush()

    def _undo(self) -> None:
        if not self._connection.in_transaction:
            return  # SQLite undid all of it: the disk is full, say
        if self._is_apart:
            self._connection.execute("rollback to job")
            self._connection.execute("release job")
        del self._added[self._by_earlier_jobs :]
        self.flush()
        self._state = None
        self._newest.clear()

    def _insert(self, added: Sequence[_Added]) -> None:
        if not added:
            return
        rows = [(self.centre, *_columns(each.run), each.cursor, each.arrived) for each in added]
        self._connection.executemany(_ADD_RUN, rows)
        tails = [each.run.tail for each in added]
        moves = [(self.centre, tail.circle, tail.device, tail.sequence, tail.id, tail.head_index) for tail in tails]
        self._connection.executemany(_MOVE_TAIL, moves)
        size = sum(len(each.run.data) for each in added)
        sql = "update centres set cursor = cursor + ?2, run_bytes = run_bytes + ?3 where centre = ?1"
        self._rows(sql, len(added), size)


def _columns(run: NewRun) -> tuple[object, ...]:
    return (run.circle, run.device, run.first, run.count, run.last_id, run.head_index, run.data)
