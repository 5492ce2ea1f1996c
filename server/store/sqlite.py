"""Everything in one SQLite file: one writer thread, any number of readers, each read a consistent view."""

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from server.store.committer import Committer
from server.store.engine import readable, writable
from server.store.protocol import CentreState, Moved, Reader, Source, StoreClosedError, Writer
from server.store.rows import SqliteReader
from server.store.schema import migrations
from server.store.streams import stream

T = TypeVar("T")

FILE = "engawa.db"
_READERS = 4
_SECRET_SIZE = 32
_NOBODY = b""  # the centre of jobs that concern none


class SqliteStore:
    """`protocol.Store` in a directory, which must exist. Open it on the event loop that uses it.

    Raises UnsafeSqliteError on opening where only a SQLite with the WAL-reset bug is installed.
    """

    def __init__(self, directory: Path, *, group_commit: bool = True) -> None:
        self.moved: Callable[[Moved], None] = lambda _: None
        self.secret = b""
        self._path = directory / FILE
        self._group_commit = group_commit
        self._local = threading.local()
        self._connections: list[Any] = []
        self._idle: list[Any] = []

    async def open(self) -> None:
        self._database = await asyncio.to_thread(open_database, self._path)
        self.secret = server_secret(self._database)
        self._readers = ThreadPoolExecutor(_READERS, "reader")
        self._committer = Committer(self._database.conn, lambda moved: self.moved(moved), group=self._group_commit)

    async def close(self) -> None:
        await self._committer.stop()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._idle.clear()
        self._database.close()

    async def read(self, centre: bytes, job: Callable[[Reader], T]) -> T:
        return await self._on_reader(lambda connection: job(SqliteReader(connection, centre)))

    async def glance(self, centre: bytes, job: Callable[[Reader], T]) -> T:
        with self._looking(centre) as reader:
            return job(reader)

    async def write(self, centre: bytes, job: Callable[[Writer], T], size: int = 0) -> T:
        value: T = await self._committer.submit(centre, job, size)
        return value

    def stream(self, centre: bytes, source: Source, after: int) -> AsyncIterator[bytes]:
        return stream(lambda: self._looking(centre), source, after)

    async def centres(self) -> Mapping[bytes, CentreState]:
        return await self._on_reader(all_centres)

    async def allowed(self, centre: bytes) -> bool:
        sql = "select 1 from allowed where centre = ?"
        return await self._on_reader(lambda connection: connection.execute(sql, (centre,)).fetchone() is not None)

    async def allow(self, centre: bytes) -> None:
        await self._on_writer(lambda db: db.table("allowed").insert({"centre": centre}, pk="centre", ignore=True))

    async def tidy(self, now: int) -> None:
        """Pages that a shredded circle filled are zeroed at once, but their old bytes stand in the WAL until then."""
        await self._on_writer(lambda db: db.table("spent").delete_where("expires < ?", [now]))
        await self._committer.empty_log()

    async def _on_writer(self, job: Callable[[Database], object]) -> None:
        await self._committer.submit(_NOBODY, lambda _: job(self._database), 0)

    async def _on_reader(self, job: Callable[[Any], T]) -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(self._readers, self._in_snapshot, job)
        except RuntimeError as error:  # the executor was shut down
            raise StoreClosedError from error
        return await future

    @contextmanager
    def _looking(self, centre: bytes) -> Iterator[Reader]:
        """For the event loop: one connection for each look that goes on at a time."""
        if self._committer.is_stopping:
            raise StoreClosedError
        connection = self._idle.pop() if self._idle else self._connect()
        connection.execute("begin")
        try:
            yield SqliteReader(connection, centre)
        finally:
            connection.execute("commit")
            self._idle.append(connection)

    def _connect(self) -> Any:
        connection = readable(self._path)
        self._connections.append(connection)
        return connection

    def _in_snapshot(self, job: Callable[[Any], T]) -> T:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._connect()
        connection = self._local.connection
        connection.execute("begin")
        try:
            return job(connection)
        finally:
            connection.execute("commit")


def open_database(path: Path) -> Database:
    """The writing connection, every migration applied."""
    database = writable(path)
    migrations.apply(database)
    return database


def server_secret(database: Database) -> bytes:
    """The server's own 32 random bytes, made when first asked for."""
    row = {"name": "server", "value": secrets.token_bytes(_SECRET_SIZE)}
    database.table("secrets").insert(row, pk="name", ignore=True)
    value: bytes = database.execute("select value from secrets where name = 'server'").fetchone()[0]
    return value


def all_centres(connection: Any) -> dict[bytes, CentreState]:
    """Every centre, ascending by id."""
    centres = [centre for (centre,) in connection.execute("select centre from centres order by centre")]
    states = {centre: SqliteReader(connection, centre).state() for centre in centres}
    return {centre: state for centre, state in states.items() if state}
