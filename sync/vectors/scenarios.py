"""Scenarios: whole chains of entries with their runs, and what a reader must make of them, for both twins to replay.

    python -m sync.vectors.scenarios           write them anew (seals are random, so the bytes differ each time)
    python -m sync.vectors.scenarios --check   replay those that are there and compare

A file `story_*.json` holds {"comment", "spec", "centre", "entries": [{"entry", "statements"}], "runs", "table",
"verdicts"}; `refusals.json` holds {"comment", "spec", "centre", "entries", "attempts": [{"name", "entry",
"statements", "expect"}]}: each attempt is made by the server's rule at the head. Bytes are base64; ids, keys and
hashes lower-case hex; `table` and `verdicts` are as made below.
"""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from crypto.errors import ProtocolError
from crypto.run import parse_run, verify_run
from sync.chain import Frame
from sync.directory import Directory
from sync.validity import judge
from tests.sync.faults import faulty_frames
from tests.sync.stories import tell
from tests.sync.test_directory_centre_rows import ROWS as CENTRE_ROWS
from tests.sync.test_directory_circle_rows import ROWS as CIRCLE_ROWS
from tests.sync.world import name, world

FOLDER = Path(__file__).parent / "scenarios"
STORIES = {1: False, 3: True, 5: False, 9: True}  # seed: does the root void something?
SPEC = "sync 2 to 4.1"

Json = dict[str, Any]


def main() -> int:
    """Write the files, or compare them."""
    if "--check" in sys.argv:
        return check()
    FOLDER.mkdir(exist_ok=True)
    for seed, void in STORIES.items():
        _write(f"story_{seed}", story(seed, void=void))
    _write("refusals", refusals())
    return 0


def check() -> int:
    """Replay what is there: the law must say of it what the files say."""
    expected = {f"story_{seed}" for seed in STORIES} | {"refusals"}
    wrong = sorted(expected ^ {path.stem for path in FOLDER.glob("*.json")})
    for path in FOLDER.glob("*.json"):
        held = json.loads(path.read_text())
        if outcome(held) != {key: held[key] for key in outcome(held)}:
            wrong.append(path.stem)
    for stem in wrong:
        sys.stdout.write(f"{stem}: not what the law says, missing, or not of this list\n")
    return 1 if wrong else 0


def outcome(held: Json) -> Json:
    """What a file says came out, worked out again from its bytes."""
    directory = Directory(bytes.fromhex(held["centre"]))
    for entry in held["entries"]:
        directory.apply(*_frame(entry))
    if "attempts" in held:
        return {"attempts": [attempt | {"expect": _attempt(held, _frame(attempt))} for attempt in held["attempts"]]}
    runs = [parse_run(b64decode(run)) for run in held["runs"]]
    for run in runs:
        verify_run(run)
    verdicts = {id_.hex(): verdict.code for id_, verdict in judge(directory, runs).items()}
    return {"table": table(directory), "verdicts": verdicts}


def story(seed: int, *, void: bool) -> Json:
    """A seeded story, as everybody reads it who has all bytes."""
    told = tell(seed, 45, void=void)
    held: Json = {
        "comment": f"story {seed}: people come and go, circles are renewed, devices write, fork and are shut out",
        "spec": SPEC,
        "centre": told.centre.id.hex(),
        "entries": [_entry(frame) for frame in told.frames],
        "runs": [b64encode(run.raw).decode() for run in told.runs],
    }
    return held | outcome(held)


def refusals() -> Json:
    """Every row of the tables in 3.1 and 3.2, and the steps of 3.5, one attempt each."""
    w = world()
    attempts = []
    for case in CENTRE_ROWS + CIRCLE_ROWS:
        author, *said = case[2](w)
        attempts.append(_entry(w.frame(author, *said)) | {"name": name(case), "expect": case[1]})
    for code, frame in faulty_frames():
        attempts.append(_entry(frame) | {"name": f"step-{code}", "expect": code})
    return {
        "comment": "each attempt at the head is refused with its code, or holds (null); nothing else changes",
        "spec": "sync 3.1 to 3.5",
        "centre": w.centre.id.hex(),
        "entries": [_entry(frame) for frame in w.centre.frames],
        "attempts": attempts,
    }


def table(directory: Directory) -> Json:
    """What the directory answers at every index, where it changes."""
    indices = range(directory.head.index + 1)
    devices = [device.key for device in directory.devices(directory.head.index)]
    members = [member.id for member in directory.members(directory.head.index)]
    return {
        "void": [index for index in indices if directory.is_void(index)],
        "alarms": [[alarm.index, alarm.digest.hex(), alarm.code] for alarm in directory.alarms],
        "roles": {member.hex(): _turns(indices, partial(directory.role, member)) for member in members},
        "active": {device.hex(): _turns(indices, partial(directory.is_active, device)) for device in devices},
        "invites": _turns(indices, lambda at: sorted(invite.key.hex() for invite in directory.invites(at))),
        "circles": {circle.hex(): _circle(directory, circle, devices) for circle in directory.circles()},
    }


def _circle(directory: Directory, circle: bytes, devices: Iterable[bytes]) -> Json:
    indices = range(directory.head.index + 1)
    return {
        "views": _turns(indices, lambda at: _view(directory, circle, at)),
        "stale": _turns(indices, lambda at: directory.stale(circle, at)),
        "entitled": _turns(indices, lambda at: sorted(key.hex()[:8] for key in directory.entitled(circle, at))),
        "principals": {d.hex(): [list(span) for span in directory.principal_spans(circle, d)] for d in devices},
        "cutoffs": {
            d.hex(): [[cutoff.index, cutoff.last and cutoff.last.hex()] for cutoff in directory.cutoffs(circle, d)]
            for d in devices
        },
        "letins": [[letin.index, letin.change.hex()] for letin in directory.letins(circle)],
    }


def _view(directory: Directory, circle: bytes, at: int) -> Any:
    view = directory.circle(circle, at)
    if view is None:
        return None
    return [view.kind, view.epoch, view.closed, view.shredded, [member.hex() for member in view.members]]


def _turns(indices: Iterable[int], ask: Callable[[int], Any]) -> list[Any]:
    """[index, answer] wherever the answer is another than before."""
    turns: list[Any] = []
    for index in indices:
        answer = ask(index)
        if not turns or turns[-1][1] != answer:
            turns.append([index, answer])
    return turns


def _attempt(held: Json, frame: Frame) -> str | None:
    directory = Directory(bytes.fromhex(held["centre"]))
    for entry in held["entries"]:
        directory.apply(*_frame(entry), trusted=True)
    try:
        directory.apply(*frame, complete=True)
    except ProtocolError as error:
        return error.code
    return None


def _entry(frame: Frame) -> Json:
    entry, statements = frame
    return {"entry": b64encode(entry).decode(), "statements": [b64encode(said).decode() for said in statements]}


def _frame(entry: Json) -> Frame:
    return b64decode(entry["entry"]), [b64decode(said) for said in entry["statements"]]


def _write(stem: str, held: Json) -> None:
    text = json.dumps(held, ensure_ascii=False, indent=None, separators=(",", ":"), sort_keys=True)
    (FOLDER / f"{stem}.json").write_text(text.replace('"entry":', '\n"entry":') + "\n")


if __name__ == "__main__":
    sys.exit(main())
