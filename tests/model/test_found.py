"""What the model found, told as the shortest story that shows it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.model import acts
from tests.model.machine import Base
from tests.model.promises import broken
from tests.model.servers import OpenServer, in_process
from tests.model.way import Fault
from tests.model.world import FAR, Actor, World

Begin = Callable[[], World]


@pytest.fixture(scope="module")
def opener() -> Iterator[OpenServer]:
    with in_process() as open_server:
        yield open_server


@pytest.fixture(scope="module")
def base(opener: OpenServer, tmp_path_factory: pytest.TempPathFactory) -> Base:
    return Base(opener, tmp_path_factory.mktemp("base") / "centre")


@pytest.fixture
def world(base: Base, opener: OpenServer, tmp_path: Path) -> Iterator[World]:
    world = base.open(opener, tmp_path / "centre", 1)
    yield world
    world.close()


PLACE = acts.PLACES[0]


def test_a_device_that_was_away_while_a_server_was_put_back_misses_nothing_written_since(world: World) -> None:
    """The log had grown past the device's cursor again, with other runs, before it came back."""
    admin, _, staff, yuki, nao, *_ = world.actors
    world.server.back_up()
    for record in range(2):
        acts.write(world, yuki, PLACE, 0, record)
        world.sync(yuki)
    world.sync(nao)
    world.put_back(world.server.backups[0])
    texts = [acts.write(world, actor, PLACE, 0, 1) for actor in (admin, staff)]
    for actor in (admin, staff, yuki, admin, staff):
        world.sync(actor)
    report = world.sync(nao)
    shown = nao.on.core.held.ledger.merge.to_json()

    assert report is not None
    assert report.synced
    assert all(text in shown for text in texts if text)
    world.settle()
    assert {} == broken(world)


def test_who_invites_from_outside_the_desk_leaves_the_desk_to_seal_what_she_could_not(world: World) -> None:
    _, outside, staff, yuki, *_ = world.actors
    world.sync(outside)
    second = world.enrol(outside, "second", yuki.member)
    assert second is not None
    text = acts.write(world, yuki, PLACE, 0, 0) or "nothing"
    world.sync(yuki)
    world.sync(second)
    world.sync(staff)
    before = texts_on(second)
    lacking = staff.on.circles.lacking()
    staff.on.circles.seal_lacking()
    world.sync(second)

    assert (False, True) == (text in before, text in texts_on(second))
    assert lacking
    assert [] == staff.on.circles.lacking()


def test_a_dispatch_ends_while_its_desk_waits_to_be_renewed(world: World) -> None:
    """Its new epoch is sealed to the desk's new key, in the same entry."""
    admin, outside, staff, yuki, *_ = world.actors
    world.sync(outside)
    outside.on.people.revoke(staff.on.key)
    world.sync(admin)
    [desk] = admin.on.circles.of_kind("desk")
    was_stale = admin.on.core.held.directory.stale(desk.id, admin.on.core.held.head)
    [dispatch] = [view for view in admin.on.circles.of_kind("dispatch") if yuki.member in view.members]
    admin.on.circles.end_dispatch(dispatch.id)

    assert was_stale
    assert () == admin.on.circles.view(dispatch.id).members
    assert not any(admin.on.core.held.directory.stale_after(admin.on.key, []))


def test_an_append_that_arrives_twice_is_not_said_twice(world: World) -> None:
    """Its second answer says that somebody was first: it was ourselves."""
    admin, _, _, yuki, *_ = world.actors
    admin.way.plan(Fault(0, "twice"))
    before = admin.on.core.held.head
    link = admin.on.people.invite(yuki.member, FAR)

    assert link
    assert before + 1 == admin.on.core.held.head
    assert 1 == len(admin.on.people.invites())


def test_who_lost_the_race_to_renew_has_nothing_left_to_say(world: World) -> None:
    admin, outside, staff, *_ = world.actors
    other = world.enrol(admin, "second", staff.member)
    assert other is not None
    admin.on.circles.seat(other.on.key, admin.on.circles.of_kind("desk")[0].id)
    world.sync(outside)
    outside.on.people.revoke(other.on.key)
    for actor in (admin, staff):
        world.sync(actor)

    between(staff, admin.on.circles.renew_stale)
    left = staff.on.circles.renew_stale()

    assert [] == left
    assert admin.on.core.held.head == staff.on.core.held.head


def between(actor: Actor, act: Callable[[], object]) -> None:
    """Somebody's act comes first, when this one's next request is already on its way."""

    def meanwhile() -> None:
        act()

    actor.way.meanwhile = meanwhile
    actor.way.plan(Fault(0, "meanwhile"))


def texts_on(actor: Actor) -> str:
    """What it shows."""
    return actor.on.core.held.ledger.merge.to_json()


def test_what_a_phone_hands_back_in_part_others_make_whole(world: World) -> None:
    """A phone has an entry and not the bytes of statements on others' circles; they are lost on no disk."""
    admin, _, _, yuki, _, kai, _ = world.actors
    world.server.back_up()
    dispatch = acts.dispatch(world, admin, 0, [kai.member])
    for actor in (yuki, kai):
        world.sync(actor)
    world.put_back(world.server.backups[0])
    for actor in (yuki, kai, admin):
        world.sync(actor)
    world.settle()

    assert dispatch in world.archive().directory.circles()
    assert {} == broken(world)


def test_a_circle_below_a_stale_desk_of_others_is_not_renewed_in_vain(world: World) -> None:
    """Its draft waits for somebody at the desk; each contact would else leave an entry behind for ever."""
    admin, outside, staff, yuki, *_ = world.actors
    world.sync(outside)
    outside.on.people.revoke(staff.on.key)
    world.sync(yuki)
    text = acts.write(world, yuki, PLACE, 0, 0) or "nothing"
    heads = []
    for _ in range(3):
        world.sync(yuki)
        heads.append(yuki.on.core.held.head)
    waiting = [code for _, _, code in yuki.on.drafts()]
    for actor in (admin, yuki, admin):
        world.sync(actor)
        admin.on.circles.renew_stale()
    world.sync(yuki)
    world.sync(admin)

    assert 1 == len({*heads})
    assert ["circle_stale"] == waiting
    assert [] == yuki.on.drafts()
    assert text in texts_on(admin)


def test_who_is_sent_while_another_dispatch_ends_stays_at_the_door(world: World) -> None:
    """Two at the desk at the same moment: who is second looks again at who is there, not only at the head."""
    admin, outside, _, yuki, nao, kai, _ = world.actors
    world.sync(outside)
    [desk] = admin.on.circles.of_kind("desk")
    admin.on.circles.seat(outside.on.key, desk.id)
    world.sync(outside)
    [running] = [view for view in admin.on.circles.of_kind("dispatch") if yuki.member in view.members]
    assert running.case is not None
    case = running.case
    between(admin, lambda: outside.on.circles.dispatch(case, [kai.member]))
    admin.on.circles.end_dispatch(running.id)
    [door] = admin.on.circles.of_kind("door", case)

    assert {kai.member} == {*door.members}
    assert () == admin.on.circles.view(running.id).members
    between(outside, lambda: admin.on.circles.dispatch(case, [nao.member]))
    outside.on.circles.dispatch(case, [yuki.member, nao.member])
    [door] = outside.on.circles.of_kind("door", case)

    assert {kai.member, nao.member, yuki.member} == {*door.members}


def test_an_old_profile_of_one_who_was_called_back_learns_what_it_had_sent_last(world: World) -> None:
    """A note that came after the dispatch ended counts; a profile from before it finds the end of its own chain."""
    admin, _, _, yuki, *_ = world.actors
    acts.write(world, yuki, PLACE, 0, 0)
    world.copy(yuki)
    [dispatch] = acts.open_circles(yuki.on, "dispatch")
    admin.on.circles.end_dispatch(dispatch.id)
    world.sync(yuki)
    world.rewind(yuki, yuki.copies[0])
    report = world.sync(yuki)

    assert report is not None
    assert () == report.because
    assert 0 == yuki.on.unsent()
