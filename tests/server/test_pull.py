"""GET pull and heads: bytes as stored, resumable anywhere, and nothing to whom it is not for. SPEC 8."""

import pytest

from sync.statements import MemberEnd
from sync.wire import PullReader
from tests.server.house import Guest, House
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio


async def follow(house: House, centre: Centre) -> None:
    await house.follow(centre, (await house.store.centres())[centre.id].index + 1)


async def bytes_of(guest: Guest, after: int = 0, backfill: str = "") -> list[bytes]:
    return [each.run for each in (await guest.pull(after, backfill))[0]]


async def test_runs_come_as_they_were_sent_with_cursors_and_an_end(house: House, centre: Centre) -> None:
    runs = [centre.write(centre.admin, circle) for circle in (centre.circle, centre.desk, centre.circle)]
    await house.push(centre, *runs)
    guest = await house.sign_in(centre, centre.admin)
    pulled, complete = await guest.pull()

    assert [run.raw for run in runs] == [each.run for each in pulled]
    assert [1, 2, 3] == [each.cursor for each in pulled]
    assert {centre.head} == {each.index for each in pulled}
    assert 3 == complete


async def test_a_pull_goes_on_after_a_cursor(house: House, centre: Centre) -> None:
    runs = [centre.write(centre.admin, centre.circle) for _ in range(5)]
    await house.push(centre, *runs)
    guest = await house.sign_in(centre, centre.admin)

    assert [run.raw for run in runs[3:]] == await bytes_of(guest, after=3)
    assert ([], 5) == await guest.pull(after=5)


async def test_a_cursor_from_the_future_shows_that_the_server_lost_something(house: House, centre: Centre) -> None:
    guest = await house.sign_in(centre, centre.admin)

    assert ([], 0) == await guest.pull(after=99)


async def test_a_pull_can_be_cut_anywhere_and_resumed(house: House, centre: Centre) -> None:
    runs = [centre.write(centre.admin, centre.circle, centre.random(300)) for _ in range(4)]
    await house.push(centre, *runs)
    guest = await house.sign_in(centre, centre.admin)
    whole = (await guest.get("/pull?after=0")).content

    for cut in range(0, len(whole), 97):
        reader = PullReader()
        got = reader.feed(whole[:cut])
        rest = await bytes_of(guest, after=got[-1].cursor if got else 0)
        assert [run.raw for run in runs] == [each.run for each in got] + rest


async def test_a_device_gets_only_circles_of_its_own(house: House, centre: Centre) -> None:
    yuki, shun = centre.join(), centre.join()
    visit = centre.open("dispatch", members=[yuki.member])
    await follow(house, centre)
    runs = [centre.write(yuki, visit), centre.write(centre.admin, centre.desk), centre.write(shun, centre.circle)]
    await house.push(centre, *runs)
    guests = [await house.sign_in(centre, who) for who in (yuki, shun, centre.admin)]

    assert [
        [runs[0].raw, runs[2].raw],
        [runs[2].raw],
        [run.raw for run in runs],
    ] == [await bytes_of(guest) for guest in guests]


async def test_a_device_left_out_gets_nothing_that_came_later(house: House, centre: Centre) -> None:
    yuki = centre.join()
    case = centre.open("case", members=[yuki.member])
    await follow(house, centre)
    before, ignorant = centre.write(centre.admin, case), centre.head
    await house.push(centre, before)
    guest = await house.sign_in(centre, yuki)
    centre.renew(case, members=[])
    await follow(house, centre)
    under_old_head = centre.write(centre.admin, case, at=ignorant)
    await house.push(centre, under_old_head, centre.write(centre.admin, case))

    assert [before.raw] == await bytes_of(guest)
    assert [before.raw] == await bytes_of(guest, backfill=f"{case.hex()}:0", after=99)


async def test_a_device_taken_back_gets_the_whole_circle_again(house: House, centre: Centre) -> None:
    yuki = centre.join()
    case = centre.open("case", members=[yuki.member])
    centre.renew(case, members=[])
    await follow(house, centre)
    run = centre.write(centre.admin, case)
    await house.push(centre, run)
    centre.renew(case, members=[yuki.member])
    await follow(house, centre)
    guest = await house.sign_in(centre, yuki)

    assert [run.raw] == await bytes_of(guest)


async def test_a_member_who_left_can_still_read_what_was_there(house: House, centre: Centre) -> None:
    yuki = centre.join()
    visit = centre.open("dispatch", members=[yuki.member])
    await follow(house, centre)
    run = centre.write(centre.admin, visit)
    await house.push(centre, run)
    centre.say(centre.admin, MemberEnd(yuki.member))
    await follow(house, centre)
    await house.push(centre, centre.write(centre.admin, visit))
    guest = await house.sign_in(centre, yuki)

    assert [run.raw] == await bytes_of(guest)


async def test_a_newly_given_circle_comes_whole_and_the_rest_does_not_come_again(house: House, centre: Centre) -> None:
    runs = [centre.write(centre.admin, centre.circle) for _ in range(2)]
    case = centre.open("case")
    await follow(house, centre)
    old = [centre.write(centre.admin, case, text) for text in (b"a", b"b")]
    await house.push(centre, runs[0], old[0], runs[1], old[1])
    yuki = centre.join()
    centre.renew(case, members=[yuki.member])
    await follow(house, centre)
    new = centre.write(centre.admin, case, b"c")
    await house.push(centre, new)
    guest = await house.sign_in(centre, yuki)

    assert [old[0].raw, old[1].raw, new.raw] == await bytes_of(guest, after=4, backfill=f"{case.hex()}:0")
    assert [old[1].raw, new.raw] == await bytes_of(guest, after=4, backfill=f"{case.hex()}:2")


async def test_a_backfill_of_a_circle_that_is_not_ones_own_is_unknown(house: House, centre: Centre) -> None:
    yuki = centre.join()
    await follow(house, centre)
    guest = await house.sign_in(centre, yuki)
    answers = [await guest.get(f"/pull?backfill={circle.hex()}:0") for circle in (centre.desk, bytes(16))]

    assert [(404, "unknown_circle")] * 2 == [(each.status_code, each.json()["code"]) for each in answers]


async def test_heads_are_the_ends_of_ones_chains(house: House, centre: Centre) -> None:
    yuki = centre.join()
    await follow(house, centre)
    runs = [centre.write(yuki, centre.circle, b"a", b"b"), centre.write(yuki, centre.circle)]
    await house.push(centre, *runs)
    guest = await house.sign_in(centre, yuki)

    assert {"heads": [head(centre, centre.circle, 3, runs[1].last.id)]} == (await guest.get("/heads")).json()


async def test_an_admin_learns_the_heads_of_another_device_and_nobody_else_does(house: House, centre: Centre) -> None:
    yuki = centre.join()
    private = centre.open("private", members=[yuki.member], by=yuki)
    await follow(house, centre)
    run = centre.write(yuki, private)
    await house.push(centre, run)
    admin = await house.sign_in(centre, centre.admin)
    supporter = await house.sign_in(centre, yuki)
    query = f"/heads?device={yuki.key.hex()}"

    assert {"heads": [head(centre, private, 1, run.last.id)]} == (await admin.get(query)).json()
    assert 403 == (await supporter.get(f"/heads?device={centre.admin.key.hex()}")).status_code
    assert 404 == (await admin.get(f"/heads?device={'00' * 32}")).status_code


def head(centre: Centre, circle: bytes, sequence: int, change: bytes) -> dict[str, object]:
    statement = centre.directory.last_statement(circle).hex()
    return {"circle": circle.hex(), "sequence": sequence, "id": change.hex(), "statement": statement}


async def test_what_arrives_while_a_pull_runs_is_left_to_the_next(house: House, centre: Centre) -> None:
    await house.push(centre, centre.write(centre.admin, centre.circle))
    guest = await house.sign_in(centre, centre.admin)
    first = await guest.pull()
    await house.push(centre, centre.write(centre.admin, centre.circle))

    assert 1 == first[1]
    assert 2 == (await guest.pull(after=first[1]))[1]


async def test_an_invite_reads_no_log(house: House, centre: Centre) -> None:
    invite = centre.invite(centre.member())
    await follow(house, centre)
    guest = await house.sign_in(centre, invite)
    answers = [await guest.get(path) for path in ("/pull", "/heads", "/live", "/quarantine", "/refusals")]

    assert [403] * 5 == [answer.status_code for answer in answers]
