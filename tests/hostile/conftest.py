"""Fixtures of the tests of attacks."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
