"""What this device has written in one circle and the server may not have: drafts, an open run, closed runs.

A change's number, bytes and id are fixed when it is written; a run's when it is closed. A draft is not a change yet.
Never imported by the server.  Source: sync/SPEC.md 6, crypto/SPEC.md 6.  Twin: sync/own_chain.ts.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from crypto.change import ChangeHeader, change_id
from crypto.circle import EpochSecret
from crypto.content import seal_change
from crypto.contexts import ZERO_HASH
from crypto.keys import Random, SigningKey
from crypto.run import (
    MAX_CHANGES,
    MAX_KNOWN,
    MAX_RUN,
    Change,
    KnownHead,
    Run,
    RunHead,
    close_run,
    parse_run,
    run_message,
)
from sync.chain import Head
from sync.edits import Write, decode_edits, encode_edits

Place: TypeAlias = tuple[int, bytes]
"""Sequence number and id of a change."""
NOTHING: Place = (0, ZERO_HASH)
_BESIDE_BODIES = 64 * 1024  # of a run, for known heads, lengths and the signature


@dataclass(frozen=True, slots=True)
class Draft:
    """Edits that nothing allowed to be written yet; what a change would hold."""

    id: bytes
    plaintext: bytes


@dataclass(frozen=True, slots=True)
class Pen:
    """With what, and under which head, a device writes in a circle. secret: None is enough for an acknowledgement."""

    centre: bytes
    device: bytes
    head: Head
    epoch: int
    secret: EpochSecret | None
    random: Random


@dataclass(slots=True)
class OpenRun:
    """A run that is not signed yet. head: without known heads."""

    head: RunHead
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class OwnChain:
    """The end of our chain in one circle.

    sent: the newest change in the server's log; sent_head: index of the head it was written under. texts: of unsent
    changes, by id. said: what we last said of other devices' heads, and in the run that began with which number.
    """

    circle: bytes
    sent: Place = NOTHING
    sent_head: int = -1
    closed: list[Run] = field(default_factory=list)
    open: OpenRun | None = None
    texts: dict[bytes, bytes] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    said: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)

    @property
    def newest(self) -> Place:
        """The last change written, sent or not."""
        unsent = self.open.changes if self.open else self.closed[-1].changes if self.closed else ()
        return (unsent[-1].header.sequence, unsent[-1].id) if unsent else self.sent

    @property
    def newest_head(self) -> int:
        """Index of the head under which that was written."""
        if self.open is not None:
            return self.open.head.head_index
        return self.closed[-1].head.head_index if self.closed else self.sent_head

    @property
    def behind(self) -> bytes | None:
        """What the first unsent change names as the one before; None when nothing is unsent."""
        if self.closed:
            return self.closed[0].head.previous
        return self.open.head.previous if self.open else None

    @property
    def unsent(self) -> list[Change]:
        """Changes in order: those of closed runs, then those of the open one."""
        return [*(change for run in self.closed for change in run.changes), *(self.open.changes if self.open else ())]

    @property
    def unsent_heads(self) -> list[Head]:
        """Of the runs they stand in."""
        heads = [run.head for run in self.closed] + ([self.open.head] if self.open else [])
        return [Head(head.head_index, head.head_hash) for head in heads]

    def takes(self, pen: Pen, plaintext: bytes) -> bool:
        """May the open run take one more change as it is? Else it is to be closed first."""
        if self.open is None:
            return True
        head, size = self.open.head, sum(len(change.body) + 3 for change in self.open.changes) + 2 * len(plaintext)
        is_same = (head.epoch, head.head_index) == (pen.epoch, pen.head.index)
        return is_same and len(self.open.changes) < MAX_CHANGES and size < MAX_RUN - _BESIDE_BODIES

    def write(self, pen: Pen, plaintext: bytes) -> Change:
        """A new change at the end of the open run, begun if there is none; empty: an acknowledgement. Not on disk yet.

        Raises ProtocolError: "too_large".
        """
        sequence, previous = self.newest
        header = ChangeHeader(pen.centre, self.circle, pen.epoch, pen.device, sequence + 1, previous)
        body = seal_change(pen.secret, header, plaintext, pen.random) if plaintext and pen.secret else b""
        change = Change(change_id(header, body), header, body)
        if self.open is None:
            place = pen.centre, self.circle, pen.epoch, pen.device, sequence + 1, previous
            self.open = OpenRun(RunHead(*place, pen.head.index, pen.head.hash))
        self.open.changes.append(change)
        self.texts[change.id] = plaintext
        return change

    def provisional(self, change: Change) -> Run:
        """A change of the open run as a run of its own, unsigned: to be judged and shown here, and never sent."""
        assert self.open is not None
        head = replace(self.open.head, first=change.header.sequence, previous=change.header.previous)
        return Run(head, (change.body,), (change.id,), change.id, b"", b"")

    def close(self, signing: SigningKey, heads: Mapping[bytes, Place]) -> Run | None:
        """Sign the open run, if there is one. heads: newest change of each device in the circle that we hold."""
        if self.open is None:
            return None
        known = self._news({device: head for device, head in heads.items() if device != signing.public})
        head, bodies = replace(self.open.head, known=known), [change.body for change in self.open.changes]
        run = parse_run(close_run(head, bodies, signing.sign("run", run_message(head, bodies))))
        self.said |= {named.device: (named.id, head.first) for named in known}
        self.closed.append(run)
        self.open = None
        return run

    def take_sent(self, id_: bytes) -> list[Run]:
        """The server's log holds our closed runs up to the one that ends with this change."""
        count = next((number for number, run in enumerate(self.closed, 1) if run.last.id == id_), 0)
        taken, self.closed = self.closed[:count], self.closed[count:]
        for run in taken:
            self.sent, self.sent_head = (run.last.header.sequence, run.last.id), run.head.head_index
            self.forget_texts(run)
        return taken

    def drop(self, id_: bytes) -> Run:
        """Take out a closed run, named by its last change: it is not to be in the log."""
        run = next(run for run in self.closed if run.last.id == id_)
        self.closed.remove(run)
        return run

    def forget_texts(self, run: Run) -> dict[bytes, bytes]:
        """The texts of a run that is unsent no longer."""
        return {change.id: self.texts.pop(change.id, b"") for change in run.changes}

    def _news(self, heads: Mapping[bytes, Place]) -> tuple[KnownHead, ...]:
        """Heads that moved since we said them, the longest unsaid first, as many as a run can name."""
        moved = [
            (self.said.get(device, (b"", 0))[1], device, sequence, id_)
            for device, (sequence, id_) in heads.items()
            if self.said.get(device, (b"", 0))[0] != id_
        ]
        named = sorted(moved)[:MAX_KNOWN]
        return tuple(KnownHead(*known) for known in sorted(known[1:] for known in named))


def rechain(
    chain: OwnChain, signing: SigningKey, logged: Container[bytes], pen_of: Callable[[RunHead, int], Pen | None]
) -> dict[bytes, bytes]:
    """Write every unsent change anew behind `sent`: new number, nonce and id. Gives the new id of each old one.

    logged: changes that the server turned out to have; they are unsent no longer.
    pen_of(head, floor): with what to write what a run under `head` held, behind a change written under the entry with
    index `floor`; None: nothing may be written there now, and it becomes drafts.
    `over` of later changes that named an old id names the new one.
    """
    former = [(run.head, run.changes, True) for run in chain.closed]
    former += [(chain.open.head, tuple(chain.open.changes), False)] if chain.open else []
    texts, ids = chain.texts, dict[bytes, bytes]()
    chain.closed, chain.open, chain.texts = [], None, {}
    chain.said = {device: said for device, said in chain.said.items() if said[1] <= chain.sent[0]}
    for head, changes, was_closed in former:
        pen = pen_of(head, chain.newest_head)
        for change in changes:
            if change.id in logged:
                continue
            text = _renamed(texts[change.id], ids)
            if pen is not None:
                ids[change.id] = chain.write(pen, text).id
            elif text:
                chain.drafts.append(Draft(change.id[:16], text))
        if was_closed:
            chain.close(signing, {known.device: (known.sequence, known.id) for known in head.known})
    return ids


def _renamed(text: bytes, ids: Mapping[bytes, bytes]) -> bytes:
    if not text or not ids:
        return text
    read = decode_edits(text)
    edits = [replace(edit, writes=tuple(_with_over(write, ids) for write in edit.writes)) for edit in read.edits]
    return encode_edits(read.at, read.version, edits)


def _with_over(write: Write, ids: Mapping[bytes, bytes]) -> Write:
    return replace(write, over=tuple(sorted({ids.get(id_, id_) for id_ in write.over})))
