"""What a device asks of its server, over HTTP. It judges nothing: bytes in, bytes out, and the server's words for no.

Never imported by the server.  Source: sync/SPEC.md 8.  Twin: sync/transport.ts.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from crypto.errors import EngawaError, ProtocolError
from crypto.keys import SigningKey
from crypto.session import session_message
from sync.chain import Frame, Head
from sync.errors import ALL_CODES
from sync.wire import (
    GivenEntry,
    GivenStatement,
    PulledRun,
    PullReader,
    QuarantinedRun,
    directory_frame,
    push_body,
    read_directory,
    read_quarantine,
    read_statements,
)

COOKIE = "__Host-engawa"
FOUNDING_CODE = "Engawa-Founding-Code"
HEAD = "Engawa-Head"
_BINARY = {"Content-Type": "application/octet-stream"}
_TIMEOUT = httpx.Timeout(30.0)


class OfflineError(EngawaError):
    """The server cannot be reached, or stopped in the middle. Nothing is lost; try again."""


class RefusedError(ProtocolError):
    """The server's no. wait: seconds before it is worth asking again; entry: what revokes this device."""

    def __init__(self, code: str, wait: int | None = None, entry: bytes | None = None) -> None:
        super().__init__(code)
        self.wait = wait
        self.entry = entry


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The newest change of a chain in the server's log. statement: digest of the last statement on the circle."""

    circle: bytes
    sequence: int
    id: bytes
    statement: bytes


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """status: accepted, known, quarantined or refused."""

    status: str
    code: str | None
    cursor: int | None


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """What the server refused. device and circle are zeros where nobody knows them; last: ms."""

    device: bytes
    circle: bytes
    code: str
    count: int
    last: int


class Transport:
    """One centre on one server. origin: the address we believe we talk to; it is signed.

    Every method raises OfflineError when there is no answer, RefusedError with the server's code.
    """

    def __init__(self, origin: str, centre: bytes, client: httpx.Client | None = None) -> None:
        self.origin = origin
        self._base = f"{origin}/api/v1/{centre.hex()}"
        self._centre = centre
        self._client = client or httpx.Client(timeout=_TIMEOUT, trust_env=False)
        self._cookie: dict[str, str] = {}

    def close(self) -> None:
        self._client.close()

    # Session

    @property
    def is_signed_in(self) -> bool:
        """Is there a cookie? Whether it is still good, the server says."""
        return bool(self._cookie)

    def sign_in(self, key: SigningKey) -> None:
        """Answer a challenge, as a device or as an open invite."""
        self._cookie = {}
        asked = self._json("POST", "/session/challenge", json={"key": key.public.hex()})
        challenge = _hex(asked, "challenge")
        signature = key.sign("session", session_message(self._centre, key.public, challenge, self.origin))
        answer = {"key": key.public.hex(), "challenge": challenge.hex(), "origin": self.origin}
        opened = self._ask("POST", "/session", json=answer | {"signature": signature.hex()})
        self._cookie = {"Cookie": opened.headers.get("set-cookie", "").partition(";")[0]}

    def heads(self, device: bytes | None = None) -> list[ChainEnd]:
        """Ends of our chains; of another device's, for an admin."""
        query = {"device": device.hex()} if device else {}
        return [
            ChainEnd(_hex(end, "circle"), _integer(end, "sequence"), _hex(end, "id"), _hex(end, "statement"))
            for end in _list(self._json("GET", "/heads", params=query), "heads")
        ]

    # Directory

    def entries(self, after: int) -> tuple[list[Frame], Head]:
        """Entries behind an index, with the statements that are ours to read, and the head they lead to."""
        answer = self._ask("GET", "/directory", params={"after": after})
        frames: list[Frame] = [(given.entry, given.statements) for given in read_directory(answer.content)]
        return frames, _read_head(answer.headers.get(HEAD, ""))

    def statements(self, circle: bytes) -> list[GivenStatement]:
        """What was said on one circle."""
        return read_statements(self._ask("GET", f"/directory/circles/{circle.hex()}").content)

    def append(self, frame: Frame, founding_code: str = "") -> None:
        """One entry, with the bytes of all its statements."""
        headers = {FOUNDING_CODE: founding_code} if founding_code else {}
        self._ask("POST", "/directory", content=_frames([frame]), headers=_BINARY | headers)

    def heal(self, frames: Sequence[Frame], founding_code: str = "") -> None:
        """Entries that the server has lost."""
        headers = {FOUNDING_CODE: founding_code} if founding_code else {}
        self._ask("POST", "/directory/heal", content=_frames(frames), headers=_BINARY | headers)

    # Runs

    def push(self, runs: Sequence[bytes]) -> list[PushAnswer]:
        """One answer a run, in order."""
        answer = self._json("POST", "/push", content=push_body(runs), headers=_BINARY)
        results = [_read_result(result) for result in _list(answer, "results")]
        if len(results) != len(runs):
            raise RefusedError("internal")
        return results

    def pull(self, after: int, backfill: Sequence[tuple[bytes, int]], take: Callable[[PulledRun], None]) -> int | None:
        """Gives every run to `take` as it comes; the cursor up to which that is complete, None if it was cut off."""
        query: dict[str, Any] = {"after": after}
        if backfill:
            query["backfill"] = ",".join(f"{circle.hex()}:{cursor}" for circle, cursor in backfill)
        reader = PullReader()
        for part in self._stream("/pull", query):
            for pulled in reader.feed(part):
                take(pulled)
        return reader.complete

    def live(self) -> Iterator[tuple[int, int]]:
        """(cursor, index) whenever the log or the directory grew, until the server ends the stream."""
        rest = b""
        for part in self._stream("/live", {}):
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                if line.startswith(b"data: "):
                    poke = _loads(line.removeprefix(b"data: "))
                    yield _integer(poke, "cursor"), _integer(poke, "index")

    # For staff

    def quarantine(self) -> list[QuarantinedRun]:
        """Runs held apart."""
        return read_quarantine(self._ask("GET", "/quarantine").content)

    def refusals(self) -> list[RefusalCount]:
        """That pushes were refused; not what was in them."""
        return [
            RefusalCount(
                _hex(one, "device"),
                _hex(one, "circle"),
                _code(one),
                _integer(one, "count"),
                _integer(one, "last"),
            )
            for one in _list(self._json("GET", "/refusals"), "refusals")
        ]

    def _json(self, method: str, path: str, **request: Any) -> Any:
        return _loads(self._ask(method, path, **request).content)

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {**request.pop("headers", {}), **self._cookie}
        try:
            answer = self._client.request(method, self._base + path, headers=headers, **request)
        except httpx.HTTPError as error:
            raise OfflineError(type(error).__name__) from None
        _check(answer.status_code, answer.headers, answer.content)
        return answer

    def _stream(self, path: str, query: dict[str, Any]) -> Iterator[bytes]:
        try:
            with self._client.stream("GET", self._base + path, params=query, headers=self._cookie) as answer:
                if answer.status_code != 200:
                    _check(answer.status_code, answer.headers, answer.read())
                yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise OfflineError(type(error).__name__) from None


def _frames(frames: Sequence[Frame]) -> bytes:
    return b"".join(directory_frame(GivenEntry(entry, tuple(statements))) for entry, statements in frames)


def _check(status: int, headers: httpx.Headers, body: bytes) -> None:
    if 200 <= status < 300:
        return
    problem = _problem(body)
    wait = headers.get("retry-after", "")
    entry = problem.get("entry")
    raise RefusedError(
        _code(problem), int(wait) if wait.isdecimal() else None, _entry(entry) if isinstance(entry, str) else None
    )


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _code(problem: dict[str, Any]) -> str:
    """A word we know; whatever else stands there is not shown to anybody."""
    code = problem.get("code")
    return code if isinstance(code, str) and code in ALL_CODES else "internal"


def _entry(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None


def _read_head(text: str) -> Head:
    index, _, hashed = text.partition(" ")
    try:
        return Head(int(index), bytes.fromhex(hashed))
    except ValueError:
        raise RefusedError("internal") from None


def _read_result(result: Any) -> PushAnswer:
    status = result.get("status") if isinstance(result, dict) else None
    if status in ("accepted", "known"):
        return PushAnswer(status, None, result.get("cursor"))
    if status in ("quarantined", "refused"):
        return PushAnswer(status, _code(result), None)
    raise RefusedError("internal")


def _loads(body: bytes) -> dict[str, Any]:
    loaded = _problem(body)
    if not loaded:
        raise RefusedError("internal")
    return loaded


def _list(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = answer.get(name)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise RefusedError("internal")
    return listed


def _hex(answer: dict[str, Any], name: str) -> bytes:
    try:
        return bytes.fromhex(answer[name])
    except (KeyError, TypeError, ValueError):
        raise RefusedError("internal") from None


def _integer(answer: dict[str, Any], name: str) -> int:
    number = answer.get(name)
    if type(number) is not int:
        raise RefusedError("internal")
    return number
