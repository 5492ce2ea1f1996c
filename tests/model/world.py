"""A centre with its server, its devices and its people's memory; what happens to devices and to the server.

world = World(open_server, folder, seed)
admin = world.found(); yuki = world.join(admin, "supporter")
world.sync(yuki); world.restart(yuki); world.put_back(0); world.settle()
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

import httpx

from crypto.entry import parse_entry
from crypto.errors import ProtocolError
from crypto.recovery import RecoveryKey
from crypto.run import parse_run
from crypto.vault import Cost
from sync.device import Device, Means, Report
from sync.statements import DeviceRevoke, parse_statement
from sync.transport import OfflineError, Transport
from sync.wire import read_directory, read_push
from tests.model.archive import Archive
from tests.model.holdings import changes_of, entries_of, holding, own_changes, said_in, showing, waiting
from tests.model.memory import Memory
from tests.model.servers import OpenServer, Server
from tests.model.way import Fault, Way
from tests.server.house import ORIGIN

T = TypeVar("T")
START = 1_790_000_000_000  # ms
HOUR = 3_600_000  # ms
FAR = 32_503_680_000_000  # ms: an invitation that is not out of date
PASSPHRASE = "縁側 の 猫"
CHEAP = Cost(memory_kib=8, passes=1)
TRIES = 12
"""Rounds of contacts after which everybody has everything, or never will."""
FORBEARING = frozenset(
    {"restoring", "revoked", "head_moved", "cutoff_behind", "rolled_back", "invite_closed", "bad_challenge"}
    | {"unknown_device", "unknown_member"}  # whoever came since the backup, until others have handed it back
)
"""What people may be told when much goes wrong at once, and try again later."""


class PowerCut(BaseException):
    """The battery died."""


class Unsettled(AssertionError):
    """Contacts went on for ever, or did not come to "synced"."""


@dataclass
class Actor:
    """One profile of one device. device: None while it is not enrolled. skew: of its clock, in ms.

    is_shut_out: it heard that it was revoked. copies: of its profile, as it once was. shown: alarms already looked at.
    """

    name: str
    member: bytes
    folder: Path
    random: Random
    way: Way
    device: Device | None = None
    link: str | None = None
    skew: int = 0
    is_shut_out: bool = False
    copies: list[Path] = field(default_factory=list)

    @property
    def on(self) -> Device:
        assert self.device is not None
        return self.device


class World:
    """beyond: see `Way`. late: requests that are still on their way."""

    recovery: RecoveryKey

    def __init__(self, open_server: OpenServer, folder: Path, seed: object) -> None:
        self.server: Server = open_server(folder / "server")
        self.folder = folder
        self.random = Random(str(seed))
        self.memory = Memory()
        self.actors: list[Actor] = []
        self.now = START
        self.centre = b""
        self.late: list[httpx.Request] = []

    # The way there

    def ask(self, request: httpx.Request) -> httpx.Response:
        """What the server says, with a witness."""
        answer = self.server.ask(request)
        self._witness(request, answer)
        return answer

    def ask_and_kill(self, request: httpx.Request, moment: int) -> httpx.Response:
        answer = self.server.ask_and_kill(request, moment)
        self._witness(request, answer)
        return answer

    def deliver_late(self) -> None:
        """What was long on its way arrives, the last first."""
        while self.late:
            try:
                self.ask(self.late.pop())
            except httpx.TransportError:
                return

    def _witness(self, request: httpx.Request, answer: httpx.Response) -> None:
        if request.method != "POST" or answer.status_code != 200:
            return
        if request.url.path.endswith("/push"):
            for raw, result in zip(read_push(request.content), answer.json()["results"], strict=True):
                if result["status"] != "refused":
                    self.memory.acknowledged.update(parse_run(raw).ids)
        elif request.url.path.endswith(("/directory", "/heal")):
            for given in read_directory(request.content):
                self._witness_entry(given.entry)

    def _witness_entry(self, raw: bytes) -> None:
        entry = parse_entry(raw)
        self.memory.appended.add(entry.hash)
        for said in entry.statements:
            statement = None if isinstance(said, bytes) else parse_statement(dict(said))
            if isinstance(statement, DeviceRevoke) and statement.device not in self.memory.before_cut:
                logged = self.archive().logged
                authors = [actor.on for actor in self.with_device() if actor.on.key == entry.author]
                held = {id_ for author in authors for id_ in own_changes(author, statement.device)}
                self.memory.before_cut[statement.device] = logged | held

    # Devices

    def means(self, actor: Actor) -> Means:
        def connect(origin: str, centre: bytes) -> Transport:
            return Transport(origin, centre, httpx.Client(transport=actor.way, trust_env=False))

        def clock() -> int:
            self.now += 1_000
            return self.now + actor.skew

        return Means(actor.random.randbytes, clock, CHEAP, connect)

    def new_actor(self, name: str, member: bytes, folder: Path | None = None) -> Actor:
        number = len(self.actors)
        seed = f"{self.random.random()} {number}"
        path = folder or self.folder / f"device-{number}"
        actor = Actor(f"{name}{number}", member, path, Random(seed), Way(self))
        self.actors.append(actor)
        return actor

    def found(self) -> Actor:
        """The first device of a new centre."""
        self.server.start()
        actor = self.new_actor("admin", b"")
        means = self.means(actor)
        actor.device, self.recovery = Device.found(
            actor.folder, PASSPHRASE, ORIGIN, means, duties=("coordinator", "reviewer")
        )
        actor.member, self.centre = actor.device.member, actor.device.core.held.identity.centre
        actor.device.sync()
        return actor

    def join(self, admin: Actor, role: str, *duties: str) -> Actor | None:
        """A new member, with a device."""
        member = self.attempt(lambda: admin.on.people.add(role, duties))
        return self.enrol(admin, role, member) if member is not None else None

    def enrol(self, admin: Actor, name: str, member: bytes, faults: Sequence[Fault] = ()) -> Actor | None:
        """A device for a member; it may still be on its way in when this returns."""
        link = self.attempt(lambda: admin.on.people.invite(member, FAR))
        if link is None:
            return None
        actor = self.new_actor(name, member)
        actor.link = link
        actor.way.plan(*faults)
        self.turn_on(actor)
        return actor

    def turn_on(self, actor: Actor) -> None:
        """Open its profile; go on with enrolling it, if that was not done yet."""
        if actor.device is not None:
            return
        means = self.means(actor)
        if actor.folder.exists():
            actor.device = self.attempt(lambda: Device.open(actor.folder, PASSPHRASE, means))
        elif actor.link is not None:
            link = actor.link
            actor.device = self.attempt(lambda: Device.enrol(actor.folder, PASSPHRASE, link, means))

    def turn_off(self, actor: Actor) -> None:
        if actor.device is not None:
            self.learn(actor)
            actor.device.close()
            actor.device = None

    def restart(self, actor: Actor) -> None:
        """What it showed is what it shows again. Raises AssertionError."""
        if actor.device is None:
            return self.turn_on(actor)
        before = showing(actor.on)
        self.turn_off(actor)
        self.turn_on(actor)
        assert before == showing(actor.on), f"{actor.name} shows something else after a restart"
        return None

    def with_device(self) -> Iterator[Actor]:
        """Those who have a device in hand, shut out or not."""
        return (actor for actor in self.actors if actor.device is not None)

    def working(self) -> Iterator[Actor]:
        """Those who have a device in hand that was not told to stop."""
        return (actor for actor in self.with_device() if not actor.is_shut_out)

    @contextmanager
    def battery(self, actor: Actor, puts: int, *, is_written: bool) -> Iterator[None]:
        """It dies at one of the next writes to its disk, before or after it was done; then it is turned on again."""
        files = actor.on.core.held.files
        honest, left = files.put, [puts]

        def put(name: str, value: bytes) -> None:
            left[0] -= 1
            if left[0] == 0 and not is_written:
                (files.folder / f"{name}~").write_bytes(value[:7])
                raise PowerCut
            honest(name, value)
            if left[0] == 0:
                raise PowerCut

        files.put = put  # type: ignore[method-assign]
        before = holding(actor.on)
        try:
            yield
        except PowerCut:
            actor.on.close()
            actor.device = None
            self.turn_on(actor)
            lost = before - holding(actor.on)
            assert not lost, f"{actor.name} lost {lost} when its battery died"
        else:
            files.put = honest  # type: ignore[method-assign]

    # Profiles copied and put back

    def copy(self, actor: Actor) -> None:
        """Of its profile as it is now."""
        target = self.folder / f"copy-{actor.name}-{len(actor.copies)}"
        shutil.copytree(actor.folder, target)
        actor.copies.append(target)

    def rewind(self, actor: Actor, copy: Path) -> None:
        """Its disk is lost; an old copy of its profile takes its place."""
        self.memory.rewound.add(actor.on.key)
        self.turn_off(actor)
        shutil.rmtree(actor.folder)
        shutil.copytree(copy, actor.folder)
        self.turn_on(actor)
        self.note_losses()

    def twin(self, actor: Actor, copy: Path) -> Actor:
        """An old copy of a profile is used beside the new one."""
        folder = self.folder / f"device-{len(self.actors)}"
        shutil.copytree(copy, folder)
        other = self.new_actor("twin", actor.member, folder)
        self.memory.rewound.add(actor.on.key)
        self.turn_on(other)
        return other

    def close(self) -> None:
        """For good."""
        for actor in self.with_device():
            actor.on.close()
        self.server.kill()

    # The server

    def archive(self) -> Archive:
        return Archive(self.server.data, self.centre)

    def put_back(self, backup: Path) -> None:
        """The server is put back to an older day, and started."""
        self.server.put_back(backup)
        self.note_put_back()
        self.server.start()

    def note_put_back(self) -> None:
        """What the server has lost, and what is lost with it."""
        archive = self.archive()
        held = {hash_ for actor in self.working() for hash_ in entries_of(actor.on)}
        self.memory.losses += 1
        self.memory.lost_entries |= held - archive.entries
        self.note_losses()

    def note_losses(self) -> None:
        """What no disk holds any more cannot come back."""
        archive, memory = self.archive(), self.memory
        for actor in self.with_device():
            self.learn(actor)
        devices = [actor.on for actor in self.working()]
        changes = set(archive.changes).union(*(set(changes_of(device)) for device in devices))
        entries = archive.entries.union(*(entries_of(device) for device in devices))
        texts = {text for id_ in changes for text in memory.texts.get(id_, ())}
        texts = texts.union(*(waiting(device) for device in devices))
        memory.gone |= memory.acknowledged - changes
        memory.gone |= memory.appended - entries
        memory.gone |= memory.written.keys() - texts

    # Contacts

    def attempt(self, act: Callable[[], T]) -> T | None:
        """None: not now; what was in the way is one of the things that happen."""
        try:
            return act()
        except OfflineError:
            return None
        except ProtocolError as error:
            if error.code not in FORBEARING:
                raise
            return None

    def sync(self, actor: Actor) -> Report | None:
        """One contact, if it is in hand. What is new on it is remembered."""
        if actor.device is None:
            self.turn_on(actor)
        if actor.device is None or actor.is_shut_out:
            return None
        device = actor.device
        report = self.attempt(device.sync)
        actor.is_shut_out = report is not None and report.alarm == "revoked"
        self.learn(actor)
        return report

    def learn(self, actor: Actor) -> None:
        """Remember what its changes say, and what it was alarmed of."""
        held = actor.on.core.held
        for id_ in changes_of(actor.on):
            if id_ not in self.memory.texts:
                said = said_in(held.ledger, id_)
                if said is not None:
                    self.memory.texts[id_] = said
        for alarm in actor.on.alarms():
            self.memory.alarms.add((actor.name, alarm.code, alarm.about))

    def settle(self) -> None:
        """Everything works again, and everybody has contacts until nothing moves. Raises Unsettled."""
        self.server.start()
        self.deliver_late()
        for actor in self.actors:
            actor.way.plan()
            actor.way.is_cut = False
        reports: dict[str, Report | None] = {}
        for _ in range(TRIES):
            before = self._stand()
            reports = {actor.name: self.sync(actor) for actor in list(self.actors)}
            self._renew()
            if before == self._stand():
                return
        raise Unsettled(f"after {TRIES} rounds something still moves: {reports}")

    def _renew(self) -> None:
        """Whoever is at a desk does what is to be done there."""
        for actor in self.working():
            held = actor.on.core.held
            if held.directory.is_staff(held.key, held.head):
                self.attempt(actor.on.circles.renew_stale)
                self.attempt(actor.on.circles.seal_lacking)

    def _stand(self) -> tuple[object, ...]:
        archive = self.archive()
        own = [(actor.on.core.held.head, len(changes_of(actor.on)), actor.on.unsent()) for actor in self.with_device()]
        return archive.head, len(archive.changes), len(archive.logged), len(self.actors), own
