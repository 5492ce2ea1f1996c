"""Runs of devices that were cut off: held apart, let in, or shown to count after all. SPEC 4.1, 8.1 step 9."""

import pytest

from crypto.contexts import ZERO_HASH
from crypto.run import Run
from server.settings import Quotas
from sync.statements import Void
from sync.wire import read_quarantine
from tests.server.house import OPEN, House, with_settings
from tests.sync.centre import ACKNOWLEDGEMENT, Centre, Device

pytestmark = pytest.mark.anyio


async def statuses(house: House, centre: Centre, *runs: Run) -> list[tuple[str, str | None]]:
    return [(each["status"], each.get("code")) for each in await house.push(centre, *runs)]


async def held_apart(house: House, centre: Centre) -> list[bytes]:
    guest = await house.sign_in(centre, centre.admin)
    answer = await guest.get("/quarantine")
    assert answer.status_code == 200
    return [held.run for held in read_quarantine(answer.content)]


async def in_log(house: House, centre: Centre) -> list[bytes]:
    guest = await house.sign_in(centre, centre.admin)
    return [each.run for each in (await guest.pull())[0]]


async def follow(house: House, centre: Centre) -> None:
    state = (await house.store.centres()).get(centre.id)
    await house.follow(centre, state.index + 1 if state else 0)


async def lost(house: House, centre: Centre) -> tuple[Device, list[Run]]:
    """A device that wrote three runs and pushed the first, then was revoked with nothing counting."""
    yuki = centre.join()
    runs = [centre.write(yuki, centre.circle, text) for text in (b"one", b"two", b"three")]
    await follow(house, centre)
    await house.push(centre, runs[0])
    centre.revoke(yuki)
    await follow(house, centre)
    return yuki, runs


async def test_unsent_runs_of_a_revoked_device_are_held_apart_in_order(house: House, centre: Centre) -> None:
    _, runs = await lost(house, centre)

    assert [("quarantined", "revoked")] * 2 == await statuses(house, centre, *runs[1:])
    assert [run.raw for run in runs[1:]] == await held_apart(house, centre)
    assert [runs[0].raw] == await in_log(house, centre)


async def test_sending_them_again_holds_them_once(house: House, centre: Centre) -> None:
    _, runs = await lost(house, centre)
    await house.push(centre, *runs[1:])

    assert [("known", None), ("quarantined", "revoked"), ("quarantined", "revoked")] == await statuses(
        house, centre, *runs
    )
    assert 2 == len(await held_apart(house, centre))


async def test_quarantine_takes_no_gap_but_every_branch(house: House, centre: Centre) -> None:
    yuki, runs = await lost(house, centre)

    assert [("refused", "chain_gap")] == await statuses(house, centre, runs[2])
    await house.push(centre, runs[1])
    other = centre.write(yuki, centre.circle, b"other", at=runs[1].head.head_index, behind=(1, runs[0].last.id))
    assert [("quarantined", "revoked")] * 2 == await statuses(house, centre, other, other)
    assert [runs[1].raw, other.raw] == await held_apart(house, centre)


async def test_what_a_revoked_device_writes_under_a_newer_head_is_refused(house: House, centre: Centre) -> None:
    yuki, runs = await lost(house, centre)
    newer = centre.write(yuki, centre.circle, b"new", behind=(1, runs[0].last.id))

    assert [("refused", "not_enrolled")] == await statuses(house, centre, newer)


async def test_a_revoked_device_cannot_go_on_by_acknowledging(house: House, centre: Centre) -> None:
    """An empty run under a newer head would count, if it got into the log."""
    yuki, runs = await lost(house, centre)
    empty = centre.write(yuki, centre.circle, ACKNOWLEDGEMENT, behind=(1, runs[0].last.id))

    assert [("quarantined", "revoked")] == await statuses(house, centre, empty)
    assert [runs[0].raw] == await in_log(house, centre)


async def test_a_let_in_change_brings_its_ancestors_into_the_log(house: House, centre: Centre) -> None:
    _, runs = await lost(house, centre)
    await house.push(centre, *runs[1:])
    centre.act(centre.admin, lambda draft: draft.let_in(centre.circle, runs[1].last.id))
    await follow(house, centre)

    assert [runs[0].raw, runs[1].raw] == await in_log(house, centre)
    assert [runs[2].raw] == await held_apart(house, centre)


async def test_a_run_let_in_before_it_arrives_is_accepted_at_once(house: House, centre: Centre) -> None:
    _, runs = await lost(house, centre)
    centre.act(centre.admin, lambda draft: draft.let_in(centre.circle, runs[2].last.id))
    await follow(house, centre)

    assert [("quarantined", "revoked"), ("accepted", None)] == await statuses(house, centre, *runs[1:])
    assert [run.raw for run in runs] == await in_log(house, centre)
    assert [] == await held_apart(house, centre)


async def test_a_lost_log_heals_up_to_the_cutoff_of_a_revoked_device(house: House, centre: Centre) -> None:
    """The server has the cut-off but not the changes it covers: they come back in order, and count again."""
    yuki = centre.join()
    runs = [centre.write(yuki, centre.circle, text) for text in (b"one", b"two", b"three")]
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, runs[1].last.id))
    await follow(house, centre)
    await house.push(centre, *runs)

    assert [runs[0].raw, runs[1].raw] == await in_log(house, centre)
    assert [runs[2].raw] == await held_apart(house, centre)


async def test_a_forged_change_keeps_nobody_from_handing_back_what_a_lost_device_wrote(
    house: House, centre: Centre
) -> None:
    """A server that lost its log hears first from whoever has the phone: the branch that the cut-off names counts."""
    yuki = centre.join()
    at = centre.head
    runs = [centre.write(yuki, centre.circle, text) for text in (b"one", b"two", b"three")]
    forged = centre.write(yuki, centre.circle, b"forged", at=at, behind=(0, ZERO_HASH))
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, runs[1].last.id))
    await follow(house, centre)

    assert [("quarantined", "cut_off")] == await statuses(house, centre, forged)
    assert [("quarantined", "cut_off"), ("accepted", None), ("quarantined", "cut_off")] == await statuses(
        house, centre, *runs
    )
    assert [runs[0].raw, runs[1].raw] == await in_log(house, centre)
    assert [forged.raw, runs[2].raw] == await held_apart(house, centre)


async def test_a_device_has_room_for_so_many_runs_in_quarantine(centre: Centre) -> None:
    async with House(with_settings(OPEN, quotas=Quotas(quarantined_runs_per_device=1))) as house:
        await follow(house, centre)
        _, runs = await lost(house, centre)

        assert [("quarantined", "revoked"), ("refused", "quota_exceeded")] == await statuses(house, centre, *runs[1:])


async def test_a_device_cut_off_in_one_circle_goes_on_behind_what_the_log_holds(house: House, centre: Centre) -> None:
    yuki = centre.join()
    first, second = (centre.write(yuki, centre.circle, text) for text in (b"one", b"two"))
    await follow(house, centre)
    await house.push(centre, first)
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, first.last.id))
    await follow(house, centre)
    behind_quarantine = centre.write(yuki, centre.circle, b"three")
    behind_log = centre.write(yuki, centre.circle, b"again", behind=(1, first.last.id))

    assert [("quarantined", "cut_off")] == await statuses(house, centre, second)
    assert [("refused", "chain_gap")] == await statuses(house, centre, behind_quarantine)
    assert [("accepted", None)] == await statuses(house, centre, behind_log)


async def test_a_branch_let_in_later_stands_beside_the_one_that_went_on(house: House, centre: Centre) -> None:
    yuki = centre.join()
    first, second = (centre.write(yuki, centre.circle, text) for text in (b"one", b"two"))
    await follow(house, centre)
    await house.push(centre, first)
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, first.last.id))
    await follow(house, centre)
    again = centre.write(yuki, centre.circle, b"again", behind=(1, first.last.id))
    await house.push(centre, second, again)
    centre.act(centre.admin, lambda draft: draft.let_in(centre.circle, second.last.id))
    await follow(house, centre)
    further = centre.write(yuki, centre.circle, b"further", behind=(2, again.last.id))

    assert [first.raw, again.raw, second.raw] == await in_log(house, centre)
    assert [("accepted", None)] == await statuses(house, centre, further)
    assert [("known", None)] == await statuses(house, centre, second)


async def test_voiding_a_revocation_lets_everything_in(house: House, centre: Centre) -> None:
    _, runs = await lost(house, centre)
    await house.push(centre, *runs[1:])
    revoking = centre.directory.head.hash
    centre.say(centre.root, Void((revoking,)), renew=False)
    await follow(house, centre)

    assert [run.raw for run in runs] == await in_log(house, centre)
    assert [] == await held_apart(house, centre)


async def test_one_stolen_key_cannot_fill_the_quarantine(centre: Centre) -> None:
    async with House(with_settings(OPEN, quotas=Quotas(quarantine_per_device=400))) as house:
        _, runs = await lost(house, centre)

        assert [("quarantined", "revoked"), ("refused", "quota_exceeded")] == await statuses(house, centre, *runs[1:])


async def test_only_staff_see_what_is_held_apart(house: House, centre: Centre) -> None:
    await lost(house, centre)
    nao = centre.join()
    await follow(house, centre)
    guest = await house.sign_in(centre, nao)

    assert 403 == (await guest.get("/quarantine")).status_code


async def test_a_cutoff_behind_what_the_server_holds_must_be_deliberate(house: House, centre: Centre) -> None:
    yuki = centre.join()
    runs = [centre.write(yuki, centre.circle, text) for text in (b"one", b"two")]
    await follow(house, centre)
    await house.push(centre, *runs)
    before = centre.head
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, runs[0].last.id))
    refused = await house.append(centre, *centre.frames[before + 1])

    assert (409, "cutoff_behind") == (refused.status_code, refused.json()["code"])


async def test_a_deliberate_cutoff_is_taken_and_so_is_one_at_the_newest_change(house: House, centre: Centre) -> None:
    yuki = centre.join()
    runs = [centre.write(yuki, centre.circle, text) for text in (b"one", b"two")]
    await follow(house, centre)
    await house.push(centre, *runs)
    cut = runs[0].last.id
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, runs[1].last.id))
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, cut, deliberate=True))
    await follow(house, centre)

    assert centre.head == (await house.store.centres())[centre.id].index


async def test_a_refused_cutoff_leaves_the_directory_as_it_was(house: House, centre: Centre) -> None:
    """The server had applied it before it looked into the log: nothing of it may stay."""
    yuki = centre.join()
    run = centre.write(yuki, centre.circle)
    await follow(house, centre)
    await house.push(centre, run)
    entries = len(centre.frames)
    centre.act(centre.admin, lambda draft: draft.cut_off(centre.circle, yuki.key, None))
    await house.append(centre, *centre.frames[entries])
    later = centre.write(yuki, centre.circle, at=entries - 1)

    assert [("accepted", None)] == await statuses(house, centre, later)
