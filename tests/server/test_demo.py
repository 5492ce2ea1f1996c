"""GET demo: there is something to look around in only where the operator says so."""

from pathlib import Path

import msgspec
import pytest

from tests.server.house import OPEN, House, with_settings

pytestmark = pytest.mark.anyio

READY = [{"role": "supporter", "links": ["http://x/#i=AQ"]}]


async def roles(demo: Path | str) -> object:
    async with House(with_settings(OPEN, demo=str(demo))) as house:
        return (await house.http.get("/api/v1/demo")).json()


async def test_no_server_offers_a_look_around_by_itself() -> None:
    assert [] == await roles("")


async def test_a_demo_offers_its_roles(tmp_path: Path) -> None:
    (tmp_path / "roles.json").write_bytes(msgspec.json.encode(READY))

    assert await roles(tmp_path / "roles.json") == READY


async def test_a_demo_that_is_not_filled_yet_offers_none(tmp_path: Path) -> None:
    assert [] == await roles(tmp_path / "roles.json")
