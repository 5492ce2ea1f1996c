"""Circles: desks, cases, doors, dispatches, what is a member's own; who is sent, who is let in, what is renewed.

Never imported by the server.  Source: sync/SPEC.md 3.2 to 3.4.  Twin: sync/device_circles.ts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.errors import ProtocolError
from crypto.run import Run, parse_run
from sync.circles import CircleView
from sync.device_core import Core, Saying
from sync.transport import RefusalCount


@dataclass(frozen=True, slots=True)
class Case:
    """A case and the two circles it begins with."""

    id: bytes
    circle: bytes
    door: bytes


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A run the server holds apart: whose, in which circle, why, since when (ms), how much."""

    device: bytes
    circle: bytes
    code: str
    time: int
    changes: int
    last: bytes
    run: Run


class Circles:
    """Of a centre, as one device may change them.

    What changes something appends one entry, and raises ProtocolError with the code of the directory or the server,
    OfflineError.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def view(self, circle: bytes) -> CircleView:
        """A circle as it is now. Raises ProtocolError "unknown_circle"."""
        view = self._core.held.directory.circle(circle, self._core.held.head)
        if view is None:
            raise ProtocolError("unknown_circle")
        return view

    def of_kind(self, kind: str, case: bytes | None = None) -> list[CircleView]:
        """Those that are not shredded, of a case if one is given."""
        views = (self.view(circle) for circle in self._core.held.directory.circles() if self._is_open_yet(circle))
        return [view for view in views if view.kind == kind and not view.shredded and case in (None, view.case)]

    # Desks

    def open_desk(self, devices: Sequence[bytes], lead: bytes | None = None) -> bytes:
        """A desk for these devices, under a lead desk if there is one."""
        return self._core.append(lambda draft: draft.open_circle("desk", desk=lead, devices=devices).circle)

    def seat(self, device: bytes, desk: bytes) -> None:
        """Name a device in a desk, by somebody who compared its fingerprint."""
        self._core.append(lambda draft: draft.admit(desk, devices=sorted({*self.view(desk).devices, device})))

    def unseat(self, device: bytes, desk: bytes) -> None:
        """It reads nothing that is written from now on, at the desk or under it."""

        def say(draft: Saying) -> None:
            self._renew_desks(draft, self.view(desk).desk)
            draft.renew(desk, devices=sorted({*self.view(desk).devices} - {device}))
            draft.renew_stale()

        self._core.append(say)

    # Cases

    def open_case(self, desk: bytes, members: Sequence[bytes] = (), case: bytes | None = None) -> Case:
        """A case with its door. members: those who carry the whole case."""
        id_ = case or self._core.means.random(16)

        def say(draft: Saying) -> Case:
            self._renew_desks(draft, desk)
            opened = draft.open_circle("case", case=id_, desk=desk, members=members).circle
            return Case(id_, opened, draft.open_circle("door", case=id_, desk=desk, members=members).circle)

        return self._core.append(say)

    def dispatch(self, case: bytes, members: Sequence[bytes]) -> bytes:
        """Send members together: their circle, the door, and each one's own circle in this case."""

        def say(draft: Saying) -> bytes:
            door = next(iter(self.of_kind("door", case)), None)
            if door is None or door.desk is None:
                raise ProtocolError("unknown_circle")
            desk, sent = door.desk, sorted({*door.members, *members})
            has_own = {view.members for view in self.of_kind("own", case) if not view.closed}
            self._renew_desks(draft, desk)
            if self._core.held.directory.stale(door.id, self._core.held.head):
                draft.renew(door.id, members=sent)
            elif list(door.members) != sent:
                draft.admit(door.id, members=sent)
            for member in members:
                if (member,) not in has_own:
                    draft.open_circle("own", case=case, desk=desk, members=[member])
            return draft.open_circle("dispatch", case=case, desk=desk, members=members).circle

        return self._core.append(say)

    def end_dispatch(self, dispatch: bytes) -> None:
        """In peace: its members leave it, and the door if nothing else sends them there. The desk can go on writing.

        What they wrote before counts, also if it comes later. Their own circles stay, for questions on what they wrote.
        """

        def say(draft: Saying) -> None:
            ending = self.view(dispatch)
            self._renew_desks(draft, ending.desk)
            if not ending.closed:
                draft.renew(dispatch, members=[])
            for door in self.of_kind("door", ending.case):
                if door.closed:
                    continue
                leaving = {*ending.members} - self._sent_otherwise(ending)
                draft.renew(door.id, members=sorted({*door.members} - leaving))
            draft.renew_stale()

        self._core.append(say)

    def open_private(self, members: Sequence[bytes], case: bytes | None = None) -> bytes:
        """For a debrief, or a hidden link: these members alone, and the recovery key."""
        return self._core.append(lambda draft: draft.open_circle("private", case=case, members=members).circle)

    # Closing, cutting off, letting in

    def close(self, circle: bytes) -> None:
        """It takes no more writes, until it is reopened."""
        self._core.append(lambda draft: draft.close(circle))

    def reopen(self, circle: bytes) -> None:
        """By a new epoch; what waited there as drafts is written now."""
        self._core.append(lambda draft: draft.renew(circle))

    def shred(self, circle: bytes) -> None:
        """The server destroys its bytes; in older backups they live on until those are gone."""
        self._core.append(lambda draft: draft.shred(circle))

    def cut_off(self, circle: bytes, device: bytes, last: bytes | None, *, deliberate: bool = False) -> None:
        """Of what a device wrote under older heads, only `last` and its ancestors count."""
        self._core.append(lambda draft: draft.cut_off(circle, device, last, deliberate=deliberate))

    def let_in(self, circle: bytes, change: bytes) -> None:
        """A change and its ancestors count in spite of older cut-offs."""
        self._core.append(lambda draft: draft.let_in(circle, change))

    def renew_stale(self) -> list[bytes]:
        """New epochs for every stale circle that opens here; those that are still stale."""
        held = self._core.held
        complaints = sorted(held.keyring.complaints)
        fresh = [place for place in complaints if not self._is_said(*place)]
        if fresh:
            self._core.append(lambda draft: self._complain(draft, fresh))
        broken = {circle for circle, epoch in complaints if epoch == self.view(circle).epoch}
        stale = held.directory.stale_after(held.key, [])
        if not broken and not any(self._core.outlook.may_renew(circle) for circle in stale):
            return stale

        def say(draft: Saying) -> list[bytes]:
            for circle in sorted(broken):
                draft.renew(circle)
            return draft.renew_stale()

        return self._core.append(say)

    def lacking(self) -> list[bytes]:
        """Circles of ours to which somebody entitled has no key: who invites cannot give what does not open there."""
        views = [view for circle in self._core.held.directory.circles() if (view := self._if_open(circle)) is not None]
        return [view.id for view in views if self._is_lacking(view)]

    def seal_lacking(self) -> None:
        """Give them the newest key, in one entry."""

        def say(draft: Saying) -> None:
            for circle in self.lacking():
                draft.admit(circle)

        self._core.append(say)

    # For staff

    def quarantine(self) -> list[Quarantined]:
        """Runs the server holds apart. Raises RefusedError, OfflineError."""
        held = self._core.signed_in(self._core.server.quarantine)
        return [_quarantined(each.run, each.code, each.time) for each in held]

    def refusals(self) -> list[RefusalCount]:
        """That the server refused runs: whose, where, why, how often. Raises RefusedError, OfflineError."""
        return self._core.signed_in(self._core.server.refusals)

    def _sent_otherwise(self, ending: CircleView) -> set[bytes]:
        """Members whom another dispatch, or the whole case, still sends there."""
        dispatches = self.of_kind("dispatch", ending.case)
        running = [view for view in dispatches if view.id != ending.id and not view.closed]
        return {member for view in [*running, *self.of_kind("case", ending.case)] for member in view.members}

    def _renew_desks(self, draft: Saying, desk: bytes | None) -> None:
        """Stale ones from here up, the highest first: else a circle would be sealed to a key that is to be replaced."""
        above: list[bytes] = []
        while desk is not None:
            above.insert(0, desk)
            desk = self.view(desk).desk
        stale = self._core.held.directory.stale_after(self._core.held.key, [])
        for desk in above:
            if desk in stale and self._core.held.directory.principal(desk, self._core.held.key, self._core.held.head):
                draft.renew(desk)

    def _if_open(self, circle: bytes) -> CircleView | None:
        view = self._core.held.directory.circle(circle, self._core.held.head)
        return None if view is None or view.closed or view.shredded else view

    def _is_lacking(self, view: CircleView) -> bool:
        """A stale one is to be renewed instead; then everybody gets it."""
        held, at = self._core.held, self._core.held.head
        epoch = held.directory.epoch(view.id, view.epoch)
        is_ours = held.directory.principal(view.id, held.key, at) and held.keyring.newest(view.id) is not None
        if epoch is None or not is_ours or held.directory.stale(view.id, at):
            return False
        return not held.directory.entitled(view.id, at) <= set(epoch.recipients(at))

    def _is_said(self, circle: bytes, epoch: int) -> bool:
        return any(said.epoch == epoch for said in self._core.held.directory.complaints(circle))

    def _complain(self, draft: Saying, places: Sequence[tuple[bytes, int]]) -> None:
        for circle, epoch in places:
            draft.complain(circle, epoch, self._core.held.keyring.complaints[circle, epoch])

    def _is_open_yet(self, circle: bytes) -> bool:
        return self._core.held.directory.circle(circle, self._core.held.head) is not None


def _quarantined(raw: bytes, code: str, time: int) -> Quarantined:
    run = parse_run(raw)
    return Quarantined(run.head.device, run.head.circle, code, time, len(run.changes), run.last.id, run)
