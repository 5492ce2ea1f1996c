"""What a visitor may read: runs, entries, statements, heads, what was refused. Each look is consistent in itself.

A device gets nothing that came after the end of its being a principal, but for what it wrote itself.
Source: sync/SPEC.md 8.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from itertools import groupby, takewhile
from operator import attrgetter
from typing import TypeVar

import msgspec

from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from server.relay.relay import Relay
from server.relay.roll import Ends, Roll, Visitor, is_before
from server.relay.signin import visitor_of
from server.sessions import Session
from server.store.protocol import CentreState, Frames, Reader, Tail, Writer
from sync.directory import Head
from sync.wire import (
    GivenEntry,
    GivenStatement,
    QuarantinedRun,
    directory_frame,
    pull_header,
    quarantine_frame,
    statement_frame,
)

T = TypeVar("T")


class HeadOfChain(msgspec.Struct, frozen=True):
    """id: of the newest change; statement: digest of the newest statement on the circle. Hex."""

    circle: str
    sequence: int
    id: str
    statement: str


class Heads(msgspec.Struct, frozen=True):
    heads: list[HeadOfChain]


class RefusalCount(msgspec.Struct, frozen=True):
    """device and circle are zeros where the directory does not know them. last: ms."""

    device: str
    circle: str
    code: str
    count: int
    last: int


class Refusals(msgspec.Struct, frozen=True):
    refusals: list[RefusalCount]


Look = Callable[[Reader, Roll, Visitor, CentreState], T]


async def look(relay: Relay, session: Session, job: Look[T], *, even_revoked: bool = False) -> T:
    """Run a job for whoever is signed in. Raises ProtocolError: "unknown_centre", those of `visitor_of`."""

    def answer(reader: Reader, roll: Roll) -> T:
        state = reader.state()
        assert state
        return job(reader, roll, visitor_of(relay, reader, roll, session, even_revoked=even_revoked), state)

    def glance(reader: Reader) -> tuple[T] | None:
        with relay.directories.if_ready(reader) as roll:
            return (answer(reader, roll),) if roll and roll.knows_ends(session.key) else None

    def read(reader: Reader) -> T:
        with relay.directories.for_reader(reader) as roll:
            return answer(reader, roll)

    seen = await relay.store.glance(session.centre, glance)
    return seen[0] if seen else await relay.store.read(session.centre, read)


def only_devices(visitor: Visitor) -> None:
    """Raises ProtocolError "not_entitled" for an invite."""
    if not visitor.is_device:
        raise ProtocolError("not_entitled")


def only_staff(visitor: Visitor) -> None:
    """Raises ProtocolError "not_entitled"."""
    if not visitor.is_staff:
        raise ProtocolError("not_entitled")


async def open_pull(
    relay: Relay, session: Session, after: int, backfill: Sequence[tuple[bytes, int]]
) -> AsyncIterator[bytes]:
    """Backfilled circles from their own cursors up to `after`, then everything after it, then where that ends.

    Raises ProtocolError: "not_entitled" (an invite), "unknown_circle" (a backfilled circle is none of its own).
    """

    def job(_: Reader, roll: Roll, visitor: Visitor, state: CentreState) -> tuple[bytes, Ends, CentreState]:
        only_devices(visitor)
        ends = roll.ends(visitor)
        if not all(circle in ends for circle, _ in backfill):
            raise ProtocolError("unknown_circle")
        return visitor.key, ends, state

    device, ends, state = await look(relay, session, job)
    parts = [([circle], cursor, min(after, state.cursor)) for circle, cursor in backfill]
    parts.append((list(ends), after, state.cursor))

    async def frames() -> AsyncIterator[bytes]:
        for circles, start, until in parts:
            source = partial(_runs, device=device, ends=ends, circles=circles, until=until)
            async for chunk in relay.store.stream(session.centre, source, start):
                yield chunk
        yield pull_header(state.cursor, max(state.index, 0), 0)

    return frames()


def _runs(reader: Reader, after: int, device: bytes, ends: Ends, circles: Sequence[bytes], until: int) -> Frames:
    for cursor, arrived, circle, author, data in reader.runs(circles, after, until):
        if author == device or is_before(arrived, ends[circle]):
            yield cursor, (pull_header(cursor, max(arrived, 0), len(data)), data)


async def open_directory(relay: Relay, session: Session, after: int) -> tuple[int, bytes, AsyncIterator[bytes]]:
    """Entries after an index, with the statements on circles of this visitor, up to the head that comes with them.

    For a revoked device they end with the entry that revoked it, and no statement is given: so that it can see for
    itself. For an admin device that asks for what we have, it is the contact a restored centre waits for.
    """

    def job(_: Reader, roll: Roll, visitor: Visitor, state: CentreState) -> tuple[Visitor, Ends, Head, bool]:
        if visitor.revoked is not None:
            return visitor, {}, Head(visitor.revoked, roll.directory.entry(visitor.revoked).hash), state.restoring
        return visitor, roll.ends(visitor), roll.directory.head, state.restoring

    visitor, ends, head, restoring = await look(relay, session, job, even_revoked=True)
    if restoring and after <= head.index:
        await relay.store.write(session.centre, lambda writer: _contact(relay, writer, visitor))
    source = partial(_entries, ends=ends, until=head.index)
    return head.index, head.hash, relay.store.stream(session.centre, source, after)


def _entries(reader: Reader, after: int, ends: Ends, until: int) -> Frames:
    for entry in takewhile(lambda entry: entry.index <= until, reader.entries(after)):
        given = reader.statements(entry.index)
        mine = (each.data for each in given if each.circle in ends and _may_hear(ends[each.circle], each.index))
        yield entry.index, (directory_frame(GivenEntry(entry.data, tuple(mine))),)


def _may_hear(end: int | None, index: int) -> bool:
    """The statement that ended it is the last that a former principal gets."""
    return end is None or index <= end


async def open_statements(relay: Relay, session: Session, circle: bytes) -> AsyncIterator[bytes]:
    """Statements on a circle given by their bytes. Raises ProtocolError "unknown_circle": none of this visitor's."""

    def job(_: Reader, roll: Roll, visitor: Visitor, state: CentreState) -> int:
        ends = roll.ends(visitor)
        if circle not in ends:
            raise ProtocolError("unknown_circle")
        end = ends[circle]
        return state.index if end is None else end

    until = await look(relay, session, job)
    return relay.store.stream(session.centre, partial(_statements, circle=circle, until=until), -1)


def _statements(reader: Reader, after: int, circle: bytes, until: int) -> Frames:
    heard = takewhile(lambda given: given.index <= until, reader.circle_statements(circle, after))
    for index, given in groupby(heard, attrgetter("index")):
        yield index, [statement_frame(GivenStatement(index, each.data)) for each in given]


async def heads_of(relay: Relay, session: Session, device: bytes | None) -> Heads:
    """Ends of the chains of this device; of another, for an admin.

    Raises ProtocolError: "not_entitled", "unknown_device".
    """

    def job(reader: Reader, roll: Roll, visitor: Visitor, _: CentreState) -> Heads:
        only_devices(visitor)
        if device is not None and not visitor.is_admin:
            raise ProtocolError("not_entitled")
        if device is not None and roll.directory.device(device, roll.at) is None:
            raise ProtocolError("unknown_device")
        return Heads([_head(roll, tail) for tail in reader.tails(device or visitor.key)])

    return await look(relay, session, job)


def _head(roll: Roll, tail: Tail) -> HeadOfChain:
    """Of a circle whose opening the root has made void there is no statement: zeros."""
    is_known = roll.directory.circle(tail.circle, roll.at) is not None
    statement = roll.directory.last_statement(tail.circle) if is_known else ZERO_HASH
    return HeadOfChain(tail.circle.hex(), tail.sequence, tail.id.hex(), statement.hex())


async def open_quarantine(relay: Relay, session: Session) -> AsyncIterator[bytes]:
    """Runs held apart, for staff. Raises ProtocolError "not_entitled"."""
    await look(relay, session, lambda _reader, _roll, visitor, _state: only_staff(visitor))
    return relay.store.stream(session.centre, _quarantined, 0)


def _quarantined(reader: Reader, after: int) -> Frames:
    for held in reader.quarantine(after):
        yield held.number, (quarantine_frame(QuarantinedRun(held.number, held.time, held.code, held.data)),)


async def refusals_of(relay: Relay, session: Session) -> Refusals:
    """That pushes were refused, for staff. Raises ProtocolError "not_entitled"."""

    def job(reader: Reader, _: Roll, visitor: Visitor, __: CentreState) -> Refusals:
        only_staff(visitor)
        counts = reader.refusals()
        return Refusals(
            [RefusalCount(each.device.hex(), each.circle.hex(), each.code, each.count, each.last) for each in counts]
        )

    return await look(relay, session, job)


def _contact(relay: Relay, writer: Writer, visitor: Visitor) -> None:
    with relay.directories.for_writer(writer) as roll:
        note_contact(writer, roll, visitor)


def note_contact(writer: Writer, roll: Roll, visitor: Visitor) -> None:
    """A restored centre takes entries again when every active admin device has shown what it knows."""
    state = writer.state()
    if not (state and state.restoring and visitor.is_admin):
        return
    writer.add_contact(visitor.key)
    if not admins_not_in_contact(writer, roll):
        writer.set_restoring(restoring=False)


def admins_not_in_contact(reader: Reader, roll: Roll) -> set[bytes]:
    """Active admin devices that have not shown what they know since the centre was restored."""
    admins = {device.key for device in roll.directory.devices(roll.at) if roll.directory.is_admin(device.key, roll.at)}
    return admins - reader.contacts()
