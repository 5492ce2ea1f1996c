"""A directory entry: layout, hash, signature. What its statements mean is sync's. Holds no keys.

Source: SPEC 7.  Twin: entry.ts.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crypto.contexts import HASH_SIZE, SIGNATURE_SIZE, SUITE, ZERO_HASH, digest
from crypto.encoding import MAX_INTEGER, pack, unpack
from crypto.errors import ProtocolError
from crypto.signature import verify

MAX_ENTRY: Final = 1_048_576  # bytes
MAX_STATEMENT: Final = 262_144  # bytes
MAX_STATEMENTS: Final = 20_000
_HEADER: Final = struct.Struct(">B16sI32s32sQ")

RawStatement = Mapping[str, Any] | bytes
"""A statement in full, or the 32-byte digest of one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that was read. `body` is what is hashed and signed, `raw` the bytes as they came."""

    centre: bytes
    index: int
    previous: bytes
    author: bytes
    time: int
    """Milliseconds since 1970 UTC; for people only, nothing is judged by it."""
    statements: tuple[RawStatement, ...]
    body: bytes
    signature: bytes
    hash: bytes
    raw: bytes


def entry_body(
    centre: bytes, index: int, previous: bytes, author: bytes, time: int, statements: Sequence[RawStatement]
) -> bytes:
    """What the author signs with purpose "entry".

    Raises ProtocolError: "malformed" if a statement has no strict encoding.
    """
    return _HEADER.pack(SUITE, centre, index, previous, author, time) + pack(list(statements))


def close_entry(body: bytes, signature: bytes) -> bytes:
    """The entry's bytes.

    Raises ProtocolError: whatever `parse_entry` would say of them.
    """
    raw = body + signature
    parse_entry(raw)
    return raw


def parse_entry(raw: bytes) -> Entry:
    """An entry's parts; the signature is not checked yet.

    Raises ProtocolError: "too_large", "truncated", "unknown_suite", "malformed".
    """
    if len(raw) > MAX_ENTRY:
        raise ProtocolError("too_large")
    if len(raw) < _HEADER.size + 1 + SIGNATURE_SIZE:
        raise ProtocolError("truncated")
    suite, centre, index, previous, author, time = _HEADER.unpack_from(raw)
    if suite != SUITE:
        raise ProtocolError("unknown_suite")
    if time > MAX_INTEGER or (previous == ZERO_HASH) != (index == 0):
        raise ProtocolError("malformed")
    body = raw[:-SIGNATURE_SIZE]
    statements = unpack(body[_HEADER.size :])
    if not isinstance(statements, list) or not 1 <= len(statements) <= MAX_STATEMENTS:
        raise ProtocolError("malformed")
    for statement in statements:
        if not (isinstance(statement, dict) or (isinstance(statement, bytes) and len(statement) == HASH_SIZE)):
            raise ProtocolError("malformed")
    return Entry(
        centre,
        index,
        previous,
        author,
        time,
        tuple(statements),
        body,
        raw[-SIGNATURE_SIZE:],
        digest("entry", body),
        raw,
    )


def verify_entry(entry: Entry) -> None:
    """Return if the entry is signed by the author it names.

    Raises ProtocolError: "bad_key", "bad_signature".
    """
    verify(entry.author, "entry", entry.body, entry.signature)


def statement_digest(statement: bytes) -> bytes:
    """What stands in an entry for a statement whose bytes only its circle gets.

    Raises ProtocolError: "too_large" above 262,144 bytes.
    """
    if len(statement) > MAX_STATEMENT:
        raise ProtocolError("too_large")
    return digest("statement", statement)
