"""Attachments: resumable, sized, checked, and only for whom they are for. SPEC 8, crypto 9."""

from dataclasses import replace

import pytest

from crypto.blob import MAX_BLOB, blob_id
from server.relay.attachments import collect
from server.settings import Quotas
from sync.wire import BLOB_PIECE_BYTES
from tests.server.house import OPEN, Guest, House, with_settings
from tests.sync.centre import Centre, Device

pytestmark = pytest.mark.anyio

BLOB = bytes(range(256)) * 10
ID = blob_id(BLOB)


async def put_whole(guest: Guest, blob: bytes) -> None:
    for offset in range(0, len(blob), BLOB_PIECE_BYTES):
        piece = blob[offset : offset + BLOB_PIECE_BYTES]
        answer = await guest.put_blob(blob_id(blob), offset, len(blob), piece)
        assert answer.status_code == 204, answer.text


async def refer(house: House, centre: Centre, device: Device, circle: bytes, *blobs: bytes) -> None:
    """A run that refers to blobs."""

    run = centre.write(device, circle)
    referring = centre.sign(device, replace(run.head, blobs=tuple(sorted(blobs))), run.bodies)
    centre.chains[device.key, circle] = (referring.last.header.sequence, referring.last.id)
    assert [{"status": "accepted"}] == [{"status": each["status"]} for each in await house.push(centre, referring)]


async def test_a_blob_goes_up_in_pieces_and_comes_down_whole(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    first = await guest.put_blob(ID, 0, len(BLOB), BLOB[:1_000])
    rest = await guest.put_blob(ID, 1_000, len(BLOB), BLOB[1_000:])
    await refer(house, centre, centre.admin, centre.circle, ID)
    got = await guest.get(f"/blobs/{ID.hex()}")

    assert ["1000", str(len(BLOB))] == [answer.headers["Upload-Offset"] for answer in (first, rest)]
    assert BLOB == got.content
    assert str(len(BLOB)) == got.headers["Content-Length"]


async def test_an_upload_says_where_it_goes_on(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    await guest.put_blob(ID, 0, len(BLOB), BLOB[:1_000])
    again = await guest.put_blob(ID, 0, len(BLOB), BLOB[:1_000])
    ahead = await guest.put_blob(ID, 2_000, len(BLOB), BLOB[2_000:])
    asked = await guest.ask("HEAD", f"/blobs/{ID.hex()}")

    assert [(409, "wrong_offset", "1000")] * 2 == [
        (each.status_code, each.json()["code"], each.headers["Upload-Offset"]) for each in (again, ahead)
    ]
    assert (200, "1000", str(len(BLOB)), b"") == (
        asked.status_code,
        asked.headers["Upload-Offset"],
        asked.headers["Upload-Length"],
        asked.content,
    )


async def test_a_blob_that_is_not_what_its_name_says_is_thrown_away(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    await guest.put_blob(ID, 0, len(BLOB), BLOB[:1_000])
    wrong = await guest.put_blob(ID, 1_000, len(BLOB), bytes(len(BLOB) - 1_000))
    asked = await guest.ask("HEAD", f"/blobs/{ID.hex()}")
    await put_whole(guest, BLOB)
    whole = await guest.ask("HEAD", f"/blobs/{ID.hex()}")

    assert (422, "bad_digest") == (wrong.status_code, wrong.json()["code"])
    assert ["0", str(len(BLOB))] == [answer.headers["Upload-Offset"] for answer in (asked, whole)]


async def test_sending_a_whole_blob_again_changes_nothing(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    await put_whole(guest, BLOB)
    await refer(house, centre, centre.admin, centre.circle, ID)
    await put_whole(guest, BLOB)
    other = await guest.put_blob(ID, 0, 5, b"other")

    assert 204 == other.status_code
    assert BLOB == (await guest.get(f"/blobs/{ID.hex()}")).content


async def test_a_range_is_answered_in_part(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    await put_whole(guest, BLOB)
    await refer(house, centre, centre.admin, centre.circle, ID)
    parts = [
        await guest.get(f"/blobs/{ID.hex()}", headers={"Range": span})
        for span in ("bytes=100-199", "bytes=2500-", "bytes=2500-9999")
    ]
    wrong = [
        await guest.get(f"/blobs/{ID.hex()}", headers={"Range": span})
        for span in ("bytes=9999-", "bytes=5-2", "lines=1-2", "bytes=-5")
    ]

    assert [BLOB[100:200], BLOB[2500:], BLOB[2500:]] == [answer.content for answer in parts]
    assert [(206, "bytes 100-199/2560"), (206, "bytes 2500-2559/2560")] == [
        (answer.status_code, answer.headers["Content-Range"]) for answer in parts[:2]
    ]
    assert [400] * 4 == [answer.status_code for answer in wrong]


async def test_a_blob_is_only_for_devices_of_a_circle_that_refers_to_it(house: House, centre: Centre) -> None:
    yuki, shun = centre.join(), centre.join()
    visit = centre.open("dispatch", members=[yuki.member])
    await house.follow(centre, 1)
    guests = [await house.sign_in(centre, who) for who in (centre.admin, yuki, shun)]
    await put_whole(guests[0], BLOB)
    before = [(await guest.get(f"/blobs/{ID.hex()}")).status_code for guest in guests]
    await refer(house, centre, centre.admin, visit, ID)

    assert [404, 404, 404] == before
    assert [200, 200, 404] == [(await guest.get(f"/blobs/{ID.hex()}")).status_code for guest in guests]


async def test_a_device_left_out_gets_no_blob_that_came_later(house: House, centre: Centre) -> None:
    yuki = centre.join()
    case = centre.open("case", members=[yuki.member])
    await house.follow(centre, 1)
    late = BLOB + b"later"
    guest, staff = await house.sign_in(centre, yuki), await house.sign_in(centre, centre.admin)
    await put_whole(staff, BLOB)
    await put_whole(staff, late)
    await refer(house, centre, centre.admin, case, ID)
    entries = len(centre.frames)
    centre.renew(case, members=[])
    await house.follow(centre, entries)
    await refer(house, centre, centre.admin, case, blob_id(late))

    assert [200, 404] == [(await guest.get(f"/blobs/{blob.hex()}")).status_code for blob in (ID, blob_id(late))]


async def test_sizes_of_blobs_and_pieces_have_limits(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    answers = [
        await guest.put_blob(ID, 0, 2 * BLOB_PIECE_BYTES, bytes(BLOB_PIECE_BYTES + 1)),
        await guest.put_blob(ID, 0, MAX_BLOB + 1, b"x"),
        await guest.put_blob(ID, 0, 3, b"four"),
        await guest.put_blob(ID, 0, 3, b""),
    ]

    assert [(413, "too_large"), (400, "bad_request"), (400, "bad_request"), (400, "bad_request")] == [
        (answer.status_code, answer.json()["code"]) for answer in answers
    ]


async def test_a_centre_has_a_quota_of_blobs_announced_or_there(centre: Centre) -> None:
    async with House(with_settings(OPEN, quotas=Quotas(blobs=3_000))) as house:
        await house.follow(centre)
        guest = await house.sign_in(centre, centre.admin)
        first = await guest.put_blob(ID, 0, len(BLOB), BLOB[:10])
        second = await guest.put_blob(b"x" * 32, 0, 500, b"x")

        assert (204, 507) == (first.status_code, second.status_code)
        assert "quota_exceeded" == second.json()["code"]


async def test_what_nothing_refers_to_is_collected_after_a_while(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)
    for blob in (BLOB, BLOB + b"kept"):
        await put_whole(guest, blob)
    await guest.put_blob(b"p" * 32, 0, 100, b"begun")
    await refer(house, centre, centre.admin, centre.circle, blob_id(BLOB + b"kept"))
    age = house.app.state.relay.settings.times.blob_unreferenced
    early = await collect(house.app.state.relay)
    house.clock.now += age + 1
    late = await collect(house.app.state.relay)
    guest = await house.sign_in(centre, centre.admin)
    asked = [await guest.ask("HEAD", f"/blobs/{blob.hex()}") for blob in (ID, b"p" * 32, blob_id(BLOB + b"kept"))]

    assert (0, 2) == (early, late)
    assert [404, 404, 200] == [answer.status_code for answer in asked]
    assert len(BLOB + b"kept") == (await house.store.centres())[centre.id].blob_bytes


async def test_a_blob_of_many_chunks_survives_the_way(house: House, centre: Centre) -> None:
    blob = centre.random(2 * BLOB_PIECE_BYTES + 12_345)
    guest = await house.sign_in(centre, centre.admin)
    await put_whole(guest, blob)
    await refer(house, centre, centre.admin, centre.circle, blob_id(blob))

    assert blob == (await guest.get(f"/blobs/{blob_id(blob).hex()}")).content


async def test_an_invite_brings_no_blobs(house: House, centre: Centre) -> None:
    invite = centre.invite(centre.member())
    await house.follow(centre, 1)
    guest = await house.sign_in(centre, invite)
    answers = [await guest.put_blob(ID, 0, len(BLOB), BLOB), await guest.ask("HEAD", f"/blobs/{ID.hex()}")]

    assert [403, 403] == [answer.status_code for answer in answers]
