"""A day: morning pulls, visits without a signal, two desks at work at once, a burst at five, a night with accidents."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random

from tests.fleet.town import Town
from tests.model import acts
from tests.model.way import Fault
from tests.model.world import HOUR, Actor, World

ON_THE_WAY = ("lost", "deaf", "twice", "late", "torn")
RECORDS = 12  # of each type in a circle, so that people meet on one
Deed = Callable[[], object]


def live(town: Town) -> None:
    """One day, and its evening. Raises BrokenPromise, Unsettled."""
    town.tally.day += 1
    morning(town)
    visits(town)
    office(town)
    five(town)
    night(town)
    town.keep()


def morning(town: Town) -> None:
    """Who has a signal pulls; who lost a device yesterday gets a new one; clocks are wrong by hours."""
    town.server.start()
    for world in town.centres:
        bereft = [member for member in members(world) if not any(a.member == member for a in world.working())]
        while bereft or len(list(world.working())) < town.size:
            world.enrol(leader(world), "new", bereft.pop() if bereft else town.random.choice(members(world)))
    for _, actor in town.everybody():
        if town.random.random() < 0.2:
            actor.skew = town.random.randint(-30, 30) * HOUR
    there = [(world, actor) for world, actor in town.everybody() if town.random.random() < 0.7]
    town.together(*(partial(world.sync, actor) for world, actor in there))


def visits(town: Town) -> None:
    """Nobody has a signal; some batteries die."""
    for world, actor in list(town.everybody()):
        actor.way.is_cut = True
        for _ in range(town.random.randint(0, 5)):
            visit(town.random, world, actor)
        actor.way.is_cut = False


def visit(random: Random, world: World, actor: Actor) -> None:
    if random.random() < 0.05:
        with world.battery(actor, random.randint(1, 4), is_written=random.random() < 0.5):
            acts.write(world, actor, random.choice(acts.PLACES), random.randrange(9), random.randrange(RECORDS))
    elif random.random() < 0.2:
        acts.nudge(actor, random.randrange(len(acts.NUDGES)), random.randrange(9), random.randrange(RECORDS))
    elif random.random() < 0.1:
        acts.write_beyond(world, actor, random.choice(acts.BEYOND), random.randrange(9))
    elif random.random() < 0.3:
        acts.resolve(world, actor, random.randrange(9))
    else:
        acts.write(world, actor, random.choice(acts.PLACES), random.randrange(9), random.randrange(RECORDS))


def office(town: Town) -> None:
    """In each centre two at the desk say something at the same moment."""
    town.together(*(deed for world in town.centres for deed in desk_work(town, world)))


def desk_work(town: Town, world: World) -> Iterator[Deed]:
    """What two admins and the reviewers do."""
    desk = [actor for actor in world.working() if acts.at_desk(actor.on)]
    for admin in [actor for actor in desk if acts.is_admin(actor)][:2]:
        yield partial(decide, town, world, admin, Random(str(town.random.random())))
    for reviewer in [actor for actor in desk if not acts.is_admin(actor)]:
        yield partial(acts.review, world, reviewer, town.random.randrange(9))


def decide(town: Town, world: World, admin: Actor, random: Random) -> None:
    """Somebody is sent, called back, shut out, let in, promoted."""
    field = [actor for actor in list(world.working()) if not acts.at_desk(actor.on) and actor is not admin]
    one, other = random.choice(field), random.choice(field)
    match random.randrange(6):
        case 0 | 1:
            acts.dispatch(world, admin, random.randrange(9), [one.member, other.member])
            town.tally.dispatches += 1
        case 2:
            acts.end_dispatch(world, admin, random.randrange(9))
        case 3:
            acts.revoke(world, admin, one.on.key)
            town.tally.revocations += 1
        case 4:
            acts.let_in(world, admin, random.randrange(9))
        case 5:
            acts.change_role(world, admin, one.member, random.choice(("supporter", "professional")))


def five(town: Town) -> None:
    """All come back at once on bad lines; the server may be killed in the middle of it; they try again."""
    there = list(town.everybody())
    for _, actor in there:
        faults = [Fault(town.random.randrange(9), town.random.choice(ON_THE_WAY)) for _ in range(2)]
        actor.way.plan(*(fault for fault in faults if town.random.random() < 0.4))
    if town.random.random() < 0.7:
        _, unlucky = town.random.choice(there)
        unlucky.way.plan(Fault(town.random.randrange(9), "killed", town.random.randrange(300)))
        town.tally.kills += 1
    town.together(*(partial(world.sync, actor) for world, actor in there))
    town.server.start()
    for world in town.centres:
        world.deliver_late()
    town.together(*(partial(world.sync, actor) for world, actor in there if town.random.random() < 0.8))


def night(town: Town) -> None:
    """Profiles and the server are backed up; some are put back to what they once were."""
    town.server.start()
    for world, actor in list(town.everybody()):
        if town.random.random() < 0.15:
            world.copy(actor)
        elif actor.copies and not acts.is_admin(actor) and town.random.random() < 0.2:
            world.rewind(actor, actor.copies[-1])
            town.tally.rewinds += 1
    if town.random.random() < 0.3:
        town.put_back()
    town.server.back_up()


def leader(world: World) -> Actor:
    """An admin at the desk."""
    return next(actor for actor in world.working() if acts.is_admin(actor) and acts.at_desk(actor.on))


def members(world: World) -> list[bytes]:
    """All who work in the field, once."""
    return list(dict.fromkeys(actor.member for actor in world.actors if actor.member))
