"""The scenarios that the TypeScript twin replays are what the law says today."""

from sync.vectors.scenarios import FOLDER, check


def test_the_scenarios_are_current() -> None:
    assert 0 == check()


def test_the_scenarios_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.json")) < 1_000_000
