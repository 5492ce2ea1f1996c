"""How hard the properties are searched, and with which seed: both are printed, so that any run can be repeated."""

import secrets
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("quick", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("long", max_examples=10_000, deadline=None, print_blob=True)
settings.load_profile("quick")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """One seed for the run, before hypothesis reads it; the workers of xdist are handed their parent's."""
    if config.option.hypothesis_seed is None:
        parents = getattr(config, "workerinput", {})
        config.option.hypothesis_seed = parents.get("seed", str(secrets.randbelow(2**32)))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["seed"] = node.config.option.hypothesis_seed


def pytest_report_header(config: pytest.Config) -> str:
    profile = settings.get_current_profile_name()
    return f"properties: --hypothesis-profile={profile} --hypothesis-seed={config.option.hypothesis_seed}"


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """The seed printed at the start, for a test that draws its own randomness: `random.Random(seed)`."""
    return int(pytestconfig.option.hypothesis_seed)
