"""The port behind which everything is kept. It holds no rule: what may be kept, and who may see it, `relay` decides.

A job is a plain function on one centre's `Reader` or `Writer`; there is no way to ask without naming the centre. A
store runs write jobs one after another, each all or nothing, and answers when they are on disk. So cursors are
ordered by commit: who has seen cursor c never meets a smaller one later.
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CentreState:
    """index: of the newest entry, -1 before the first. run_bytes: of the log and the quarantine together.

    blob_bytes: as announced, whether or not they have arrived.
    """

    cursor: int
    index: int
    run_bytes: int
    blob_bytes: int
    restoring: bool


@dataclass(frozen=True, slots=True)
class Tail:
    """The last change held of one device's chain in one circle, and the head its run was written under."""

    circle: bytes
    device: bytes
    sequence: int
    id: bytes
    head_index: int


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run about to be kept: columns beside its bytes, so that nothing is parsed again to find it."""

    circle: bytes
    device: bytes
    first: int
    count: int
    last_id: bytes
    head_index: int
    data: bytes

    @property
    def tail(self) -> Tail:
        return Tail(self.circle, self.device, self.first + self.count - 1, self.last_id, self.head_index)


class HeldRun(NamedTuple):
    """A run in the log. arrived: index of the newest entry when it was stored."""

    cursor: int
    arrived: int
    circle: bytes
    device: bytes
    data: bytes


class Apart(NamedTuple):
    """Where a run in quarantine stands in its chain. head_index: of the head it names."""

    first: int
    last: int
    head_index: int


@dataclass(frozen=True, slots=True)
class QuarantinedRun:
    """A run held apart. number: of it in this centre's quarantine, ascending; time: ms."""

    number: int
    time: int
    code: str
    data: bytes


@dataclass(frozen=True, slots=True)
class HeldEntry:
    index: int
    hash: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class HeldStatement:
    """A statement on a circle, given by its bytes. position: of its digest in the entry."""

    index: int
    position: int
    circle: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """That something was refused. device and circle are zeros where the directory does not know them."""

    device: bytes
    circle: bytes
    code: str
    count: int
    last: int


@dataclass(frozen=True, slots=True)
class BlobRow:
    """received: bytes from the start that are on disk. touched: ms, when the last of them came."""

    size: int
    received: int
    complete: bool
    touched: int


class Reader(Protocol):
    """One centre as it was at one moment."""

    @property
    def centre(self) -> bytes: ...

    def state(self) -> CentreState | None:
        """None: nothing was founded here."""

    def entries(self, after: int) -> Iterator[HeldEntry]:
        """Ascending by index."""

    def statements(self, index: int) -> list[HeldStatement]:
        """Of one entry, in the order of their digests."""

    def circle_statements(self, circle: bytes, after: int) -> Iterator[HeldStatement]:
        """Of one circle, from entries after an index, in their order."""

    def tail(self, circle: bytes, device: bytes) -> Tail | None: ...

    def tails(self, device: bytes) -> list[Tail]:
        """Of one device, ascending by circle."""

    def runs_of(self, circle: bytes, device: bytes, first: int, last: int) -> list[bytes]:
        """Runs of the log with a change numbered from first to last, in order."""

    def runs(self, circles: Sequence[bytes], after: int, until: int) -> Iterator[HeldRun]:
        """Runs of these circles with after < cursor <= until, ascending, read one by one as they are taken."""

    def quarantine(self, after: int) -> Iterator[QuarantinedRun]:
        """Ascending by number."""

    def quarantine_of(self, circle: bytes, device: bytes) -> list[QuarantinedRun]:
        """One chain's, in the order of their first changes."""

    def quarantined_chains(self) -> list[tuple[bytes, bytes]]:
        """Circle and device of every chain with a run held apart, ascending."""

    def held_apart(self, circle: bytes, device: bytes, id_: bytes) -> list[Apart]:
        """Runs in quarantine that end with this change, found without reading them."""

    def quarantine_size(self, device: bytes) -> tuple[int, int]:
        """Runs of a device in quarantine, and their bytes."""

    def refusals(self) -> list[Refusal]: ...

    def is_spent(self, token: bytes) -> bool: ...

    def is_shredded(self, circle: bytes) -> bool: ...

    def contacts(self) -> frozenset[bytes]:
        """Devices in contact since the centre was restored."""

    def blob(self, blob: bytes) -> BlobRow | None: ...

    def blob_uses(self, blob: bytes) -> list[tuple[bytes, int]]:
        """Circles with a run that refers to it, each with the index at which the first of those arrived."""

    def blobs_unused(self, before: int) -> list[bytes]:
        """Blobs that no run refers to and that were not touched since `before` (ms)."""


class Writer(Reader, Protocol):
    """One centre inside one job. What a job did is undone when it raises."""

    def found(self) -> None: ...

    def add_entry(self, entry: HeldEntry) -> None: ...

    def add_statement(self, statement: HeldStatement) -> None:
        """One that is there already stays as it is."""

    def add_run(self, run: NewRun) -> int:
        """Its cursor: one more than the newest. The chain ends in it from now on, unless it ended further on."""

    def add_blob_use(self, blob: bytes, circle: bytes) -> None: ...

    def hold(self, run: NewRun, code: str, time: int) -> int:
        """Put a run into quarantine; its number."""

    def release(self, number: int) -> None:
        """Take a run out of quarantine."""

    def count_refusal(self, device: bytes, circle: bytes, code: str, time: int) -> None: ...

    def spend(self, token: bytes, expires: int) -> bool:
        """Remember a token until it expires (s). False: it was spent before."""

    def set_restoring(self, restoring: bool) -> None:
        """Contacts are forgotten."""

    def add_contact(self, device: bytes) -> None: ...

    def shred(self, circle: bytes) -> None:
        """Destroy its runs, quarantine, uses of blobs and the bytes of its statements (empty ones are never given)."""

    def put_blob(self, blob: bytes, row: BlobRow) -> None: ...

    def drop_blob(self, blob: bytes) -> None: ...


Frames = Generator[tuple[int, Sequence[bytes]], None, None]
"""Places (a cursor, an index, a number), each once, ascending, with the bytes that stand there."""
Source = Callable[[Reader, int], Frames]
"""Gives what comes after a place."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A centre's log or directory grew, and it is on disk."""

    centre: bytes
    cursor: int
    index: int


class Store(Protocol):
    """Set `moved` to be told, on the event loop, of every commit by which a centre grew."""

    moved: Callable[[Moved], None]

    @property
    def secret(self) -> bytes:
        """32 random bytes, made once for this store."""

    async def open(self) -> None: ...

    async def close(self) -> None:
        """Finish what was begun. Jobs given later raise StoreClosedError."""

    async def read(self, centre: bytes, job: Callable[[Reader], T]) -> T: ...

    async def glance(self, centre: bytes, job: Callable[[Reader], T]) -> T:
        """As `read`, for a job so short that to wait for a thread would take longer."""

    async def write(self, centre: bytes, job: Callable[[Writer], T], size: int = 0) -> T:
        """Run a job and wait until it is on disk. It runs even if nobody waits any more. size: bytes it brings."""

    def stream(self, centre: bytes, source: Source, after: int) -> AsyncIterator[bytes]:
        """What a source gives, in chunks, read as they are taken: what is added meanwhile shows."""

    async def centres(self) -> Mapping[bytes, CentreState]: ...

    async def allowed(self, centre: bytes) -> bool:
        """Whether the operator let this centre be founded here."""

    async def allow(self, centre: bytes) -> None: ...

    async def tidy(self, now: int) -> None:
        """Forget tokens that expired before now (s), and whatever else is left of what was deleted."""


class BlobFiles(Protocol):
    """The bytes of blobs, apart from the rows about them. Calls block; what was written is on disk."""

    def write(self, centre: bytes, blob: bytes, offset: int, data: bytes) -> None: ...

    def read(self, centre: bytes, blob: bytes, start: int, stop: int) -> bytes: ...

    def drop(self, centre: bytes, blob: bytes) -> None: ...


class StoreClosedError(Exception):
    """The store takes no more jobs: the server is stopping."""


class StoreFullError(Exception):
    """The disk takes no more. Nothing of what was asked is kept."""
