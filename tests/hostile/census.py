"""Everything a server keeps of a centre, in a form in which before and after can be compared.

async with standing(tmp_path) as house:                        # a server on disk, nobody on it yet
    centre, aiko, emi, visit = await settled(house)            # a centre with two supporters, a case and two notes
    before = await census(house, centre)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from server.settings import Settings
from server.store.files import FOLDER, BlobDirectory
from server.store.protocol import Reader
from server.store.sqlite import SqliteStore
from tests.hostile.reader import note
from tests.server.house import OPEN, House
from tests.sync.centre import Centre, Device

WHOLE = 2**53 - 1


@asynccontextmanager
async def standing(data: Path, settings: Settings = OPEN) -> AsyncIterator[House]:
    """A server whose database and files are in `data`. What fails while it stands is raised as it is."""
    failed: BaseException | None = None
    async with House(settings, SqliteStore(data), BlobDirectory(data / FOLDER)) as house:
        try:
            yield house
        except BaseException as error:  # else the lifespan of the application wraps it into groups
            failed = error
    if failed is not None:
        raise failed


class Settled(NamedTuple):
    """aiko and emi are supporters; visit is theirs, own is emi's; case and desk are for neither."""

    centre: Centre
    aiko: Device
    emi: Device
    visit: bytes
    own: bytes
    case: bytes


async def settled(house: House, seed: int = 1) -> Settled:
    """A centre at work: everybody has written one note."""
    c = Centre.found(seed)
    aiko, emi = c.join(), c.join()
    visit = c.open("dispatch", members=[aiko.member, emi.member])
    own, case = c.open("own", members=[emi.member]), c.open("case")
    await house.follow(c)
    runs = [c.write(aiko, visit, note("gate")), c.write(emi, visit, note("garden", record=bytes(16)))]
    runs += [c.write(emi, own, note("heard")), c.write(c.admin, case, note("desk"))]
    assert ["accepted"] * 4 == [result["status"] for result in await house.push(c, *runs)]
    return Settled(c, aiko, emi, visit, own, case)


async def follow(house: House, centre: Centre) -> None:
    """The server is given the entries it lacks."""
    state = (await house.store.centres()).get(centre.id)
    await house.follow(centre, state.index + 1 if state else 0)


async def census(house: House, *centres: Centre) -> list[dict[str, Any]]:
    """All that is kept, but for counts of what was refused: that much is kept on purpose."""
    return [await house.store.read(centre.id, lambda reader: _count(reader, centre)) for centre in centres]  # noqa: B023


def _count(reader: Reader, centre: Centre) -> dict[str, Any]:
    entries = list(reader.entries(-1))
    devices = [device.key for device in centre.directory.devices(centre.head)]
    return {
        "state": reader.state(),
        "entries": entries,
        "statements": [statement for entry in entries for statement in reader.statements(entry.index)],
        "runs": list(reader.runs(centre.directory.circles(), 0, WHOLE)),
        "tails": [tail for device in devices for tail in reader.tails(device)],
        "quarantine": list(reader.quarantine(0)),
        "unused blobs": reader.blobs_unused(WHOLE),
        "contacts": reader.contacts(),
    }
