"""Many centres on one server, none able to touch another's. Ids of one centre, wherever they can stand in another."""

from dataclasses import replace

import pytest

from crypto.blob import blob_id
from sync.wire import GivenEntry, directory_frame
from tests.server.house import Guest, House
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio

BLOB = b"ciphertext" * 20


@pytest.fixture
async def other(house: House) -> Centre:
    founded = Centre.found(seed=2)
    await house.follow(founded)
    return founded


async def snapshot(house: House, centre: Centre) -> object:
    return (await house.store.centres())[centre.id]


async def test_runs_entries_and_heals_of_another_centre_are_of_the_wrong_place(
    house: House, centre: Centre, other: Centre
) -> None:
    before = await snapshot(house, centre)
    other.member()
    entry, given = other.frames[1]
    run = other.write(other.admin, other.circle)
    frame = directory_frame(GivenEntry(entry, tuple(given)))
    results = await house.push(centre, run)
    answers = [await house.post(centre, path, frame) for path in ("/directory", "/directory/heal")]

    assert [{"status": "refused", "code": "wrong_place"}] == results
    assert [(422, "wrong_place")] * 2 == [(each.status_code, each.json()["code"]) for each in answers]
    assert before == await snapshot(house, centre)


async def test_a_run_that_mixes_ids_of_two_centres_finds_none_of_them(
    house: House, centre: Centre, other: Centre
) -> None:
    ours, theirs = centre.write(centre.admin, centre.circle), other.write(other.admin, other.circle)
    their_device = other.sign(other.admin, replace(ours.head, device=other.admin.key), ours.bodies)
    their_circle = centre.sign(centre.admin, replace(ours.head, circle=other.circle), ours.bodies)
    their_head = centre.sign(centre.admin, replace(ours.head, head_hash=theirs.head.head_hash), ours.bodies)

    assert ["unknown_device", "unknown_circle", "head_unknown"] == [
        result["code"] for result in await house.push(centre, their_device, their_circle, their_head)
    ]


async def test_nobody_signs_in_with_the_device_of_another_centre(house: House, centre: Centre, other: Centre) -> None:
    answer = await house.answer_challenge(centre, other.admin)

    assert (404, "unknown_device") == (answer.status_code, answer.json()["code"])


async def test_a_session_opens_nothing_of_another_centre(house: House, centre: Centre, other: Centre) -> None:
    ours = await house.sign_in(centre, centre.admin)
    there = Guest(house.http, house.base(other), ours.headers["Cookie"].partition("=")[2])
    paths = ("/pull", "/live", "/directory", f"/directory/circles/{other.circle.hex()}", "/heads", "/quarantine")
    answers = [await there.get(path) for path in (*paths, "/refusals", f"/blobs/{'00' * 32}")]

    assert {(401, "no_session")} == {(each.status_code, each.json()["code"]) for each in answers}


async def test_ids_of_another_centre_are_unknown_to_a_good_session(house: House, centre: Centre, other: Centre) -> None:
    theirs = await house.sign_in(other, other.admin)
    await theirs.put_blob(blob_id(BLOB), 0, len(BLOB), BLOB)
    await house.push(other, other.write(other.admin, other.circle))
    ours = await house.sign_in(centre, centre.admin)
    answers = [
        await ours.get(path)
        for path in (
            f"/pull?backfill={other.circle.hex()}:0",
            f"/directory/circles/{other.circle.hex()}",
            f"/heads?device={other.admin.key.hex()}",
            f"/blobs/{blob_id(BLOB).hex()}",
        )
    ]
    asked = await ours.ask("HEAD", f"/blobs/{blob_id(BLOB).hex()}")

    assert [404, 404, 404, 404, 404] == [each.status_code for each in (*answers, asked)]
    assert ([], 0) == await ours.pull()


async def test_the_same_blob_in_two_centres_is_two_blobs(house: House, centre: Centre, other: Centre) -> None:
    ours, theirs = await house.sign_in(centre, centre.admin), await house.sign_in(other, other.admin)
    begun = [await guest.put_blob(blob_id(BLOB), 0, len(BLOB), BLOB[:50]) for guest in (ours, theirs)]
    await theirs.put_blob(blob_id(BLOB), 50, len(BLOB), BLOB[50:])

    assert ["50", "50"] == [answer.headers["Upload-Offset"] for answer in begun]
    assert "50" == (await ours.ask("HEAD", f"/blobs/{blob_id(BLOB).hex()}")).headers["Upload-Offset"]


async def test_cursors_of_one_centre_tell_nothing_of_another(house: House, centre: Centre, other: Centre) -> None:
    await house.push(other, *(other.write(other.admin, other.circle) for _ in range(5)))
    [result] = await house.push(centre, centre.write(centre.admin, centre.circle))

    assert 1 == result["cursor"]
