"""Promises 1 to 7 hold, whatever happens in whatever order: played by hypothesis, on real devices and a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Base, centres
from tests.model.servers import as_process, in_process

PLAYED = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    folder = tmp_path_factory.mktemp("base")
    with in_process() as open_server:
        yield Base(open_server, folder / "centre")


def test_promises_hold_whatever_happens_to_devices_networks_and_a_server(base: Base, tmp_path: Path) -> None:
    with in_process() as open_server:
        run_state_machine_as_test(
            centres(base, open_server, tmp_path),
            settings=settings(PLAYED, max_examples=25, stateful_step_count=40),
        )


def test_promises_hold_when_the_server_process_is_killed_at_any_moment(base: Base, tmp_path: Path) -> None:
    """A real process, really killed: nothing happens twice in one way, so no story is tried again to shorten it."""
    with as_process() as open_server:
        run_state_machine_as_test(
            centres(base, open_server, tmp_path),
            settings=settings(PLAYED, max_examples=5, stateful_step_count=40, phases=(Phase.generate,)),
        )
