"""GET and POST directory, healing, founding, and what a restored centre does. SPEC 3.5, 6, 8."""

import pytest

from crypto.contexts import ZERO_HASH
from server.store.protocol import HeldStatement, Writer
from sync.statements import DeviceAdd, MemberAdd, Void
from sync.wire import GivenEntry, directory_frame, read_statements
from tests.server.house import OPEN, House, altered, with_settings
from tests.sync.centre import START, Centre

pytestmark = pytest.mark.anyio


async def follow(house: House, centre: Centre) -> None:
    state = (await house.store.centres()).get(centre.id)
    await house.follow(centre, state.index + 1 if state else 0)


def frames(centre: Centre, start: int = 0) -> bytes:
    return b"".join(directory_frame(GivenEntry(entry, tuple(given))) for entry, given in centre.frames[start:])


async def restoring(house: House, centre: Centre) -> bool:
    return (await house.store.centres())[centre.id].restoring


async def begin_restoring(house: House, centre: Centre) -> None:
    def job(writer: Writer) -> None:
        writer.set_restoring(restoring=True)

    await house.store.write(centre.id, job)


async def test_an_append_answers_with_the_new_head(house: House, centre: Centre) -> None:
    centre.member()
    answer = await house.append(centre, *centre.frames[1])

    assert {"index": 1, "hash": centre.directory.head.hash.hex()} == answer.json()


async def test_who_loses_the_race_is_told_and_changes_nothing(house: House, centre: Centre) -> None:
    rival = Centre.found()
    rival.frames, rival.directory = list(centre.frames), centre.directory
    draft = centre.draft(centre.admin)
    draft.say(MemberAdd(b"m" * 16, "supporter", ()))
    late = draft.frame(centre.admin.signing, START)
    centre.member()
    await follow(house, centre)
    answers = [await house.append(centre, *late), await house.append(centre, *centre.frames[1])]

    assert [(409, "head_moved")] * 2 == [(each.status_code, each.json()["code"]) for each in answers]
    assert 1 == (await house.store.centres())[centre.id].index


async def test_what_an_author_may_not_say_is_refused_whole(house: House, centre: Centre) -> None:
    yuki = centre.join()
    await follow(house, centre)
    draft = centre.draft(yuki)
    draft.say(MemberAdd(b"m" * 16, "supporter", ()))
    draft.say(MemberAdd(b"n" * 16, "admin", ()))
    answer = await house.append(centre, *draft.frame(yuki.signing, START))

    assert (403, "not_entitled") == (answer.status_code, answer.json()["code"])
    assert centre.head == (await house.store.centres())[centre.id].index


async def test_an_altered_entry_is_refused(house: House, centre: Centre) -> None:
    centre.member()
    entry, given = centre.frames[1]
    answer = await house.append(centre, altered(entry), given)

    assert (422, "bad_signature") == (answer.status_code, answer.json()["code"])


async def test_every_statement_must_be_given_and_no_other(house: House, centre: Centre) -> None:
    centre.open("case")
    entry, given = centre.frames[1]
    missing = await house.append(centre, entry)
    stray = await house.append(centre, entry, [*given, *given, b"\x81\xa1a\x01"])
    whole = await house.append(centre, entry, given)

    assert [(422, "statement_missing"), (422, "statement_stray")] == [
        (each.status_code, each.json()["code"]) for each in (missing, stray)
    ]
    assert 200 == whole.status_code


async def test_one_frame_is_one_append(house: House, centre: Centre) -> None:
    centre.member()
    centre.member()
    answers = [await house.post(centre, "/directory", body) for body in (frames(centre, 1), b"", b"\0\0\0\5abc")]

    assert ["malformed", "malformed", "truncated"] == [answer.json()["code"] for answer in answers]


async def test_entries_come_with_the_statements_of_ones_own_circles(house: House, centre: Centre) -> None:
    yuki = centre.join()
    centre.open("dispatch", members=[yuki.member])
    centre.open("case")
    await follow(house, centre)
    mine = await (await house.sign_in(centre, yuki)).directory()
    staff = await (await house.sign_in(centre, centre.admin)).directory()

    assert [entry for entry, _ in centre.frames] == [given.entry for given in mine]
    assert [1, 0] == [len(given.statements) for given in mine[-2:]]
    assert [tuple(given) for _, given in centre.frames] == [given.statements for given in staff]
    assert centre.frames_for(yuki) == [(given.entry, list(given.statements)) for given in mine]


async def test_a_former_principal_hears_how_it_ended_and_nothing_after(house: House, centre: Centre) -> None:
    yuki = centre.join()
    case = centre.open("case", members=[yuki.member])
    opened = centre.head
    centre.renew(case, members=[])
    ended = centre.head
    centre.renew(case)
    await follow(house, centre)
    guest = await house.sign_in(centre, yuki)
    heard = read_statements((await guest.get(f"/directory/circles/{case.hex()}")).content)

    assert [opened, ended] == [given.index for given in heard]
    assert [1, 1, 0] == [len(given.statements) for given in (await guest.directory(opened - 1))]


async def test_the_directory_goes_on_after_an_index_and_names_its_head(house: House, centre: Centre) -> None:
    centre.member()
    await follow(house, centre)
    guest = await house.sign_in(centre, centre.admin)
    answer = await guest.get("/directory?after=0")

    assert f"1 {centre.directory.head.hash.hex()}" == answer.headers["Engawa-Head"]
    assert [centre.frames[1][0]] == [given.entry for given in await guest.directory(0)]
    assert [] == await guest.directory(1)


async def test_an_invited_person_gets_the_circles_the_invitation_opens(house: House, centre: Centre) -> None:
    member = centre.member()
    door = centre.open("door", members=[member])
    case = centre.open("case", members=[member])
    invite = centre.invite(member)
    await follow(house, centre)
    guest = await house.sign_in(centre, invite)
    entries = await guest.directory()
    answers = [await guest.get(f"/directory/circles/{circle.hex()}") for circle in (door, case, centre.desk)]

    assert len(centre.frames) == len(entries)
    assert [200, 404, 404] == [answer.status_code for answer in answers]
    assert [2] == [len(read_statements(answer.content)) for answer in answers[:1]]


async def test_a_circle_of_others_is_unknown(house: House, centre: Centre) -> None:
    yuki = centre.join()
    case = centre.open("case")
    await follow(house, centre)
    guest = await house.sign_in(centre, yuki)
    answers = [await guest.get(f"/directory/circles/{circle.hex()}") for circle in (case, bytes(16))]

    assert [(404, "unknown_circle")] * 2 == [(each.status_code, each.json()["code"]) for each in answers]


async def test_an_invitation_out_of_date_brings_nobody_in(house: House, centre: Centre) -> None:
    invite = centre.invite(centre.member())
    await follow(house, centre)
    enrolling = len(centre.frames)
    centre.enrol(invite)
    house.clock.now = START / 1000
    late = await house.append(centre, *centre.frames[enrolling])
    reading = await house.answer_challenge(centre, invite)
    house.clock.now -= 1
    in_time = await house.append(centre, *centre.frames[enrolling])

    assert [(410, "invite_closed")] * 2 == [(each.status_code, each.json()["code"]) for each in (late, reading)]
    assert 200 == in_time.status_code


async def test_shredding_destroys_what_the_server_held_of_a_circle(house: House, centre: Centre) -> None:
    yuki = centre.join()
    visit = centre.open("dispatch", members=[yuki.member])
    await follow(house, centre)
    run, kept = centre.write(yuki, visit), centre.write(yuki, centre.circle)
    await house.push(centre, run, kept)
    before = centre.head
    centre.act(centre.admin, lambda draft: draft.shred(visit))
    await follow(house, centre)
    guest = await house.sign_in(centre, yuki)
    old = centre.write(yuki, visit, at=before)

    assert [kept.raw] == [each.run for each in (await guest.pull())[0]]
    last_words = [given.statements for given in await guest.directory()]
    assert [()] * before == last_words[:before]
    assert [centre.frames[before + 1][1]] == last_words[before + 1 :]
    assert [{"status": "refused", "code": "shredded"}] == await house.push(centre, old)


async def test_a_shredded_circle_stays_shredded_when_the_server_forgot_its_statements(
    house: House, centre: Centre
) -> None:
    case = centre.open("case")
    opening = centre.frames[1]
    await follow(house, centre)
    run = centre.write(centre.admin, case)
    centre.act(centre.admin, lambda draft: draft.shred(case))
    await follow(house, centre)
    house.app.state.relay.directories.forget(centre.id)
    healed = await house.post(centre, "/directory/heal", directory_frame(GivenEntry(opening[0], tuple(opening[1]))))

    assert 200 == healed.status_code
    assert [] == await house.store.read(centre.id, lambda reader: reader.statements(1))
    assert [{"status": "refused", "code": "shredded"}] == await house.push(centre, run)


async def test_entries_the_server_lost_are_taken_back_as_they_were(house: House, centre: Centre) -> None:
    centre.member()
    centre.open("case")
    answer = await house.post(centre, "/directory/heal", frames(centre))
    again = await house.post(centre, "/directory/heal", frames(centre))
    guest = await house.sign_in(centre, centre.admin)

    assert {"index": 2, "hash": centre.directory.head.hash.hex()} == answer.json() == again.json()
    assert [entry for entry, _ in centre.frames] == [given.entry for given in await guest.directory()]


async def test_a_whole_centre_can_be_handed_back_where_founding_is_open(house: House) -> None:
    centre = Centre.found()
    centre.join()
    answer = await house.post(centre, "/directory/heal", frames(centre))

    assert {"index": centre.head, "hash": centre.directory.head.hash.hex()} == answer.json()
    assert await restoring(house, centre)


async def test_healing_is_no_way_in_by_an_old_link(house: House, centre: Centre) -> None:
    invite = centre.invite(centre.member())
    await follow(house, centre)
    entries = len(centre.frames)
    centre.enrol(invite)
    house.clock.now = START / 1000
    by_anybody = await house.post(centre, "/directory/heal", frames(centre, entries))
    admin = await house.sign_in(centre, centre.admin)
    by_admin = await house.post(centre, "/directory/heal", frames(centre, entries), **admin.headers)
    again = await house.post(centre, "/directory/heal", frames(centre))

    assert 200 == again.status_code
    assert (410, "invite_closed") == (by_anybody.status_code, by_anybody.json()["code"])
    assert 200 == by_admin.status_code


async def test_another_history_is_not_taken_for_a_lost_one(house: House, centre: Centre) -> None:
    centre.member()
    await follow(house, centre)
    other = Centre.found()
    other.member("staff")
    answer = await house.post(centre, "/directory/heal", frames(other))

    assert (409, "head_moved") == (answer.status_code, answer.json()["code"])


async def test_entries_with_statements_missing_are_taken_only_from_an_admin_or_while_restoring(
    house: House, centre: Centre
) -> None:
    """Else anybody with a device could write digests that nobody can check."""
    centre.open("case")
    bare = directory_frame(GivenEntry(centre.frames[1][0], ()))
    refused = await house.post(centre, "/directory/heal", bare)
    admin = await house.sign_in(centre, centre.admin)
    taken = await house.post(centre, "/directory/heal", bare, **admin.headers)
    completed = await house.post(centre, "/directory/heal", frames(centre, 1))

    assert (422, "statement_missing") == (refused.status_code, refused.json()["code"])
    assert [200, 200] == [taken.status_code, completed.status_code]
    assert list(centre.frames[1][1]) == [each.data for each in await statements(house, centre, 1)]
    assert centre.head == 1


async def statements(house: House, centre: Centre, index: int) -> list[HeldStatement]:
    return await house.store.read(centre.id, lambda reader: reader.statements(index))


async def test_a_restored_centre_takes_entries_when_every_admin_was_in_contact(house: House, centre: Centre) -> None:
    second = centre.join("admin")
    await follow(house, centre)
    centre.member()
    await begin_restoring(house, centre)
    refused = await house.append(centre, *centre.frames[-1])
    for admin in (centre.admin, second):
        assert await restoring(house, centre)
        await (await house.sign_in(centre, admin)).directory(0)

    assert (503, "restoring", "60") == (refused.status_code, refused.json()["code"], refused.headers["Retry-After"])
    assert not await restoring(house, centre)
    assert 200 == (await house.append(centre, *centre.frames[-1])).status_code


async def test_an_admin_who_knows_more_must_hand_it_back_first(house: House, centre: Centre) -> None:
    centre.member()
    await begin_restoring(house, centre)
    guest = await house.sign_in(centre, centre.admin)
    await guest.directory(1)
    still = await restoring(house, centre)
    await house.post(centre, "/directory/heal", frames(centre, 1), **guest.headers)

    assert still
    assert not await restoring(house, centre)


async def test_whoever_was_shut_out_since_the_backup_cannot_go_on_from_it(house: House, centre: Centre) -> None:
    """Neither by the front door nor by the one for what was lost, signed in or not."""
    thief = centre.join("admin")
    await follow(house, centre)
    draft = centre.draft(thief)
    draft.say(MemberAdd(bytes(16), "supporter", ()))
    forged = draft.frame(thief.signing, START)
    centre.revoke(thief)
    await begin_restoring(house, centre)
    guest = await house.sign_in(centre, thief)
    lost = directory_frame(GivenEntry(forged[0], tuple(forged[1])))
    answers = [
        await house.append(centre, *forged),
        await house.post(centre, "/directory/heal", lost),
        await house.post(centre, "/directory/heal", lost, **guest.headers),
    ]
    admin = await house.sign_in(centre, centre.admin)
    own = await house.post(centre, "/directory/heal", frames(centre), **admin.headers)

    assert [(503, "restoring")] * 3 == [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert (503, "restoring") == (own.status_code, own.json()["code"])
    await guest.directory()
    healed = await house.post(centre, "/directory/heal", frames(centre), **admin.headers)
    assert {"index": centre.head, "hash": centre.directory.head.hash.hex()} == healed.json()


async def test_an_old_link_is_no_way_into_a_restored_centre(house: House, centre: Centre) -> None:
    invite = centre.invite(centre.member())
    await follow(house, centre)
    entries = len(centre.frames)
    house.clock.now = START / 1000 + 86_400 * 365
    await begin_restoring(house, centre)
    centre.enrol(invite)
    answer = await house.post(centre, "/directory/heal", frames(centre, entries))

    assert (503, "restoring") == (answer.status_code, answer.json()["code"])


async def test_a_supporter_ends_no_restoring(house: House, centre: Centre) -> None:
    yuki = centre.join()
    await follow(house, centre)
    await begin_restoring(house, centre)
    await (await house.sign_in(centre, yuki)).directory()

    assert await restoring(house, centre)


async def test_founding_needs_to_be_allowed() -> None:
    centre = Centre.found()
    async with House(with_settings(OPEN, founding="closed")) as house:
        refused = await house.append(centre, *centre.frames[0])
        forged = await house.append(centre, altered(centre.frames[0][0]), centre.frames[0][1])
        await house.store.allow(centre.id)
        allowed = await house.append(centre, *centre.frames[0])

    assert (403, "founding_closed") == (refused.status_code, refused.json()["code"])
    assert "bad_signature" == forged.json()["code"]
    assert 200 == allowed.status_code


async def test_founding_with_a_code_asks_for_the_code() -> None:
    centre = Centre.found()
    body = frames(centre)
    async with House(with_settings(OPEN, founding="code", founding_code="kakurega")) as house:
        answers = [
            await house.post(centre, "/directory", body, **headers)
            for headers in ({}, {"Engawa-Founding-Code": "other"}, {"Engawa-Founding-Code": "kakurega"})
        ]

    assert [403, 403, 200] == [answer.status_code for answer in answers]


async def test_an_empty_code_opens_nothing() -> None:
    centre = Centre.found()
    async with House(with_settings(OPEN, founding="code", founding_code="")) as house:
        answers = [
            await house.post(centre, "/directory", frames(centre), **headers)
            for headers in ({}, {"Engawa-Founding-Code": ""})
        ]

    assert [403, 403] == [answer.status_code for answer in answers]


async def test_only_entry_0_founds(house: House) -> None:
    centre = Centre.found()
    centre.member()
    answers = [await house.append(centre, *centre.frames[1])]
    elsewhere = Centre.found(seed=2)
    answers.append(await house.post(elsewhere, "/directory", frames(Centre.found())))

    assert [(404, "unknown_centre"), (422, "wrong_place")] == [
        (each.status_code, each.json()["code"]) for each in answers
    ]
    assert {} == await house.store.centres()


async def test_a_void_holds_after_the_server_read_its_directory_anew(house: House, centre: Centre) -> None:
    device = centre.device(centre.random(16))
    add = DeviceAdd(device.member, device.key, device.sealing.public)
    centre.say(centre.root, MemberAdd(device.member, "admin", ()), add)
    centre.say(centre.root, Void((centre.directory.head.hash,)), renew=False)
    await follow(house, centre)
    house.app.state.relay.directories.forget(centre.id)
    run = centre.sign(device, centre.write(centre.admin, centre.circle, behind=(0, ZERO_HASH)).head, [b""])
    answer = await house.answer_challenge(centre, device)

    assert (404, "unknown_device") == (answer.status_code, answer.json()["code"])
    assert "refused" == (await house.push(centre, run))[0]["status"]


async def test_a_heal_that_fails_leaves_nothing_behind(house: House, centre: Centre) -> None:
    """Neither on disk nor in what the server remembers of the directory."""
    case = centre.open("case")
    admin = await house.sign_in(centre, centre.admin)
    entry, given = centre.frames[1]
    bare = directory_frame(GivenEntry(entry, ()))
    await house.post(centre, "/directory/heal", bare, **admin.headers)
    stray = directory_frame(GivenEntry(entry, (*given, b"\x81\xa4kind\xa1x")))
    failed = await house.post(centre, "/directory/heal", stray)
    unknown = await house.push(centre, centre.write(centre.admin, case))
    healed = await house.post(centre, "/directory/heal", frames(centre, 1))
    known = await house.push(centre, centre.write(centre.admin, case, behind=(0, ZERO_HASH)))

    assert (422, "statement_stray") == (failed.status_code, failed.json()["code"])
    assert [{"status": "refused", "code": "unknown_circle"}] == unknown
    assert 200 == healed.status_code
    assert ["accepted"] == [each["status"] for each in known]
