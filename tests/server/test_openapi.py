"""The OpenAPI document is true: what it declares is what is answered, and nothing else."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.problems import MEDIA_TYPE
from tests.server.house import House
from tests.server.process import serving
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
TIMES = {"ENGAWA_TIMES_LIVE_END": "0.1"}


async def test_schemathesis_finds_nothing_to_complain_of(tmp_path: Path, seed: int) -> None:
    """With a session and the id of a real centre, so that it gets behind the doors.

    One check is left out: that whatever fits the document is accepted. OpenAPI cannot say which bytes are a run.
    """
    centre = Centre.found()
    async with serving(tmp_path / "data", **TIMES) as (process, visitors):
        await visitors.follow(centre)
        await visitors.push(centre, centre.write(centre.admin, centre.circle))
        guest = await visitors.sign_in(centre, centre.admin)
        config = tmp_path / "schemathesis.toml"
        config.write_text(f'[parameters]\n"path.centre" = "{centre.id.hex()}"\n')
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)]
        command += ["run", f"{process.origin}/schema/openapi.json", "-H", f"Cookie: {guest.headers['Cookie']}"]
        command += ["--max-examples", "15", "--seed", str(seed), "--no-color"]
        command += ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
        command += ["--exclude-operation-id-regex", "SessionClose"]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, cwd=tmp_path, check=False
        )
        faults = [line for line in process.lines if '"internal"' in line]

    assert 0 == done.returncode, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert re.search(r"Tested: 3\d", done.stdout)
    assert [] == faults


async def test_every_route_declares_its_problems_as_problems(house: House) -> None:
    document = (await house.http.get("/schema/openapi.json")).json()
    declared = [
        (path, method, status, list(answer.get("content", {})))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for status, answer in operation["responses"].items()
        if int(status) >= 400
    ]

    assert len(declared) > 100
    assert [] == [each for each in declared if each[3] != [MEDIA_TYPE]]


async def test_every_route_of_the_document_is_documented(house: House) -> None:
    document: dict[str, Any] = (await house.http.get("/schema/openapi.json")).json()
    text = (ROOT / "docs" / "server-api.md").read_text()
    written = set(re.findall(r"^\| `([A-Z]+) ([^`?]+)[^`]*` \|", text, re.MULTILINE))
    served = {
        (method.upper(), path.removeprefix("/api/v1/{centre}") or path)
        for path, methods in document["paths"].items()
        for method in methods
        if method != "head" or "/blobs/" in path
    }

    assert served == written
