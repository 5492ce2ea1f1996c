"""Attachments: ciphertext that comes in pieces, is checked against its name, and goes when nothing refers to it.

Source: sync/SPEC.md 8, crypto/SPEC.md 9.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

from crypto.blob import MAX_BLOB, blob_id
from crypto.errors import ProtocolError
from server.problems import RefusedError
from server.relay.reading import look, only_devices
from server.relay.relay import Relay
from server.relay.roll import Roll, Visitor
from server.relay.signin import visitor_of
from server.sessions import Session
from server.store.protocol import BlobRow, CentreState, Reader, Writer
from sync.wire import BLOB_PIECE_BYTES

_CHUNK_BYTES = 256 * 1024


async def blob_row(relay: Relay, session: Session, blob: bytes) -> BlobRow:
    """How much of a blob is here. Raises ProtocolError: "not_entitled" (an invite), "not_found"."""

    def job(reader: Reader, _: Roll, visitor: Visitor, __: CentreState) -> BlobRow:
        only_devices(visitor)
        return _row(reader, blob)

    return await look(relay, session, job)


async def put_piece(relay: Relay, session: Session, blob: bytes, offset: int, size: int, piece: bytes) -> int:
    """Add a piece at the offset; the offset of the next. With the last, the whole is checked against its name.

    Raises ProtocolError, in order: "too_large", "bad_request" (empty, or beyond its size), "not_entitled" (an invite),
    "quota_exceeded", "wrong_offset" (with the right one), "bad_digest" (what was here is gone).
    """
    if len(piece) > BLOB_PIECE_BYTES or size > MAX_BLOB:
        raise ProtocolError("too_large")
    if not piece or offset + len(piece) > size:
        raise ProtocolError("bad_request")
    # Shielded: a client that goes away in the middle must not let its next piece overtake this one.
    return await asyncio.shield(asyncio.ensure_future(_put(relay, session, blob, offset, size, piece)))


async def _put(relay: Relay, session: Session, blob: bytes, offset: int, size: int, piece: bytes) -> int:
    async with relay.turns.take((session.centre, blob)):
        row = await relay.store.write(session.centre, partial(_begin, relay, session, blob, size))
        if row.complete:
            return row.size
        if offset != row.received:
            raise RefusedError("wrong_offset", {"Upload-Offset": str(row.received)})
        grown = replace(row, received=offset + len(piece), touched=relay.now())
        kept = await relay.work(partial(_write, relay, session.centre, blob, offset, piece, grown))
        await relay.store.write(session.centre, lambda writer: writer.put_blob(blob, kept))
    if kept.received == 0:
        raise ProtocolError("bad_digest")
    return kept.received


async def open_blob(
    relay: Relay, session: Session, blob: bytes, start: int, stop: int | None
) -> tuple[int, int, AsyncIterator[bytes]]:
    """Size, end and bytes of a blob from `start` up to `stop`.

    Raises ProtocolError: "not_entitled" (an invite), "not_found" (also when no circle of this device refers to it).
    """

    def job(reader: Reader, roll: Roll, visitor: Visitor, _: CentreState) -> BlobRow:
        only_devices(visitor)
        row = _row(reader, blob)
        uses = reader.blob_uses(blob)
        if not row.complete or not any(roll.may_read(visitor, circle, arrived) for circle, arrived in uses):
            raise ProtocolError("not_found")
        return row

    row = await look(relay, session, job)
    end = row.size if stop is None else min(stop, row.size)

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(start, end, _CHUNK_BYTES):
            yield await relay.work(partial(relay.blobs.read, session.centre, blob, at, min(at + _CHUNK_BYTES, end)))

    return row.size, end, chunks()


async def collect(relay: Relay) -> int:
    """Drop blobs that nothing refers to and that nobody touched for long; how many."""
    before = relay.now() - relay.settings.times.blob_unreferenced * 1000
    dropped = 0
    for centre in await relay.store.centres():
        dropped += await relay.store.write(centre, partial(_collect, relay, before))
    return dropped


def _collect(relay: Relay, before: int, writer: Writer) -> int:
    """The bytes go first: a row without bytes is dropped the next time, bytes without a row never."""
    unused = writer.blobs_unused(before)
    for blob in unused:
        relay.blobs.drop(writer.centre, blob)
        writer.drop_blob(blob)
    return len(unused)


def _begin(relay: Relay, session: Session, blob: bytes, size: int, writer: Writer) -> BlobRow:
    with relay.directories.for_writer(writer) as roll:
        only_devices(visitor_of(relay, writer, roll, session))
    row = writer.blob(blob)
    if row and (row.complete or row.size == size):
        return row
    state = writer.state()
    if state and state.blob_bytes - (row.size if row else 0) + size > relay.settings.quotas.blobs:
        raise ProtocolError("quota_exceeded")
    fresh = BlobRow(size, 0, complete=False, touched=relay.now())
    writer.put_blob(blob, fresh)
    return fresh


def _write(relay: Relay, centre: bytes, blob: bytes, offset: int, piece: bytes, grown: BlobRow) -> BlobRow:
    """The row as it is when the piece is on disk: begun anew if the whole is not what its name says."""
    relay.blobs.write(centre, blob, offset, piece)
    if grown.received < grown.size:
        return grown
    is_right = blob_id(relay.blobs.read(centre, blob, 0, grown.size)) == blob
    return replace(grown, complete=True) if is_right else replace(grown, received=0)


def _row(reader: Reader, blob: bytes) -> BlobRow:
    row = reader.blob(blob)
    if row is None:
        raise ProtocolError("not_found")
    return row
