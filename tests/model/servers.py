"""A server that can be killed, backed up and put back: in this process, or as a process of its own. On real files.

with in_process() as open_server:
    server = open_server(folder / "data")
    server.start()
    answer = server.ask(request)
"""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from server.backup import back_up, restore
from server.store.files import FOLDER, BlobDirectory
from server.store.sqlite import SqliteStore
from tests.server.house import OPEN, ORIGIN, House
from tests.server.process import Process

_LATER = 1_790_000_000  # seconds since 1970
OpenServer = Callable[[Path], "Server"]


class Server(ABC):
    """data: the directory with everything in it. backups: made so far, oldest first. words: all that it logged."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.backups: list[Path] = []
        self._days = self._nights = 0

    @abstractmethod
    def start(self) -> None:
        """If it does not run."""

    @abstractmethod
    def kill(self) -> None:
        """Nothing is said or written any more."""

    @abstractmethod
    def ask(self, request: httpx.Request) -> httpx.Response:
        """The answer. Raises httpx.TransportError: nobody there, or not to the end."""

    @abstractmethod
    def ask_and_kill(self, request: httpx.Request, moment: int) -> httpx.Response:
        """Killed while it is at work on the request; moment: how long after it came, in looks at the process."""

    def close(self) -> None:
        """For good."""
        self.kill()

    @property
    @abstractmethod
    def words(self) -> str: ...

    def back_up(self) -> None:
        """While it runs, as an operator would."""
        self._nights += 1
        target = self.data.with_name(f"backup-{self._nights}")
        back_up(self.data, target, lambda *_: None)
        self.backups.append(target)

    def forget_old_backups(self, most: int) -> None:
        for backup in self.backups[:-most]:
            shutil.rmtree(backup)
        del self.backups[:-most]

    def put_back(self, backup: Path) -> None:
        """The disk is lost; what a backup holds is put in its place, each time on another day. Not started yet."""
        self.kill()
        shutil.rmtree(self.data)
        self._days += 1
        restore(backup, self.data, lambda *_: None, lambda: _LATER + self._days * 86_400)


class ServerHere(Server):
    """The application without a socket. Hours pass for it as a test says: `clock_ahead`, in seconds."""

    def __init__(self, data: Path, portal: BlockingPortal) -> None:
        super().__init__(data)
        self.clock_ahead = 0.0
        self._portal = portal
        self._house: House | None = None
        self._running = ExitStack()

    def start(self) -> None:
        if self._house is None:
            self.data.mkdir(parents=True, exist_ok=True)
            house = House(OPEN, SqliteStore(self.data), BlobDirectory(self.data / FOLDER))
            house.clock.now += self.clock_ahead
            self._house = self._running.enter_context(self._portal.wrap_async_context_manager(house))

    def kill(self) -> None:
        """What the operating system has of its files is what stays: nothing that closing would write."""
        if self._house is None:
            return
        left = self.data.with_name("left")
        shutil.copytree(self.data, left)
        self._running.close()
        self._house = None
        shutil.rmtree(self.data)
        left.rename(self.data)

    def ask(self, request: httpx.Request) -> httpx.Response:
        if self._house is None:
            raise httpx.ConnectError("nobody there")
        return self._portal.call(self._asked, self._house, request)

    def ask_and_kill(self, request: httpx.Request, moment: int) -> httpx.Response:
        """After it did its work, or before."""
        if moment % 2:
            self.ask(request)
        self.kill()
        raise httpx.ReadError("killed")

    @property
    def words(self) -> str:
        return ""

    def pass_hours(self, hours: int) -> None:
        """For the server's clock, which may go back."""
        self.clock_ahead += hours * 3_600
        if self._house is not None:
            self._house.clock.now += hours * 3_600

    @staticmethod
    async def _asked(house: House, request: httpx.Request) -> httpx.Response:
        copied = house.http.build_request(request.method, request.url, headers=request.headers, content=request.content)
        answer = await house.http.send(copied)
        house.http.cookies.clear()
        return _plain(answer)


class ServerProcess(Server):
    """`engawa serve`, which is killed with SIGKILL. It answers to the name that devices believe in."""

    def __init__(self, data: Path) -> None:
        super().__init__(data)
        self._process: Process | None = None
        self._past: list[str] = []
        self._port = 0
        self._wire = httpx.HTTPTransport(verify=False)

    def start(self) -> None:
        if self._process is None:
            self._wire.close()
            self._process = Process(self.data, self._port, ENGAWA_ORIGINS=ORIGIN)
            self._port = self._process.port
            self._wire = httpx.HTTPTransport(verify=False, limits=httpx.Limits(max_connections=64))

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            self._past += process.lines

    def close(self) -> None:
        self.kill()
        self._wire.close()

    def ask(self, request: httpx.Request) -> httpx.Response:
        return self._send(request, request.content)

    def ask_and_kill(self, request: httpx.Request, moment: int) -> httpx.Response:
        """The answer may still be on its way when it dies."""

        def body() -> Iterator[bytes]:
            yield request.content
            for _ in range(moment):
                self._look()
            self.kill()

        return self._send(request, body())

    @property
    def words(self) -> str:
        return "".join([*self._past, *(self._process.lines if self._process else [])])

    def _look(self) -> None:
        if self._process:
            with suppress(OSError):
                self._process.rss()

    def _send(self, request: httpx.Request, content: bytes | Iterator[bytes]) -> httpx.Response:
        if self._process is None:
            raise httpx.ConnectError("nobody there")
        address = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        headers["content-length"] = str(len(request.content))
        answer = self._wire.handle_request(httpx.Request(request.method, address, headers=headers, content=content))
        answer.read()
        answer.close()
        return _plain(answer)


def _plain(answer: httpx.Response) -> httpx.Response:
    headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"]
    return httpx.Response(answer.status_code, headers=headers, content=answer.content)


@contextmanager
def in_process() -> Iterator[OpenServer]:
    """Servers of this process; all are killed at the end."""
    with start_blocking_portal("asyncio") as portal:
        yield from _opening(lambda data: ServerHere(data, portal))


@contextmanager
def as_process() -> Iterator[OpenServer]:
    """Servers that are processes; all are killed at the end."""
    yield from _opening(ServerProcess)


def _opening(make: OpenServer) -> Iterator[OpenServer]:
    opened: list[Server] = []

    def open_server(data: Path) -> Server:
        opened.append(make(data))
        return opened[-1]

    try:
        yield open_server
    finally:
        for server in opened:
            server.close()
