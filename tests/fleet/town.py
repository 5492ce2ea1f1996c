"""Two centres on one server: who works there, and what befell them so far."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.model import acts
from tests.model.promises import keep
from tests.model.servers import OpenServer, Server
from tests.model.world import Actor, World

CROWD = 8
"""Devices that talk to the server at one time."""
KEPT_BACKUPS = 2


@dataclass
class Tally:
    """What befell so far."""

    day: int = 0
    kills: int = 0
    restores: int = 0
    rewinds: int = 0
    revocations: int = 0
    dispatches: int = 0


@dataclass
class Town:
    """centres: one world each, on one server. size: devices of each."""

    server: Server
    centres: Sequence[World]
    random: Random
    size: int
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def build(cls, open_server: OpenServer, folder: Path, seed: int, devices: int) -> "Town":
        """With so many devices, half of them in each centre."""
        server = open_server(folder / "server")
        worlds = [World(lambda _: server, folder / f"centre-{number}", f"{seed} {number}") for number in range(2)]
        size = max(6, devices // 2)
        for world in worlds:
            people_of(world, size)
        return cls(server, worlds, Random(f"fleet {seed}"), size)

    @property
    def changes(self) -> int:
        """Of all centres, as the server has them."""
        return sum(len(world.archive().changes) for world in self.centres)

    def everybody(self) -> Iterator[tuple[World, Actor]]:
        """Whoever has a device in hand."""
        return ((world, actor) for world in self.centres for actor in world.working())

    def together(self, *deeds: Callable[[], object]) -> None:
        """At one time; each on a device of its own. What fails with one is raised when all are done."""
        with ThreadPoolExecutor(CROWD) as crowd:
            running = [crowd.submit(deed) for deed in deeds]
        for one in running:
            one.result()

    def put_back(self) -> None:
        """To the last night, after the admins' last contact; if no device knows more than they do."""
        if not self.server.backups or not all(is_led_by_admins(world) for world in self.centres):
            return
        self.server.put_back(self.server.backups[-1])
        for world in self.centres:
            world.note_put_back()
        self.server.start()
        self.tally.restores += 1

    def keep(self) -> None:
        """Everybody comes back. Raises BrokenPromise, Unsettled."""
        for world in self.centres:
            world.settle()
            keep(world)
        self.server.forget_old_backups(KEPT_BACKUPS)


def people_of(world: World, devices: int) -> None:
    """Two admins and a reviewer at the desk; supporters with a phone or two, all sent somewhere."""
    world.folder.mkdir(parents=True)
    admin = world.found()
    others = [world.join(admin, *who) for who in (("admin",), ("staff", "reviewer"))]
    [desk] = acts.open_circles(admin.on, "desk")
    for actor in others:
        assert actor
        world.sync(admin)
        admin.on.circles.seat(actor.on.key, desk.id)
    supporters = [world.join(admin, "supporter") for _ in range((devices - 3) * 2 // 3)]
    members = [actor.member for actor in supporters if actor]
    while len(world.actors) < devices:
        world.enrol(admin, "second", world.random.choice(members))
    for _ in range(max(2, len(members) // 4)):
        acts.open_case(world, admin)
    for number in range(len(members)):
        acts.dispatch(world, admin, number, world.random.sample(members, 2))
    world.settle()


def is_led_by_admins(world: World) -> bool:
    """Do admins' devices know all that any device knows? Else the directory may fork, which the paper key settles."""
    for actor in world.actors:
        world.turn_on(actor)
    admins = [actor for actor in world.working() if acts.is_admin(actor)]
    for admin in admins:
        world.sync(admin)
    known = max((admin.on.core.held.head for admin in admins), default=-1)
    ahead = max(actor.on.core.held.head for actor in world.with_device())
    return all(actor.device for actor in world.actors) and ahead <= known
