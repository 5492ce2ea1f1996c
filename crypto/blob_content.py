"""An attachment, sealed in pieces each bound to its place. Never imported by the server.

Source: SPEC 9.  Twin: blob_content.ts.
"""

import struct
from typing import Final

from crypto.blob import HEADER_SIZE, MAX_CONTENT, MAX_STREAM, PIECE_SIZE, blob_size
from crypto.contexts import SUITE, TAG_SIZE
from crypto.errors import ProtocolError
from crypto.keys import aead_open, aead_seal
from crypto.padding import padme

_HEADER: Final = struct.Struct(">B16s16sQ")
_LENGTH_SIZE: Final = 8


def seal_blob(key: bytes, centre: bytes, circle: bytes, content: bytes) -> bytes:
    """An encrypted attachment under a key made for it alone (32 random bytes).

    Raises ProtocolError: "too_large" above 25 MiB.
    """
    if len(content) > MAX_CONTENT:
        raise ProtocolError("too_large")
    stream = (len(content).to_bytes(_LENGTH_SIZE) + content).ljust(padme(_LENGTH_SIZE + len(content)), b"\0")
    header = _HEADER.pack(SUITE, centre, circle, len(stream))
    pieces = [stream[at : at + PIECE_SIZE] for at in range(0, len(stream), PIECE_SIZE)]
    last = len(pieces) - 1
    return header + b"".join(aead_seal(key, _nonce(i, last), "blob", header, piece) for i, piece in enumerate(pieces))


def open_blob(key: bytes, centre: bytes, circle: bytes, blob: bytes) -> bytes:
    """The attachment.

    Raises ProtocolError: "truncated", "unknown_suite", "wrong_place", "malformed", "too_large", "truncated",
    "wrong_key", "bad_padding", in that order.
    """
    stream_size = _read_header(centre, circle, blob)
    header = blob[:HEADER_SIZE]
    step = PIECE_SIZE + TAG_SIZE
    pieces = [blob[at : at + step] for at in range(HEADER_SIZE, len(blob), step)]
    last = len(pieces) - 1
    stream = b"".join(aead_open(key, _nonce(i, last), "blob", header, piece) for i, piece in enumerate(pieces))
    end = _LENGTH_SIZE + int.from_bytes(stream[:_LENGTH_SIZE])
    if end > stream_size or padme(end) != stream_size or stream[end:].strip(b"\0"):
        raise ProtocolError("bad_padding")
    return stream[_LENGTH_SIZE:end]


def _read_header(centre: bytes, circle: bytes, blob: bytes) -> int:
    if len(blob) < HEADER_SIZE:
        raise ProtocolError("truncated")
    suite, its_centre, its_circle, stream_size = _HEADER.unpack_from(blob)
    if suite != SUITE:
        raise ProtocolError("unknown_suite")
    if (its_centre, its_circle) != (centre, circle):
        raise ProtocolError("wrong_place")
    if stream_size < _LENGTH_SIZE:
        raise ProtocolError("malformed")
    if stream_size > MAX_STREAM:
        raise ProtocolError("too_large")
    if len(blob) != blob_size(stream_size):
        raise ProtocolError("truncated")
    return int(stream_size)


def _nonce(index: int, last: int) -> bytes:
    """Counted, not random: safe because the key is used for this one blob."""
    return bytes(7) + index.to_bytes(4) + bytes([index == last])
