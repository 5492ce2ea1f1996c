"""Every check of the model fails when what it checks is broken on purpose: by a device, a server, or a person."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crypto.recovery import RecoveryKey
from server.store.engine import writable
from server.store.sqlite import FILE
from tests.model import acts
from tests.model.machine import Base
from tests.model.memory import SIGN
from tests.model.promises import PROMISES, BrokenPromise, Sight, broken, keep
from tests.model.servers import OpenServer, in_process
from tests.model.world import World

PLACE = acts.PLACES[0]
Break = Callable[[World], None]
BREAKS: dict[str, Break] = {}


@pytest.fixture(scope="module")
def opener() -> Iterator[OpenServer]:
    with in_process() as open_server:
        yield open_server


@pytest.fixture(scope="module")
def base(opener: OpenServer, tmp_path_factory: pytest.TempPathFactory) -> Base:
    return Base(opener, tmp_path_factory.mktemp("base") / "centre")


@pytest.fixture
def world(base: Base, opener: OpenServer, tmp_path: Path) -> Iterator[World]:
    """A centre in which something was written, and everybody has it."""
    world = base.open(opener, tmp_path / "centre", 1)
    for actor in world.actors:
        acts.write(world, actor, PLACE, 0, 0)
    world.settle()
    yield world
    world.close()


def breaks(done: Break) -> Break:
    """Its name is the check's that must find it."""
    BREAKS[done.__name__] = done
    return done


def on_disk(world: World, *sql: str) -> None:
    with closing(writable(world.server.data / FILE)) as database:
        for statement in sql:
            database.execute(statement)


@breaks
def acknowledged_changes_are_on_the_servers_disk(world: World) -> None:
    """A server that drops a run to which it said yes."""
    on_disk(world, "delete from runs where cursor = (select max(cursor) from runs)")


@breaks
def acknowledged_entries_are_in_the_directory(world: World) -> None:
    """A server that drops an entry to which it said yes."""
    on_disk(world, 'delete from entries where "index" = (select max("index") from entries)')


@breaks
def every_value_written_is_somewhere(world: World) -> None:
    """A device whose outbox is not on its disk."""
    yuki = world.actors[3]
    acts.write(world, yuki, PLACE, 0, 1)
    world.turn_off(yuki)
    for path in yuki.folder.glob("chain.*"):
        path.unlink()
    world.turn_on(yuki)


@breaks
def every_value_that_counts_is_shown_or_was_seen_by_who_replaced_it(world: World) -> None:
    """A merge that forgets a write."""
    forget_a_write(world)


@breaks
def devices_in_a_circle_show_the_same(world: World) -> None:
    """The same."""
    forget_a_write(world)


def forget_a_write(world: World) -> None:
    merge = world.actors[3].on.core.held.ledger.merge
    for change in [change for change in merge.changes() if change.circle_kind == "dispatch"]:
        merge.remove(change.id)


@breaks
def what_does_not_count_was_somebodys_decision(world: World) -> None:
    """A cut-off that nobody spoke of."""
    wrote = next(wrote for wrote in world.memory.written.values() if wrote.by.startswith("supporter"))
    world.actors[0].on.circles.cut_off(wrote.circle, wrote.key, None, deliberate=True)


@breaks
def verdicts_are_the_laws(world: World) -> None:
    """A device that judges otherwise."""
    log = world.actors[3].on.core.held.ledger.log
    for held in log._held.values():
        held.code = "cut_off"


@breaks
def no_write_beyond_a_role_counts(world: World) -> None:
    """A policy that gives supporters what was not theirs, and nobody said so."""
    admin, supporter = world.actors[0], world.actors[4]
    admin.on.people.set_policy(rights=[["dispatch", "purpose", ["supporter"]]])
    world.sync(supporter)
    assert acts.write_beyond(world, supporter, acts.BEYOND[0], 0)
    world.sync(supporter)


@breaks
def the_server_holds_no_word(world: World) -> None:
    """A server that knows what was written."""
    (world.server.data / "notes").write_text(next(iter(world.memory.written)))


@breaks
def nothing_counts_that_no_person_wrote(world: World) -> None:
    """A value that appears from nowhere."""
    yuki = world.actors[3]
    [dispatch, *_] = acts.open_circles(yuki.on, "dispatch")
    yuki.on.book.writing({"dispatch": dispatch.id}).put(bytes(16), "visit", place_text=f"{SIGN} from nowhere").save()
    world.learn(yuki)


@breaks
def nobody_is_accused_of_what_did_not_happen(world: World) -> None:
    """A device that cries wolf."""
    world.actors[3].on.core.held.alarm("rolled_back")
    world.learn(world.actors[3])


@breaks
def a_server_that_lost_entries_is_found_out(world: World) -> None:
    """Devices that hand back what was lost, and say nothing."""
    world.server.back_up()
    world.actors[0].on.people.add("supporter")
    world.put_back(world.server.backups[0])
    world.settle()
    world.memory.alarms.clear()


@breaks
def a_revoked_device_makes_nothing_count(world: World) -> None:
    """What was handed in after a revocation is let in, and nobody said so."""
    admin, yuki = world.actors[0], world.actors[3]
    world.memory.revoking.add(yuki.on.key)
    acts.write(world, yuki, PLACE, 0, 1)
    admin.on.people.revoke(yuki.on.key)
    world.sync(yuki)
    [apart] = admin.on.circles.quarantine()
    admin.on.circles.let_in(apart.circle, apart.last)


@breaks
def keys_open_only_their_circles(world: World) -> None:
    """A supporter with the desk's key."""
    world.actors[3].on.core.held.sealing = world.actors[0].on.core.held.sealing


@breaks
def the_recovery_key_reads_everything(world: World) -> None:
    """Another paper."""
    world.recovery = RecoveryKey.generate(world.random.randbytes)


@breaks
def nothing_is_stuck(world: World) -> None:
    """A device that does not send."""
    acts.write(world, world.actors[3], PLACE, 0, 1)


def test_a_world_in_which_nothing_is_broken_keeps_every_promise(world: World) -> None:
    assert {} == broken(world)


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_on_purpose_is_found_by_name(world: World, name: str) -> None:
    BREAKS[name](world)
    with pytest.raises(BrokenPromise, match=name):
        keep(world)


def test_a_device_that_keeps_reading_after_a_revocation_is_found(world: World) -> None:
    """No server takes what would let it read; so the directory is made to say that it was shut out long ago."""
    sight = Sight(world)
    sight.revoked = {world.actors[3].on.key: 0}
    check = next(check for check in PROMISES if check.__name__ == "a_revoked_device_reads_nothing_later")

    assert list(check(sight))


def test_every_check_was_seen_to_fail() -> None:
    assert {check.__name__ for check in PROMISES} == {*BREAKS, "a_revoked_device_reads_nothing_later"}
