"""Fresh stories through both twins: the same answers at every index; and what one drafts the other takes and opens."""

import json
import subprocess
from pathlib import Path
from typing import Any

from crypto.recovery import RecoveryKey
from sync.directory import Directory
from sync.keyring import Keyring
from sync.vectors.scenarios import story

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
STORIES = 12


def test_fresh_stories_come_to_the_same_in_both_twins(tmp_path: Path, seed: int) -> None:
    told = [story(seed + number, void=number % 2 == 0) for number in range(STORIES)]
    theirs = other_twin([{key: held[key] for key in ("centre", "entries", "runs")} for held in told], tmp_path)

    assert STORIES == len(theirs)
    for ours, answer in zip(told, theirs, strict=True):
        assert {"table": ours["table"], "verdicts": ours["verdicts"]} == answer


def test_what_the_other_twin_drafts_is_taken_and_opens_here(tmp_path: Path, seed: int) -> None:
    """Seals, locks, commitments, covers and chains of statements as TypeScript makes them."""
    drafted = other_twin([{"draft": seed % 2**31}], tmp_path)[0]
    recovery = RecoveryKey(bytes.fromhex(drafted["seed"]))
    directory = Directory(bytes.fromhex(drafted["centre"]))
    for entry, statements in drafted["entries"]:
        directory.apply(bytes.fromhex(entry), [bytes.fromhex(said) for said in statements], complete=True)
    keyring = Keyring(directory, recovery.sealing)

    assert drafted["secrets"] == {
        circle: [opened(keyring, bytes.fromhex(circle), epoch) for epoch in range(1, len(secrets) + 1)]
        for circle, secrets in drafted["secrets"].items()
    }
    assert None not in [secret for secrets in drafted["secrets"].values() for secret in secrets]
    assert {} == keyring.complaints


def opened(keyring: Keyring, circle: bytes, epoch: int) -> str | None:
    secret = keyring.secret(circle, epoch)
    return secret.secret.hex() if secret is not None else None


def other_twin(asked: list[Json], tmp_path: Path) -> list[Json]:
    """What the TypeScript twin says, in one process."""
    bundle = tmp_path / "scenario_pipe.mjs"
    build = ["node_modules/.bin/rolldown", "tests/sync/scenario_pipe.ts", "--platform", "node", "--file", str(bundle)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    piped = "".join(json.dumps(line) + "\n" for line in asked)
    ran = subprocess.run(["node", bundle], input=piped, check=True, capture_output=True, text=True, encoding="utf-8")
    return [json.loads(line) for line in ran.stdout.splitlines()]
