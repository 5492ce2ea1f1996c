"""The fleet lives for a day; when a promise is broken it says which, and how to see it again."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.fleet.__main__ import go_on, main
from tests.fleet.town import Town
from tests.model.promises import BrokenPromise


def test_a_fleet_of_two_centres_keeps_every_promise_for_a_day(tmp_path: Path, seed: int) -> None:
    assert 1 == go_on(tmp_path, seed, 12, 0)


def test_a_broken_promise_is_named_with_the_seed_and_the_disks_are_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Town) -> None:
        raise BrokenPromise("nothing_is_stuck: a phone")

    monkeypatch.setattr(Town, "keep", broken)
    monkeypatch.setattr(sys, "argv", ["fleet", "--seed", "7", "--devices", "12"])
    code = main()
    said = capsys.readouterr().err
    folder = Path(said.rsplit(": ", 1)[1].strip())
    kept = (folder / "server" / "engawa.db").exists()
    shutil.rmtree(folder)

    assert (1, True) == (code, kept)
    assert "BrokenPromise: nothing_is_stuck: a phone" in said
    assert "failed with seed 7, 12 devices" in said
