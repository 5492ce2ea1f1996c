"""Everything in dictionaries, for tests: nothing outlives the process. Passes the same conformance suite as SQLite."""

import copy
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TypeVar

from server.store.protocol import (
    Apart,
    BlobRow,
    CentreState,
    HeldEntry,
    HeldRun,
    HeldStatement,
    Moved,
    NewRun,
    QuarantinedRun,
    Reader,
    Refusal,
    Source,
    StoreClosedError,
    Tail,
    Writer,
)
from server.store.streams import stream

T = TypeVar("T")


@dataclass
class _Centre:
    state: CentreState | None = None
    entries: list[HeldEntry] = field(default_factory=list)
    statements: dict[tuple[int, int], HeldStatement] = field(default_factory=dict)
    runs: list[tuple[int, int, NewRun]] = field(default_factory=list)  # cursor, arrived
    tails: dict[tuple[bytes, bytes], Tail] = field(default_factory=dict)  # by device, circle
    quarantine: dict[int, tuple[QuarantinedRun, NewRun]] = field(default_factory=dict)
    quarantined: int = 0
    refusals: dict[tuple[bytes, bytes, str], Refusal] = field(default_factory=dict)
    spent: dict[bytes, int] = field(default_factory=dict)
    shredded: set[bytes] = field(default_factory=set)
    contacts: set[bytes] = field(default_factory=set)
    blobs: dict[bytes, BlobRow] = field(default_factory=dict)
    uses: dict[tuple[bytes, bytes], int] = field(default_factory=dict)  # by blob, circle


class MemoryReader:
    """`protocol.Reader` on dictionaries."""

    def __init__(self, centre: bytes, held: _Centre) -> None:
        self.centre = centre
        self._held = held

    def state(self) -> CentreState | None:
        return self._held.state

    def entries(self, after: int) -> Iterator[HeldEntry]:
        return (entry for entry in self._held.entries if entry.index > after)

    def statements(self, index: int) -> list[HeldStatement]:
        return [given for _, given in sorted(self._held.statements.items()) if given.index == index and given.data]

    def circle_statements(self, circle: bytes, after: int) -> Iterator[HeldStatement]:
        ordered = (given for _, given in sorted(self._held.statements.items()) if given.data)
        return (given for given in ordered if given.circle == circle and given.index > after)

    def tail(self, circle: bytes, device: bytes) -> Tail | None:
        return self._held.tails.get((device, circle))

    def tails(self, device: bytes) -> list[Tail]:
        return [tail for key, tail in sorted(self._held.tails.items()) if key[0] == device]

    def runs_of(self, circle: bytes, device: bytes, first: int, last: int) -> list[bytes]:
        chain = [run for _, _, run in self._held.runs if (run.circle, run.device) == (circle, device)]
        chain.sort(key=lambda run: run.first)
        return [run.data for run in chain if run.first <= last and run.tail.sequence >= first]

    def runs(self, circles: Sequence[bytes], after: int, until: int) -> Iterator[HeldRun]:
        for cursor, arrived, run in self._held.runs:
            if after < cursor <= until and run.circle in circles:
                yield HeldRun(cursor, arrived, run.circle, run.device, run.data)

    def quarantine(self, after: int) -> Iterator[QuarantinedRun]:
        return (held for number, (held, _) in self._held.quarantine.items() if number > after)

    def quarantine_of(self, circle: bytes, device: bytes) -> list[QuarantinedRun]:
        chain = [
            pair for pair in self._held.quarantine.values() if (pair[1].circle, pair[1].device) == (circle, device)
        ]
        return [held for held, _ in sorted(chain, key=lambda pair: pair[1].first)]

    def quarantined_chains(self) -> list[tuple[bytes, bytes]]:
        return sorted({(run.circle, run.device) for _, run in self._held.quarantine.values()})

    def held_apart(self, circle: bytes, device: bytes, id_: bytes) -> list[Apart]:
        runs = [run for _, run in self._held.quarantine.values()]
        ending = [run for run in runs if (run.circle, run.device, run.tail.id) == (circle, device, id_)]
        return [Apart(run.first, run.tail.sequence, run.tail.head_index) for run in ending]

    def quarantine_size(self, device: bytes) -> tuple[int, int]:
        sizes = [len(run.data) for _, run in self._held.quarantine.values() if run.device == device]
        return len(sizes), sum(sizes)

    def refusals(self) -> list[Refusal]:
        return [refusal for _, refusal in sorted(self._held.refusals.items())]

    def is_spent(self, token: bytes) -> bool:
        return token in self._held.spent

    def is_shredded(self, circle: bytes) -> bool:
        return circle in self._held.shredded

    def contacts(self) -> frozenset[bytes]:
        return frozenset(self._held.contacts)

    def blob(self, blob: bytes) -> BlobRow | None:
        return self._held.blobs.get(blob)

    def blob_uses(self, blob: bytes) -> list[tuple[bytes, int]]:
        return [(circle, arrived) for (used, circle), arrived in sorted(self._held.uses.items()) if used == blob]

    def blobs_unused(self, before: int) -> list[bytes]:
        used = {blob for blob, _ in self._held.uses}
        return [blob for blob, row in sorted(self._held.blobs.items()) if blob not in used and row.touched < before]


class MemoryWriter(MemoryReader):
    """`protocol.Writer` on a copy that is kept when the job succeeds."""

    grew = False

    def _change(self, *, run_bytes: int = 0, blob_bytes: int = 0) -> CentreState:
        state = self._held.state
        assert state
        run_bytes, blob_bytes = state.run_bytes + run_bytes, state.blob_bytes + blob_bytes
        self._held.state = replace(state, run_bytes=run_bytes, blob_bytes=blob_bytes)
        return self._held.state

    def found(self) -> None:
        self._held.state = CentreState(0, -1, 0, 0, restoring=False)

    def add_entry(self, entry: HeldEntry) -> None:
        self.grew = True
        self._held.state = replace(self._change(), index=entry.index)
        self._held.entries.append(entry)

    def add_statement(self, statement: HeldStatement) -> None:
        self._held.statements.setdefault((statement.index, statement.position), statement)

    def add_run(self, run: NewRun) -> int:
        self.grew = True
        state = self._change(run_bytes=len(run.data))
        self._held.state = replace(state, cursor=state.cursor + 1)
        self._held.runs.append((state.cursor + 1, state.index, run))
        tail = self._held.tails.get((run.device, run.circle))
        if tail is None or run.tail.sequence > tail.sequence:
            self._held.tails[run.device, run.circle] = run.tail
        return state.cursor + 1

    def add_blob_use(self, blob: bytes, circle: bytes) -> None:
        self._held.uses.setdefault((blob, circle), self._change().index)

    def hold(self, run: NewRun, code: str, time: int) -> int:
        self._change(run_bytes=len(run.data))
        self._held.quarantined += 1
        number = self._held.quarantined
        self._held.quarantine[number] = (QuarantinedRun(number, time, code, run.data), run)
        return number

    def release(self, number: int) -> None:
        self._change(run_bytes=-len(self._held.quarantine.pop(number)[1].data))

    def count_refusal(self, device: bytes, circle: bytes, code: str, time: int) -> None:
        key = (device, circle, code)
        count = self._held.refusals[key].count if key in self._held.refusals else 0
        self._held.refusals[key] = Refusal(device, circle, code, count + 1, time)

    def spend(self, token: bytes, expires: int) -> bool:
        is_new = token not in self._held.spent
        self._held.spent.setdefault(token, expires)
        return is_new

    def set_restoring(self, restoring: bool) -> None:
        self._held.state = replace(self._change(), restoring=restoring)
        self._held.contacts.clear()

    def add_contact(self, device: bytes) -> None:
        self._held.contacts.add(device)

    def shred(self, circle: bytes) -> None:
        held = self._held
        gone = [run for _, _, run in held.runs] + [run for _, run in held.quarantine.values()]
        self._change(run_bytes=-sum(len(run.data) for run in gone if run.circle == circle))
        held.runs = [row for row in held.runs if row[2].circle != circle]
        held.quarantine = {number: pair for number, pair in held.quarantine.items() if pair[1].circle != circle}
        held.tails = {key: tail for key, tail in held.tails.items() if key[1] != circle}
        for key, given in held.statements.items():
            if given.circle == circle:
                held.statements[key] = replace(given, data=b"")
        held.uses = {key: arrived for key, arrived in held.uses.items() if key[1] != circle}
        held.shredded.add(circle)

    def put_blob(self, blob: bytes, row: BlobRow) -> None:
        self.drop_blob(blob)
        self._held.blobs[blob] = row
        self._change(blob_bytes=row.size)

    def drop_blob(self, blob: bytes) -> None:
        if row := self._held.blobs.pop(blob, None):
            self._change(blob_bytes=-row.size)


class MemoryStore:
    """`protocol.Store` for one event loop. Jobs run at once, so a commit is the assignment of a copy."""

    def __init__(self) -> None:
        self.moved: Callable[[Moved], None] = lambda _: None
        self.secret = secrets.token_bytes(32)
        self._centres: dict[bytes, _Centre] = {}
        self._allowed: set[bytes] = set()
        self._is_open = False

    async def open(self) -> None:
        self._is_open = True

    async def close(self) -> None:
        self._is_open = False

    async def read(self, centre: bytes, job: Callable[[Reader], T]) -> T:
        return job(MemoryReader(centre, self._held(centre)))

    async def glance(self, centre: bytes, job: Callable[[Reader], T]) -> T:
        return await self.read(centre, job)

    async def write(self, centre: bytes, job: Callable[[Writer], T], size: int = 0) -> T:  # noqa: ARG002
        held = copy.deepcopy(self._held(centre))
        writer = MemoryWriter(centre, held)
        value = job(writer)
        self._centres[centre] = held
        if writer.grew and held.state:
            self.moved(Moved(centre, held.state.cursor, held.state.index))
        return value

    def stream(self, centre: bytes, source: Source, after: int) -> AsyncIterator[bytes]:
        return stream(lambda: nullcontext(MemoryReader(centre, self._held(centre))), source, after)

    def _held(self, centre: bytes) -> _Centre:
        if not self._is_open:
            raise StoreClosedError
        return self._centres.get(centre, _Centre())

    async def centres(self) -> Mapping[bytes, CentreState]:
        return {centre: held.state for centre, held in sorted(self._centres.items()) if held.state}

    async def allowed(self, centre: bytes) -> bool:
        return centre in self._allowed

    async def allow(self, centre: bytes) -> None:
        self._allowed.add(centre)

    async def tidy(self, now: int) -> None:
        for held in self._centres.values():
            held.spent = {token: expires for token, expires in held.spent.items() if expires >= now}


class MemoryBlobs:
    """`protocol.BlobFiles` in a dictionary."""

    def __init__(self) -> None:
        self._blobs: dict[tuple[bytes, bytes], bytes] = {}

    def write(self, centre: bytes, blob: bytes, offset: int, data: bytes) -> None:
        self._blobs[centre, blob] = self._blobs.get((centre, blob), b"")[:offset].ljust(offset, b"\0") + data

    def read(self, centre: bytes, blob: bytes, start: int, stop: int) -> bytes:
        try:
            return self._blobs[centre, blob][start:stop]
        except KeyError:
            raise FileNotFoundError from None

    def drop(self, centre: bytes, blob: bytes) -> None:
        self._blobs.pop((centre, blob), None)
