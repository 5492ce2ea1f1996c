"""Fixtures of the server's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.server.house import House
from tests.sync.centre import Centre


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A server on a memory store."""
    async with House() as opened:
        yield opened


@pytest.fixture
async def centre(house: House) -> Centre:
    """A centre that is founded there: an admin with a device, the centre's circle, a desk."""
    founded = Centre.found()
    await house.follow(founded)
    return founded
