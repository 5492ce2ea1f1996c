"""POST push: SPEC 8.1, check by check and in its order."""

import asyncio
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from crypto.contexts import ZERO_HASH
from crypto.run import Run
from server.settings import Quotas
from sync.statements import Policy, Void
from sync.validity import judge
from sync.wire import PUSH_BYTES, push_body
from tests.server.house import OPEN, House, altered, with_settings
from tests.sync.centre import ACKNOWLEDGEMENT, Centre, Device

pytestmark = pytest.mark.anyio

START = (0, ZERO_HASH)
"""Behind nothing."""


def resigned(centre: Centre, device: Device, run: Run, **changes: object) -> Run:
    """The same bodies under another head, signed."""
    return centre.sign(device, replace(run.head, **changes), run.bodies)  # type: ignore[arg-type]


async def code_of(house: House, centre: Centre, run: Run | bytes) -> str:
    [result] = await house.push(centre, run)
    assert result["status"] in ("refused", "quarantined"), result
    code: str = result["code"]
    return code


async def test_an_accepted_run_has_a_cursor_and_the_answer_names_the_head(house: House, centre: Centre) -> None:
    run = centre.write(centre.admin, centre.circle)
    answer = await house.post(centre, "/push", push_body([run.raw]))

    assert {
        "results": [{"status": "accepted", "cursor": 1}],
        "head": {"index": centre.head, "hash": centre.directory.head.hash.hex()},
    } == answer.json()


async def test_sending_a_push_again_changes_nothing(house: House, centre: Centre) -> None:
    runs = [centre.write(centre.admin, centre.circle, b"a", b"b"), centre.write(centre.admin, centre.desk)]
    await house.push(centre, *runs)
    before = await house.store.centres()

    assert [{"status": "known"}, {"status": "known"}] == await house.push(centre, *runs)
    assert before == await house.store.centres()


async def test_one_bad_run_refuses_no_other(house: House, centre: Centre) -> None:
    good = centre.write(centre.admin, centre.circle)
    bad = altered(centre.write(centre.admin, centre.desk).raw)
    later = centre.write(centre.admin, centre.circle)

    assert [
        {"status": "accepted", "cursor": 1},
        {"status": "refused", "code": "bad_signature"},
        {"status": "accepted", "cursor": 2},
    ] == await house.push(centre, good, bad, later)


async def test_a_push_of_no_runs_has_no_results(house: House, centre: Centre) -> None:
    assert [] == await house.push(centre)


async def test_unreadable_bytes_are_refused_with_the_code_of_reading(house: House, centre: Centre) -> None:
    run = centre.write(centre.admin, centre.circle)

    assert "truncated" == await code_of(house, centre, run.raw[:100])
    assert "unknown_suite" == await code_of(house, centre, b"\2" + run.raw[1:])
    assert "malformed" == await code_of(house, centre, run.raw + b"\0")


async def test_a_run_of_another_centre_is_refused_as_such(house: House, centre: Centre) -> None:
    other = Centre.found(seed=2)
    await house.follow(other)

    assert "wrong_place" == await code_of(house, centre, other.write(other.admin, other.circle))


async def test_an_unknown_device_circle_or_head_is_named(house: House, centre: Centre) -> None:
    stranger = centre.device(centre.random(16))
    run = centre.write(centre.admin, centre.circle)

    assert "unknown_device" == await code_of(house, centre, centre.write(stranger, centre.circle))
    elsewhere = resigned(centre, centre.admin, run, circle=bytes(16))
    assert "unknown_circle" == await code_of(house, centre, elsewhere)
    assert "head_unknown" == await code_of(house, centre, resigned(centre, centre.admin, run, head_hash=ZERO_HASH))
    assert "head_unknown" == await code_of(house, centre, resigned(centre, centre.admin, run, head_index=9))


async def test_the_circle_is_looked_for_before_the_signature_is_judged(house: House, centre: Centre) -> None:
    run = resigned(centre, centre.admin, centre.write(centre.admin, centre.circle), circle=bytes(16))

    assert "unknown_circle" == await code_of(house, centre, altered(run.raw))


async def test_a_forged_signature_is_refused_even_for_a_run_that_is_held(house: House, centre: Centre) -> None:
    run = centre.write(centre.admin, centre.circle)
    await house.push(centre, run)

    assert "bad_signature" == await code_of(house, centre, altered(run.raw))


async def test_a_second_change_with_one_number_is_a_fork(house: House, centre: Centre) -> None:
    await house.push(centre, centre.write(centre.admin, centre.circle, b"one", b"two"))
    other = centre.write(centre.admin, centre.circle, b"other", behind=(0, ZERO_HASH))

    assert "fork" == await code_of(house, centre, other)


async def test_a_run_that_overlaps_what_is_held_and_goes_on_is_refused(house: House, centre: Centre) -> None:
    first = centre.write(centre.admin, centre.circle, b"one")
    second = centre.write(centre.admin, centre.circle, b"two")
    await house.push(centre, first)
    both = centre.sign(centre.admin, first.head, [*first.bodies, *second.bodies])
    refused = await house.push(centre, both)
    await house.push(centre, second)

    assert [{"status": "refused", "code": "fork"}] == refused
    assert [{"status": "known"}] == await house.push(centre, both)


async def test_a_gap_in_a_chain_waits_for_the_earlier_changes(house: House, centre: Centre) -> None:
    first = centre.write(centre.admin, centre.circle)
    second = centre.write(centre.admin, centre.circle)

    assert "chain_gap" == await code_of(house, centre, second)
    assert ["accepted", "accepted"] == [each["status"] for each in await house.push(centre, first, second)]


async def test_heads_of_a_chain_never_go_back(house: House, centre: Centre) -> None:
    old = centre.head
    centre.member()
    await house.follow(centre, old + 1)
    await house.push(centre, centre.write(centre.admin, centre.circle))

    assert "head_went_back" == await code_of(house, centre, centre.write(centre.admin, centre.circle, at=old))


async def test_rule_3_is_judged_at_the_head_of_the_run(house: House, centre: Centre) -> None:
    yuki = centre.join()
    visit = centre.open("dispatch", members=[yuki.member])
    late = centre.write(yuki, visit)
    centre.act(centre.admin, lambda draft: draft.close(visit))
    await house.follow(centre, 1)

    assert ["accepted"] == [each["status"] for each in await house.push(centre, late)]
    assert "circle_closed" == await code_of(house, centre, centre.write(yuki, visit))
    assert "not_principal" == await code_of(house, centre, centre.write(yuki, centre.desk))


async def test_an_old_epoch_and_a_stale_circle_take_no_writes(house: House, centre: Centre) -> None:
    yuki, shun = centre.join(), centre.join()
    centre.renew(centre.circle)
    await house.follow(centre, 1)
    old = centre.write(yuki, centre.circle, epoch=1)
    centre.revoke(shun, renew=False)
    await house.follow(centre, centre.head)

    assert "old_epoch" == await code_of(house, centre, old)
    stale = centre.write(yuki, centre.circle, behind=(0, ZERO_HASH))
    assert "circle_stale" == await code_of(house, centre, stale)


async def test_an_epoch_that_is_not_at_the_runs_head_is_old_or_unknown(house: House, centre: Centre) -> None:
    """Whether it never was or came later: the server has every statement, and at that head there is none."""
    yuki = centre.join()
    before = centre.head
    centre.renew(centre.circle)
    await house.follow(centre, 1)
    view = centre.directory.circle(centre.circle, before)
    assert view is not None
    outcomes = [
        await code_of(house, centre, centre.write(yuki, centre.circle, at=at, epoch=view.epoch + step, behind=START))
        for at, step in ((centre.head, 0), (centre.head, 2), (centre.head, 98), (before, 1))
    ]

    assert ["old_epoch", "epoch_unknown", "epoch_unknown", "epoch_unknown"] == outcomes


async def test_checks_come_in_the_order_of_the_spec(house: House, centre: Centre) -> None:
    """One run with every fault there is, mended one by one from the first on."""
    yuki, other = centre.join(), Centre.found(2)
    visit = centre.open("dispatch", members=[yuki.member])
    before = centre.head
    centre.renew(visit)
    first = centre.write(yuki, visit)
    centre.act(centre.admin, lambda draft: draft.cut_off(visit, yuki.key, first.last.id))
    await house.follow(centre, 1)
    await house.push(centre, first)
    stranger = centre.device(yuki.member)
    hashed = centre.directory.entry(before).hash
    place: dict[str, Any] = {
        "head_index": before,
        "head_hash": hashed,
        "epoch": 9,
        "first": 3,
        "previous": bytes([1]) * 32,
    }
    bodies = [bytes(60)]

    async def code(author: Device, *, is_forged: bool = False, **mended: Any) -> str:
        run = centre.sign(author, replace(first.head, device=author.key, **(place | mended)), bodies)
        return await code_of(house, centre, altered(run.raw) if is_forged else run)

    nowhere = {"circle": bytes(16), "head_hash": ZERO_HASH}
    assert "truncated" == await code_of(house, centre, first.raw[:-1])
    assert "wrong_place" == await code(stranger, is_forged=True, centre=other.id, **nowhere)
    assert "unknown_device" == await code(stranger, is_forged=True, **nowhere)
    assert "unknown_circle" == await code(yuki, is_forged=True, **nowhere)
    assert "head_unknown" == await code(yuki, is_forged=True, head_hash=ZERO_HASH)
    assert "bad_signature" == await code(yuki, is_forged=True, first=1, previous=ZERO_HASH)
    assert "fork" == await code(yuki, first=1, previous=ZERO_HASH)
    assert "chain_gap" == await code(yuki)
    assert "head_went_back" == await code(yuki, first=2, previous=first.last.id)
    young: dict[str, Any] = {"first": 2, "previous": first.last.id, "head_index": before + 1}
    young["head_hash"] = centre.directory.entry(before + 1).hash
    assert "epoch_unknown" == await code(yuki, **young)
    assert "cut_off" == await code(yuki, **young, epoch=2)


async def test_a_run_that_is_held_is_known_whatever_came_later(house: House, centre: Centre) -> None:
    """Its author is shut out, its circle shredded: that it is on disk stays true; shredded, nothing is said of it."""
    yuki = centre.join()
    visit = centre.open("dispatch", members=[yuki.member])
    run = centre.write(yuki, visit)
    await house.follow(centre, 1)
    await house.push(centre, run)
    centre.revoke(yuki)
    await house.follow(centre, centre.head)

    assert [{"status": "known"}] == await house.push(centre, run)
    centre.act(centre.admin, lambda draft: draft.shred(visit))
    await house.follow(centre, centre.head)
    assert "shredded" == await code_of(house, centre, run)


async def test_a_run_under_a_voided_head_is_taken_and_judged_by_its_readers(house: House, centre: Centre) -> None:
    """A `void` can be voided: what it un-counts must be there when it counts again."""
    yuki = centre.join()
    centre.say(centre.admin, Policy({"idle_minutes": 5}))
    run = centre.write(yuki, centre.circle)
    centre.say(centre.root, Void((centre.directory.head.hash,)), renew=False)
    await house.follow(centre, 1)

    assert ["accepted"] == [result["status"] for result in await house.push(centre, run)]
    assert {"head_void"} == {verdict.code for verdict in judge(centre.directory, [run]).values()}


async def test_the_quota_comes_before_the_quarantine(centre: Centre) -> None:
    async with House(with_settings(OPEN, quotas=Quotas(runs=0))) as house:
        yuki = centre.join()
        run = centre.write(yuki, centre.circle)
        centre.revoke(yuki)
        await house.follow(centre)

        assert "quota_exceeded" == await code_of(house, centre, run)


async def test_an_acknowledgement_needs_only_to_have_been_a_principal(house: House, centre: Centre) -> None:
    yuki = centre.join()
    visit = centre.open("dispatch", members=[yuki.member])
    centre.act(centre.admin, lambda draft: draft.close(visit))
    await house.follow(centre, 1)
    seen = centre.write(yuki, visit, ACKNOWLEDGEMENT)
    never = centre.write(yuki, centre.desk, ACKNOWLEDGEMENT)

    assert ["accepted"] == [result["status"] for result in await house.push(centre, seen)]
    assert "not_principal" == await code_of(house, centre, never)


async def test_a_full_centre_takes_no_more_and_says_so(centre: Centre) -> None:
    async with House(with_settings(OPEN, quotas=Quotas(runs=1_000))) as house:
        await house.follow(centre)
        first = centre.write(centre.admin, centre.circle)
        second = centre.write(centre.admin, centre.circle, centre.random(900))

        assert ["accepted", "refused"] == [each["status"] for each in await house.push(centre, first, second)]
        assert "quota_exceeded" == await code_of(house, centre, second)


async def test_sizes_are_checked_before_anything_is_read(house: House, centre: Centre) -> None:
    run = centre.write(centre.admin, centre.circle).raw
    many = await house.post(centre, "/push", push_body([run] * 65))
    large = await house.post(centre, "/push", bytes(PUSH_BYTES + 1))
    cut = await house.post(centre, "/push", push_body([run])[:-1])

    assert [(413, "too_large"), (413, "too_large"), (422, "truncated")] == [
        (answer.status_code, answer.json()["code"]) for answer in (many, large, cut)
    ]


async def test_a_push_to_a_centre_nobody_founded_is_unknown(house: House) -> None:
    centre = Centre.found()
    answer = await house.post(centre, "/push", push_body([centre.write(centre.admin, centre.circle).raw]))

    assert (404, "unknown_centre") == (answer.status_code, answer.json()["code"])


async def test_two_pushes_of_one_chain_at_once_make_one_order(house: House, centre: Centre) -> None:
    ours = centre.write(centre.admin, centre.circle, b"ours", behind=(0, ZERO_HASH))
    theirs = centre.write(centre.admin, centre.circle, b"theirs", behind=(0, ZERO_HASH))
    results = await asyncio.gather(*(house.push(centre, run) for run in (ours, theirs) * 10))
    statuses = sorted(result["status"] for [result] in results)

    assert ["accepted", *["known"] * 9, *["refused"] * 10] == statuses


async def test_two_hundred_pushes_at_once_are_all_kept_once(house: House, centre: Centre, seed: int) -> None:
    devices = [centre.enrol(centre.invite(centre.admin.member)) for _ in range(4)]
    await house.follow(centre, 1)
    runs = [centre.write(device, centre.circle) for device in devices for _ in range(50)]
    waiting = {device.key: [run for run in runs if run.head.device == device.key] for device in devices}
    random = Random(seed)

    async def send(device: Device) -> None:
        for run in waiting[device.key]:
            await asyncio.gather(*(house.push(centre, run) for _ in range(random.randint(1, 3))))

    await asyncio.gather(*map(send, devices))
    guest = await house.sign_in(centre, devices[0])
    pulled, complete = await guest.pull()

    assert 200 == complete
    assert {run.raw for run in runs} == {each.run for each in pulled}
    assert list(range(1, 201)) == [each.cursor for each in pulled]


async def test_that_something_was_refused_is_kept_for_staff_and_not_its_bytes(house: House, centre: Centre) -> None:
    yuki = centre.join()
    await house.follow(centre, 1)
    await house.push(centre, centre.write(yuki, centre.desk), centre.write(yuki, centre.desk, behind=(0, ZERO_HASH)))
    await house.push(centre, b"rubbish")
    staff = await house.sign_in(centre, centre.admin)
    supporter = await house.sign_in(centre, yuki)
    refusals = (await staff.get("/refusals")).json()["refusals"]

    assert {
        (yuki.key.hex(), centre.desk.hex(), "not_principal", 2),
        ("00" * 32, "00" * 16, "truncated", 1),
    } == {(each["device"], each["circle"], each["code"], each["count"]) for each in refusals}
    assert 403 == (await supporter.get("/refusals")).status_code


async def test_strangers_cannot_fill_the_disk_with_refusals(house: House, centre: Centre) -> None:
    for _ in range(3):
        stranger = centre.device(centre.random(16))
        await house.push(centre, centre.write(stranger, centre.circle))
    staff = await house.sign_in(centre, centre.admin)

    assert [("unknown_device", 3)] == [
        (each["code"], each["count"]) for each in (await staff.get("/refusals")).json()["refusals"]
    ]


async def test_a_body_of_another_type_is_not_read(house: House, centre: Centre) -> None:
    """One of no type is bytes, as HTTP says."""
    path = house.base(centre) + "/push"
    typed = await house.http.post(path, content=b"{}", headers={"Content-Type": "application/json"})
    untyped = await house.http.post(path, content=b"")

    assert (415, "unsupported_media_type") == (typed.status_code, typed.json()["code"])
    assert 200 == untyped.status_code
