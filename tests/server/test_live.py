"""GET live over real sockets: pokes, comments, ends, and a shutdown that waits for nobody. SPEC 8."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from anyio.lowlevel import checkpoint

from server.hub import Hub
from server.store.protocol import Moved
from sync.statements import DeviceRevoke
from tests.server.house import Guest, Visitors
from tests.server.process import Process, serving
from tests.server.test_crash import add_devices
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio


class Stream:
    """Server-sent events, one by one."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self.comments = 0

    async def poke(self) -> dict[str, Any]:
        """The data of the next poke. Raises StopAsyncIteration at the end."""
        async for line in self._lines:
            self.comments += line.startswith(":")
            if line.startswith("data: "):
                data: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return data
        raise StopAsyncIteration

    async def rest(self) -> list[str]:
        return [line async for line in self._lines]


@asynccontextmanager
async def listen(visitors: Visitors, guest: Guest, centre: Centre) -> AsyncIterator[Stream]:
    async with visitors.http.stream("GET", visitors.base(centre) + "/live", headers=guest.headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


async def test_a_poke_says_how_far_the_log_and_the_directory_are(tmp_path: Path) -> None:
    centre = Centre.found()
    async with serving(tmp_path) as (_, visitors):
        await visitors.follow(centre)
        guest = await visitors.sign_in(centre, centre.admin)
        async with listen(visitors, guest, centre) as stream:
            first = await stream.poke()
            await visitors.push(centre, centre.write(centre.admin, centre.circle))
            second = await stream.poke()
            centre.member()
            await visitors.follow(centre, 1)
            third = await stream.poke()

    assert [{"cursor": 0, "index": 0}, {"cursor": 1, "index": 0}, {"cursor": 1, "index": 1}] == [first, second, third]


async def test_a_quiet_stream_has_comments_and_an_end(tmp_path: Path) -> None:
    centre = Centre.found()
    times = {"ENGAWA_TIMES_LIVE_COMMENT": "0.05", "ENGAWA_TIMES_LIVE_END": "0.3"}
    async with serving(tmp_path, **times) as (_, visitors):
        await visitors.follow(centre)
        guest = await visitors.sign_in(centre, centre.admin)
        async with listen(visitors, guest, centre) as stream:
            lines = await asyncio.wait_for(stream.rest(), 10)

    assert "retry: 3000" in lines
    assert 2 <= lines.count(":") <= 6


async def test_the_stream_of_a_revoked_device_ends_at_once(tmp_path: Path) -> None:
    centre = Centre.found()
    [device] = add_devices(centre, 1)
    async with serving(tmp_path) as (_, visitors):
        await visitors.follow(centre)
        guest = await visitors.sign_in(centre, device)
        async with listen(visitors, guest, centre) as stream:
            await stream.poke()
            centre.say(centre.admin, DeviceRevoke(device.key))
            await visitors.follow(centre, centre.head)
            rest = await asyncio.wait_for(stream.rest(), 10)

    assert not any("data" in line for line in rest)


async def test_a_server_with_open_streams_stops_within_a_second(tmp_path: Path) -> None:
    centre = Centre.found()
    async with serving(tmp_path) as (process, visitors):
        await visitors.follow(centre)
        guest = await visitors.sign_in(centre, centre.admin)
        async with listen(visitors, guest, centre) as first, listen(visitors, guest, centre) as second:
            await first.poke()
            await second.poke()
            began = monotonic()
            code = await asyncio.to_thread(process.stop)
            seconds = monotonic() - began
            rest = await first.rest() + await second.rest()

    assert 0 == code
    assert seconds < 1
    assert not any("data" in line for line in rest)
    assert ["listening", "stopped"] == [
        json.loads(line)["event"] for line in process.lines if '"event": "request"' not in line
    ]


async def test_one_device_holds_only_so_many_streams(tmp_path: Path) -> None:
    centre = Centre.found()
    async with serving(tmp_path, ENGAWA_LIMITS_STREAMS_PER_DEVICE="1") as (_, visitors):
        await visitors.follow(centre)
        guest = await visitors.sign_in(centre, centre.admin)
        async with listen(visitors, guest, centre) as stream:
            await stream.poke()
            more = await guest.get("/live")

    assert (429, "rate_limited", "60") == (more.status_code, more.json()["code"], more.headers["Retry-After"])


async def test_a_client_that_stops_reading_costs_no_memory(tmp_path: Path) -> None:
    """It asks for 60 MiB and takes nothing; the server reads on only as fast as somebody takes it."""
    centre = Centre.found()
    async with serving(tmp_path) as (process, visitors):
        await visitors.follow(centre)
        body = centre.random(200_000)
        for _ in range(30):
            await visitors.push(centre, *(centre.write(centre.admin, centre.circle, body) for _ in range(10)))
        guest = await visitors.sign_in(centre, centre.admin)
        await guest.pull()
        before = process.rss()
        sockets = [ask(process, visitors.base(centre), guest) for _ in range(4)]
        for _ in range(20):
            await guest.get("/heads")
        grown = process.rss() - before
        for each in sockets:
            each.close()

    assert grown < 16 * 2**20


def ask(process: Process, base: str, guest: Guest) -> socket.socket:
    """Ask for a pull, take the first byte, then nothing more."""
    connection = socket.create_connection(("127.0.0.1", process.port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    lines = [f"GET {base}/pull HTTP/1.1", "Host: x", f"Cookie: {guest.headers['Cookie']}", "", ""]
    connection.sendall("\r\n".join(lines).encode())
    assert connection.recv(1)
    return connection


async def test_the_hub_forgets_who_left_and_keeps_only_the_newest() -> None:
    hub = Hub(10, 10)
    with hub.listen(b"c", b"d") as listener:
        for cursor in range(1_000):
            hub.tell(Moved(b"c", cursor, 0))
        news = await listener.next(1)
        nothing = await listener.next(0.001)

    assert Moved(b"c", 999, 0) == news
    assert nothing is None
    assert (0, {}) == (hub.streams, hub._listeners)


async def test_a_closed_hub_wakes_everybody_and_takes_nobody() -> None:
    hub = Hub(10, 10)
    with hub.listen(b"c", b"d") as listener:
        waiting = asyncio.create_task(listener.next(60))
        await checkpoint()
        hub.close()

        assert await waiting is None
        with pytest.raises(Exception, match="stopping"):
            hub.check(b"c", b"d")
