"""Rolls kept in memory: the same as the store at every moment, few at a time, never waited for on the event loop."""

from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from crypto.errors import ProtocolError
from server.relay.directories import Directories
from server.relay.roll import Ends, Roll
from server.store.protocol import Reader
from tests.server.house import House
from tests.sync.centre import Centre, Device

pytestmark = pytest.mark.anyio

T = TypeVar("T")


async def with_roll(house: House, centre: Centre, directories: Directories) -> Roll:
    def job(reader: Reader) -> Roll:
        with directories.for_reader(reader) as roll:
            return roll

    return await house.store.read(centre.id, job)


async def ends_of(house: House, centre: Centre, device: Device) -> Ends:
    directories: Directories = house.app.state.relay.directories
    roll = await with_roll(house, centre, directories)
    return roll.ends(roll.who(device.key, 0))


async def test_a_roll_is_read_from_the_store_once(house: House, centre: Centre) -> None:
    directories = Directories()

    assert await with_roll(house, centre, directories) is await with_roll(house, centre, directories)


async def test_the_one_longest_not_asked_for_goes_first(house: House, centre: Centre) -> None:
    others = [Centre.found(seed) for seed in (2, 3)]
    for other in others:
        await house.follow(other)
    directories = Directories(most=2)
    first = await with_roll(house, centre, directories)
    second = await with_roll(house, others[0], directories)
    again = await with_roll(house, centre, directories)
    await with_roll(house, others[1], directories)

    assert first is again
    assert first is await with_roll(house, centre, directories)
    assert second is not await with_roll(house, others[0], directories)


async def test_a_roll_catches_up_with_what_another_process_added(house: House, centre: Centre) -> None:
    directories = Directories()
    await with_roll(house, centre, directories)
    centre.open("case")
    await house.follow(centre, 1)

    assert 1 == (await with_roll(house, centre, directories)).at


async def test_a_centre_nobody_founded_has_no_roll(house: House) -> None:
    with pytest.raises(ProtocolError, match="unknown_centre"):
        await with_roll(house, Centre.found(), Directories())


async def test_the_event_loop_never_waits_for_a_roll_in_use(house: House, centre: Centre) -> None:
    directories = Directories()

    def is_ready(reader: Reader) -> bool:
        with directories.if_ready(reader) as roll:
            return roll is not None

    def while_in_use(reader: Reader) -> bool:
        with directories.for_reader(reader), ThreadPoolExecutor(1) as other:
            return other.submit(is_ready, reader).result()

    never_read = await house.store.read(centre.id, is_ready)
    in_use = await house.store.read(centre.id, while_in_use)
    free = await house.store.read(centre.id, is_ready)
    centre.member()
    await house.follow(centre, 1)
    behind = await house.store.read(centre.id, is_ready)

    assert [False, False, True, False] == [never_read, in_use, free, behind]


async def test_circles_of_a_device_are_those_the_directory_says(house: House, centre: Centre) -> None:
    """Found by the names in statements; compared with asking the directory of every circle."""
    lead = centre.open("desk", devices=[centre.admin.key])
    desk = centre.open("desk", devices=[centre.admin.key], desk=lead)
    yuki, shun = centre.join(), centre.join("staff", desk=desk)
    case = centre.open("case", members=[yuki.member])
    centre.open("dispatch", members=[yuki.member])
    centre.open("own", members=[yuki.member])
    centre.open("case", desk=desk)
    centre.open("private", members=[yuki.member], by=yuki)
    centre.renew(case, members=[])
    second = centre.enrol(centre.invite(yuki.member))
    await house.follow(centre, 1)

    for device in (centre.admin, yuki, shun, second):
        expected = {
            circle: spans[-1][1]
            for circle in centre.directory.circles()
            if (spans := centre.directory.principal_spans(circle, device.key))
        }
        assert expected == await ends_of(house, centre, device)
    assert 4 < len(await ends_of(house, centre, yuki))
