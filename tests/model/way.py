"""One device's way to the server, on which things go wrong as a plan says; and the witness of what the server said.

| fault | what becomes of the request |
| --- | --- |
| lost | it never arrives |
| deaf | it arrives, its answer does not |
| twice | it arrives twice; the second answer is heard |
| late | it arrives in the end, after others, when nobody waits for an answer any more |
| torn | the answer breaks off in the middle |
| killed | the server is killed while it is at work on it |
| meanwhile | something else happens first |
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import httpx

FAULTS = ("lost", "deaf", "twice", "late", "torn", "killed", "meanwhile")


@dataclass(frozen=True, slots=True)
class Fault:
    """at: which request from now on goes wrong. moment: when in it; see `Server.ask_and_kill`."""

    at: int
    kind: str
    moment: int = 0


class Beyond(Protocol):
    """What lies at the other end of the way."""

    late: list[httpx.Request]

    def ask(self, request: httpx.Request) -> httpx.Response: ...

    def ask_and_kill(self, request: httpx.Request, moment: int) -> httpx.Response: ...


@dataclass
class Way(httpx.BaseTransport):
    """meanwhile: what happens on a "meanwhile". is_cut: nothing goes through at all."""

    beyond: Beyond
    is_cut: bool = False
    meanwhile: Callable[[], None] = lambda: None
    _faults: dict[int, Fault] = field(default_factory=dict)
    _count: int = 0

    def plan(self, *faults: Fault) -> None:
        """From the next request on; an older plan is forgotten."""
        self._count = 0
        self._faults = {fault.at: fault for fault in faults}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if self.is_cut:
            raise httpx.ConnectError("cut")
        fault = self._faults.pop(self._count, None)
        self._count += 1
        return self._go(request, fault)

    def _go(self, request: httpx.Request, fault: Fault | None) -> httpx.Response:
        match fault.kind if fault else "":
            case "lost":
                raise httpx.ConnectError("lost")
            case "late":
                self.beyond.late.append(request)
                raise httpx.ConnectError("late")
            case "killed":
                assert fault
                return self.beyond.ask_and_kill(request, fault.moment)
            case "deaf":
                self.beyond.ask(request)
                raise httpx.ReadError("deaf")
            case "twice":
                self.beyond.ask(request)
            case "meanwhile":
                self.meanwhile()
        answer = self.beyond.ask(request)
        return _torn(answer) if fault and fault.kind == "torn" else answer


def _torn(answer: httpx.Response) -> httpx.Response:
    headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-length"]
    return httpx.Response(answer.status_code, headers=headers, stream=_Half(answer.content))


class _Half(httpx.SyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content[: len(self._content) // 2]
        raise httpx.ReadError("torn")
