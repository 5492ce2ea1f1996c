"""Durable push over HTTP, beside SQLite alone on the same disk: python -m bench.push

Each round measures everything once, in turn; a ratio is that of one round. Every run is signed and checked; every
answer comes after the fsync.
"""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from bench.rig import BINARY, BODY_BYTES, Connection, Server, Writers, serving, show, show_ratio
from server.store.engine import writable

ROUNDS = 7
DEVICES = 16
RUNS = 12  # a device, of 100 changes each
SINGLES = 60  # a device, of one change each
ORDERS = (("push", "rows", "blobs", "group", "alone"), ("rows", "blobs", "push", "alone", "group"))
_ROWS_IN_TRANSACTION = 1_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    rates: dict[str, list[float]] = {}
    program = ["-m", "bench.server"]
    with serving(folder / "group") as group, serving(folder / "single", program, "alone") as single:
        here, there = Writers(DEVICES), Writers(DEVICES)
        here.found(group)
        there.found(single)
        for number in range(ROUNDS):
            _round(folder, number, rates, (group, here), (single, there))
    _report(rates)


def _round(
    folder: Path,
    number: int,
    rates: dict[str, list[float]],
    grouped: tuple[Server, Writers],
    alone: tuple[Server, Writers],
) -> None:
    runs, singles = _bodies(grouped[1], RUNS, 100), _bodies(grouped[1], SINGLES, 1)
    lonely = _bodies(alone[1], SINGLES, 1)
    parts: dict[str, Callable[[], float]] = {
        "push": lambda: DEVICES * RUNS * 100 / _push(*grouped, runs),
        "rows": lambda: DEVICES * RUNS * 100 / _rows(folder / f"rows{number}.db", DEVICES * RUNS * 100),
        "blobs": lambda: DEVICES * RUNS * 100 / _blobs(folder / f"blobs{number}.db", runs),
        "group": lambda: DEVICES * SINGLES / _push(*grouped, singles),
        "alone": lambda: DEVICES * SINGLES / _push(*alone, lonely),
    }
    for name in ORDERS[number % 2]:
        rates.setdefault(name, []).append(parts[name]())


def _bodies(writers: Writers, count: int, changes: int) -> list[list[bytes]]:
    return [[writers.push(device, changes) for _ in range(count)] for device in writers.devices]


def _push(server: Server, writers: Writers, bodies: Sequence[Sequence[bytes]]) -> float:
    """Seconds in which every device sent its pushes, one after another, all devices at once."""
    connections = [Connection(server.port) for _ in bodies]

    def send(connection: Connection, pushes: Sequence[bytes]) -> None:
        for body in pushes:
            status, answer = connection.ask("POST", f"{writers.base}/push", body, [BINARY])
            assert status == 200, answer
            assert b'"accepted"' in answer, answer

    with ThreadPoolExecutor(len(bodies)) as threads:
        began = perf_counter()
        list(threads.map(send, connections, bodies))
        seconds = perf_counter() - began
    for connection in connections:
        connection.close()
    return seconds


def _rows(path: Path, count: int) -> float:
    """Seconds of raw `executemany` of as many bytes, a row a change, same pragmas, 1,000 rows in a transaction."""
    database = writable(path)
    connection = database.conn
    connection.execute("create table changes (device blob, sequence integer, data blob, unique (device, sequence))")
    device, data = bytes(32), memoryview(bytes(range(256)) * (count // 64 + 8))
    rows = [(device, at, bytes(data[at % 256 : at % 256 + BODY_BYTES + 3])) for at in range(count)]
    began = perf_counter()
    for at in range(0, count, _ROWS_IN_TRANSACTION):
        connection.execute("begin immediate")
        connection.executemany("insert into changes values (?, ?, ?)", rows[at : at + _ROWS_IN_TRANSACTION])
        connection.execute("commit")
    seconds = perf_counter() - began
    database.close()
    path.unlink()
    return seconds


def _blobs(path: Path, bodies: Sequence[Sequence[bytes]]) -> float:
    """The same, a row a run."""
    database = writable(path)
    connection = database.conn
    connection.execute("create table runs (device integer, number integer, data blob, unique (device, number))")
    rows = [(device, number, body) for device, pushes in enumerate(bodies) for number, body in enumerate(pushes)]
    began = perf_counter()
    for at in range(0, len(rows), 10):
        connection.execute("begin immediate")
        connection.executemany("insert into runs values (?, ?, ?)", rows[at : at + 10])
        connection.execute("commit")
    seconds = perf_counter() - began
    database.close()
    path.unlink()
    return seconds


def _report(rates: dict[str, list[float]]) -> None:
    show("push, runs of 100 × 1 KB, 16 devices", rates["push"], "changes/s")
    show("raw executemany, a row a change, 1,000 a transaction", rates["rows"], "changes/s")
    show("raw executemany, a row a run, 10 a transaction", rates["blobs"], "changes/s")
    show("push, one change each, group commit", rates["group"], "pushes/s")
    show("push, one change each, a commit each", rates["alone"], "pushes/s")
    show_ratio("push / rows of changes", _ratios(rates, "push", "rows"), 0.5)
    show_ratio("push / rows of runs (for the record)", _ratios(rates, "push", "blobs"), 0.0)
    show_ratio("group commit / a commit each", _ratios(rates, "group", "alone"), 1.5)


def _ratios(rates: dict[str, list[float]], over: str, under: str) -> list[float]:
    return [a / b for a, b in zip(rates[over], rates[under], strict=True)]


if __name__ == "__main__":
    main()
