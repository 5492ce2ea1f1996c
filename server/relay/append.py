"""Entries into the directory: one at a time, or those the server has lost. Source: sync/SPEC.md 3.5, 6, 8."""

import hmac
from collections.abc import Iterator

from crypto.errors import ProtocolError
from server.relay.push import Head
from server.relay.quarantine import release_all
from server.relay.reading import admins_not_in_contact, note_contact
from server.relay.relay import Relay
from server.relay.roll import Roll, Visitor
from server.relay.signin import visitor_of
from server.sessions import Session
from server.store.protocol import HeldEntry, HeldStatement, Writer
from sync.entries import Held, read_entry
from sync.statements import CircleCutoff, CircleOpen, CircleShred, DeviceEnrol, Statement
from sync.wire import GivenEntry, read_directory

_NO_CIRCLE = bytes(16)


async def append(relay: Relay, centre: bytes, body: bytes, founding_code: str) -> Head:
    """Take the next entry with the bytes of all its statements; entry 0 founds a centre, where that is allowed.

    Raises ProtocolError: "truncated", "malformed" (not one frame), those of crypto 7.3, "founding_closed",
    "unknown_centre", "restoring", those of SPEC 3.5, "exists" (a shredded circle), "invite_closed" (out of date),
    "cutoff_behind".
    """
    given = read_directory(body)
    if len(given) != 1:
        raise ProtocolError("malformed")
    held = await relay.work(lambda: read_entry(given[0].entry, given[0].statements))
    may_found = await _may_found(relay, centre, held, founding_code)

    def job(writer: Writer) -> Head:
        _found(writer, held, may_found=may_found)
        with relay.directories.for_writer(writer) as roll:
            state = writer.state()
            if state and state.restoring:
                raise ProtocolError("restoring")
            _apply(writer, roll, given[0], held, complete=True)
            _check_enrolment(roll, held, relay.now())
            _check_cutoffs(writer, held)
            return _head(roll)

    head = await relay.store.write(centre, job, len(body))
    relay.metrics.entries.inc()
    return head


async def heal(relay: Relay, centre: bytes, body: bytes, session: Session | None, founding_code: str) -> Head:
    """Take entries, and bytes of statements, that this server has lost.

    Those that are here already may be among them. While the centre is being restored (one handed back whole is), or
    when an admin hands them back, bytes of statements may be missing and invitations be out of date: from others that
    would be a way to write digests nobody can check, or to come in by an old link. While it is being restored they are
    taken from devices alone, and what a device itself has said only when no admin device is left that might know
    better: one that was shut out since the backup would else go on from there.
    Raises ProtocolError: "truncated", those of crypto 7.3, "unknown_centre", those of `visitor_of`, "head_moved"
    (another entry is here), those of SPEC 3.5, "invite_closed", "cutoff_behind", "restoring" (those before the one
    that has to wait are taken).
    """
    given = read_directory(body)
    helds = await relay.work(lambda: [read_entry(each.entry, each.statements) for each in given])
    may_found = bool(helds) and await _may_found(relay, centre, helds[0], founding_code)

    def job(writer: Writer) -> Head | None:
        is_whole = bool(helds) and _found(writer, helds[0], may_found=may_found)
        if is_whole:
            writer.set_restoring(restoring=True)
        with relay.directories.for_writer(writer) as roll:
            visitor = visitor_of(relay, writer, roll, session) if session else None
            state = writer.state()
            restoring = bool(state and state.restoring)
            vouched = restoring or bool(visitor and visitor.is_admin)
            for each, held in zip(given, helds, strict=True):
                is_new = held.entry.index > roll.at
                if is_new and restoring and not is_whole and not _may_hand_back(writer, roll, visitor, held):
                    return None
                _heal(writer, roll, each, held, vouched=vouched)
                if is_new and not vouched:
                    _check_enrolment(roll, held, relay.now())
                    _check_cutoffs(writer, held)
            if visitor:
                note_contact(writer, roll, visitor)
            return _head(roll)

    head = await relay.store.write(centre, job, len(body))
    if head is None:
        raise ProtocolError("restoring")
    return head


def _may_hand_back(writer: Writer, roll: Roll, visitor: Visitor | None, held: Held) -> bool:
    if visitor is None or not visitor.is_device:
        return False
    invites = (roll.directory.invite(said.invite, roll.at) for said in _said(held) if isinstance(said, DeviceEnrol))
    authors = {held.entry.author, *(invite.opened_by for invite in invites if invite)}
    return visitor.key not in authors or admins_not_in_contact(writer, roll) <= {visitor.key}


async def _may_found(relay: Relay, centre: bytes, held: Held, code: str) -> bool:
    """Whether this entry may begin a centre here. Raises ProtocolError "founding_closed" where it wanted to."""
    if held.entry.index != 0 or await relay.store.read(centre, lambda reader: reader.state() is not None):
        return False
    settings = relay.settings
    has_code = settings.founding == "code" and hmac.compare_digest(code.encode(), settings.founding_code.encode())
    if settings.founding == "open" or (has_code and code) or await relay.store.allowed(centre):
        return True
    raise ProtocolError("founding_closed")


def _found(writer: Writer, held: Held, *, may_found: bool) -> bool:
    """Whether the centre begins with this entry."""
    if not may_found or writer.state() is not None:
        return False
    if held.entry.centre != writer.centre:
        raise ProtocolError("wrong_place")
    writer.found()
    return True


def _apply(writer: Writer, roll: Roll, given: GivenEntry, held: Held, *, complete: bool) -> None:
    """The next entry, and what it does to what is kept."""
    for said in _said(held):
        if isinstance(said, CircleOpen) and writer.is_shredded(said.circle):
            raise ProtocolError("exists")
    applied = roll.apply(given.entry, given.statements, complete=complete)
    writer.add_entry(HeldEntry(held.entry.index, held.entry.hash, given.entry))
    for said in _said(held):
        if isinstance(said, CircleShred):
            writer.shred(said.circle)
    _keep_statements(writer, held)
    if applied.letins or applied.rebuilt:
        release_all(writer, roll.directory)


def _heal(writer: Writer, roll: Roll, given: GivenEntry, held: Held, *, vouched: bool) -> None:
    index = held.entry.index
    if index > roll.at:
        _apply(writer, roll, given, held, complete=not vouched)
        return
    if roll.directory.index_of(held.entry.hash) != index:
        raise ProtocolError("head_moved")
    for each in held.given.values():
        is_last_word = isinstance(each.statement, CircleShred)
        if is_last_word or each.circle is None or not writer.is_shredded(each.circle):
            roll.give(index, each.data)
    _keep_statements(writer, held)


def _keep_statements(writer: Writer, held: Held) -> None:
    for position, digest in enumerate(digest for _, digest in held.said):
        given = held.given.get(digest)
        if given:
            circle = given.circle or _NO_CIRCLE
            is_last_word = isinstance(given.statement, CircleShred)
            data = given.data if is_last_word or not writer.is_shredded(circle) else b""
            writer.add_statement(HeldStatement(held.entry.index, position, circle, data))


def _check_enrolment(roll: Roll, held: Held, now: int) -> None:
    """An honest server honours the date of an invitation, though nothing that counts depends on a clock."""
    for said in _said(held):
        if isinstance(said, DeviceEnrol):
            invite = roll.directory.invite(said.invite, roll.at)
            if invite and invite.expires <= now:
                raise ProtocolError("invite_closed")


def _check_cutoffs(writer: Writer, held: Held) -> None:
    for said in _said(held):
        if isinstance(said, CircleCutoff) and not said.deliberate:
            tail = writer.tail(said.circle, said.device)
            if tail and tail.id != said.last:
                raise ProtocolError("cutoff_behind")


def _said(held: Held) -> Iterator[Statement]:
    """Statements in full, then those given by bytes."""
    yield from (said for said, _ in held.said if said is not None)
    yield from (given.statement for given in held.given.values() if given.statement is not None)


def _head(roll: Roll) -> Head:
    return Head(roll.at, roll.directory.head.hash.hex())
