"""Pull over HTTP, beside a constant body of the same size from the same process: python -m bench.pull

And the memory of the server while a client pulls ten times as much. The log was written by a process that has ended, so
that it stands in the database and not in its WAL, as most of a log does.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

from bench.rig import BINARY, Connection, Server, Writers, serving, show, show_ratio

ROUNDS = 15
RUNS = 100  # of 100 changes each: 10,000 changes
MANY_RUNS = 1_000
MIB = 1024**2


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data, few, many = Path(folder) / "data", Writers(1, seed=1), Writers(1, seed=2)
        with serving(data) as server:
            for writers, runs in ((few, RUNS), (many, MANY_RUNS)):
                writers.found(server)
                _fill(server, writers, runs)
        with serving(data, ["-m", "bench.server"]) as server:
            _rates(server, f"{few.base}/pull", few.sign_in(server, few.devices[0]))
            _memory(server, f"{many.base}/pull", many.sign_in(server, many.devices[0]))


def _fill(server: Server, writers: Writers, runs: int) -> None:
    connection = Connection(server.port)
    for _ in range(runs):
        body = writers.push(writers.devices[0], 100)
        status, answer = connection.ask("POST", f"{writers.base}/push", body, [BINARY])
        assert status == 200, answer
    connection.close()


def _rates(server: Server, path: str, cookie: str) -> None:
    buffer = bytearray(MIB)
    size = _drain(server, path, cookie, buffer)[0]
    rates: dict[str, list[float]] = {"pull": [], "constant": []}
    parts: dict[str, Callable[[], float]] = {
        "pull": lambda: _drain(server, path, cookie, buffer)[1],
        "constant": lambda: _drain(server, f"/constant/{size}", cookie, buffer)[1],
    }
    for part in parts.values():
        part()
    for number in range(ROUNDS):
        for name in ("pull", "constant") if number % 2 else ("constant", "pull"):
            rates[name].append(RUNS * 100 / parts[name]())
    show("pull of 10,000 changes", rates["pull"], "changes/s")
    show(f"a constant body of {size:,} bytes", rates["constant"], "changes/s")
    show_ratio("pull / constant", [a / b for a, b in zip(rates["pull"], rates["constant"], strict=True)], 0.5)


def _drain(server: Server, path: str, cookie: str, buffer: bytearray) -> tuple[int, float]:
    """Bytes, and the seconds from asking to the last of them."""
    connection = Connection(server.port)
    began = perf_counter()
    size = connection.drain(path, [cookie], buffer)
    seconds = perf_counter() - began
    connection.close()
    return size, seconds


def _memory(server: Server, path: str, cookie: str) -> None:
    before = server.rss()
    peak, done = [before], Event()

    def watch() -> None:
        while not done.wait(0.002):
            peak.append(server.rss())

    watcher = Thread(target=watch)
    watcher.start()
    size, seconds = _drain(server, path, cookie, bytearray(MIB))
    done.set()
    watcher.join()
    highest, after = max(peak) / MIB, server.rss() / MIB
    print(f"pull of {MANY_RUNS * 100:,} changes, {size / MIB:.0f} MiB in {seconds:.2f} s: memory of the server")
    print(f"  before {before / MIB:.1f} MiB, highest meanwhile {highest:.1f} MiB, after {after:.1f} MiB")


if __name__ == "__main__":
    main()
