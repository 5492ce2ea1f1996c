"""A centre with one of everything that a rule asks for, and right statements, for tests to make wrong."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from crypto.errors import ProtocolError
from crypto.invite import Invite
from sync.chain import Frame
from sync.directory import Directory
from sync.entitled import Proposed
from sync.entries import Said
from sync.statements import (
    CircleCutoff,
    CircleEpoch,
    CircleOpen,
    CircleSeal,
    DeviceEnrol,
    InviteCancel,
    MemberEnd,
    Seals,
    Statement,
    digest_of,
    is_on_circle,
)
from tests.sync.centre import Centre, Device

NOBODY = b"\xee" * 16
KEY = b"\xee" * 32  # nobody's
SMALL_ORDER = bytes(32)
FRESH = [bytes([n]) * 32 for n in range(1, 9)]


class World:
    """A centre with one of everything that a rule asks for."""

    def __init__(self) -> None:
        c = self.centre = Centre.found(3)
        self.root, self.admin, self.desk = c.root, c.admin, c.desk
        self.staff = c.join("staff", desk=c.desk)
        self.office = c.join("staff")  # staff, in no desk
        self.other_admin = c.join("admin")  # an admin in no desk
        self.yuki, self.nao, self.gone = c.join(), c.join(), c.join()
        self.lost = c.join()
        c.revoke(self.lost)
        self.invite = c.invite(self.yuki.member)
        self.own_invite = c.invite(self.nao.member, by=self.office)
        self.cancelled = c.invite(self.nao.member)
        c.say(c.admin, InviteCancel(self.cancelled.signing.public))
        self.staff_invite = c.invite(self.office.member)
        c.say(c.admin, MemberEnd(self.gone.member))
        self.far_desk = c.open("desk", devices=[self.other_admin.key], by=self.other_admin)
        self.old_desk = c.open("desk", devices=[c.admin.key])
        c.act(c.admin, lambda draft: draft.close(self.old_desk))
        self.case_id, self.shredded_case_id = c.random(16), c.random(16)
        self.case = c.open("case", case=self.case_id, members=[self.yuki.member])
        self.door = c.open("door", case=self.case_id, members=[self.yuki.member])
        self.dispatch = c.open("dispatch", case=self.case_id, members=[self.yuki.member, self.nao.member])
        self.own = c.open("own", case=self.case_id, members=[self.yuki.member])
        self.private = c.open("private", members=[self.yuki.member, c.admin.member], by=self.yuki)
        self.closed = c.open("dispatch", members=[self.yuki.member])
        c.act(self.staff, lambda draft: draft.close(self.closed))
        self.shredded = c.open("case", case=self.shredded_case_id)
        c.act(c.admin, lambda draft: draft.shred(self.shredded))
        self.carried = c.open("case", members=[self.office.member])  # by staff who is in no desk
        self.burnt_desk = c.open("desk", devices=[c.admin.key])
        c.act(c.admin, lambda draft: draft.shred(self.burnt_desk))
        self.new = c.device(self.yuki.member, self.invite.sealing)

    def enrolment(self, invite: Invite, device: Device, /, **changed: bytes) -> DeviceEnrol:
        return replace(self.centre.enrolment(invite, device), **changed)

    def last(self, circle: bytes) -> bytes:
        return self.centre.directory.last_statement(circle)

    def cover(self, author: Device, shape: Proposed, *said: Statement) -> Seals:
        """As if sealed: the directory sees to whom, not what."""
        in_full: list[Said] = [(statement, digest_of(statement)) for statement in said]
        keys = self.centre.directory.entitled_after(author.key, in_full, shape)
        return tuple((key, bytes(80)) for key in sorted(keys))

    def opening(self, author: Device, kind: str, /, **fields: object) -> CircleOpen:
        """A right `circle.open`, but for what is given."""
        case = None if kind in ("centre", "desk", "private") else self.centre.random(16)
        desk = self.desk if case else None
        members = (self.yuki.member,) if kind not in ("centre", "desk") else ()
        said = CircleOpen(self.centre.random(16), None, kind, case, desk, members, (), FRESH[0], FRESH[1], ())
        said = replace(said, **fields)  # type: ignore[arg-type]
        if "seals" in fields:
            return said
        return replace(said, seals=self.cover(author, Proposed(kind, said.desk, said.members, said.devices)))

    def epoch(self, author: Device, circle: bytes, /, **fields: object) -> CircleEpoch:
        """A right `circle.epoch`, but for what is given."""
        view = self.centre.directory.circle(circle, self.centre.head)
        assert view is not None
        after = self.centre.directory.sound_epoch(circle)
        said = CircleEpoch(
            circle,
            self.last(circle),
            view.epoch + 1,
            after,
            view.members,
            view.devices,
            FRESH[0],
            FRESH[1],
            bytes(60),
            (),
        )
        said = replace(said, **fields)  # type: ignore[arg-type]
        if "seals" in fields:
            return said
        return replace(said, seals=self.cover(author, Proposed(view.kind, view.desk, said.members, said.devices)))

    def seal(self, circle: bytes, /, **fields: object) -> CircleSeal:
        """A right `circle.seal` that seals to nobody, but for what is given."""
        view = self.centre.directory.circle(circle, self.centre.head)
        assert view is not None
        said = CircleSeal(circle, self.last(circle), view.epoch, view.members, view.devices, ())
        return replace(said, **fields)  # type: ignore[arg-type]

    def frame(self, author: Device, *said: Statement) -> Frame:
        """In full what stands in full, hashed what is hashed."""
        directory = self.centre.directory

        def is_hashed(statement: Statement) -> bool:
            if isinstance(statement, CircleOpen):
                return statement.circle_kind not in ("centre", "desk")
            view = directory.circle(getattr(statement, "circle", b""), self.centre.head)
            return is_on_circle(statement) and not (view and view.kind in ("centre", "desk"))

        in_full = [statement for statement in said if not is_hashed(statement)]
        return self.centre.frame(author, in_full, [statement for statement in said if is_hashed(statement)])

    def code(self, author: Device, *said: Statement) -> str | None:
        """What the server says of an entry; it is not kept if it holds."""
        directory = self.centre.directory
        head = directory.head
        frame = self.frame(author, *said)
        try:
            directory.apply(*frame, complete=True)
        except ProtocolError as error:
            assert head == directory.head
            return error.code
        undo(directory, self.centre)
        return None


def undo(directory: Directory, centre: Centre) -> None:
    """Back to the chain without the entry that held: a new directory, in the old one's place."""
    again = Directory(centre.id)
    for frame in centre.frames:
        again.apply(*frame, complete=True, trusted=True)
    directory.__dict__.update(again.__dict__)


@cache
def world() -> World:
    return World()


Case = tuple[str, str | None, Callable[[World], tuple[Device, Statement] | tuple[Device, Statement, Statement]]]


def key_of(invite: Invite) -> bytes:
    return invite.signing.public


def desk_key(w: World) -> bytes:
    epoch = w.centre.directory.epoch(w.desk, 1)
    assert epoch is not None
    return epoch.circle_key


def sorted_members(w: World) -> tuple[bytes, ...]:
    return tuple(sorted((w.yuki.member, w.nao.member)))


def with_member(w: World, member: bytes) -> tuple[bytes, ...]:
    return tuple(sorted((w.yuki.member, w.nao.member, member)))


def case_with(w: World) -> tuple[bytes, ...]:
    return tuple(sorted((w.yuki.member, NOBODY)))


def desk_with(w: World) -> tuple[bytes, ...]:
    return tuple(sorted((w.admin.key, w.staff.key, KEY)))


def nine_members() -> tuple[bytes, ...]:
    return tuple(bytes([n]) * 16 for n in range(9))


def strange_seal() -> Seals:
    return seal_to(KEY)


def seal_to(key: bytes) -> Seals:
    return ((key, bytes(80)),)


def one_too_many(said: CircleOpen | CircleEpoch) -> CircleOpen | CircleEpoch:
    return replace(said, seals=tuple(sorted((*said.seals, *strange_seal()))))


def one_too_few(said: CircleOpen | CircleEpoch) -> CircleOpen | CircleEpoch:
    return replace(said, seals=said.seals[1:])


def cutoff(w: World, circle: bytes) -> CircleCutoff:
    return CircleCutoff(circle, w.last(circle), w.yuki.key, None, False)


def name(case: Case) -> str:
    return f"{case[0]}-{case[1] or 'holds'}"
