"""The directory: what its chain of entries says at every index of root, members, devices, invites, policy and circles.

Source: sync/SPEC.md 2.  Twin: sync/directory.ts.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from crypto.contexts import ZERO_HASH
from crypto.entry import Entry
from crypto.errors import ProtocolError
from sync.chain import Alarm, Applied, Chain, Frame, Head
from sync.circles import Circle, CircleView, Complaint, Cutoff, Epoch, Letin
from sync.entitled import (
    Desks,
    Proposed,
    Span,
    entitled,
    is_direct,
    is_principal,
    is_stale,
    is_via_desk,
    principal_spans,
)
from sync.entitled import proposed as proposed_of
from sync.entries import Held, Said
from sync.judging import author_of, say_in_full
from sync.state import Device, Invite, Member, Root, State

__all__ = ["Alarm", "Applied", "Directory", "Frame", "Head"]

T = TypeVar("T")
MAX_REMEMBERED = 1_024  # answers to "is it stale?" for one circle


class Directory(Chain):
    """What one device, or the server, knows of a centre.

    Queries take `at`, an index up to the head's, and answer as after that entry; what they give is to be read, not
    changed. Circles whose statements were not given are not known.
    """

    # People

    def root(self, at: int) -> Root | None:
        return self._state.root.at(at)

    def member(self, member: bytes, at: int) -> Member | None:
        return self._state.members[member] if self._state.is_known_member(member, at) else None

    def members(self, at: int) -> list[Member]:
        return [member for member in self._state.members.values() if member.added <= at]

    def role(self, member: bytes, at: int) -> str | None:
        return self._state.role(member, at)

    def duties(self, member: bytes, at: int) -> tuple[str, ...]:
        return self._state.standing(member, at).duties

    def device(self, device: bytes, at: int) -> Device | None:
        return self._state.devices[device] if self._state.is_known_device(device, at) else None

    def devices(self, at: int) -> list[Device]:
        return [device for device in self._state.devices.values() if device.enrolled <= at]

    def is_active(self, device: bytes, at: int) -> bool:
        return self._state.is_active(device, at)

    def is_staff(self, device: bytes, at: int) -> bool:
        return self._state.is_staff(device, at)

    def is_admin(self, device: bytes, at: int) -> bool:
        return self._state.is_admin(device, at)

    def invite(self, invite: bytes, at: int) -> Invite | None:
        known = self._state.invites.get(invite)
        return known if known is not None and known.opened <= at else None

    def invites(self, at: int) -> list[Invite]:
        """Those that are open."""
        return [invite for invite in self._state.invites.values() if invite.is_open(at)]

    def policy(self, at: int) -> dict[str, Any]:
        """Settings by name."""
        settings = {name: line.at(at) for name, line in self._state.settings.items()}
        return {name: value for name, value in settings.items() if value is not None}

    def rights(self, type_: str, field: str, at: int) -> tuple[str, ...] | None:
        """Who may write a field by policy; None where the dictionary's word holds."""
        line = self._state.rights.get((type_, field))
        return line.at(at) if line else None

    # Circles

    def circles(self) -> list[bytes]:
        """Ids of all that are known."""
        return [*self._state.public, *(circle for circle in self._state.hashed if circle not in self._state.public)]

    def circle(self, circle: bytes, at: int) -> CircleView | None:
        known = self._circle(circle, at)
        return known.view(at) if known else None

    def epoch(self, circle: bytes, number: int) -> Epoch | None:
        known = self._state.circle(circle)
        return known.epoch(number) if known else None

    def sound_epoch(self, circle: bytes) -> int:
        """The epoch the next one's lock has to hold: the newest of which nobody complained. The circle is known."""
        return self._known(circle).sound_epoch()

    def last_statement(self, circle: bytes) -> bytes:
        """What the next statement on the circle names as `previous`. The circle is known."""
        return self._known(circle).last

    def frozen(self, circle: bytes) -> int | None:
        """The index from which a statement of a newer version stops judging there."""
        known = self._state.circle(circle)
        return known.frozen if known else None

    def entitled(self, circle: bytes, at: int) -> set[bytes]:
        known = self._circle(circle, at)
        return entitled(self._state, proposed_of(known, at), at) if known else set()

    def direct(self, circle: bytes, device: bytes, at: int) -> bool:
        known = self._circle(circle, at)
        return known is not None and is_direct(self._state, proposed_of(known, at), device, at)

    def via_desk(self, circle: bytes, device: bytes, at: int) -> bool:
        known = self._circle(circle, at)
        return known is not None and is_via_desk(self._state, known, device, at)

    def principal(self, circle: bytes, device: bytes, at: int) -> bool:
        known = self._circle(circle, at)
        return known is not None and is_principal(self._state, known, device, at)

    def was_principal(self, circle: bytes, device: bytes) -> bool:
        """At any index."""
        return bool(self.principal_spans(circle, device))

    def principal_spans(self, circle: bytes, device: bytes) -> list[Span]:
        """(from, up to but without) for each time the device was a principal, oldest first; no end: it still is."""
        known = self._state.circle(circle)
        return principal_spans(self._state, known, device) if known else []

    def stale(self, circle: bytes, at: int) -> bool:
        """Is the newest epoch sealed to anybody no longer entitled? A circle not known is not stale."""
        known = self._circle(circle, at)
        if known is None:
            return False
        at = min(at, self.head.index)
        if at not in known.stale_at:
            if len(known.stale_at) >= MAX_REMEMBERED:
                known.stale_at.clear()
            known.stale_at[at] = is_stale(self._state, known, at)
        return known.stale_at[at]

    def cutoffs(self, circle: bytes, device: bytes) -> list[Cutoff]:
        """Every cut-off on the device in this circle, oldest first; a revocation that names none cuts all."""
        known, owner = self._state.circle(circle), self._state.devices.get(device)
        found = [cutoff for cutoff in known.cutoffs if cutoff.device == device] if known else []
        revoked = owner.revoked if owner else None
        if revoked is not None and not any(cutoff.index == revoked for cutoff in found):
            found.append(Cutoff(revoked, device, None))
        return sorted(found, key=lambda cutoff: cutoff.index)

    def letins(self, circle: bytes) -> list[Letin]:
        known = self._state.circle(circle)
        return list(known.letins) if known else []

    def complaints(self, circle: bytes) -> list[Complaint]:
        known = self._state.circle(circle)
        return list(known.complaints) if known else []

    def entitled_after(self, author: bytes, said: Sequence[Said], shape: Proposed) -> set[bytes]:
        """The keys a circle of this shape must be sealed to in the next entry, if `author` says `said` in it.

        said: statements that stand in full, with their digests. Changes nothing.
        Raises ProtocolError: what the directory would say of these statements.
        """
        return self._what_if(author, said, lambda state, at: entitled(state, shape, at))

    def stale_after(self, author: bytes, said: Sequence[Said]) -> list[bytes]:
        """Open circles that would be stale after such an entry, desks first, lead desks before theirs. Changes nothing.

        Raises ProtocolError: what the directory would say of these statements.
        """
        return self._what_if(author, said, _stale_circles)

    def _what_if(self, author: bytes, said: Sequence[Said], ask: Callable[[State, int], T]) -> T:
        held = Held(self._draft_entry(author), list(said), None, self.centre, None)
        try:
            say_in_full(self._state, held, author_of(self._state, held))
            return ask(self._state, held.entry.index)
        finally:
            self._state.journal.take_back()

    def _draft_entry(self, author: bytes) -> Entry:
        """The next entry, as far as judging looks at it."""
        head = self.head
        return Entry(self.centre, head.index + 1, head.hash, author, 0, (), b"", b"", ZERO_HASH, b"")

    def _known(self, circle: bytes) -> Circle:
        known = self._state.circle(circle)
        if known is None:
            raise ProtocolError("unknown_circle")
        return known

    def _circle(self, circle: bytes, at: int) -> Circle | None:
        known = self._state.circle(circle)
        return known if known is not None and known.opened <= at else None


def _stale_circles(state: State, at: int) -> list[bytes]:
    known = [*state.public.values(), *(circle for circle in state.hashed.values() if circle.id not in state.public)]
    desks: Desks = {}
    return [c.id for c in known if not c.is_shredded(at) and not c.closed.at(at) and is_stale(state, c, at, desks)]
