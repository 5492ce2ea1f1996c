"""A change's header, body and id: layout only. Holds no keys.

Source: SPEC 6.1 to 6.3.  Twin: change.ts.
"""

import struct
from dataclasses import dataclass
from typing import Final

from crypto.contexts import NONCE_SIZE, SUITE, TAG_SIZE, digest
from crypto.errors import ProtocolError

MAX_BODY: Final = 262_144  # bytes
MIN_BODY: Final = NONCE_SIZE + TAG_SIZE + 1
_HEADER: Final = struct.Struct(">B16s16sI32sI32s")
HEADER_SIZE: Final = _HEADER.size  # 105


@dataclass(frozen=True, slots=True)
class ChangeHeader:
    """Where a change belongs. All of it is associated data of the body, so a body cannot be moved."""

    centre: bytes
    circle: bytes
    epoch: int
    device: bytes
    sequence: int
    """Counts from 1 in this device's chain in this circle."""
    previous: bytes
    """Id of the change before it in that chain; zeros for the first."""


def header_bytes(header: ChangeHeader) -> bytes:
    """The header's 105 bytes."""
    return _HEADER.pack(
        SUITE, header.centre, header.circle, header.epoch, header.device, header.sequence, header.previous
    )


def change_id(header: ChangeHeader, body: bytes) -> bytes:
    """The change's id, 32 bytes: fixed when the person saves."""
    return digest("change", header_bytes(header), body)


def check_body(body: bytes | memoryview) -> None:
    """A body is empty (an acknowledgement) or a nonce, ciphertext and tag, at most 262,144 bytes.

    Raises ProtocolError: "too_large", "truncated".
    """
    if len(body) > MAX_BODY:
        raise ProtocolError("too_large")
    if 0 < len(body) < MIN_BODY:
        raise ProtocolError("truncated")
