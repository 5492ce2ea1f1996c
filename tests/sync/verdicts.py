"""What counts of some runs, by the law in full."""

from crypto.run import Run
from sync.validity import judge
from tests.sync.centre import Centre


def codes(c: Centre, *runs: Run) -> list[str | None]:
    """The verdict on the last change of each run, when all are held."""
    verdicts = judge(c.directory, runs)
    return [verdicts[run.last.id].code for run in runs]
