"""Ways to lie to a device that asks over HTTP: a true answer on one route, changed on its way."""

from collections.abc import Callable

import httpx

from crypto.entry import parse_entry
from crypto.run import Run, parse_run
from sync.chain import Frame
from sync.device import Device
from sync.transport import HEAD
from sync.wire import GivenEntry, PulledRun, PullReader, directory_frame, pull_frame
from tests.hostile.bridge import Ask, Lie, Town


def on(path: str, change: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> Lie:
    """The true answer on one route, changed on its way."""

    def lie(request: httpx.Request, ask: Ask) -> httpx.Response:
        answer = ask(request)
        is_meant = request.url.path.endswith(path) and answer.status_code == 200
        return change(request, answer) if is_meant else answer

    return lie


def pulled(answer: httpx.Response) -> tuple[list[PulledRun], int]:
    reader = PullReader()
    runs = reader.feed(answer.content)
    assert reader.complete is not None
    return runs, reader.complete


def pulls(change: Callable[[Run], list[bytes]]) -> Lie:
    """Every run of a pull becomes others, or none."""

    def changed(_: httpx.Request, answer: httpx.Response) -> httpx.Response:
        runs, end = pulled(answer)
        frames = [PulledRun(each.cursor, each.index, raw) for each in runs for raw in change(parse_run(each.run))]
        return httpx.Response(200, content=b"".join(map(pull_frame, [*frames, PulledRun(end, 0, b"")])))

    return on("/pull", changed)


def chain_of(frames: list[Frame]) -> Lie:
    """Another directory is served, as whole as the true one."""

    def changed(request: httpx.Request, _: httpx.Response) -> httpx.Response:
        after = int(request.url.params["after"])
        body = b"".join(directory_frame(GivenEntry(entry, tuple(given))) for entry, given in frames[after + 1 :])
        newest = parse_entry(frames[-1][0])
        return httpx.Response(200, content=body, headers={HEAD: f"{newest.index} {newest.hash.hex()}"})

    return on("/directory", changed)


def saw(place: Town) -> list[str]:
    """Paths that are asked for from now on, in order; for watching what a device sends."""
    paths: list[str] = []

    def lie(request: httpx.Request, ask: Ask) -> httpx.Response:
        paths.append(request.url.path.rpartition("/")[2])
        return place_lie(request, ask)

    place_lie, place.lie = place.lie, lie
    return paths


def all_frames(device: Device) -> list[Frame]:
    own = device.core.held.directory
    return [(own.entry(index).raw, own.statements(index)) for index in range(own.head.index + 1)]


def kept(device: Device) -> tuple[object, ...]:
    """What a person could see on the device, and what waits there."""
    held = device.core.held
    return held.directory.head, held.ledger.merge.to_json(), device.unsent(), len(device.dead_letters())
