"""GET health, ready, metrics."""

import pytest

from tests.server.house import OPEN, House, with_settings
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio


async def test_a_server_is_ready_until_it_stops(house: House) -> None:
    before = [(await house.http.get(path)).status_code for path in ("/health", "/ready")]
    house.app.state.hub.close()
    after = await house.http.get("/ready")

    assert [200, 200] == before
    assert (503, "stopping", "5") == (after.status_code, after.json()["code"], after.headers["Retry-After"])


async def test_figures_are_for_this_machine_only() -> None:
    async with House(client=("127.0.0.1", 1)) as here, House(client=("192.0.2.7", 1)) as elsewhere:
        asked = [
            await here.http.get("/metrics"),
            await elsewhere.http.get("/metrics"),
            await here.http.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}),
        ]

    assert [200, 404, 404] == [answer.status_code for answer in asked]


async def test_figures_are_for_who_knows_the_token_where_there_is_one() -> None:
    async with House(with_settings(OPEN, metrics_token="himitsu"), client=("127.0.0.1", 1)) as house:
        asked = [
            await house.http.get("/metrics", headers=headers)
            for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "Bearer himitsu"})
        ]

    assert [404, 404, 200] == [answer.status_code for answer in asked]


async def test_figures_count_runs_and_sizes_and_name_nobody() -> None:
    centre = Centre.found()
    async with House(client=("127.0.0.1", 1)) as house:
        await house.follow(centre)
        run = centre.write(centre.admin, centre.circle, b"a", b"b")
        await house.push(centre, run, run, b"rubbish")
        await house.http.get("/nowhere")
        answer = await house.http.get("/metrics")
    lines = answer.text.splitlines()

    assert "text/plain; version=0.0.4; charset=utf-8" == answer.headers["Content-Type"]
    assert {
        'engawa_runs_total{code="",status="accepted"} 1.0',
        'engawa_runs_total{code="",status="known"} 1.0',
        'engawa_runs_total{code="truncated",status="refused"} 1.0',
        "engawa_changes_total 2.0",
        "engawa_entries_total 1.0",
        "engawa_centres 1.0",
        f"engawa_run_bytes {len(run.raw)}.0",
        "engawa_live_streams 0.0",
        'engawa_requests_total{method="GET",route="unknown",status="404"} 1.0',
    } <= set(lines)
    assert centre.id.hex() not in answer.text
    assert centre.admin.key.hex() not in answer.text
