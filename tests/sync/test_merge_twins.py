"""Thousands of logs and texts through both twins: the same answers, to the letter."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from sync.canonical import canonical
from sync.merge import Merge
from sync.vectors.merge_dictionary import dictionary
from sync.vectors.merge_logs import random_log
from sync.words import Passage, differing_words, suggested_join
from tests.sync.merge_cases import read_change, small_dictionary

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
LOGS = 2_000
TEXTS = 1_000
SIZES = (4, 12, 12, 40)  # changes in a log
LETTERS = [*"あいう茶水ab1 \n\u3099\u200d\ufe0f👩𠮷", "朝に", "飲む。"]


def test_thousands_of_logs_come_to_the_same_in_both_twins(tmp_path: Path, seed: int) -> None:
    logs = list(random_logs(Random(seed)))
    known = {version: small_dictionary(version) for version in (1, 2)}
    ours = [Merge(known[log["dictionary"]], map(read_change, log["changes"])).to_json() for log in logs]
    theirs = other_twin(logs, tmp_path)

    assert LOGS == len(theirs)
    assert [logs[n] for n in range(LOGS) if ours[n] != theirs[n]][:1] == []


def test_texts_are_marked_and_joined_the_same_by_both_twins(tmp_path: Path, seed: int) -> None:
    asked = list(random_texts(Random(seed)))
    ours = [answer(*texts["texts"]) for texts in asked]
    theirs = other_twin(asked, tmp_path)

    assert TEXTS == len(theirs)
    assert [asked[n] for n in range(TEXTS) if ours[n] != theirs[n]][:1] == []


def random_logs(random: Random) -> Iterator[Json]:
    for number in range(LOGS):
        changes = random_log(random.getrandbits(64), SIZES[number % len(SIZES)])
        yield {"dictionary": 1 + number % 2, "changes": changes}


def random_texts(random: Random) -> Iterator[Json]:
    """A text and two edits of it."""
    for _ in range(TEXTS):
        base = random.choices(LETTERS, k=random.randrange(40))
        yield {"texts": ["".join(base), edited(random, base), edited(random, base)]}


def edited(random: Random, base: list[str]) -> str:
    words = list(base)
    for _ in range(random.randrange(4)):
        place = random.randint(0, len(words))
        words[place : place + random.randrange(4)] = random.choices(LETTERS, k=random.randrange(4))
    return "".join(words)


def answer(base: str, one: str, other: str) -> str:
    return canonical([[_side(side) for side in differing_words(one, other)], suggested_join(base, one, other)])


def _side(side: list[Passage]) -> list[Any]:
    return [[passage.text, passage.differs] for passage in side]


def other_twin(asked: list[Json], tmp_path: Path) -> list[str]:
    """What the TypeScript twin says, in one process."""
    bundle = tmp_path / "merge_pipe.mjs"
    build = ["node_modules/.bin/rolldown", "tests/sync/merge_pipe.ts", "--platform", "node", "--file", str(bundle)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    piped = "".join(json.dumps(line) + "\n" for line in (dictionary(1), dictionary(2), *asked))
    ran = subprocess.run(["node", bundle], input=piped, check=True, capture_output=True, text=True, encoding="utf-8")
    return ran.stdout.rstrip("\n").split("\n")
