"""Who may say what on a circle: opening, epochs, seals, endings, cut-offs, let-ins. Checked, a statement holds.

Source: sync/SPEC.md 3.2, 3.3, 3.4.  Twin: sync/circle_authority.ts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crypto.errors import ProtocolError
from crypto.public_key import check_sealing_key
from sync.authority import Author
from sync.circles import PUBLIC_KINDS, Circle, Complaint, Cutoff, Letin
from sync.entitled import Proposed, entitled, is_direct, is_principal, is_via_desk, proposed
from sync.state import State
from sync.statements import (
    CircleClose,
    CircleCutoff,
    CircleEpoch,
    CircleLetin,
    CircleOpen,
    CircleSeal,
    CircleShred,
    CircleStatement,
    SealBad,
)

MAX_PRIVATE_MEMBERS = 8
_UNDER_A_DESK = frozenset({"case", "door", "dispatch", "own"})
_NO_LATE_ADMISSION = frozenset({"dispatch", "own", "private"})


@dataclass(frozen=True, slots=True)
class Reach:
    """What an author is to a circle, at the index at which authors are judged. The root is all of it."""

    author: Author
    admin: bool
    staff: bool
    principal: bool
    direct: bool
    via_desk: bool

    @property
    def staff_principal(self) -> bool:
        return self.staff and self.principal


def reach(state: State, author: Author, circle: Circle) -> Reach:
    """What the author was to the circle; nothing, if the circle was not there yet."""
    admin, staff = author.is_admin(state), author.is_staff(state)
    if author.is_root:
        return Reach(author, admin, staff, principal=True, direct=True, via_desk=True)
    at = author.judged_at
    if circle.opened > at:
        return Reach(author, admin, staff, principal=False, direct=False, via_desk=False)
    direct = is_direct(state, proposed(circle, at), author.key, at)
    via_desk = is_via_desk(state, circle, author.key, at)
    return Reach(author, admin, staff, direct or via_desk, direct, via_desk)


def open_circle(state: State, author: Author, said: CircleOpen, digest: bytes, *, complete: bool) -> Circle:
    """The circle a `circle.open` makes; the caller keeps it. complete: every circle is known (the server).

    Raises ProtocolError: "bad_previous", "exists", "malformed", "not_entitled", "unknown_member", "unknown_device",
    "unknown_circle", "case_taken" (only where complete), "bad_key", "bad_cover", in that order.
    """
    _require(said.previous is None, "bad_previous")
    _require(not _exists(state, said, author.index, complete=complete), "exists")
    _require(_has_shape(said), "malformed")
    _require(_may_open(state, author, said), "not_entitled")
    _check_known(state, said.members, said.devices, author.index)
    desk = state.public.get(said.desk) if said.desk is not None else None
    if said.desk is not None and not (desk and _is_open_desk(desk, author.index)):
        raise ProtocolError("unknown_circle")
    _require(not (complete and _is_taken(state, said, author.index)), "case_taken")
    check_sealing_key(said.circle_key)
    _check_cover(state, Proposed(said.circle_kind, said.desk, said.members, said.devices), said.seals, author.index)
    return Circle(said, author.index, digest)


def say_on_circle(state: State, author: Author, circle: Circle, said: CircleStatement, digest: bytes) -> None:
    """One statement of SPEC 3.2 other than `circle.open`, checked in its order; refused, it has changed nothing.

    Raises ProtocolError: "shredded", "bad_previous", then a code of the table there.
    """
    _require(circle.shredded is None, "shredded")
    _require(said.previous == circle.last, "bad_previous")
    _RULES[type(said)](state, reach(state, author, circle), circle, said)
    former, circle.last = circle.last, digest
    state.journal.note(lambda: setattr(circle, "last", former))


def _exists(state: State, said: CircleOpen, at: int, *, complete: bool) -> bool:
    """What stands in full asks only what does too: a reader who lacks a hashed circle decides as one who has it."""
    if said.circle_kind == "centre" and any(circle.kind == "centre" for circle in state.public.values()):
        return True
    if said.circle_kind in PUBLIC_KINDS and said.circle in state.public:
        return True
    return (complete or said.circle_kind not in PUBLIC_KINDS) and state.has_hashed(said.circle, at)


def _has_shape(said: CircleOpen) -> bool:
    kind, members = said.circle_kind, len(said.members)
    if kind == "centre":
        return said.case is None and said.desk is None and members == 0 and not said.devices
    if kind == "desk":
        return said.case is None and members == 0
    if said.devices:
        return False
    if kind == "private":
        return said.desk is None and 1 <= members <= MAX_PRIVATE_MEMBERS
    return said.case is not None and said.desk is not None and (kind != "own" or members == 1)


def _may_open(state: State, author: Author, said: CircleOpen) -> bool:
    if said.circle_kind == "centre":
        return author.is_root and author.index == 0
    if said.circle_kind == "desk":
        return author.is_admin(state)
    if said.circle_kind == "private":
        device = state.devices.get(author.key)
        return device is not None and device.member in said.members
    desk = state.public.get(said.desk) if said.desk is not None else None
    if author.is_root:
        return True
    return (
        desk is not None
        and author.is_staff(state)
        and desk.opened <= author.judged_at
        and is_principal(state, desk, author.key, author.judged_at)
    )


def _is_open_desk(circle: Circle, at: int) -> bool:
    return circle.kind == "desk" and circle.opened <= at and not circle.is_shredded(at) and not circle.closed.at(at)


def _is_taken(state: State, said: CircleOpen, at: int) -> bool:
    """One case and one door circle for each case, shredded ones aside; one open own circle for each case and member."""
    if said.circle_kind not in ("case", "door", "own"):
        return False
    rivals = (
        circle
        for circle in state.circles_of_case(said.case)
        if circle.kind == said.circle_kind and circle.shredded is None
    )
    if said.circle_kind == "own":
        return any(not rival.closed.at(at) and rival.members.at(at) == said.members for rival in rivals)
    return any(rivals)


def _renew(state: State, by: Reach, circle: Circle, said: CircleEpoch) -> None:
    index = by.author.index
    _require(by.principal, "not_entitled")
    _require(not circle.closed.at(index) or _may_close(by, circle), "circle_closed")
    newest = circle.epochs[-1].number
    _require(said.epoch == newest + 1 and circle.may_lock(said.after), "bad_epoch")
    _check_lists(by, circle, said.members, said.devices)
    _check_known(state, said.members, said.devices, index)
    check_sealing_key(said.circle_key)
    _check_cover(state, Proposed(circle.kind, circle.desk, said.members, said.devices), said.seals, index)
    circle.renew(said, index, state.journal)
    if circle.public:
        state.use_circle_key(said.circle_key)


def _admit(state: State, by: Reach, circle: Circle, said: CircleSeal) -> None:
    index = by.author.index
    _require(by.principal, "not_entitled")
    _require(not circle.closed.at(index), "circle_closed")
    _require(said.epoch == circle.epochs[-1].number, "bad_epoch")
    _check_lists(by, circle, said.members, said.devices)
    _require(_only_adds(circle, said, index), "not_entitled")
    _check_known(state, said.members, said.devices, index)
    allowed = entitled(state, Proposed(circle.kind, circle.desk, said.members, said.devices), index)
    _require(allowed.issuperset(key for key, _ in said.seals), "bad_cover")
    circle.admit(said.members, said.devices, said.seals, index, state.journal)


def _close(state: State, by: Reach, circle: Circle, _said: CircleClose) -> None:
    _require(circle.kind != "centre" and _may_close(by, circle), "not_entitled")
    _require(not circle.closed.at(by.author.index), "circle_closed")
    circle.closed.put(by.author.index, True, state.journal)


def _cut_off(state: State, by: Reach, circle: Circle, said: CircleCutoff) -> None:
    _require(by.admin or by.staff_principal, "not_entitled")
    _require(state.is_known_device(said.device, by.author.index), "unknown_device")
    circle.cutoffs.append(Cutoff(by.author.index, said.device, said.last))
    state.journal.note(circle.cutoffs.pop)


def _let_in(state: State, by: Reach, circle: Circle, said: CircleLetin) -> None:
    _require(by.direct if circle.kind == "private" else by.staff_principal, "not_entitled")
    circle.letins.append(Letin(by.author.index, said.change))
    state.journal.note(circle.letins.pop)


def _shred(state: State, by: Reach, circle: Circle, _said: CircleShred) -> None:
    _require(by.admin and circle.kind != "centre", "not_entitled")
    circle.shredded = by.author.index
    state.journal.note(lambda: setattr(circle, "shredded", None))


def _complain(state: State, by: Reach, circle: Circle, said: SealBad) -> None:
    _require(by.principal, "not_entitled")
    _require(circle.epoch(said.epoch) is not None, "bad_epoch")
    circle.complaints.append(Complaint(by.author.index, said.epoch, said.reason, by.author.key))
    state.journal.note(circle.complaints.pop)


def _may_close(by: Reach, circle: Circle) -> bool:
    """And open again."""
    if circle.kind == "desk":
        return by.admin
    return by.direct if circle.kind == "private" else by.staff_principal


def _check_lists(by: Reach, circle: Circle, members: tuple[bytes, ...], devices: tuple[bytes, ...]) -> None:
    """SPEC 3.4. Raises ProtocolError: "not_entitled", "late_admission"."""
    index = by.author.index
    if circle.devices.at(index) != devices:
        _require(circle.kind == "desk" and by.admin, "not_entitled")
    if circle.members.at(index) == members:
        return
    _require(_may_change_members(by, circle), "not_entitled")
    added = set(members).difference(circle.members.at(index) or ())
    _require(not (added and circle.kind in _NO_LATE_ADMISSION), "late_admission")


def _may_change_members(by: Reach, circle: Circle) -> bool:
    if circle.kind in _UNDER_A_DESK:
        return by.staff and by.via_desk
    return circle.kind == "private" and by.direct


def _only_adds(circle: Circle, said: CircleSeal, at: int) -> bool:
    return set(said.members).issuperset(circle.members.at(at) or ()) and set(said.devices).issuperset(
        circle.devices.at(at) or ()
    )


def _check_known(state: State, members: tuple[bytes, ...], devices: tuple[bytes, ...], at: int) -> None:
    _require(all(state.is_known_member(member, at) for member in members), "unknown_member")
    _require(all(state.is_known_device(device, at) for device in devices), "unknown_device")


def _check_cover(state: State, shape: Proposed, seals: tuple[tuple[bytes, bytes], ...], at: int) -> None:
    _require({key for key, _ in seals} == entitled(state, shape, at), "bad_cover")


def _require(holds: bool, code: str) -> None:
    if not holds:
        raise ProtocolError(code)


_RULES: dict[type, Callable[[State, Reach, Circle, Any], None]] = {
    CircleEpoch: _renew,
    CircleSeal: _admit,
    CircleClose: _close,
    CircleCutoff: _cut_off,
    CircleLetin: _let_in,
    CircleShred: _shred,
    SealBad: _complain,
}
