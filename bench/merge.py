"""Merge of 1,000 to 100,000 changes in both twins: microseconds a change at each size, and how that grows.

python -m bench.merge [seed]     runs bench/merge.ts too

Linear is a growth near 1 (more, because a larger state lies farther from the processor); quadratic would be 100. Taken
without Python's garbage collector, whose share depends on all else that is alive.
"""

import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from sync.capacity import Capacity
from sync.dictionary import dictionary
from sync.edits import Edit, Write
from sync.merge import Merge
from sync.writes import Judged

ROOT = Path(__file__).parent.parent
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 3  # the best counts; in the others something else was running
PLACE = bytes(16)
STAFF = Capacity(frozenset({"staff"}), lambda _type, _field: None)

Make = Callable[[int, Random], list[Judged]]


def change(number: int, record: int, over: Iterable[int]) -> Judged:
    """A note of where a visit took place, over earlier ones."""
    ids = tuple(sorted(change_id(other) for other in over))
    edit = Edit(record.to_bytes(16, "big"), "visit", (Write("place_text", None, f"{number}", ids),))
    return Judged(change_id(number), PLACE, "dispatch", PLACE * 2, PLACE, (STAFF,), number, 1, (edit,))


def change_id(number: int) -> bytes:
    """32 bytes, spread like a digest's."""
    return (number * 0x9E3779B1 % 2**32).to_bytes(4, "big") * 8


def many_records(size: int, random: Random) -> list[Judged]:
    """Ten changes a record; of five changes, four were made over the one before. They arrive in any order."""
    made = [change(n, n // 10, [n - 1] if n % 10 and random.random() < 0.8 else []) for n in range(size)]
    return random.sample(made, size)


def one_register(size: int, random: Random) -> list[Judged]:
    """All over the one before. They arrive in any order."""
    return random.sample([change(n, 0, range(max(0, n - 1), n)) for n in range(size)], size)


def crowded_register(size: int, random: Random) -> list[Judged]:
    """One register, each over the last 8: many names to follow. They arrive in any order."""
    return random.sample([change(n, 0, range(max(0, n - 8), n)) for n in range(size)], size)


def microseconds_a_change(log: list[Judged]) -> tuple[float, float]:
    """Of taking in all, and of taking out half of them again."""
    merge, half = Merge(dictionary()), log[: len(log) // 2]
    started = time.perf_counter()
    for each in log:
        merge.add(each)
    taken_in = time.perf_counter()
    for each in half:
        merge.remove(each.id)
    done = time.perf_counter()
    return (taken_in - started) / len(log) * 1e6, (done - taken_in) / len(half) * 1e6


def measure(name: str, make: Make, seed: int) -> None:
    """One line a direction: each size, and how much more a change costs in the largest log than in the smallest."""
    rounds = [[microseconds_a_change(make(size, Random(seed))) for size in SIZES] for _ in range(ROUNDS)]
    for direction, what in enumerate(("in", "out")):
        best = [min(taken[size][direction] for taken in rounds) for size in range(len(SIZES))]
        figures = "  ".join(f"{size:>7,}: {cost:5.1f} µs" for size, cost in zip(SIZES, best, strict=True))
        print(f"  {name:<13} {what:<4} {figures}   growth {best[-1] / best[0]:.2f}")


def main(seed: int = 1) -> None:
    print(f"merge, a change, seed {seed}\n python")
    gc.disable()
    measure("many records", many_records, seed)
    measure("one register", one_register, seed)
    measure("crowded", crowded_register, seed)
    gc.enable()
    print(" typescript", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "merge.mjs"
        build = ["node_modules/.bin/rolldown", "bench/merge.ts", "--platform", "node", "--file", str(bundle)]
        subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["node", bundle, str(seed)], check=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
