"""python -m tests.fleet --minutes 2 --seed 1 --devices 40

Days of two centres on one server process that is killed, backed up and put back. Ends with 1 when a promise was broken,
says which, and keeps what was on the disks. The plan follows from the seed; which thread is first does not.
"""

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fleet.day import live
from tests.fleet.town import Town
from tests.model.servers import as_process


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("--minutes", type=float, default=2.0, help="for how long days go on; the last is finished")
    parser.add_argument("--seed", type=int, default=1, help="of the plan")
    parser.add_argument("--devices", type=int, default=40, help="about so many, in two centres")
    given = parser.parse_args()
    say(f"seed {given.seed}, {given.devices} devices, {given.minutes:g} minutes")
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    try:
        days = go_on(folder, given.seed, given.devices, given.minutes * 60)
    except Exception:
        traceback.print_exc()
        say(f"failed with seed {given.seed}, {given.devices} devices; what was on the disks: {folder}")
        return 1
    shutil.rmtree(folder)
    say(f"{days} days, every promise kept")
    return 0


def go_on(folder: Path, seed: int, devices: int, seconds: float) -> int:
    """Day after day; how many there were."""
    end = time.monotonic() + seconds
    with as_process() as open_server:
        town = Town.build(open_server, folder, seed, devices)
        try:
            while town.tally.day == 0 or time.monotonic() < end:
                began = time.monotonic()
                live(town)
                tell(town, time.monotonic() - began)
        finally:
            for world in town.centres:
                world.close()
    return town.tally.day


def tell(town: Town, seconds: float) -> None:
    tally = town.tally
    say(
        f"day {tally.day:3}  devices {len(list(town.everybody())):3}  changes {town.changes:5}  kills {tally.kills:3}"
        f"  server put back {tally.restores:2}  phones put back {tally.rewinds:3}  dispatches {tally.dispatches:3}"
        f"  revocations {tally.revocations:3}  {seconds:.1f} s"
    )


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
