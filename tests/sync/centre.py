"""A centre with real keys, for tests: people, devices, circles, runs. Seeded; its directory is the server's (complete).

centre = Centre.found()
yuki = centre.join("supporter")                      # member, invitation, enrolment
visit = centre.open("dispatch", members=[yuki.member])
run = centre.write(yuki, visit, b"...")              # a run, signed under the newest head
centre.act(centre.admin, lambda draft: draft.close(visit))
reader = centre.reader(yuki)                         # a Directory with only what this device gets
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from crypto.change import ChangeHeader
from crypto.circle import EpochSecret
from crypto.content import seal_change
from crypto.contexts import ZERO_HASH
from crypto.entry import close_entry, entry_body, statement_digest
from crypto.invite import Invite
from crypto.keys import SealingKey, SigningKey
from crypto.recovery import RecoveryKey
from crypto.run import KnownHead, Run, RunHead, close_run, parse_run, run_message
from sync.chain import Applied, Frame, Head
from sync.directory import Directory
from sync.draft import Draft
from sync.keyring import Keyring
from sync.statements import (
    CentreFound,
    CentreStatement,
    DeviceAdd,
    DeviceEnrol,
    DeviceRevoke,
    InviteOpen,
    MemberAdd,
    Statement,
    parse_statement,
    statement_bytes,
    statement_map,
)

START = 1_790_000_000_000  # ms
ACKNOWLEDGEMENT = b""


@dataclass
class Device:
    """Keys of a device (or of the root), the member it belongs to, and its keyring on the centre's directory."""

    signing: SigningKey
    sealing: SealingKey
    member: bytes
    keyring: Keyring = field(repr=False)

    @property
    def key(self) -> bytes:
        return self.signing.public


class Centre:
    """Use `Centre.found()`. Everything that is said goes through `act`, and holds or raises."""

    def __init__(self, seed: int = 1) -> None:
        self.random = Random(seed).randbytes
        self.recovery = RecoveryKey.generate(self.random)
        self.id = self.recovery.centre
        self.directory = Directory(self.id)
        self.frames: list[Frame] = []
        self.root = Device(
            self.recovery.signing, self.recovery.sealing, b"", Keyring(self.directory, self.recovery.sealing)
        )
        self.chains: dict[tuple[bytes, bytes], tuple[int, bytes]] = {}
        self.admin = self.root
        self.circle = b""
        self.desk = b""

    @classmethod
    def found(cls, seed: int = 1) -> "Centre":
        """Entry 0: the founding, an admin with a device, the centre circle, one desk with that device."""
        centre = cls(seed)
        centre.admin = centre.device(centre.random(16))
        draft = centre.draft(centre.root)
        draft.say(CentreFound(centre.root.key, centre.root.sealing.public))
        draft.say(MemberAdd(centre.admin.member, "admin", ()))
        draft.say(DeviceAdd(centre.admin.member, centre.admin.key, centre.admin.sealing.public))
        centre.circle = draft.open_circle("centre").circle
        centre.desk = draft.open_circle("desk", devices=[centre.admin.key]).circle
        centre.append(draft, centre.root)
        return centre

    @property
    def head(self) -> int:
        return self.directory.head.index

    def device(self, member: bytes, *also: SealingKey) -> Device:
        """Fresh keys, not enrolled yet. also: keys that open seals too (an invite's)."""
        sealing = SealingKey.generate(self.random)
        return Device(SigningKey.generate(self.random), sealing, member, Keyring(self.directory, sealing, *also))

    def draft(self, author: Device) -> Draft:
        return Draft(author.keyring, author.key, self.random)

    def append(self, draft: Draft, author: Device) -> Applied:
        """Sign the draft's entry and put it on the chain, as the server does."""
        frame = draft.frame(author.signing, START + 1_000 * len(self.frames))
        return self.put(frame)

    def put(self, frame: Frame) -> Applied:
        applied = self.directory.apply(*frame, complete=True)
        self.frames.append(frame)
        return applied

    def act(self, author: Device, do: Callable[[Draft], object], *, renew: bool = True) -> Applied:
        """One entry: what `do` says, and then (unless told not to) new epochs of what it leaves stale."""
        draft = self.draft(author)
        do(draft)
        if renew:
            draft.renew_stale()
        return self.append(draft, author)

    def frame(
        self,
        author: Device,
        in_full: Sequence[Statement | dict[str, Any]] = (),
        hashed: Sequence[Statement] = (),
        *,
        at: Head | None = None,
    ) -> Frame:
        """Any entry, allowed or not, behind the newest head or `at`; it goes nowhere by itself."""
        head = at or self.directory.head
        maps = [said if isinstance(said, dict) else statement_map(said) for said in in_full]
        given = [statement_bytes(said) for said in hashed]
        body = entry_body(self.id, head.index + 1, head.hash, author.key, START, [*maps, *map(statement_digest, given)])
        return close_entry(body, author.signing.sign("entry", body)), given

    def say(self, author: Device, *statements: CentreStatement, renew: bool = True) -> Applied:
        def do(draft: Draft) -> None:
            for statement in statements:
                draft.say(statement)

        return self.act(author, do, renew=renew)

    # People

    def member(self, role: str = "supporter", duties: Sequence[str] = (), by: Device | None = None) -> bytes:
        member = self.random(16)
        self.say(by or self.admin, MemberAdd(member, role, tuple(duties)))
        return member

    def invite(self, member: bytes, by: Device | None = None) -> Invite:
        """Opened, and the centre and what the member is in sealed to it."""
        invite = Invite.generate(self.id, self.random)
        at = self.head

        def do(draft: Draft) -> None:
            draft.say(InviteOpen(invite.signing.public, invite.sealing.public, member, START))
            draft.admit(self.circle)
            for circle in self.circles_of(member, at):
                draft.admit(circle)

        self.act(by or self.admin, do)
        return invite

    def circles_of(self, member: bytes, at: int) -> list[bytes]:
        """Circles that are sealed to this member's invites, beside the centre's."""
        views = [(circle, self.directory.circle(circle, at)) for circle in self.directory.circles()]
        return [
            circle
            for circle, view in views
            if view and view.kind in ("door", "dispatch", "own") and member in view.members and not view.closed
        ]

    def enrol(self, invite: Invite, *, renew: bool = True) -> Device:
        """A new device: enrolled, and what its invite opened renewed in the same entry."""
        known = self.directory.invite(invite.signing.public, self.head)
        assert known is not None
        device = self.device(known.member, invite.sealing)
        self.say(device, self.enrolment(invite, device), renew=renew)
        return device

    def enrolment(self, invite: Invite, device: Device) -> DeviceEnrol:
        signature = invite.sign_enrolment(device.key, device.sealing.public)
        return DeviceEnrol(invite.signing.public, device.key, device.sealing.public, signature)

    def join(self, role: str = "supporter", duties: Sequence[str] = (), *, desk: bytes | None = None) -> Device:
        """A new member with one device; with `desk`, the device is named there."""
        device = self.enrol(self.invite(self.member(role, duties)))
        if desk is not None:
            self.seat(device, desk)
        return device

    def seat(self, device: Device, desk: bytes) -> None:
        """Name a device in a desk and seal the desk's newest epoch to it."""
        view = self.directory.circle(desk, self.head)
        assert view is not None
        self.act(self.admin, lambda draft: draft.admit(desk, devices=[*view.devices, device.key]))

    def revoke(self, device: Device, by: Device | None = None, *, renew: bool = True) -> Applied:
        """Revoked, nothing of it counts from older heads; see `Draft.cut_off` for more."""
        return self.say(by or self.admin, DeviceRevoke(device.key), renew=renew)

    # Circles

    def open(
        self,
        kind: str,
        *,
        members: Sequence[bytes] = (),
        devices: Sequence[bytes] = (),
        case: bytes | None = None,
        desk: bytes | None = None,
        by: Device | None = None,
    ) -> bytes:
        """A new circle under the first desk, unless told otherwise; a case id is made up where the kind wants one."""
        if kind in ("case", "door", "dispatch", "own"):
            case, desk = case or self.random(16), desk or self.desk
        opened: list[EpochSecret] = []

        def do(draft: Draft) -> None:
            opened.append(draft.open_circle(kind, case=case, desk=desk, members=members, devices=devices))

        self.act(by or self.admin, do)
        return opened[0].circle

    def renew(
        self,
        circle: bytes,
        *,
        members: Sequence[bytes] | None = None,
        devices: Sequence[bytes] | None = None,
        by: Device | None = None,
    ) -> Applied:
        """A new epoch of this circle alone, under other lists if given."""
        author = by or self.admin
        return self.act(author, lambda draft: draft.renew(circle, members=members, devices=devices), renew=False)

    # Runs

    def write(
        self,
        device: Device,
        circle: bytes,
        *plaintexts: bytes,
        at: int | None = None,
        epoch: int | None = None,
        behind: tuple[int, bytes] | None = None,
        known: Sequence[KnownHead] = (),
    ) -> Run:
        """A signed run of one change for each plaintext (empty: an acknowledgement; none given: one small change).

        at: index of the head it names. epoch: the circle's newest there, unless told otherwise.
        behind: (sequence, id) of the change before, (0, zeros) for the start; else the device's newest.
        """
        at = self.head if at is None else at
        if epoch is None:
            view = self.directory.circle(circle, at)
            epoch = view.epoch if view else 1
        sequence, previous = self.chains.get((device.key, circle), (0, ZERO_HASH)) if behind is None else behind
        hashed = self.directory.entry(at).hash
        head = RunHead(self.id, circle, epoch, device.key, sequence + 1, previous, at, hashed, tuple(known))
        run = self.sign(device, head, self._bodies(device, head, plaintexts or (b"note",)))
        if behind is None:
            self.chains[device.key, circle] = (run.last.header.sequence, run.last.id)
        return run

    def sign(self, device: Device, head: RunHead, bodies: Sequence[bytes]) -> Run:
        """A run of these bodies, signed."""
        signature = device.signing.sign("run", run_message(head, bodies))
        return parse_run(close_run(head, bodies, signature))

    def _bodies(self, device: Device, head: RunHead, plaintexts: Sequence[bytes]) -> list[bytes]:
        bodies: list[bytes] = []
        for plaintext in plaintexts:
            body = self._body(device, head, bodies, plaintext)
            bodies.append(body)
        return bodies

    def _body(self, device: Device, head: RunHead, before: Sequence[bytes], plaintext: bytes) -> bytes:
        if plaintext == ACKNOWLEDGEMENT:
            return b""
        header = self._next_header(head, before)
        secret = device.keyring.secret(head.circle, head.epoch)
        secret = secret or EpochSecret(self.id, head.circle, head.epoch, bytes(32))
        return seal_change(secret, header, plaintext, self.random)

    def _next_header(self, head: RunHead, before: Sequence[bytes]) -> ChangeHeader:
        previous = run_message(head, before)[-32:] if before else head.previous
        sequence = head.first + len(before)
        return ChangeHeader(head.centre, head.circle, head.epoch, head.device, sequence, previous)

    # Readers

    def reader(self, device: Device | None = None) -> Directory:
        """A device's own directory: all entries, and the statements on circles it is or was in; None: on all."""
        reader = Directory(self.id)
        for frame in self.frames_for(device):
            reader.apply(*frame)
        return reader

    def frames_for(self, device: Device | None) -> list[Frame]:
        return [(entry, [s for s in statements if self._may_get(device, s)]) for entry, statements in self.frames]

    def _may_get(self, device: Device | None, statement: bytes) -> bool:
        if device is None:
            return True
        circle = getattr(parse_statement(statement), "circle", b"")
        return self.directory.was_principal(circle, device.key)
