"""The part of a contact that follows the directory: entries in, entries back, statements wanting, circles renewed.

Never imported by the server.  Source: sync/SPEC.md 3.7, 6, 7.  Twin: sync/exchange_directory.ts.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from crypto.entry import parse_entry
from crypto.errors import ProtocolError
from sync import contact
from sync.chain import Frame
from sync.compare import compare
from sync.contact import EVERY, Contact
from sync.directory import Directory
from sync.draft import Draft
from sync.holdings import Holdings
from sync.outlook import GAPS, Outlook
from sync.transport import OfflineError, RefusedError, Transport
from sync.wire import GivenStatement

_HEAL_BYTES = 4 * 1024**2


class DirectoryActions:
    """For one contact; each action gives the contact after it."""

    def __init__(self, held: Holdings, outlook: Outlook, server: Transport) -> None:
        self._held = held
        self._outlook = outlook
        self._server = server
        self._frames: Sequence[Frame] = ()
        self._other: Directory | None = None

    def fetch_entries(self, now: Contact, after: int) -> Contact:
        frames, head = self._server.entries(after)
        self._frames, self._other = frames, None
        own = self._held.directory
        if head.index > own.head.index:
            if not frames:
                raise OfflineError("truncated")
            try:
                goes_on = parse_entry(frames[0][0]).previous == own.head.hash
            except ProtocolError as error:
                return contact.entries_taken(now, error.code)
            return contact.entries_came(now, "some" if goes_on else "astray", head.index)
        if head.index < 0 or own.entry(head.index).hash != head.hash:
            return contact.entries_came(now, "astray", head.index)
        return contact.entries_came(now, "none" if head.index == own.head.index else "behind", head.index)

    def fetch_chain(self, now: Contact) -> Contact:
        frames, _ = self._server.entries(-1)
        try:
            found = compare(self._held.directory, frames)
        except ProtocolError:
            return contact.chain_came(now, False)
        self._frames = frames if found.directory else frames[self._held.head + 1 :]
        self._other = found.directory
        return contact.chain_came(now, found.outcome in ("ahead", "changed_over"))

    def take_entries(self, now: Contact) -> Contact:
        try:
            if self._other is not None:
                self._held.change_over(self._frames, self._other)
            else:
                self._held.take_entries(self._frames)
        except ProtocolError as error:
            return contact.entries_taken(now, error.code)
        self._held.standing.seated &= self._outlook.seats()
        self._held.keep_standing()
        return contact.entries_taken(now, None)

    def fetch_statements(self, now: Contact, circle: str) -> Contact:
        if circle == EVERY:
            self._share_statements()
            self._held.standing.seated = self._outlook.seats()
            self._held.keep_standing()
        else:
            self._fetch_circle(bytes.fromhex(circle))
        return contact.statements_came(now, circle)

    def hand_back_entries(self, now: Contact, after: int) -> Contact:
        own = self._held.directory
        frames = [(own.entry(index).raw, own.statements(index)) for index in range(after + 1, own.head.index + 1)]
        try:
            for batch in _batches(frames):
                self._server.heal(batch)
        except RefusedError as error:
            if error.code == "restoring":
                raise
            return contact.entries_handed_back(now, error.code)
        return contact.entries_handed_back(now, None)

    def renew(self, now: Contact, circles: Sequence[str]) -> Contact:
        """In one entry. A complaint about a bad epoch goes ahead in its own, so that the next epoch leaves it out."""
        held, wanted = self._held, [bytes.fromhex(circle) for circle in circles]
        complaints = self.complaints(wanted)
        draft = Draft(held.keyring, held.key, held.random)
        try:
            for circle, epoch, reason in complaints:
                draft.complain(circle, epoch, reason)
            for circle in [] if complaints else self._with_desks(wanted):
                draft.renew(circle)
            self._server.append(draft.frame(held.signing, held.clock()))
        except RefusedError as error:
            return contact.renewal_tried(now, [] if error.code == "head_moved" else circles)
        except ProtocolError:
            return contact.renewal_tried(now, circles)
        return contact.renewal_tried(now, [] if complaints else circles)

    def complaints(self, circles: Sequence[bytes]) -> list[tuple[bytes, int, str]]:
        """(circle, epoch, reason) of what our keys found wrong, and nobody has said yet."""
        held = self._held
        return [
            (circle, epoch, reason)
            for (circle, epoch), reason in sorted(held.keyring.complaints.items())
            if circle in circles and all(said.epoch != epoch for said in held.directory.complaints(circle))
        ]

    def _with_desks(self, wanted: Sequence[bytes]) -> list[bytes]:
        """Stale desks of ours go first: what is sealed to a stale desk stays stale."""
        held, desks = self._held, set[bytes]()
        for circle in wanted:
            view = held.directory.circle(circle, held.head)
            while view is not None and view.desk is not None:
                desks.add(view.desk)
                view = held.directory.circle(view.desk, held.head)
        stale = held.directory.stale_after(held.key, [])
        ours = [desk for desk in stale if desk in desks and held.directory.principal(desk, held.key, held.head)]
        return [*ours, *wanted]

    def _fetch_circle(self, circle: bytes) -> None:
        try:
            given = self._server.statements(circle)
        except RefusedError as error:
            if error.code != "unknown_circle":
                raise
            given = []
        self._held.give_statements(given)
        for alarm in self._held.directory.alarms:
            if alarm.circle == circle and alarm.code in GAPS:
                self._held.alarm(alarm.code, circle)

    def _share_statements(self) -> None:
        """What the server has of all circles is taken in; what it has lost is handed back, whatever it does with it."""
        frames, _ = self._server.entries(-1)
        own = self._held.directory
        same = [frame for index, frame in enumerate(frames[: own.head.index + 1]) if _is_at(own, index, frame)]
        self._held.give_statements(
            GivenStatement(index, statement) for index, (_, said) in enumerate(same) for statement in said
        )
        both = [(entry, said, own.statements(index)) for index, (entry, said) in enumerate(same)]
        lost = [(entry, tuple(mine)) for entry, said, mine in both if not {*mine} <= {*said}]
        for batch in _batches(lost):
            with suppress(RefusedError):
                self._server.heal(batch)


def _is_at(directory: Directory, index: int, frame: Frame) -> bool:
    return parse_entry(frame[0]).hash == directory.entry(index).hash


def _batches(frames: Sequence[Frame]) -> Iterator[list[Frame]]:
    batch: list[Frame] = []
    size = 0
    for entry, statements in frames:
        batch.append((entry, statements))
        size += len(entry) + sum(map(len, statements))
        if size >= _HEAL_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
