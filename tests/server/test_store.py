"""What every store promises, run on each of them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from random import Random

import pytest
from anyio.lowlevel import checkpoint

from server.store import streams
from server.store.files import BlobDirectory
from server.store.memory import MemoryBlobs, MemoryStore
from server.store.protocol import (
    BlobFiles,
    BlobRow,
    CentreState,
    Frames,
    HeldEntry,
    HeldStatement,
    Moved,
    NewRun,
    Reader,
    Refusal,
    Store,
    StoreClosedError,
    StoreFullError,
    Tail,
    Writer,
)
from server.store.sqlite import SqliteStore
from sync.wire import PullReader, pull_header

pytestmark = pytest.mark.anyio

CENTRE, OTHER = b"c" * 16, b"o" * 16
CIRCLE, DOOR = b"k" * 16, b"d" * 16
DEVICE, PHONE = b"v" * 32, b"p" * 32


def make_run(first: int = 1, count: int = 1, circle: bytes = CIRCLE, device: bytes = DEVICE, size: int = 20) -> NewRun:
    last_id = hashlib.sha256(circle + device + bytes([first, count])).digest()
    return NewRun(circle, device, first, count, last_id, 0, last_id[:1] * size)


def make_entry(index: int) -> HeldEntry:
    return HeldEntry(index, hashlib.sha256(bytes([index])).digest(), b"entry %d" % index)


@pytest.fixture(params=["memory", "sqlite", "sqlite alone"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    kept: Store = MemoryStore()
    if request.param != "memory":
        kept = SqliteStore(tmp_path, group_commit=request.param == "sqlite")
    await kept.open()
    for centre in (CENTRE, OTHER):
        await kept.write(centre, lambda writer: writer.found())
    yield kept
    await kept.close()


async def state(store: Store, centre: bytes = CENTRE) -> CentreState | None:
    return await store.read(centre, lambda reader: reader.state())


async def pull(store: Store, *circles: bytes, after: int = 0, until: int = 1_000) -> list[tuple[int, bytes]]:
    def job(reader: Reader) -> list[tuple[int, bytes]]:
        return [(run.cursor, run.data) for run in reader.runs(circles or (CIRCLE,), after, until)]

    return await store.read(CENTRE, job)


async def test_a_centre_nobody_founded_is_unknown(store: Store) -> None:
    assert await state(store, b"x" * 16) is None


async def test_a_founded_centre_is_empty_and_listed(store: Store) -> None:
    empty = CentreState(0, -1, 0, 0, restoring=False)

    assert empty == await state(store)
    assert {CENTRE: empty, OTHER: empty} == await store.centres()


async def test_a_glance_sees_what_a_read_sees(store: Store) -> None:
    await store.write(CENTRE, lambda writer: writer.add_run(make_run()))

    assert await state(store) == await store.glance(CENTRE, lambda reader: reader.state())


async def test_runs_come_back_as_they_were_in_the_order_of_their_cursors(store: Store) -> None:
    runs = [make_run(), make_run(2), make_run(device=PHONE)]
    cursors = [await store.write(CENTRE, lambda writer, run=run: writer.add_run(run)) for run in runs]  # type: ignore[misc]

    assert [1, 2, 3] == cursors
    assert [(1, runs[0].data), (2, runs[1].data), (3, runs[2].data)] == await pull(store)
    assert [(2, runs[1].data)] == await pull(store, after=1, until=2)


async def test_only_the_circles_asked_for_are_read(store: Store) -> None:
    await store.write(CENTRE, lambda writer: [writer.add_run(make_run()), writer.add_run(make_run(circle=DOOR))])

    assert [(2, make_run(circle=DOOR).data)] == await pull(store, DOOR)
    assert [] == await pull(store, b"x" * 16)


async def test_ten_thousand_circles_can_be_asked_for_at_once(store: Store) -> None:
    await store.write(CENTRE, lambda writer: writer.add_run(make_run()))
    circles = [number.to_bytes(16, "big") for number in range(10_000)]

    assert [(1, make_run().data)] == await pull(store, *circles, CIRCLE)


async def test_a_run_carries_the_index_at_which_it_arrived(store: Store) -> None:
    def job(writer: Writer) -> list[int]:
        writer.add_run(make_run())
        writer.add_entry(make_entry(0))
        writer.add_run(make_run(2))
        return [run.arrived for run in writer.runs([CIRCLE], 0, 10)]

    assert [-1, 0] == await store.write(CENTRE, job)


async def test_a_chain_ends_in_its_newest_run(store: Store) -> None:
    await store.write(CENTRE, lambda writer: [writer.add_run(make_run(1, 5)), writer.add_run(make_run(6, 2))])
    tail = await store.read(CENTRE, lambda reader: reader.tail(CIRCLE, DEVICE))

    assert Tail(CIRCLE, DEVICE, 7, make_run(6, 2).last_id, 0) == tail
    assert [tail] == await store.read(CENTRE, lambda reader: reader.tails(DEVICE))
    assert None is await store.read(CENTRE, lambda reader: reader.tail(DOOR, DEVICE))


async def test_runs_are_found_by_the_numbers_of_their_changes(store: Store) -> None:
    runs = [make_run(1, 5), make_run(6, 2), make_run(8, 1)]
    await store.write(CENTRE, lambda writer: [writer.add_run(run) for run in runs])

    def find(first: int, last: int) -> object:
        return store.read(CENTRE, lambda reader: reader.runs_of(CIRCLE, DEVICE, first, last))

    assert [runs[0].data] == await find(5, 5)  # type: ignore[misc]
    assert [runs[0].data, runs[1].data] == await find(5, 6)  # type: ignore[misc]
    assert [] == await find(9, 12)  # type: ignore[misc]


async def test_one_centre_never_sees_what_another_holds(store: Store) -> None:
    def fill(writer: Writer) -> None:
        writer.add_entry(make_entry(0))
        writer.add_statement(HeldStatement(0, 0, CIRCLE, b"s"))
        writer.add_run(make_run())
        writer.hold(make_run(2), "revoked", 1)
        writer.count_refusal(DEVICE, CIRCLE, "fork", 1)
        writer.spend(b"token", 5)
        writer.shred(DOOR)
        writer.add_contact(DEVICE)
        writer.put_blob(b"b" * 32, BlobRow(10, 0, complete=False, touched=1))
        writer.add_blob_use(b"b" * 32, CIRCLE)

    def look(reader: Reader) -> list[object]:
        seen: list[object] = [*reader.entries(-1), *reader.statements(0), *reader.circle_statements(CIRCLE, -1)]
        seen += [*reader.tails(DEVICE), *reader.runs_of(CIRCLE, DEVICE, 1, 9), *reader.runs([CIRCLE], 0, 99)]
        seen += [*reader.quarantine(0), *reader.quarantine_of(CIRCLE, DEVICE), *reader.refusals(), *reader.contacts()]
        seen += [*reader.blob_uses(b"b" * 32), *reader.blobs_unused(99)]
        absent = (reader.tail(CIRCLE, DEVICE), reader.blob(b"b" * 32), reader.is_spent(b"token") or None)
        return seen + [thing for thing in absent if thing is not None]

    await store.write(CENTRE, fill)

    assert [] == await store.read(OTHER, look)
    assert 12 <= len(await store.read(CENTRE, look))
    assert CentreState(0, -1, 0, 0, restoring=False) == await state(store, OTHER)


async def test_a_job_that_fails_leaves_nothing(store: Store) -> None:
    def job(writer: Writer) -> None:
        writer.add_run(make_run())
        writer.spend(b"token", 5)
        raise LookupError("no")

    before = await state(store)
    with pytest.raises(LookupError):
        await store.write(CENTRE, job)

    assert before == await state(store)
    assert [] == await pull(store)
    assert not await store.read(CENTRE, lambda reader: reader.is_spent(b"token"))


async def test_a_bad_job_among_many_is_undone_alone(store: Store) -> None:
    def bad(writer: Writer) -> int:
        writer.add_run(make_run(device=PHONE))
        raise LookupError("no")

    jobs = [store.write(CENTRE, lambda writer, n=n: writer.add_run(make_run(n))) for n in range(1, 50)]  # type: ignore[misc]
    jobs.insert(25, store.write(CENTRE, bad))
    results = await asyncio.gather(*jobs, return_exceptions=True)

    assert 1 == sum(isinstance(result, LookupError) for result in results)
    assert list(range(1, 50)) == [result for result in results if isinstance(result, int)]
    assert None is await store.read(CENTRE, lambda reader: reader.tail(CIRCLE, PHONE))


async def test_a_caller_that_stops_waiting_undoes_nothing(store: Store) -> None:
    task = asyncio.ensure_future(store.write(CENTRE, lambda writer: writer.add_run(make_run())))
    await checkpoint()
    task.cancel()
    await store.write(CENTRE, lambda writer: writer.add_run(make_run(2)))

    assert [(1, make_run().data), (2, make_run(2).data)] == await pull(store)


async def test_entries_and_statements_come_back_in_order(store: Store) -> None:
    statements = [HeldStatement(0, 1, DOOR, b"b"), HeldStatement(0, 0, CIRCLE, b"a"), HeldStatement(1, 3, CIRCLE, b"c")]

    def job(writer: Writer) -> None:
        for index in range(3):
            writer.add_entry(make_entry(index))
        for statement in statements:
            writer.add_statement(statement)

    await store.write(CENTRE, job)

    assert [make_entry(1), make_entry(2)] == await store.read(CENTRE, lambda reader: list(reader.entries(0)))
    assert [statements[1], statements[0]] == await store.read(CENTRE, lambda reader: reader.statements(0))
    assert [statements[1], statements[2]] == await store.read(
        CENTRE, lambda reader: list(reader.circle_statements(CIRCLE, -1))
    )
    assert [statements[2]] == await store.read(CENTRE, lambda reader: list(reader.circle_statements(CIRCLE, 0)))


async def test_a_statement_given_twice_stays_as_it_is(store: Store) -> None:
    await store.write(CENTRE, lambda writer: writer.add_statement(HeldStatement(0, 0, CIRCLE, b"first")))
    await store.write(CENTRE, lambda writer: writer.add_statement(HeldStatement(0, 0, CIRCLE, b"second")))
    held = await store.read(CENTRE, lambda reader: reader.statements(0))

    assert [HeldStatement(0, 0, CIRCLE, b"first")] == held


async def test_quarantine_numbers_are_never_used_twice(store: Store) -> None:
    numbers = [await store.write(CENTRE, lambda writer: writer.hold(make_run(), "revoked", 7))]
    await store.write(CENTRE, lambda writer: writer.release(1))
    numbers.append(await store.write(CENTRE, lambda writer: writer.hold(make_run(), "cut_off", 8)))
    held = await store.read(CENTRE, lambda reader: list(reader.quarantine(0)))

    assert [1, 2] == numbers
    assert [(2, 8, "cut_off", make_run().data)] == [(run.number, run.time, run.code, run.data) for run in held]


async def test_quarantine_of_a_chain_is_in_the_order_of_its_changes(store: Store) -> None:
    await store.write(CENTRE, lambda writer: [writer.hold(make_run(n), "revoked", 7) for n in (5, 1, 3)])
    held = await store.read(CENTRE, lambda reader: reader.quarantine_of(CIRCLE, DEVICE))

    assert [make_run(1).data, make_run(3).data, make_run(5).data] == [run.data for run in held]


async def test_bytes_are_counted_as_they_come_and_go(store: Store) -> None:
    def fill(writer: Writer) -> None:
        writer.add_run(make_run(size=100))
        writer.hold(make_run(2, size=30), "revoked", 7)
        writer.hold(make_run(1, device=PHONE, size=5), "revoked", 7)
        writer.put_blob(b"b" * 32, BlobRow(1_000, 0, complete=False, touched=1))
        writer.put_blob(b"b" * 32, BlobRow(900, 0, complete=False, touched=1))

    await store.write(CENTRE, fill)
    full = await state(store)
    of_device = await store.read(CENTRE, lambda reader: reader.quarantine_size(DEVICE))
    await store.write(CENTRE, lambda writer: writer.release(1))
    await store.write(CENTRE, lambda writer: writer.drop_blob(b"b" * 32))
    less = await state(store)
    await store.write(CENTRE, lambda writer: writer.shred(CIRCLE))
    shredded = await state(store)

    assert (1, 30) == of_device
    assert [(135, 900), (105, 0), (0, 0)] == [
        (at.run_bytes, at.blob_bytes) for at in (full, less, shredded) if at is not None
    ]


async def test_shredding_a_circle_leaves_nothing_of_it_and_all_of_the_others(store: Store) -> None:
    def fill(writer: Writer) -> None:
        for circle in (CIRCLE, DOOR):
            writer.add_run(make_run(circle=circle))
            writer.hold(make_run(2, circle=circle), "revoked", 7)
            writer.add_blob_use(circle * 2, circle)
        writer.add_statement(HeldStatement(0, 0, CIRCLE, b"a"))
        writer.add_statement(HeldStatement(0, 1, DOOR, b"b"))
        writer.shred(CIRCLE)

    await store.write(CENTRE, fill)

    assert [(2, make_run(circle=DOOR).data)] == await pull(store, CIRCLE, DOOR)
    assert [HeldStatement(0, 1, DOOR, b"b")] == await store.read(CENTRE, lambda reader: reader.statements(0))
    assert [DOOR] == [tail.circle for tail in await store.read(CENTRE, lambda reader: reader.tails(DEVICE))]
    assert 1 == len(await store.read(CENTRE, lambda reader: list(reader.quarantine(0))))
    assert [] == await store.read(CENTRE, lambda reader: reader.blob_uses(CIRCLE * 2))
    assert await store.read(CENTRE, lambda reader: reader.is_shredded(CIRCLE))
    assert not await store.read(CENTRE, lambda reader: reader.is_shredded(DOOR))


async def test_refusals_are_counted_by_device_circle_and_code(store: Store) -> None:
    for time in (7, 8):
        await store.write(CENTRE, lambda writer, time=time: writer.count_refusal(DEVICE, CIRCLE, "fork", time))  # type: ignore[misc]
    await store.write(CENTRE, lambda writer: writer.count_refusal(PHONE, CIRCLE, "fork", 9))

    assert [Refusal(PHONE, CIRCLE, "fork", 1, 9), Refusal(DEVICE, CIRCLE, "fork", 2, 8)] == await store.read(
        CENTRE, lambda reader: reader.refusals()
    )


async def test_a_token_is_spent_once_until_it_is_forgotten(store: Store) -> None:
    spent = [await store.write(CENTRE, lambda writer: writer.spend(b"token", 100)) for _ in range(2)]
    await store.tidy(100)
    kept = await store.read(CENTRE, lambda reader: reader.is_spent(b"token"))
    await store.tidy(101)

    assert [True, False] == spent
    assert kept
    assert not await store.read(CENTRE, lambda reader: reader.is_spent(b"token"))


async def test_contacts_are_forgotten_when_restoring_begins_or_ends(store: Store) -> None:
    await store.write(CENTRE, lambda writer: writer.set_restoring(restoring=True))
    await store.write(CENTRE, lambda writer: writer.add_contact(DEVICE))
    during = await state(store), await store.read(CENTRE, lambda reader: reader.contacts())
    await store.write(CENTRE, lambda writer: writer.set_restoring(restoring=False))

    assert during == (CentreState(0, -1, 0, 0, restoring=True), frozenset([DEVICE]))
    assert frozenset() == await store.read(CENTRE, lambda reader: reader.contacts())


async def test_a_blob_is_unused_until_a_run_refers_to_it(store: Store) -> None:
    row = BlobRow(10, 10, complete=True, touched=50)
    for blob in (b"a" * 32, b"b" * 32):
        await store.write(CENTRE, lambda writer, blob=blob: writer.put_blob(blob, row))  # type: ignore[misc]
    await store.write(CENTRE, lambda writer: writer.add_blob_use(b"b" * 32, CIRCLE))

    assert [b"a" * 32] == await store.read(CENTRE, lambda reader: reader.blobs_unused(51))
    assert [] == await store.read(CENTRE, lambda reader: reader.blobs_unused(50))
    assert [(CIRCLE, -1)] == await store.read(CENTRE, lambda reader: reader.blob_uses(b"b" * 32))
    assert row == await store.read(CENTRE, lambda reader: reader.blob(b"a" * 32))


async def test_the_operator_allows_a_centre_by_its_id(store: Store) -> None:
    await store.allow(b"n" * 16)
    await store.allow(b"n" * 16)

    assert await store.allowed(b"n" * 16)
    assert not await store.allowed(CENTRE)


async def test_listeners_hear_of_what_grew_and_only_after_it_is_kept(store: Store) -> None:
    heard: list[Moved] = []
    store.moved = heard.append
    await store.write(CENTRE, lambda writer: writer.add_run(make_run()))
    await store.write(OTHER, lambda writer: writer.add_entry(make_entry(0)))
    await store.write(CENTRE, lambda writer: writer.count_refusal(DEVICE, CIRCLE, "fork", 7))
    with pytest.raises(ZeroDivisionError):
        await store.write(CENTRE, lambda writer: writer.add_run(make_run(2)) // 0)

    assert [Moved(CENTRE, 1, -1), Moved(OTHER, 0, 0)] == heard


async def test_a_closed_store_takes_no_more_jobs(store: Store) -> None:
    await store.close()

    with pytest.raises(StoreClosedError):
        await store.write(CENTRE, lambda writer: writer.add_run(make_run()))
    with pytest.raises(StoreClosedError):
        await store.read(CENTRE, lambda reader: reader.state())
    with pytest.raises(StoreClosedError):
        await store.glance(CENTRE, lambda reader: reader.state())
    await store.open()


async def test_cursors_never_skip_for_a_reader_beside_many_writers(store: Store, seed: int) -> None:
    order = Random(seed).sample(range(1, 201), 200)
    seen: list[int] = []

    async def follow() -> None:
        while len(seen) < len(order):
            seen.extend(cursor for cursor, _ in await pull(store, after=seen[-1] if seen else 0))
            await checkpoint()

    writes = [store.write(CENTRE, lambda writer, n=n: writer.add_run(make_run(n))) for n in order]  # type: ignore[misc]
    await asyncio.wait_for(asyncio.gather(follow(), *writes), 30)

    assert list(range(1, 201)) == seen, f"seed {seed}"


def random_step(random: Random) -> Callable[[Writer], object]:
    """One thing a job can do, or see."""
    circle, device = random.choice((CIRCLE, DOOR)), random.choice((DEVICE, PHONE))
    number = random.randint(1, 3)
    steps: list[Callable[[Writer], object]] = [
        lambda writer: writer.add_run(make_run(number_after(writer, circle, device), number, circle, device)),
        lambda writer: writer.add_run(make_run(number, 1, circle, device)),
        lambda writer: writer.tail(circle, device),
        lambda writer: writer.tails(device),
        lambda writer: writer.runs_of(circle, device, 1, 5),
        lambda writer: [run.cursor for run in writer.runs([circle], 0, 100)],
        lambda writer: writer.state(),
        lambda writer: writer.hold(make_run(number, 1, circle, device), "revoked", 7),
        lambda writer: writer.held_apart(circle, device, make_run(number, 1, circle, device).tail.id),
        lambda writer: release_all(writer, circle, device),
        lambda writer: writer.count_refusal(device, circle, "fork", 7),
        lambda writer: writer.put_blob(device, BlobRow(number, 0, complete=False, touched=1)),
        lambda writer: writer.shred(circle) if number == 1 else None,
    ]
    return random.choice(steps)


def release_all(writer: Writer, circle: bytes, device: bytes) -> int:
    held = writer.quarantine_of(circle, device)
    for each in held:
        writer.release(each.number)
    return len(held)


def number_after(writer: Writer, circle: bytes, device: bytes) -> int:
    tail = writer.tail(circle, device)
    return tail.sequence + 1 if tail else 1


def random_job(random: Random) -> Callable[[Writer], list[object]]:
    """Some steps, then perhaps an error."""
    steps = [random_step(random) for _ in range(random.randint(1, 5))]
    fails = random.random() < 0.3

    def job(writer: Writer) -> list[object]:
        seen = [step(writer) for step in steps]
        if fails:
            raise LookupError(*map(str, seen))
        return seen

    return job


def everything(reader: Reader) -> list[object]:
    seen: list[object] = [reader.state(), *reader.runs([CIRCLE, DOOR], 0, 1_000), *reader.refusals()]
    seen += [*reader.quarantine(0), *reader.tails(DEVICE), *reader.tails(PHONE), reader.blob(DEVICE)]
    return seen


@pytest.mark.parametrize("group_commit", [True, False])
async def test_every_store_gives_the_same_for_any_jobs_whatever_fails(
    group_commit: bool, tmp_path: Path, seed: int
) -> None:
    """Jobs that are committed together see one another, and only those that failed leave nothing."""
    random = Random(seed)
    stores: list[Store] = [MemoryStore(), SqliteStore(tmp_path, group_commit=group_commit)]
    jobs = [(random.choice((CENTRE, OTHER)), random_job(random)) for _ in range(300)]
    outcomes: list[tuple[list[str], list[object]]] = []
    for each in stores:
        await each.open()
        for centre in (CENTRE, OTHER):
            await each.write(centre, lambda writer: writer.found())
        results = await asyncio.gather(*(each.write(centre, job) for centre, job in jobs), return_exceptions=True)
        held: list[object] = [await each.read(centre, everything) for centre in (CENTRE, OTHER)]
        outcomes.append(([repr(result) for result in results], held))
        await each.close()

    for mine, theirs in zip(*(results for results, _ in outcomes), strict=True):
        assert mine == theirs, f"seed {seed}"
    assert outcomes[0][1] == outcomes[1][1], f"seed {seed}"


async def numbered(store: Store, after: int = 0) -> list[tuple[int, bytes]]:
    def source(reader: Reader, after: int) -> Frames:
        for run in reader.runs([CIRCLE], after, 1_000):
            yield run.cursor, (pull_header(run.cursor, 0, len(run.data)), run.data)

    chunks = [chunk async for chunk in store.stream(CENTRE, source, after)]
    return [(each.cursor, each.run) for each in PullReader().feed(b"".join(chunks))]


async def test_a_stream_gives_everything_after_a_place_in_order(store: Store) -> None:
    runs = [make_run(n, size=30_000) for n in range(1, 9)]
    await store.write(CENTRE, lambda writer: [writer.add_run(run) for run in runs])

    assert [(n, run.data) for n, run in enumerate(runs, 1)] == await numbered(store)
    assert [(n, runs[n - 1].data) for n in (6, 7, 8)] == await numbered(store, after=5)
    assert [] == await numbered(store, after=8)


async def test_a_slow_reader_keeps_no_old_page_alive_and_misses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its look at the store is cut again and again, and taken up where it was."""
    monkeypatch.setattr(streams, "_LOOK_SECONDS", 0)
    runs = [make_run(n, size=70_000) for n in range(1, 9)]
    await store.write(CENTRE, lambda writer: [writer.add_run(run) for run in runs])
    looks: list[int] = []
    got: list[bytes] = []

    def source(reader: Reader, after: int) -> Frames:
        looks.append(after)
        for run in reader.runs([CIRCLE], after, 1_000):
            yield run.cursor, (run.data,)

    async for chunk in store.stream(CENTRE, source, 0):
        got.append(chunk)
        for _ in range(3):
            await checkpoint()

    assert [run.data for run in runs] == got
    assert list(range(9)) == looks


async def test_a_stream_that_nobody_finishes_is_let_go(store: Store) -> None:
    runs = [make_run(n, size=70_000) for n in range(1, 9)]
    await store.write(CENTRE, lambda writer: [writer.add_run(run) for run in runs])
    ended: list[bool] = []

    def source(reader: Reader, after: int) -> Frames:
        try:
            for run in reader.runs([CIRCLE], after, 1_000):
                yield run.cursor, (run.data,)
        finally:
            ended.append(True)

    async with aclosing(store.stream(CENTRE, source, 0)) as chunks:  # type: ignore[type-var]
        async for _ in chunks:
            break

    assert [True] == ended


async def test_a_full_disk_keeps_nothing_of_what_it_refuses_and_goes_on(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    await store.open()
    await store.write(CENTRE, lambda writer: writer.found())
    await store.write(CENTRE, lambda writer: writer.add_run(make_run()))
    limit_pages(store, 60)
    jobs = [store.write(CENTRE, lambda writer, n=n: writer.add_run(make_run(n, size=10**6))) for n in (2, 3)]  # type: ignore[misc]
    failed = await asyncio.gather(*jobs, return_exceptions=True)
    held = await pull(store)
    limit_pages(store, 10**6)
    later = await store.write(CENTRE, lambda writer: writer.add_run(make_run(2)))
    await store.close()

    assert [StoreFullError] * 2 == [type(each) for each in failed]
    assert [(1, make_run().data)] == held
    assert 2 == later


def limit_pages(store: SqliteStore, pages: int) -> None:
    store._database.execute(f"pragma max_page_count={pages}")


@pytest.fixture(params=["memory", "directory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobFiles:
    return MemoryBlobs() if request.param == "memory" else BlobDirectory(tmp_path / "blobs")


async def test_a_blob_is_written_in_pieces_and_read_in_ranges(blobs: BlobFiles) -> None:
    blobs.write(CENTRE, b"b" * 32, 0, b"abc")
    blobs.write(CENTRE, b"b" * 32, 3, b"defg")

    assert b"abcdefg" == blobs.read(CENTRE, b"b" * 32, 0, 100)
    assert b"cde" == blobs.read(CENTRE, b"b" * 32, 2, 5)


async def test_a_piece_puts_away_what_lay_behind_it(blobs: BlobFiles) -> None:
    blobs.write(CENTRE, b"b" * 32, 0, b"abcdef")
    blobs.write(CENTRE, b"b" * 32, 2, b"X")

    assert b"abX" == blobs.read(CENTRE, b"b" * 32, 0, 100)


async def test_a_dropped_blob_and_another_centres_are_not_there(blobs: BlobFiles) -> None:
    blobs.write(CENTRE, b"b" * 32, 0, b"abc")
    with pytest.raises(FileNotFoundError):
        blobs.read(OTHER, b"b" * 32, 0, 3)
    blobs.drop(CENTRE, b"b" * 32)
    blobs.drop(CENTRE, b"b" * 32)

    with pytest.raises(FileNotFoundError):
        blobs.read(CENTRE, b"b" * 32, 0, 3)
