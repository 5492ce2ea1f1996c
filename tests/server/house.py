"""A server in this process, and devices that talk to it over HTTP with real keys.

async with House() as house:
    centre = Centre.found()
    await house.follow(centre)                    # POST every entry the server lacks
    await house.push(centre, centre.write(...))
    guest = await house.sign_in(centre, yuki)
    await guest.get("/pull?after=0")
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

import httpx
import msgspec
from litestar import Litestar

from crypto.keys import SigningKey
from crypto.run import Run
from crypto.session import session_message
from server.app import create_app
from server.sessions import COOKIE
from server.settings import Rates, Settings
from server.store.memory import MemoryBlobs, MemoryStore
from server.store.protocol import BlobFiles, Store
from sync.wire import GivenEntry, PulledRun, PullReader, directory_frame, push_body, read_directory
from tests.sync.centre import START, Centre

with_settings = msgspec.structs.replace
ORIGIN = "http://house.example"
OPEN = Settings(founding="open", origins=(ORIGIN,), rates=Rates(device=10**9, address=10**9))
BINARY = {"Content-Type": "application/octet-stream"}


def altered(data: bytes, at: int = -1) -> bytes:
    """One bit of it is another."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


class Signer(Protocol):
    @property
    def signing(self) -> SigningKey: ...


class Clock:
    """Stands still until a test moves it. Before the date of every invitation of `Centre`."""

    def __init__(self, now: float = START / 1000 - 86_400) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Guest:
    """Somebody with a session."""

    def __init__(self, http: httpx.AsyncClient, base: str, cookie: str) -> None:
        self._http = http
        self._base = base
        self.headers = {"Cookie": f"{COOKIE}={cookie}"}

    async def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = self.headers | given.pop("headers", {})
        return await self._http.request(method, self._base + path, headers=headers, **given)

    async def get(self, path: str, **given: Any) -> httpx.Response:
        return await self.ask("GET", path, **given)

    async def pull(self, after: int = 0, backfill: str = "") -> tuple[list[PulledRun], int]:
        """Runs, and the cursor up to which that is complete."""
        query = f"/pull?after={after}" + (f"&backfill={backfill}" if backfill else "")
        answer = await self.get(query)
        assert answer.status_code == 200, answer.text
        reader = PullReader()
        runs = reader.feed(answer.content)
        assert reader.complete is not None
        return runs, reader.complete

    async def directory(self, after: int = -1) -> list[GivenEntry]:
        answer = await self.get(f"/directory?after={after}")
        assert answer.status_code == 200, answer.text
        return read_directory(answer.content)

    async def put_blob(self, blob: bytes, offset: int, size: int, piece: bytes) -> httpx.Response:
        path = f"/blobs/{blob.hex()}?offset={offset}&size={size}"
        return await self.ask("PUT", path, headers=BINARY, content=piece)


class Visitors:
    """What devices say over HTTP, wherever the server is."""

    def __init__(self, http: httpx.AsyncClient, origin: str) -> None:
        self.http = http
        self.origin = origin

    def base(self, centre: Centre) -> str:
        return f"/api/v1/{centre.id.hex()}"

    async def post(self, centre: Centre, path: str, body: bytes, **headers: str) -> httpx.Response:
        return await self.http.post(self.base(centre) + path, content=body, headers=BINARY | headers)

    async def append(self, centre: Centre, entry: bytes, statements: Sequence[bytes] = ()) -> httpx.Response:
        return await self.post(centre, "/directory", directory_frame(GivenEntry(entry, tuple(statements))))

    async def follow(self, centre: Centre, start: int = 0) -> None:
        """Post all entries from `start` on."""
        for entry, statements in centre.frames[start:]:
            answer = await self.append(centre, entry, statements)
            assert answer.status_code == 200, answer.text

    async def push(self, centre: Centre, *runs: Run | bytes) -> list[dict[str, Any]]:
        body = push_body([run.raw if isinstance(run, Run) else run for run in runs])
        answer = await self.post(centre, "/push", body)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    async def answer_challenge(self, centre: Centre, who: Signer, origin: str | None = None) -> httpx.Response:
        base, key = self.base(centre), who.signing.public
        asked = await self.http.post(base + "/session/challenge", json={"key": key.hex()})
        assert asked.status_code == 200, asked.text
        challenge = asked.json()["challenge"]
        return await self.http.post(base + "/session", json=self.answer(centre, who, challenge, origin))

    def answer(self, centre: Centre, who: Signer, challenge: str, origin: str | None = None) -> dict[str, str]:
        origin, key = origin or self.origin, who.signing.public
        message = session_message(centre.id, key, bytes.fromhex(challenge), origin)
        signature = who.signing.sign("session", message)
        return {"key": key.hex(), "challenge": challenge, "origin": origin, "signature": signature.hex()}

    async def sign_in(self, centre: Centre, who: Signer) -> Guest:
        answer = await self.answer_challenge(centre, who)
        assert answer.status_code == 204, answer.text
        cookie = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
        self.http.cookies.clear()
        return Guest(self.http, self.base(centre), cookie)


class House(Visitors):
    """The application without a socket. Stores: memory, unless one is given."""

    app: Litestar

    def __init__(
        self,
        settings: Settings = OPEN,
        store: Store | None = None,
        blobs: BlobFiles | None = None,
        client: tuple[str, int] = ("192.0.2.7", 4000),
    ) -> None:
        self.clock = Clock()
        self.store = store or MemoryStore()
        self.app = create_app(settings, store=self.store, blobs=blobs or MemoryBlobs(), clock=self.clock)
        app: Any = self.app  # httpx and Litestar describe ASGI in types that do not meet
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=client)
        super().__init__(httpx.AsyncClient(transport=transport, base_url="http://house.example"), ORIGIN)

    async def __aenter__(self) -> Self:
        self._lifespan = self.app.lifespan()
        await self._lifespan.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()
        await self._lifespan.__aexit__(kind, error, trace)
