"""Who is in the centre: members, invitations, devices, a lost device shut out.

Never imported by the server.  Source: sync/SPEC.md 3.1, 3.2.  Twin: sync/device_people.ts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from crypto.invite import Invitation, Invite, invite_link
from sync.book import Book
from sync.circles import CircleView
from sync.device_core import Core, Saying
from sync.entitled import WITH_MEMBERS_INVITES
from sync.state import Device, Member
from sync.state import Invite as OpenInvite
from sync.statements import (
    CentreStatement,
    DeviceRevoke,
    InviteCancel,
    InviteOpen,
    MemberAdd,
    MemberEnd,
    MemberRole,
    Policy,
)
from sync.transport import ChainEnd, RefusedError

WEEK = 7 * 86_400_000  # ms
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a device that was shut out could open, as far as we know, and whom it brought in.

    brought: devices that its invites enrolled. stale: circles that are still to be renewed by their principals.
    """

    device: bytes
    circles: tuple[bytes, ...]
    brought: tuple[bytes, ...]
    stale: tuple[bytes, ...]


class People:
    """Of a centre, as one device may change them.

    Every method appends one entry and raises ProtocolError with the code of the directory or the server, OfflineError.
    """

    def __init__(self, core: Core, book: Book) -> None:
        self._core = core
        self._book = book

    # Members

    def members(self) -> list[Member]:
        """Everybody who was ever added."""
        return self._core.held.directory.members(self._core.held.head)

    def role(self, member: bytes) -> str | None:
        """None: no longer one."""
        return self._core.held.directory.role(member, self._core.held.head)

    def name(self, member: bytes) -> str:
        """What a member is called; the first digits of the id, if nobody has said."""
        name = self._book.value(member, "member_profile", "name")
        return name if isinstance(name, str) else member.hex()[:8]

    def add(self, role: str, duties: Sequence[str] = (), *, name: str | None = None, post: str | None = None) -> bytes:
        """A new member; what they are called is written where only the centre's devices read it."""
        member = self._core.means.random(16)
        self._core.append(lambda draft: draft.say(MemberAdd(member, role, tuple(sorted(duties)))))
        self.call(member, name, post)
        return member

    def call(self, member: bytes, name: str | None, post: str | None = None) -> None:
        """Give a member a name."""
        given = {"name": name, "post": post}
        fields = {field: text for field, text in given.items() if text is not None}
        if fields:
            writing = self._book.writing(self._book.where())
            writing.put(member, "member_profile", member=member, **fields).save()

    def change(self, member: bytes, role: str, duties: Sequence[str] = ()) -> None:
        """Another role, other duties."""
        self._renewing(MemberRole(member, role, tuple(sorted(duties))))

    def end(self, member: bytes) -> None:
        """In peace: what they wrote before counts, also if it comes later."""
        self._renewing(MemberEnd(member))

    def set_policy(self, **values: object) -> None:
        """Settings of the app; `rights`: [[type, field, [who…]]…]."""
        self._core.append(lambda draft: draft.say(Policy(dict(values))))

    # Invitations

    def invites(self) -> list[OpenInvite]:
        """Those that are open."""
        return self._core.held.directory.invites(self._core.held.head)

    def invite(self, member: bytes, expires: int | None = None) -> str:
        """A link by which one device can enrol for a member; what it needs at once is sealed to it. expires: ms."""
        means, held = self._core.means, self._core.held
        invite = Invite.generate(held.identity.centre, means.random)
        until = means.clock() + WEEK if expires is None else expires

        def say(draft: Saying) -> None:
            draft.say(InviteOpen(invite.signing.public, invite.sealing.public, member, until))
            for circle in self._circles_for_invites(member):
                draft.admit(circle)
            draft.renew_stale()

        self._core.append(say)
        return self._link(invite)

    def cancel(self, invite: bytes) -> None:
        """It opens nothing any more, not even what it could open yesterday, of what is written from now on."""
        self._renewing(InviteCancel(invite))

    # Devices

    def devices(self) -> list[Device]:
        """Every device that was ever enrolled."""
        return self._core.held.directory.devices(self._core.held.head)

    def revoke(self, device: bytes) -> Exposure:
        """Shut out a device. What counts of it is what the server holds now; the rest goes into quarantine.

        One entry: the revocation, a cut-off in every circle it wrote in, new epochs of all that opens here. Circles
        that do not open here are left stale, for their own principals to renew.
        """
        for _ in range(_TRIES):
            ends = self._ends_of(device)
            try:
                stale = self._core.append(partial(_shut_out, device=device, ends=ends))
            except RefusedError as error:
                if error.code != "cutoff_behind":
                    raise
            else:
                return Exposure(device, self._circles_of(device), self._brought_by(device), tuple(stale))
        raise ProtocolError("cutoff_behind")

    def _renewing(self, *statements: CentreStatement) -> None:
        """Say this, and renew what it leaves stale."""

        def say(draft: Saying) -> None:
            for statement in statements:
                draft.say(statement)
            draft.renew_stale()

        self._core.append(say)

    def _circles_for_invites(self, member: bytes) -> list[bytes]:
        """Of those that are sealed to a member's invites, what opens here."""
        held = self._core.held
        views = (held.directory.circle(circle, held.head) for circle in held.directory.circles())
        wanted = [view for view in views if view is not None and _is_for_invites(view, member)]
        return [
            view.id
            for view in wanted
            if held.directory.principal(view.id, held.key, held.head) and held.keyring.newest(view.id) is not None
        ]

    def _ends_of(self, device: bytes) -> list[ChainEnd]:
        """Of its chains: what the server says, or what is held here where that goes further. Nobody's word alone."""
        held = self._core.held
        ends = {end.circle: end for end in self._core.signed_in(lambda: self._core.server.heads(device))}
        for circle in held.ledger.log.circles():
            sequence, id_ = held.ledger.log.heads(circle).get(device, (0, b""))
            if sequence > (ends[circle].sequence if circle in ends else 0):
                ends[circle] = ChainEnd(circle, sequence, id_, ZERO_HASH)
        return [end for end in ends.values() if self._may_cut_off(end)]

    def _may_cut_off(self, end: ChainEnd) -> bool:
        """Nothing counts in a circle that was shredded, or whose opening is void, and nothing can be said on it."""
        held = self._core.held
        view = held.directory.circle(end.circle, held.head)
        return not view.shredded if view else end.statement != ZERO_HASH

    def _circles_of(self, device: bytes) -> tuple[bytes, ...]:
        directory = self._core.held.directory
        return tuple(circle for circle in directory.circles() if directory.was_principal(circle, device))

    def _brought_by(self, device: bytes) -> tuple[bytes, ...]:
        held = self._core.held
        known = held.directory.device(device, held.head)
        opened = known.opened if known else []
        return tuple(other.key for other in self.devices() if other.invite in opened)

    def _link(self, invite: Invite) -> str:
        held = self._core.held
        root, head = held.directory.root(0), held.directory.head
        assert root is not None
        return invite_link(Invitation(invite, root.key, root.seal_key, head.index, head.hash, held.identity.origin))


def _shut_out(draft: Saying, *, device: bytes, ends: Sequence[ChainEnd]) -> list[bytes]:
    """Gives the circles left stale."""
    draft.say(DeviceRevoke(device))
    head = draft.directory.head.index
    for end in ends:
        if draft.directory.circle(end.circle, head) is None:
            draft.cut_off_unseen(end.circle, end.statement, device, end.id)
        else:
            draft.cut_off(end.circle, device, end.id)
    return draft.renew_stale()


def _is_for_invites(view: CircleView, member: bytes) -> bool:
    if view.closed or view.shredded:
        return False
    return view.kind == "centre" or (view.kind in WITH_MEMBERS_INVITES and member in view.members)
