"""A run: consecutive changes of one device in one circle, closed by one signature. Holds no keys.

Source: SPEC 6.6, 6.7.  Twin: run.ts.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crypto.change import ChangeHeader, chain_ids, check_bodies
from crypto.contexts import HASH_SIZE, SIGNATURE_SIZE, SUITE, ZERO_HASH
from crypto.errors import ProtocolError
from crypto.signature import verify

MAX_RUN: Final = 4_194_304  # bytes
MAX_CHANGES: Final = 1_000
MAX_KNOWN: Final = 255
MAX_BLOBS: Final = 255
_FIXED: Final = struct.Struct(">B16s16sI32sI32sI32sBBH")
_KNOWN: Final = struct.Struct(">32sI32s")
FIXED_SIZE: Final = _FIXED.size  # 145


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The newest change of another device that the author held: device, its sequence number, its id."""

    device: bytes
    sequence: int
    id: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a run: its id, its header (which follows from the run) and its body."""

    id: bytes
    header: ChangeHeader
    body: bytes

    @property
    def is_acknowledgement(self) -> bool:
        """It carries no edit, only the chain under a newer head."""
        return not self.body


@dataclass(frozen=True, slots=True)
class RunHead:
    """The signed part of a run that stands before its changes."""

    centre: bytes
    circle: bytes
    epoch: int
    device: bytes
    first: int
    previous: bytes
    head_index: int
    head_hash: bytes
    known: tuple[KnownHead, ...] = ()
    blobs: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Run:
    """A run that was read. `raw` are its bytes as they came: they are what is kept and handed on."""

    head: RunHead
    bodies: tuple[bytes, ...]
    ids: tuple[bytes, ...]
    """Of the changes, in order. They are chained, so the last one covers every body."""
    signed: bytes
    """What the signature is over: everything before the changes, and the id of the last."""
    signature: bytes
    raw: bytes

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return tuple(_changes(self.head, self.bodies, self.ids))

    @property
    def last(self) -> Change:
        return self.changes[-1]


def run_start(head: RunHead, count: int) -> bytes:
    """The bytes before the changes of a run with `count` changes."""
    fixed = _FIXED.pack(
        SUITE,
        head.centre,
        head.circle,
        head.epoch,
        head.device,
        head.first,
        head.previous,
        head.head_index,
        head.head_hash,
        len(head.known),
        len(head.blobs),
        count,
    )
    return fixed + b"".join(_KNOWN.pack(k.device, k.sequence, k.id) for k in head.known) + b"".join(head.blobs)


def run_message(head: RunHead, bodies: Sequence[bytes]) -> bytes:
    """What the device signs with purpose "run": the start of the run and the id of its last change."""
    return run_start(head, len(bodies)) + _chain(head, bodies)[-1]


def close_run(head: RunHead, bodies: Sequence[bytes], signature: bytes) -> bytes:
    """The run's bytes, to be sent and stored as they are.

    Raises ProtocolError: whatever `parse_run` would say of them.
    """
    framed = b"".join(len(body).to_bytes(3) + body for body in bodies)
    raw = run_start(head, len(bodies)) + framed + signature
    parse_run(raw)
    return raw


def parse_run(raw: bytes) -> Run:
    """A run's parts; the signature is not checked yet.

    Raises ProtocolError: "too_large", "truncated", "unknown_suite", "malformed" in the order of SPEC 6.7.
    """
    if len(raw) > MAX_RUN:
        raise ProtocolError("too_large")
    if len(raw) < FIXED_SIZE + SIGNATURE_SIZE:
        raise ProtocolError("truncated")
    suite, centre, circle, epoch, device, first, previous, index, hashed, k, b, n = _FIXED.unpack_from(raw)
    if suite != SUITE:
        raise ProtocolError("unknown_suite")
    if first < 1 or epoch < 1 or not 1 <= n <= MAX_CHANGES or first + n - 1 >= 2**32:
        raise ProtocolError("malformed")
    if (previous == ZERO_HASH) != (first == 1):
        raise ProtocolError("malformed")
    blobs_at = FIXED_SIZE + k * _KNOWN.size
    bodies_at = blobs_at + b * HASH_SIZE
    bodies = tuple(_split_bodies(raw, bodies_at, n))
    known = tuple(KnownHead(*_KNOWN.unpack_from(raw, FIXED_SIZE + i * _KNOWN.size)) for i in range(k))
    blobs = tuple(raw[at : at + HASH_SIZE] for at in range(blobs_at, bodies_at, HASH_SIZE))
    if not _ascend([k.device for k in known]) or not _ascend(blobs):
        raise ProtocolError("malformed")
    if any(k.device == device for k in known):
        raise ProtocolError("malformed")
    check_bodies(bodies)
    head = RunHead(centre, circle, epoch, device, first, previous, index, hashed, known, blobs)
    ids = tuple(_chain(head, bodies))
    return Run(head, bodies, ids, raw[:bodies_at] + ids[-1], raw[-SIGNATURE_SIZE:], raw)


def verify_run(run: Run, key: Ed25519PublicKey | None = None) -> None:
    """Return if the run is signed by the device it names. `key`: that device's, if it is already loaded.

    Raises ProtocolError: "bad_key", "bad_signature".
    """
    verify(key or run.head.device, "run", run.signed, run.signature)


def _split_bodies(raw: bytes, start: int, count: int) -> list[bytes]:
    end = len(raw) - SIGNATURE_SIZE
    bodies: list[bytes] = []
    at = start
    for _ in range(count):
        body_at = at + 3
        at = body_at + int.from_bytes(raw[at:body_at])
        if body_at > end or at > end:
            raise ProtocolError("truncated")
        bodies.append(raw[body_at:at])
    if at != end:
        raise ProtocolError("malformed")
    return bodies


def _chain(head: RunHead, bodies: Sequence[bytes]) -> list[bytes]:
    first = ChangeHeader(head.centre, head.circle, head.epoch, head.device, head.first, head.previous)
    return chain_ids(first, bodies)


def _changes(head: RunHead, bodies: Sequence[bytes], ids: Sequence[bytes]) -> Iterator[Change]:
    previous = head.previous
    for sequence, (body, id) in enumerate(zip(bodies, ids, strict=True), head.first):
        yield Change(id, ChangeHeader(head.centre, head.circle, head.epoch, head.device, sequence, previous), body)
        previous = id


def _ascend(items: Sequence[bytes]) -> bool:
    return all(a < b for a, b in pairwise(items))
