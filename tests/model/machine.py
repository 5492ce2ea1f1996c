"""A centre as hypothesis plays it: what people, devices, networks and a server may do, in any order."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.model import acts
from tests.model.memory import Memory
from tests.model.promises import keep
from tests.model.servers import OpenServer, ServerHere
from tests.model.way import FAULTS, Fault
from tests.model.world import HOUR, Actor, World

MANY = 11  # actors, at most
WHO = st.integers(0, MANY)
SMALL = st.integers(0, 3)
HOURS = st.integers(-30, 30)
AWRY = st.lists(st.builds(Fault, st.integers(0, 9), st.sampled_from(FAULTS), st.integers(0, 300)), max_size=2)


class Base:
    """A centre on its first morning: two admins, one at the desk; a reviewer with two devices; three supporters."""

    def __init__(self, open_server: OpenServer, folder: Path) -> None:
        world = World(open_server, folder, "base")
        admin = world.found()
        joined = [world.join(admin, *who) for who in (("admin",), ("staff", "reviewer"), *[("supporter",)] * 3)]
        _, staff, *supporters = [actor for actor in joined if actor is not None]
        second = world.enrol(admin, "second", staff.member)
        assert second is not None
        [desk] = acts.open_circles(admin.on, "desk")
        for actor in (staff, second):
            world.sync(admin)
            admin.on.circles.seat(actor.on.key, desk.id)
        for _ in range(2):
            acts.open_case(world, admin)
        acts.dispatch(world, admin, 0, [actor.member for actor in supporters[:2]])
        acts.dispatch(world, admin, 1, [actor.member for actor in supporters[1:]])
        world.settle()
        keep(world)
        for actor in world.actors:
            world.turn_off(actor)
        world.server.kill()
        self.world = world

    def open(self, open_server: OpenServer, folder: Path, seed: int) -> World:
        """Another such centre, with the same people and other luck."""
        shutil.copytree(self.world.folder, folder)
        world = World(open_server, folder, seed)
        world.memory, world.recovery, world.centre = _copied(self.world), self.world.recovery, self.world.centre
        world.server.start()
        for known in self.world.actors:
            name = known.name.rstrip("0123456789")
            world.turn_on(world.new_actor(name, known.member, folder / known.folder.name))
        return world


def _copied(world: World) -> Memory:
    memory = world.memory
    return replace(
        memory,
        **{name: value.copy() for name, value in vars(memory).items() if not isinstance(value, int)},
    )


def centres(base: Base, open_server: OpenServer, folder: Path) -> "type[Centre]":
    """The machine, for one centre after another in a folder."""

    class Here(Centre):
        def __init__(self) -> None:
            super().__init__()
            self.base, self.open_server, self.folder = base, open_server, folder

    return Here


class Centre(RuleBasedStateMachine):
    """Use `centres`. is_sound: nothing failed so far."""

    base: Base
    open_server: OpenServer
    folder: Path
    world: World
    is_sound = False

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.world = self.base.open(self.open_server, self.folder / "centre", seed)
        self.is_sound = True

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.world.settle()
                keep(self.world)
        finally:
            self.world.close()
            shutil.rmtree(self.folder / "centre")

    # Who

    @contextmanager
    def step(self) -> Iterator[None]:
        """What goes wrong with one thing does not go on to the next, and a killed server is started again."""
        self.is_sound = False
        yield
        self.is_sound = True
        for actor in self.world.actors:
            actor.way.plan()
        self.world.server.start()

    def hand(self, who: int) -> Actor | None:
        """Somebody with a device that works."""
        there = list(self.world.working())
        return there[who % len(there)] if there else None

    def admin(self, who: int, but: Actor | None = None) -> Actor | None:
        there = [actor for actor in self.world.working() if actor is not but and acts.is_admin(actor)]
        return there[who % len(there)] if there else None

    def awry(self, actor: Actor, faults: list[Fault], other: int) -> None:
        """Plan what goes wrong, and what another does in the middle of it."""
        others = [each for each in self.world.working() if each is not actor]
        one = others[other % len(others)] if others else None

        def meanwhile() -> None:
            if one is None:
                return
            if acts.is_admin(one):
                acts.dispatch(self.world, one, other, [actor.member, one.member])
            else:
                self.world.sync(one)

        actor.way.meanwhile = meanwhile
        actor.way.plan(*faults)

    # Writing

    @rule(who=WHO, place=st.sampled_from(acts.PLACES), circle=SMALL, record=SMALL)
    def writes(self, who: int, place: acts.Place, circle: int, record: int) -> None:
        if actor := self.hand(who):
            with self.step():
                acts.write(self.world, actor, place, circle, record)

    @rule(who=WHO, place=st.sampled_from(acts.PLACES), circle=SMALL, record=SMALL, other=WHO)
    def two_write_of_one_thing(self, who: int, place: acts.Place, circle: int, record: int, other: int) -> None:
        for actor in (self.hand(who), self.hand(other)):
            if actor:
                with self.step():
                    acts.write(self.world, actor, place, circle, record)

    @rule(who=WHO, number=st.integers(0, len(acts.NUDGES)), circle=SMALL, record=SMALL)
    def nudges(self, who: int, number: int, circle: int, record: int) -> None:
        if actor := self.hand(who):
            with self.step():
                acts.nudge(actor, number, circle, record)

    @rule(who=WHO, place=st.sampled_from(acts.BEYOND), circle=SMALL)
    def writes_what_is_not_theirs(self, who: int, place: acts.Place, circle: int) -> None:
        if actor := self.hand(who):
            with self.step():
                acts.write_beyond(self.world, actor, place, circle)

    @rule(who=WHO, number=SMALL)
    def resolves(self, who: int, number: int) -> None:
        if actor := self.hand(who):
            with self.step():
                acts.resolve(self.world, actor, number)

    @rule(who=WHO, number=SMALL)
    def reviews(self, who: int, number: int) -> None:
        if actor := self.hand(who):
            with self.step():
                acts.review(self.world, actor, number)

    # Contacts

    @rule(who=WHO, faults=AWRY, other=WHO)
    def syncs(self, who: int, faults: list[Fault], other: int) -> None:
        if actor := self.hand(who):
            with self.step():
                self.awry(actor, faults, other)
                self.world.sync(actor)

    @rule(order=st.randoms(use_true_random=False))
    def all_sync(self, order: Random) -> None:
        there = list(self.world.working())
        order.shuffle(there)
        with self.step():
            for actor in there:
                self.world.sync(actor)

    @rule()
    def what_was_late_arrives(self) -> None:
        with self.step():
            self.world.deliver_late()

    @rule(who=WHO, hours=HOURS)
    def a_clock_is_wrong(self, who: int, hours: int) -> None:
        if actor := self.hand(who):
            actor.skew += hours * HOUR

    @rule(hours=HOURS)
    def the_servers_clock_is_wrong(self, hours: int) -> None:
        if isinstance(self.world.server, ServerHere):
            self.world.server.pass_hours(hours)

    # Devices

    @rule(who=WHO)
    def restarts(self, who: int) -> None:
        if actor := self.hand(who):
            with self.step():
                self.world.restart(actor)

    @rule(who=WHO, puts=st.integers(1, 12), is_written=st.booleans(), place=st.sampled_from(acts.PLACES), record=SMALL)
    def a_battery_dies(self, who: int, puts: int, is_written: bool, place: acts.Place, record: int) -> None:
        if actor := self.hand(who):
            with self.step(), self.world.battery(actor, puts, is_written=is_written):
                acts.write(self.world, actor, place, 0, record)
                self.world.sync(actor)

    @rule(who=WHO)
    def copies_a_profile(self, who: int) -> None:
        if actor := self.hand(who):
            with self.step():
                self.world.copy(actor)

    @rule(who=WHO, number=SMALL)
    def puts_back_a_profile(self, who: int, number: int) -> None:
        actor = self.hand(who)
        if actor and not self.world.archive().is_restoring:
            with self.step():
                self.has_copy(actor)
                self.world.rewind(actor, actor.copies[number % len(actor.copies)])

    @rule(who=WHO, number=SMALL)
    def uses_an_old_profile_beside_the_new(self, who: int, number: int) -> None:
        actor = self.hand(who)
        has_room = len(self.world.actors) < MANY
        if actor and has_room and not self.world.archive().is_restoring:
            with self.step():
                self.has_copy(actor)
                self.world.twin(actor, actor.copies[number % len(actor.copies)])

    def has_copy(self, actor: Actor) -> None:
        if not actor.copies:
            self.world.copy(actor)

    # People

    @rule(by=WHO, who=WHO, faults=AWRY, theirs=AWRY)
    def enrols_one_more_device(self, by: int, who: int, faults: list[Fault], theirs: list[Fault]) -> None:
        admin, actor = self.admin(by), self.hand(who)
        if not admin or not actor or len(self.world.actors) >= MANY:
            return
        with self.step():
            self.awry(admin, faults, who)
            self.world.enrol(admin, "second", actor.member, theirs)

    @rule(by=WHO, role=st.sampled_from(("supporter", "professional")), faults=AWRY, theirs=AWRY)
    def joins(self, by: int, role: str, faults: list[Fault], theirs: list[Fault]) -> None:
        admin = self.admin(by)
        if not admin or len(self.world.actors) >= MANY:
            return
        with self.step():
            self.awry(admin, faults, by)
            member = self.world.attempt(lambda: admin.on.people.add(role))
            if member is not None:
                self.world.enrol(admin, role, member, theirs)

    @rule()
    def goes_on_coming_in(self) -> None:
        with self.step():
            for actor in self.world.actors:
                self.world.turn_on(actor)

    @rule(by=WHO, case=SMALL, who=st.lists(WHO, min_size=1, max_size=3), faults=AWRY, other=WHO)
    def sends(self, by: int, case: int, who: list[int], faults: list[Fault], other: int) -> None:
        admin, actors = self.admin(by), [self.hand(each) for each in who]
        if admin:
            with self.step():
                self.awry(admin, faults, other)
                acts.dispatch(self.world, admin, case, [actor.member for actor in actors if actor])

    @rule(by=WHO, number=SMALL, faults=AWRY, other=WHO)
    def ends_a_dispatch(self, by: int, number: int, faults: list[Fault], other: int) -> None:
        if admin := self.admin(by):
            with self.step():
                self.awry(admin, faults, other)
                acts.end_dispatch(self.world, admin, number)

    @rule(by=WHO, who=WHO, faults=AWRY, other=WHO)
    def shuts_out(self, by: int, who: int, faults: list[Fault], other: int) -> None:
        actor = self.hand(who)
        admin = self.admin(by, but=actor)
        if admin and actor and admin.on.key != actor.on.key:
            with self.step():
                self.awry(admin, faults, other)
                acts.revoke(self.world, admin, actor.on.key)

    @rule(by=WHO, number=SMALL)
    def lets_in(self, by: int, number: int) -> None:
        if admin := self.admin(by):
            with self.step():
                acts.let_in(self.world, admin, number)

    @rule(by=WHO, who=WHO, role=st.sampled_from(("supporter", "professional")), faults=AWRY, other=WHO)
    def changes_a_role(self, by: int, who: int, role: str, faults: list[Fault], other: int) -> None:
        admin, actor = self.admin(by), self.hand(who)
        if admin and actor and admin.on.people.role(actor.member) in ("supporter", "professional"):
            with self.step():
                self.awry(admin, faults, other)
                acts.change_role(self.world, admin, actor.member, role)

    # The server

    @rule()
    def the_server_is_killed(self) -> None:
        with self.step():
            self.world.server.kill()

    @rule()
    def the_server_is_backed_up(self) -> None:
        with self.step():
            self.world.server.back_up()

    @rule(number=SMALL)
    def the_server_is_put_back(self, number: int) -> None:
        """After the admins had a last contact: else a fork of the directory may follow, which the paper key settles."""
        backups = self.world.server.backups
        with self.step():
            if not backups:
                self.world.server.back_up()
            for actor in self.world.actors:
                self.world.turn_on(actor)
            admins = [actor for actor in self.world.working() if acts.is_admin(actor)]
            for admin in admins:
                self.world.sync(admin)
            known = max((admin.on.core.held.head for admin in admins), default=-1)
            ahead = max(actor.on.core.held.head for actor in self.world.with_device())
            is_all_in = all(actor.device for actor in self.world.actors)
            if is_all_in and ahead <= known:
                self.world.put_back(backups[number % len(backups)])

    @rule()
    def evening(self) -> None:
        """Everybody comes back, and every promise is looked at."""
        with self.step():
            self.world.settle()
            keep(self.world)
