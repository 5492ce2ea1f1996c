"""The directory as a chain: entries in, all or none, judged in order; late bytes; `void`, which judges all anew.

Source: sync/SPEC.md 3.5, 3.6.  Twin: sync/chain.ts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crypto.contexts import ZERO_HASH
from crypto.entry import Entry
from crypto.errors import ProtocolError
from sync.authority import Author
from sync.entries import Held, read_entry, read_given
from sync.judging import Heard, author_of, hear, judge_entry
from sync.state import State
from sync.statements import CircleCutoff, CircleLetin, DeviceRevoke, RootReplace, Statement

Frame = tuple[bytes, Sequence[bytes]]
"""An entry and the bytes of those of its hashed statements that this reader gets."""


@dataclass(frozen=True, slots=True)
class Head:
    """index: -1 before the founding."""

    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Alarm:
    """A hashed statement that has no effect. circle: the one it speaks of, if that can be read."""

    index: int
    digest: bytes
    circle: bytes | None
    code: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What an entry, or late bytes of a statement, can have changed in what counts.

    cutoffs: (circle, device); letins: (circle, change); revoked: devices; given: circles whose history came late;
    rebuilt: an entry was voided, so anything may have changed; alarms: statements it kept aside.
    """

    index: int
    hash: bytes
    cutoffs: frozenset[tuple[bytes, bytes]] = frozenset()
    letins: frozenset[tuple[bytes, bytes]] = frozenset()
    revoked: frozenset[bytes] = frozenset()
    given: frozenset[bytes] = frozenset()
    rebuilt: bool = False
    alarms: tuple[Alarm, ...] = ()


class Chain:
    """Entries from the founding on, and the state they make."""

    def __init__(self, centre: bytes) -> None:
        self.centre = centre
        self._held: list[Held] = []
        self._index_by_hash: dict[bytes, int] = {}
        self._start_anew()

    @property
    def head(self) -> Head:
        """The newest entry."""
        return _head_of(self._held[-1]) if self._held else Head(-1, ZERO_HASH)

    @property
    def entries(self) -> Sequence[Entry]:
        """Every entry of the chain, void or not."""
        return [held.entry for held in self._held]

    def entry(self, index: int) -> Entry:
        """One entry of the chain."""
        return self._held[index].entry

    def statements(self, index: int) -> list[bytes]:
        """The bytes that were given for hashed statements of an entry."""
        return [given.data for given in self._held[index].given.values()]

    def index_of(self, hashed: bytes) -> int | None:
        """Where an entry stands; None if it is not in this chain."""
        return self._index_by_hash.get(hashed)

    def is_void(self, index: int) -> bool:
        """Has the entry been voided, or has it fallen with one that was?"""
        return index in self._void

    @property
    def alarms(self) -> list[Alarm]:
        """Hashed statements kept aside, by index."""
        heard = [said for listed in self._heard.values() for said in listed]
        return _alarms(sorted(heard, key=lambda said: (said.index, said.position)))

    def apply(
        self, entry: bytes, statements: Sequence[bytes] = (), *, complete: bool = False, trusted: bool = False
    ) -> Applied:
        """Take in the next entry, or refuse it whole.

        statements: bytes of its hashed statements, any order. complete: all must be there and hold (the server); else
        one that fails is kept aside. trusted: the entry's hash is vouched for, no signature is checked.
        Raises ProtocolError with the code of the first failure, in the order of SPEC 3.5; nothing has changed then.
        """
        held = read_entry(entry, statements, trusted=trusted)
        self._check_place(held, self.head)
        held.check_readable()
        author = author_of(self._state, held)
        if held.voids and author.is_root:
            return self._take_anew([held], complete=complete)
        heard = self._judge(held, author, complete=complete)
        self._append(held)
        return _applied(held, heard)

    def take(self, frames: Sequence[Frame], *, trusted: bool = False) -> list[Applied]:
        """Take in entries up to the head they came from. One that fails is passed over if the root voids it later on.

        Raises ProtocolError as `apply`; what came before the failing entry holds.
        """
        applied = []
        place = 0
        while place < len(frames):
            try:
                applied.append(self.apply(*frames[place], trusted=trusted))
                place += 1
            except ProtocolError:
                rescued = self._up_to_void(frames[place:], trusted=trusted)
                if not rescued:
                    raise
                applied.append(self._take_anew(rescued, complete=False))
                place += len(rescued)
        return applied

    def give(self, index: int, statement: bytes) -> Applied:
        """Bytes of a hashed statement of an entry that is held. The outcome is as if they had been there at once.

        Raises ProtocolError: "too_large", "statement_stray".
        """
        given = read_given(statement)
        held = self._held[index]
        if given.digest not in held.digests:
            raise ProtocolError("statement_stray")
        none = Applied(self.head.index, self.head.hash)
        if given.digest in held.given:
            return none
        held.given[given.digest] = given
        if index not in self._authors:
            return none
        heard = [
            Heard(index, position, self._authors[index], given)
            for position, (said, digest) in enumerate(held.said)
            if said is None and digest == given.digest
        ]
        self._hear_late(given.circle, heard)
        touched = frozenset({given.circle} if given.circle is not None else ())
        return replace(none, given=touched, alarms=tuple(_alarms(heard)))

    def _start_anew(self) -> None:
        self._state = State()
        self._authors: dict[int, Author] = {}
        self._heard: dict[bytes | None, list[Heard]] = {}
        self._void: set[int] = set()

    def _check_place(self, held: Held, head: Head) -> None:
        if held.entry.centre != self.centre:
            raise ProtocolError("wrong_place")
        if held.entry.index != head.index + 1 or held.entry.previous != head.hash:
            raise ProtocolError("head_moved")

    def _append(self, held: Held) -> None:
        self._index_by_hash[held.entry.hash] = len(self._held)
        self._held.append(held)

    def _judge(self, held: Held, author: Author, *, complete: bool) -> list[Heard]:
        """All of the entry holds, or nothing."""
        try:
            heard = judge_entry(self._state, held, author, complete=complete)
        except ProtocolError:
            self._state.journal.take_back()
            raise
        self._state.journal.keep()
        self._authors[held.entry.index] = author
        for said in heard:
            self._heard.setdefault(said.given.circle, []).append(said)
        return heard

    def _hear_late(self, circle: bytes | None, heard: Sequence[Heard]) -> None:
        listed = self._heard.setdefault(circle, [])
        is_newest = not listed or listed[-1].index < heard[0].index
        listed.extend(heard)
        if not is_newest and circle is not None:
            listed.sort(key=lambda said: (said.index, said.position))
            self._state.forget_hashed(circle)
            heard = listed
        for said in heard:
            hear(self._state, said)
        known = self._state.hashed.get(circle) if circle is not None else None
        if known is not None:
            known.stale_at.clear()
        self._state.journal.keep()

    def _take_anew(self, fresh: Sequence[Held], *, complete: bool) -> Applied:
        """Append entries of which the last is the root's and holds a `void`, and judge the whole chain under it."""
        last = fresh[-1]
        last.settled = True
        if self._held and self._held[0].entry.hash in last.voids:
            raise ProtocolError("not_entitled")
        former = (self._state, self._authors, self._heard, self._void)
        for held in fresh:
            self._append(held)
        try:
            self._judge_anew(complete=complete)
        except ProtocolError:
            self._state, self._authors, self._heard, self._void = former
            for held in fresh:
                self._held.pop()
                del self._index_by_hash[held.entry.hash]
            raise
        return Applied(last.entry.index, last.entry.hash, rebuilt=True, alarms=tuple(self.alarms))

    def _judge_anew(self, *, complete: bool) -> None:
        """From the founding on, without what is void. What fails falls; the newest entry, which asks for it, holds."""
        self._start_anew()
        void = self._named_void()
        *former, last = self._held
        for held in former:
            if held.entry.hash in void:
                self._void.add(held.entry.index)
            else:
                self._judge_again(held)
        self._judge(last, _root_of(last), complete=complete)

    def _judge_again(self, held: Held) -> None:
        try:
            held.check_readable()
            self._judge(held, _root_of(held) if held.settled else author_of(self._state, held), complete=False)
        except ProtocolError:
            if not held.settled:
                self._void.add(held.entry.index)

    def _named_void(self) -> set[bytes]:
        """Newest first, because a `void` that a later one names has named nothing."""
        named: set[bytes] = set()
        for held in reversed(self._held):
            if held.settled and held.entry.hash not in named:
                named |= held.voids
        return named

    def _up_to_void(self, frames: Sequence[Frame], *, trusted: bool) -> list[Held]:
        """The failing entry, which is the first, and those after it up to the root's `void` that names it; else none.

        Hashes and signatures alone are looked at, and which key is the root's.
        """
        root = self._state.root.at(self.head.index)
        key, head, coming = root.key if root else b"", self.head, list[Held]()
        for frame in frames:
            held = self._follower(frame, head, trusted=trusted)
            if held is None:
                return []
            coming.append(held)
            head = _head_of(held)
            if held.entry.author != key:
                continue
            held.settled = bool(held.voids)
            if coming[0].entry.hash in held.voids:
                return coming
            key = next((said.root for said, _ in held.said if isinstance(said, RootReplace)), key)
        return []

    def _follower(self, frame: Frame, head: Head, *, trusted: bool) -> Held | None:
        try:
            held = read_entry(*frame, trusted=trusted)
            self._check_place(held, head)
        except ProtocolError:
            return None
        return held


def _head_of(held: Held) -> Head:
    return Head(held.entry.index, held.entry.hash)


def _root_of(held: Held) -> Author:
    """The author of an entry that the root was found to have written."""
    return Author(held.entry.author, held.entry.index, max(held.entry.index - 1, 0), is_root=True)


def _alarms(heard: Iterable[Heard]) -> list[Alarm]:
    return [
        Alarm(said.index, said.given.digest, said.given.circle, said.code) for said in heard if said.code is not None
    ]


def _applied(held: Held, heard: Sequence[Heard]) -> Applied:
    said: list[Statement] = [statement for statement, _ in held.said if statement is not None]
    said += [late.given.statement for late in heard if late.code is None and late.given.statement is not None]
    return Applied(
        held.entry.index,
        held.entry.hash,
        cutoffs=frozenset((s.circle, s.device) for s in said if isinstance(s, CircleCutoff)),
        letins=frozenset((s.circle, s.change) for s in said if isinstance(s, CircleLetin)),
        revoked=frozenset(s.device for s in said if isinstance(s, DeviceRevoke)),
        alarms=tuple(_alarms(heard)),
    )
