"""The one thread that writes: it takes what waits, up to 8 MiB, and commits it together (one fsync for all).

A bad job is undone alone. A caller that stops waiting changes nothing: its job was given and is committed.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from server.store.protocol import Moved, StoreClosedError, StoreFullError
from server.store.writing import SqliteWriter

_GROUP_BYTES = 8 * 1024**2
_GROUP_JOBS = 1_000


@dataclass(frozen=True, slots=True)
class _Job:
    centre: bytes
    run: Callable[[SqliteWriter], Any]
    size: int
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    future: asyncio.Future[Any]
    value: Any
    error: BaseException | None

    def tell(self) -> None:
        if self.future.cancelled():
            return
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


class Committer:
    """Start it once; `submit` from the event loop; `stop` waits for what was begun.

    grew: told on the loop of each centre that grew, after the commit. group: False commits every job alone, for
    measuring what grouping brings.
    """

    def __init__(self, connection: Any, grew: Callable[[Moved], None], *, group: bool = True) -> None:
        self._connection = connection
        self._grew = grew
        self._most_bytes = _GROUP_BYTES if group else 0
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self.is_stopping = False
        self._is_to_empty_log = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="committer")
        self._thread.start()

    def submit(self, centre: bytes, run: Callable[[SqliteWriter], Any], size: int) -> asyncio.Future[Any]:
        if self.is_stopping:
            raise StoreClosedError
        future = self._loop.create_future()
        self._queue.put(_Job(centre, run, size, future))
        return future

    async def empty_log(self) -> None:
        """Write the WAL back and cut it to nothing, unless somebody reads from it just now."""
        self._is_to_empty_log = True
        await self.submit(b"", lambda _: None, 0)

    async def stop(self) -> None:
        if self.is_stopping:
            return
        self.is_stopping = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        running = True
        while running:
            group, running = self._take()
            if group:
                self._commit(group)
            if self._is_to_empty_log:
                self._is_to_empty_log = False
                self._connection.execute("pragma busy_timeout=0")
                self._connection.execute("pragma wal_checkpoint(truncate)").fetchall()
                self._connection.execute("pragma busy_timeout=5000")

    def _take(self) -> tuple[list[_Job], bool]:
        """Wait for one job and take those behind it. False: it was told to stop."""
        group: list[_Job] = []
        size = 0
        while not group or (size < self._most_bytes and len(group) < _GROUP_JOBS and not self._queue.empty()):
            job = self._queue.get()
            if job is None:
                return group, False
            group.append(job)
            size += job.size
        return group, True

    def _commit(self, group: list[_Job]) -> None:
        writers: dict[bytes, SqliteWriter] = {}
        try:
            self._connection.execute("begin immediate")
            outcomes = [self._try(job, writers) for job in group]
            for writer in writers.values():
                writer.flush()
            moved = [_moved(writer) for writer in writers.values() if writer.grew]
            self._connection.execute("commit")
        except Exception as error:  # nobody in this group is told "on disk"
            with contextlib.suppress(Exception):
                self._connection.execute("rollback")
            outcomes, moved = [_Outcome(job.future, None, _named(error)) for job in group], []
        self._loop.call_soon_threadsafe(self._finish, outcomes, moved)

    def _try(self, job: _Job, writers: dict[bytes, SqliteWriter]) -> _Outcome:
        writer = writers.setdefault(job.centre, SqliteWriter(self._connection, job.centre))
        try:
            with writer.job():
                value = job.run(writer)
        except Exception as error:
            if not self._connection.in_transaction:
                raise  # SQLite undid the whole group
            return _Outcome(job.future, None, error)
        return _Outcome(job.future, value, None)

    def _finish(self, outcomes: Iterable[_Outcome], moved: Iterable[Moved]) -> None:
        for outcome in outcomes:
            outcome.tell()
        for centre in moved:
            self._grew(centre)


def _named(error: Exception) -> Exception:
    """SQLite's word for a full disk, in ours."""
    return StoreFullError() if "disk is full" in str(error) else error


def _moved(writer: SqliteWriter) -> Moved:
    state = writer.state()
    assert state
    return Moved(writer.centre, state.cursor, state.index)
