"""Acknowledged means on disk: the server is killed at any moment, and nothing it said yes to is gone."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx
import pytest
from anyio.lowlevel import checkpoint

from crypto.run import Run
from server.store.files import BlobDirectory
from server.store.sqlite import SqliteStore
from server.verify import Finding, verify
from sync.statements import DeviceAdd, MemberAdd
from sync.wire import push_body
from tests.server.house import OPEN, House, Visitors
from tests.server.process import Process
from tests.sync.centre import Centre, Device

pytestmark = pytest.mark.anyio

DEVICES, KILLS = 4, 4


def add_devices(centre: Centre, count: int) -> list[Device]:
    """By the root: without an invitation, whose date a server would look at."""
    devices = []
    for _ in range(count):
        device = centre.device(centre.random(16))
        add = DeviceAdd(device.member, device.key, device.sealing.public)
        centre.say(centre.root, MemberAdd(device.member, "staff", ()), add)
        devices.append(device)
    return devices


async def push_until_killed(
    visitors: Visitors, centre: Centre, runs: list[Run], kept: list[Run], enough: asyncio.Event
) -> None:
    """Push one run after another, whatever was accepted into `kept`."""
    for run in runs:
        [result] = await visitors.push(centre, run)
        assert result["status"] in ("accepted", "known")
        kept.append(run)
        if len(kept) >= 5:
            enough.set()


async def test_every_acknowledged_run_is_there_after_being_killed_in_the_middle(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    centre = Centre.found()
    devices = add_devices(centre, DEVICES)
    chains = {
        device.key: [centre.write(device, centre.circle, centre.random(500)) for _ in range(60)] for device in devices
    }
    acknowledged: dict[bytes, list[Run]] = {device.key: [] for device in devices}
    port = 0
    for turn in range(KILLS):
        process = Process(tmp_path, port)
        port = process.port
        async with httpx.AsyncClient(base_url=process.origin, timeout=30) as http:
            visitors = Visitors(http, process.origin)
            if turn == 0:
                await visitors.follow(centre)
            await look(visitors, centre, acknowledged)
            enough = [asyncio.Event() for _ in devices]
            tasks = [
                asyncio.create_task(
                    push_until_killed(
                        visitors,
                        centre,
                        chains[device.key][len(acknowledged[device.key]) :],
                        acknowledged[device.key],
                        event,
                    )
                )
                for device, event in zip(devices, enough, strict=True)
            ]
            await asyncio.wait_for(random.choice(enough).wait(), 30)
            os.kill(process.pid, signal.SIGKILL)
            for task in tasks:
                with suppress(httpx.TransportError):
                    await task
        process.kill()
        assert [] == [found for found in verify(tmp_path) if isinstance(found, Finding)], f"seed {seed}, turn {turn}"
    process = Process(tmp_path, port)
    async with httpx.AsyncClient(base_url=process.origin, timeout=30) as http:
        await look(Visitors(http, process.origin), centre, acknowledged)
    assert 0 == process.stop()


async def look(visitors: Visitors, centre: Centre, acknowledged: dict[bytes, list[Run]]) -> None:
    """All that was acknowledged is in the log, byte for byte."""
    guest = await visitors.sign_in(centre, centre.admin)
    held = {each.run for each in (await guest.pull())[0]}
    expected = {run.raw for runs in acknowledged.values() for run in runs}

    assert expected <= held


async def test_an_acknowledged_entry_survives_being_killed(tmp_path: Path) -> None:
    centre = Centre.found()
    process = Process(tmp_path)
    async with httpx.AsyncClient(base_url=process.origin) as http:
        await Visitors(http, process.origin).follow(centre)
        centre.open("case")
        await Visitors(http, process.origin).follow(centre, 1)
    process.kill()
    process = Process(tmp_path)
    async with httpx.AsyncClient(base_url=process.origin) as http:
        guest = await Visitors(http, process.origin).sign_in(centre, centre.admin)
        entries = await guest.directory()
    process.stop()

    assert [(entry, tuple(given)) for entry, given in centre.frames] == [
        (each.entry, each.statements) for each in entries
    ]


async def test_a_request_its_client_gave_up_is_kept_all_the_same(tmp_path: Path) -> None:
    """So sending it again must change nothing, and does not."""
    centre = Centre.found()
    process = Process(tmp_path)
    async with httpx.AsyncClient(base_url=process.origin, timeout=30) as http:
        visitors = Visitors(http, process.origin)
        await visitors.follow(centre)
        runs = [centre.write(centre.admin, centre.circle) for _ in range(20)]
        for run in runs:
            task = asyncio.create_task(visitors.push(centre, run))
            while not task.done():
                await checkpoint()
                if len(process.lines) % 3 == 0:
                    task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await visitors.push(centre, run)
        guest = await visitors.sign_in(centre, centre.admin)
        pulled, _ = await guest.pull()
    process.stop()

    assert [run.raw for run in runs] == [each.run for each in pulled]


async def test_a_full_disk_refuses_and_what_it_refused_is_taken_later(tmp_path: Path) -> None:
    """The directory in memory must not be ahead of the one on disk."""
    store = SqliteStore(tmp_path)
    centre = Centre.found()
    centre.say(centre.admin, *(MemberAdd(centre.random(16), "supporter", ()) for _ in range(1_000)))
    run = centre.write(centre.admin, centre.circle, centre.random(200_000))
    async with House(OPEN, store, BlobDirectory(tmp_path)) as house:
        await house.append(centre, *centre.frames[0])
        limit_pages(store, 1)
        entry = await house.append(centre, *centre.frames[1])
        limit_pages(store, 10**6)
        again = await house.append(centre, *centre.frames[1])
        limit_pages(store, 1)
        pushed = await house.post(centre, "/push", push_body([run.raw]))
        limit_pages(store, 10**6)
        accepted = await house.push(centre, run)

    assert [(507, "quota_exceeded")] * 2 == [(each.status_code, each.json()["code"]) for each in (entry, pushed)]
    assert 200 == again.status_code
    assert [{"status": "accepted", "cursor": 1}] == accepted


def limit_pages(store: SqliteStore, pages: int) -> None:
    """A disk that takes no more than it holds, or that has room again."""
    store._database.execute(f"pragma max_page_count={pages}")
