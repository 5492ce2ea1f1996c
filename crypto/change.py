"""A change's header, body and id: layout only. Holds no keys.

Source: SPEC 6.1 to 6.3.  Twin: change.ts.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from crypto.contexts import NONCE_SIZE, SUITE, TAG_SIZE, context
from crypto.errors import ProtocolError

MAX_BODY: Final = 262_144  # bytes
MIN_BODY: Final = NONCE_SIZE + TAG_SIZE + 1
_PLACE: Final = struct.Struct(">B16s16sI32s")  # the same for every change of a chain in one epoch
_LINK: Final = struct.Struct(">I32s")
HEADER_SIZE: Final = _PLACE.size + _LINK.size  # 105


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
    return _place_bytes(header) + _LINK.pack(header.sequence, header.previous)


def change_id(header: ChangeHeader, body: bytes) -> bytes:
    """The change's id, 32 bytes: fixed when the person saves."""
    return chain_ids(header, [body])[0]


def chain_ids(first: ChangeHeader, bodies: Iterable[bytes]) -> list[bytes]:
    """Ids of consecutive changes, each chained to the one before. `first`: the header of the first of them.

    What their headers share is hashed once: a server does this for every run that comes in.
    """
    shared = sha256(context("change") + _place_bytes(first))
    previous = first.previous
    ids: list[bytes] = []
    for sequence, body in enumerate(bodies, first.sequence):
        hasher = shared.copy()
        hasher.update(_LINK.pack(sequence, previous))
        hasher.update(body)
        previous = hasher.digest()
        ids.append(previous)
    return ids


def check_body(body: bytes) -> None:
    """A body is empty (an acknowledgement) or a nonce, ciphertext and tag, at most 262,144 bytes.

    Raises ProtocolError: "too_large", "truncated".
    """
    check_bodies([body])


def check_bodies(bodies: Sequence[bytes]) -> None:
    """The same for each, the larger fault first: a run is too large if any of its bodies is.

    Raises ProtocolError: "too_large", "truncated".
    """
    if any(len(body) > MAX_BODY for body in bodies):
        raise ProtocolError("too_large")
    if any(0 < len(body) < MIN_BODY for body in bodies):
        raise ProtocolError("truncated")


def _place_bytes(header: ChangeHeader) -> bytes:
    return _PLACE.pack(SUITE, header.centre, header.circle, header.epoch, header.device)
