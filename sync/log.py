"""Every run a device holds, and the verdict on each change: what `validity.judge` gives, kept up delivery by delivery.

Bytes are only added. One bad change never stops the rest; a pending one is released when what it waits for arrives.
Source: sync/SPEC.md 4.1, 6.  Twin: sync/log.ts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from crypto.change import ChangeHeader
from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from crypto.run import Change, KnownHead, Run, parse_run, verify_run
from sync.directory import Applied, Directory
from sync.validity import NamedHead, Verdict, follows, judge_cutoffs, judge_heads

_BEFORE_ALL = -1  # the floor of a chain's first change


@dataclass(frozen=True, slots=True)
class Fork:
    """Several changes with one number. Both branches count until a cut-off names one; the device enrols again."""

    circle: bytes
    device: bytes
    sequence: int
    ids: tuple[bytes, ...]


@dataclass(slots=True)
class _Held:
    """A change. heads: of the runs it stands in; counting: the indices of those under which it counts, ascending.

    floor: of its ancestors' heads; None while one is missing.
    """

    change: Change
    heads: set[NamedHead] = field(default_factory=set)
    floor: int | None = None
    code: str | None = None
    counting: tuple[int, ...] = ()
    is_judged: bool = False
    unreadable: str | None = None

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.code or self.unreadable)


@dataclass(slots=True)
class _Lineage:
    """A change that a cut-off or let-in names, and its ancestors, as far as they are held.

    first: the earliest of them; sought: the id of the one before it, None when there is none.
    """

    sought: bytes | None
    first: ChangeHeader | None = None
    spared: set[bytes] = field(default_factory=set)


class Log:
    """The runs of one centre. Its directory is taken in first: give every `Applied` to `rejudge`."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._runs: dict[bytes, dict[bytes, Run]] = {}
        self._held: dict[bytes, _Held] = {}
        self._next: dict[bytes, list[bytes]] = {}
        self._chains: dict[bytes, dict[bytes, list[bytes]]] = {}
        self._numbers: dict[tuple[bytes, bytes, int], list[bytes]] = {}
        self._forked: dict[tuple[bytes, bytes, int], None] = {}
        self._redated: dict[bytes, None] = {}
        self._named: dict[bytes, dict[bytes, list[tuple[KnownHead, Run]]]] = {}
        self._waiting: dict[bytes, dict[bytes, None]] = {}
        self._lineages: dict[bytes, _Lineage] = {}
        self._sought: dict[bytes, list[_Lineage]] = {}

    def add(self, data: bytes) -> list[bytes]:
        """Take in a run; none twice. Gives the changes whose verdict, or counting heads, are new or moved.

        Raises ProtocolError: those of crypto 6.7, "wrong_place", "bad_key", "bad_signature"; nothing is kept then.
        """
        run = parse_run(data)
        if run.head.centre != self.directory.centre:
            raise ProtocolError("wrong_place")
        verify_run(run)
        return self.add_run(run)

    def add_run(self, run: Run) -> list[bytes]:
        """Take in a run that was verified. See `add`."""
        runs = self._runs.setdefault(run.head.circle, {})
        if run.signed in runs:
            return []
        runs[run.signed] = run
        touched: dict[bytes, None] = {}
        for change in run.changes:
            self._place(change, (run.head.head_index, run.head.head_hash), touched)
        for known in run.head.known:
            if known.id not in self._held:
                self._named.setdefault(run.head.circle, {}).setdefault(known.id, []).append((known, run))
        return self._judge(touched)

    def refuse(self, change: bytes, code: str) -> list[bytes]:
        """What rule 5 says of a change that was to be opened: a code of crypto 6.5 or "malformed"."""
        held = self._held[change]
        before = held.verdict
        held.unreadable = code
        return [change] if held.verdict != before else []

    def rejudge(self, applied: Applied) -> list[bytes]:
        """After a directory entry, or late statement bytes. Gives the changes whose verdict, or counting heads, moved.

        Only what the entry can touch is looked at: what waited for it, cut-offs and let-ins by device and circle,
        circles whose history came late; all, when an entry was voided.
        """
        touched: dict[bytes, None] = dict.fromkeys(self._held) if applied.rebuilt else {}
        for circle in applied.given:
            self._touch_chains(self._chains.get(circle, {}).values(), touched)
        for circle, device in applied.cutoffs:
            self._touch_chains([self._chains.get(circle, {}).get(device, [])], touched)
        for device in applied.revoked:
            self._touch_chains([chains.get(device, []) for chains in self._chains.values()], touched)
        for _, change in applied.letins:
            touched.update(dict.fromkeys(self._lineage(change).spared))
        touched.update(self._waiting.pop(applied.hash, {}))
        return self._judge(touched)

    def verdict(self, change: bytes) -> Verdict | None:
        """None if the change is not held."""
        held = self._held.get(change)
        return held.verdict if held else None

    def change(self, change: bytes) -> Change | None:
        """The change itself, its body sealed."""
        held = self._held.get(change)
        return held.change if held else None

    def counting_heads(self, change: bytes) -> tuple[int, ...]:
        """Indices of the heads under which a change counts, oldest first; several only if its device signed it anew."""
        held = self._held[change]
        return held.counting if held.unreadable is None else ()

    def counting(self, circle: bytes) -> Iterator[Change]:
        """The changes of a circle that count, in no particular order."""
        for chain in self._chains.get(circle, {}).values():
            yield from (self._held[id_].change for id_ in chain if self._held[id_].verdict.counts)

    def runs(self, circle: bytes) -> list[Run]:
        """As they came."""
        return list(self._runs.get(circle, {}).values())

    def circles(self) -> list[bytes]:
        """Those of which a run is held."""
        return list(self._runs)

    def heads(self, circle: bytes) -> dict[bytes, tuple[int, bytes]]:
        """(sequence, id) of the newest change of each device whose ancestors are all held; of two, the smaller id."""
        newest: dict[bytes, tuple[int, bytes]] = {}
        for device, chain in self._chains.get(circle, {}).items():
            whole = [self._held[id_].change for id_ in chain if self._held[id_].floor is not None]
            if whole:
                last = min(whole, key=lambda change: (-change.header.sequence, change.id))
                newest[device] = (last.header.sequence, last.id)
        return newest

    def missing(self, circle: bytes) -> list[KnownHead]:
        """Heads that a counting run names and that are not held, each once, by device, number and id.

        An acknowledgement needs no right, so one of a device that was not in the circle, or is cut off, names nothing.
        """
        lacking = {
            (known.device, known.sequence, known.id)
            for naming in self._named.get(circle, {}).values()
            for known, run in naming
            if self._vouches(run)
        }
        return [KnownHead(*head) for head in sorted(lacking)]

    @property
    def forks(self) -> list[Fork]:
        """Every number that a device used twice in one circle."""
        return [Fork(*place, tuple(sorted(self._numbers[place]))) for place in self._forked]

    @property
    def redated(self) -> list[bytes]:
        """Changes that their device signed under more than one head: as alarming as a fork."""
        return list(self._redated)

    def _place(self, change: Change, head: NamedHead, touched: dict[bytes, None]) -> None:
        """Put a change into its chain, or under one more head."""
        held = self._held.get(change.id) or self._hold(change, touched)
        if head in held.heads:
            return
        held.heads.add(head)
        if len(held.heads) > 1:
            self._redated[change.id] = None
        if self.directory.index_of(head[1]) is None:
            self._waiting.setdefault(head[1], {})[change.id] = None
        touched[change.id] = None
        self._settle(change.id, touched)

    def _hold(self, change: Change, touched: dict[bytes, None]) -> _Held:
        held = self._held[change.id] = _Held(change)
        header = change.header
        number = (header.circle, header.device, header.sequence)
        self._chains.setdefault(header.circle, {}).setdefault(header.device, []).append(change.id)
        self._numbers.setdefault(number, []).append(change.id)
        if len(self._numbers[number]) > 1:
            self._forked[number] = None
        self._next.setdefault(header.previous, []).append(change.id)
        self._named.get(header.circle, {}).pop(change.id, None)
        for lineage in self._sought.pop(change.id, []):
            touched.update(dict.fromkeys(self._walk(lineage)))
        return held

    def _settle(self, id_: bytes, touched: dict[bytes, None]) -> None:
        """Work out the floor of a change, and of those behind it as far as it moves."""
        queue = [id_]
        while queue:
            held = self._held[queue.pop()]
            held.floor = self._floor(held.change)
            if held.floor is None:
                continue
            touched[held.change.id] = None
            for follower in self._next.get(held.change.id, []):
                known = self._held[follower]
                if self._floor(known.change) != known.floor:
                    queue.append(follower)

    def _floor(self, change: Change) -> int | None:
        if change.header.previous == ZERO_HASH:
            return _BEFORE_ALL
        before = self._held.get(change.header.previous)
        if before is None or before.floor is None or not follows(change.header, before.change.header):
            return None
        return max(before.floor, min(before.heads)[0])

    def _judge(self, touched: Iterable[bytes]) -> list[bytes]:
        moved = []
        for id_ in touched:
            held = self._held[id_]
            code = "ancestor_missing" if held.floor is None else self._code(held, held.heads)
            counting = self._counting(held) if code is None else ()
            if not held.is_judged or (code, counting) != (held.code, held.counting):
                moved.append(id_)
            held.code, held.counting, held.is_judged = code, counting, True
        return moved

    def _counting(self, held: _Held) -> tuple[int, ...]:
        if len(held.heads) == 1:
            return tuple(head[0] for head in held.heads)
        return tuple(head[0] for head in sorted(held.heads) if self._code(held, {head}) is None)

    def _code(self, held: _Held, heads: Iterable[NamedHead]) -> str | None:
        floor = _BEFORE_ALL if held.floor is None else held.floor
        return judge_heads(self.directory, held.change, heads, floor, self._leads(held.change))

    def _vouches(self, run: Run) -> bool:
        return any(self._held[change.id].verdict.counts and self._is_heard(run, change) for change in run.changes)

    def _is_heard(self, run: Run, change: Change) -> bool:
        if not change.is_acknowledgement:
            return True
        head = run.head
        if not self.directory.principal(head.circle, head.device, head.head_index):
            return False
        cutoffs, letins = self.directory.cutoffs(head.circle, head.device), self.directory.letins(head.circle)
        return judge_cutoffs(cutoffs, letins, head.head_index, self._leads(change)) is None

    def _leads(self, change: Change) -> Callable[[bytes], bool]:
        return lambda target: change.id in self._lineage(target).spared

    def _lineage(self, target: bytes) -> _Lineage:
        lineage = self._lineages.get(target)
        if lineage is None:
            lineage = self._lineages[target] = _Lineage(target)
            self._walk(lineage)
        return lineage

    def _walk(self, lineage: _Lineage) -> list[bytes]:
        """From what is sought back to the first change, or to the next one missing."""
        found = []
        while (held := self._held.get(lineage.sought or ZERO_HASH)) is not None:
            header = held.change.header
            if lineage.first is not None and not follows(lineage.first, header):
                lineage.sought = None
                break
            found.append(held.change.id)
            lineage.first = header
            lineage.sought = None if header.previous == ZERO_HASH else header.previous
        if lineage.sought is not None:
            self._sought.setdefault(lineage.sought, []).append(lineage)
        lineage.spared.update(found)
        return found

    def _touch_chains(self, chains: Iterable[list[bytes]], touched: dict[bytes, None]) -> None:
        for chain in chains:
            touched.update(dict.fromkeys(chain))
