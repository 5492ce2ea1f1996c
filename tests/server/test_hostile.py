"""A device that sends anything at all: each gets its word, and nothing else changes. SPEC 8.1."""

from random import Random

import pytest

from server.store.protocol import CentreState
from sync.errors import ALL_CODES
from sync.wire import GivenEntry, directory_frame, push_body
from tests.server.house import House
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio

TRIES = 400


def mangled(data: bytes, random: Random) -> bytes:
    """Some bytes altered, cut out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(changed) + 1)
        span = random.randint(1, 40)
        kind = random.randrange(4)
        if kind == 0 and at < len(changed):
            changed[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            del changed[at : at + span]
        elif kind == 2:
            changed[at:at] = random.randbytes(span)
        else:
            changed[at:at] = changed[at : at + span]
    return bytes(changed) if changed != data else mangled(data, random)


async def state(house: House, centre: Centre) -> CentreState:
    return (await house.store.centres())[centre.id]


async def test_no_altered_run_gets_into_the_log(house: House, centre: Centre, seed: int) -> None:
    random = Random(seed)
    yuki = centre.join()
    await house.follow(centre, 1)
    runs = [centre.write(yuki, centre.circle, centre.random(100)), centre.write(centre.admin, centre.desk, b"a", b"b")]
    before = await state(house, centre)
    for _ in range(TRIES):
        [result] = await house.push(centre, mangled(random.choice(runs).raw, random))
        assert "refused" == result["status"], f"seed {seed}"
        assert result["code"] in ALL_CODES

    assert before == await state(house, centre)
    assert ["accepted", "accepted"] == [each["status"] for each in await house.push(centre, *runs)]


async def test_no_altered_push_breaks_the_server(house: House, centre: Centre, seed: int) -> None:
    random = Random(seed)
    body = push_body([centre.write(centre.admin, centre.circle, behind=(0, bytes(32))).raw] * 3)
    for _ in range(TRIES):
        answer = await house.post(centre, "/push", mangled(body, random))
        assert answer.status_code in (200, 413, 422), f"seed {seed}"


async def test_no_altered_entry_gets_into_the_directory(house: House, centre: Centre, seed: int) -> None:
    random = Random(seed)
    centre.open("case")
    entry, given = centre.frames[1]
    frame = directory_frame(GivenEntry(entry, tuple(given)))
    before = await state(house, centre)
    for number in range(TRIES):
        answer = await house.post(centre, ("/directory", "/directory/heal")[number % 2], mangled(frame, random))
        assert 400 <= answer.status_code < 500, f"seed {seed}: {answer.text}"
        assert answer.json()["code"] in ALL_CODES

    assert before == await state(house, centre)
    assert 200 == (await house.append(centre, entry, given)).status_code
