"""What a device keeps in its vault: who it is, how far it has come, its chains, its dead letters, what it has pulled.

The vault vouches for every byte: what is read here was written here. Never imported by the server.

Twin: sync/device_values.ts.
"""

from dataclasses import replace
from typing import TypeVar

import msgspec
from msgspec import Struct

from crypto.change import ChangeHeader, change_id
from crypto.run import Change, RunHead, parse_run
from sync.own_chain import Draft, OpenRun, OwnChain, Place

V = TypeVar("V")


ENROLLED = b""
"""Among the desks a device is seated at: it knows the circles its member was in when it came."""


class Identity(Struct, frozen=True):
    """Who this device is. link: of the invitation, until it is enrolled."""

    centre: bytes
    origin: str
    signing: bytes
    sealing: bytes
    link: str | None = None

    def __repr__(self) -> str:
        """Without its keys."""
        return f"Identity({self.centre.hex()})"


class Alarm(Struct, frozen=True):
    """Something that a person has to see. about: a circle, device, run or entry; empty if it is about the server."""

    code: str
    about: bytes
    at: int


class Standing(Struct):
    """How far this device has come. whole: circles fetched from their beginning; seated: desks whose circles it
    knows, and `ENROLLED` once it knows those of its member.

    generation: of the directory's files; a device that changes over to another chain begins a new one.
    """

    cursor: int = 0
    generation: int = 1
    whole: set[bytes] = set()
    seated: set[bytes] = set()
    alarms: list[Alarm] = []


class DeadLetter(Struct, frozen=True):
    """A run the server would not take, or holds apart, why, and what its changes say, in order."""

    circle: bytes
    code: str
    run: bytes
    texts: list[bytes]
    at: int

    @property
    def id(self) -> bytes:
        """Of the run's last change."""
        return parse_run(self.run).last.id


class KeptRun(Struct, frozen=True, array_like=True):
    """cursor: in the server's log, 0 where it told none; index: of the directory's head when it arrived there."""

    cursor: int
    index: int
    run: bytes


class KeptEntry(Struct, frozen=True, array_like=True):
    """An entry, and the statements that came with it."""

    entry: bytes
    statements: list[bytes]


class KeptStatement(Struct, frozen=True, array_like=True):
    """A statement that came later than its entry."""

    index: int
    statement: bytes


class _Started(Struct, frozen=True, array_like=True):
    """The head of an open run."""

    centre: bytes
    epoch: int
    device: bytes
    first: int
    previous: bytes
    head_index: int
    head_hash: bytes


class _KeptChain(Struct):
    circle: bytes
    sent: Place
    sent_head: int
    closed: list[bytes]
    open: _Started | None
    bodies: list[bytes]
    texts: dict[bytes, bytes]
    drafts: list[Draft]
    said: dict[bytes, tuple[bytes, int]]


def pack_value(value: object) -> bytes:
    """One of the above, or a list of them."""
    return msgspec.msgpack.encode(value)


def unpack_value(value: bytes, kind: type[V]) -> V:
    """What `pack_value` packed."""
    return msgspec.msgpack.decode(value, type=kind)


def pack_chain(chain: OwnChain) -> bytes:
    """An own chain with everything that is unsent."""
    run = chain.open
    kept = _KeptChain(
        chain.circle,
        chain.sent,
        chain.sent_head,
        [closed.raw for closed in chain.closed],
        _started(run.head) if run else None,
        [change.body for change in run.changes] if run else [],
        chain.texts,
        chain.drafts,
        chain.said,
    )
    return pack_value(kept)


def unpack_chain(value: bytes) -> OwnChain:
    """What `pack_chain` packed."""
    kept = unpack_value(value, _KeptChain)
    return OwnChain(
        kept.circle,
        kept.sent,
        kept.sent_head,
        [parse_run(run) for run in kept.closed],
        _open_run(kept.circle, kept.open, kept.bodies) if kept.open else None,
        kept.texts,
        kept.drafts,
        kept.said,
    )


def _started(head: RunHead) -> _Started:
    return _Started(head.centre, head.epoch, head.device, head.first, head.previous, head.head_index, head.head_hash)


def _open_run(circle: bytes, started: _Started, bodies: list[bytes]) -> OpenRun:
    begun = started.centre, circle, started.epoch, started.device, started.first, started.previous
    run = OpenRun(RunHead(*begun, started.head_index, started.head_hash))
    header, before = ChangeHeader(*begun), started.previous
    for sequence, body in enumerate(bodies, started.first):
        header = replace(header, sequence=sequence, previous=before)
        before = change_id(header, body)
        run.changes.append(Change(before, header, body))
    return run
