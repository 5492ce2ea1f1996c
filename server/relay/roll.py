"""A centre's directory, with the one question the relay asks of it all the time: what may this visitor read?"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto.errors import ProtocolError
from server.problems import RefusedError
from server.relay.membership import Membership
from sync.directory import Applied, Directory
from sync.entitled import WITH_MEMBERS_INVITES
from sync.statements import circle_named

Ends = dict[bytes, int | None]
"""Circles a visitor may read, and the index from which that is over; None: it is not."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A device, or an open invite (then member is whom it invites). role: None after the member's end.

    revoked: index of the entry that shut the device out.
    """

    key: bytes
    member: bytes
    is_device: bool
    role: str | None
    revoked: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.is_device and self.role in ("staff", "admin")

    @property
    def is_admin(self) -> bool:
        return self.is_device and self.role == "admin"


class Roll:
    """changes: how often it was changed. Not for two threads at once: `Directories` holds its lock."""

    def __init__(self, centre: bytes) -> None:
        self.directory = Directory(centre)
        self.changes = 0
        self._membership = Membership()
        self._ends: dict[bytes, Ends] = {}

    @property
    def at(self) -> int:
        """Index of the newest entry."""
        return self.directory.head.index

    def apply(
        self, entry: bytes, statements: Sequence[bytes], *, complete: bool = False, trusted: bool = False
    ) -> Applied:
        """As `Directory.apply`."""
        applied = self.directory.apply(entry, statements, complete=complete, trusted=trusted)
        self._note(self.directory.circles() if applied.rebuilt else self._named_in(applied.index))
        return applied

    def give(self, index: int, statement: bytes) -> Applied:
        """As `Directory.give`."""
        applied = self.directory.give(index, statement)
        self._note(applied.given)
        return applied

    def who(self, key: bytes, now: int, *, even_revoked: bool = False) -> Visitor:
        """Whose key this is. now: ms. even_revoked: for what a device is still told that was shut out.

        Raises ProtocolError: "unknown_device", "revoked" (with the revoking entry), "invite_closed".
        """
        device = self.directory.device(key, self.at)
        if device is None:
            return self._invited(key, now)
        if device.revoked is not None and even_revoked:
            return Visitor(key, device.member, is_device=True, role=None, revoked=device.revoked)
        if device.revoked is not None:
            entry = self.directory.entry(device.revoked).raw
            raise RefusedError("revoked", entry=urlsafe_b64encode(entry).rstrip(b"=").decode("ascii"))
        return Visitor(key, device.member, is_device=True, role=self.directory.role(device.member, self.at))

    def knows_ends(self, key: bytes) -> bool:
        """Whether `ends` answers at once."""
        return key in self._ends

    def ends(self, visitor: Visitor) -> Ends:
        """Circles of which the visitor is or was a principal (an invite: to which it is sealed)."""
        if visitor.key not in self._ends:
            find = self._ends_of_device if visitor.is_device else self._ends_of_invite
            self._ends[visitor.key] = find(visitor)
        return self._ends[visitor.key]

    def may_read(self, visitor: Visitor, circle: bytes, index: int) -> bool:
        """What is in the circle since `index`."""
        ends = self.ends(visitor)
        return circle in ends and is_before(index, ends[circle])

    def _invited(self, key: bytes, now: int) -> Visitor:
        invite = self.directory.invite(key, self.at)
        if invite is None:
            raise ProtocolError("unknown_device")
        if not invite.is_open(self.at) or invite.expires <= now:
            raise ProtocolError("invite_closed")
        return Visitor(key, invite.member, is_device=False, role=self.directory.role(invite.member, self.at))

    def _named_in(self, index: int) -> set[bytes]:
        said = [said.get("circle") for said in self.directory.entry(index).statements if not isinstance(said, bytes)]
        given = [circle_named(data) for data in self.directory.statements(index)]
        return {circle for circle in (*said, *given) if circle is not None}

    def _note(self, circles: Iterable[bytes]) -> None:
        self.changes += 1
        self._ends.clear()
        for circle in circles:
            if view := self.directory.circle(circle, self.at):
                self._membership.note(view)

    def _ends_of_device(self, visitor: Visitor) -> Ends:
        ends: Ends = {}
        for circle in self._membership.under(self._membership.named(visitor.member, visitor.key)):
            if self.directory.principal(circle, visitor.key, self.at):
                ends[circle] = None
            elif spans := self.directory.principal_spans(circle, visitor.key):
                ends[circle] = spans[-1][1]
        return ends

    def _ends_of_invite(self, visitor: Visitor) -> Ends:
        views = (self.directory.circle(circle, self.at) for circle in self._membership.named(visitor.member))
        return {view.id: None for view in views if view and _is_for_invites(view.kind, view.members, visitor.member)}


def is_before(index: int, end: int | None) -> bool:
    return end is None or index < end


def _is_for_invites(kind: str, members: Sequence[bytes], member: bytes) -> bool:
    return kind == "centre" or (kind in WITH_MEMBERS_INVITES and member in members)
