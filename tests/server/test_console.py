"""The operator's commands: backup, restore, verify, centres, vapid. docs/operations.md."""

import json
import os
import shutil
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crypto.blob import blob_id
from server.backup import MANIFEST, back_up
from server.console import main
from server.store.engine import writable
from server.store.files import FOLDER, BlobDirectory
from server.store.lock import holding
from server.store.sqlite import FILE, SqliteStore
from tests.server.house import OPEN, House, with_settings
from tests.sync.centre import Centre

pytestmark = pytest.mark.anyio

BLOB = b"ciphertext" * 1_000


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"ENGAWA_DATA": ""})


async def fill(data: Path) -> Centre:
    """A centre with entries, statements, runs, quarantine and a blob."""
    data.mkdir(exist_ok=True)
    settings = with_settings(OPEN, data=str(data))
    async with House(settings, SqliteStore(data), BlobDirectory(data / FOLDER)) as house:
        centre = Centre.found()
        yuki = centre.join()
        case = centre.open("case")
        unsent = centre.write(yuki, centre.circle)
        await house.follow(centre)
        for circle in (centre.circle, case):
            await house.push(centre, *(centre.write(centre.admin, circle, b"a", b"b") for _ in range(3)))
        centre.revoke(yuki)
        await house.follow(centre, centre.head)
        await house.push(centre, unsent)
        guest = await house.sign_in(centre, centre.admin)
        await guest.put_blob(blob_id(BLOB), 0, len(BLOB), BLOB)
        await guest.put_blob(b"p" * 32, 0, 100, b"begun")
        written = centre.write(centre.admin, case)
        await house.push(
            centre, centre.sign(centre.admin, replace(written.head, blobs=(blob_id(BLOB),)), written.bodies)
        )
    return centre


def change(data: Path, sql: str) -> None:
    database = writable(data / FILE)
    database.execute(sql)
    database.close()


async def test_verify_finds_nothing_wrong_with_what_the_server_wrote(tmp_path: Path) -> None:
    await fill(tmp_path)
    result = run("verify", "--data", tmp_path)

    assert (0, "") == (result.exit_code, result.stdout)
    assert "0 found" in result.stderr


ALTERED = "cast(substr(data, 1, length(data) - 1) || x'ff' as blob)"
ALTERATIONS = {
    f"update runs set data = {ALTERED} where cursor = 2": "run 2 bad_signature",
    "delete from runs where cursor = 2": "run 3 ancestor_missing",
    "update runs set device = zeroblob(32) where cursor = 1": "run 1 wrong_column",
    "update runs set cursor = 99 where cursor = 6": "run 99 rolled_back",
    "update runs set data = substr(data, 1, 50) where cursor = 4": "run 4 truncated",
    "update chains set sequence = 9": "wrong_column",
    "update centres set run_bytes = 1": "sizes of runs wrong_sum",
    f'update entries set data = {ALTERED} where "index" = 1': "entry 1 bad_signature",
    'delete from entries where "index" = 2': "entry 3 head_moved",
    'delete from entries where "index" = (select max("index") from entries)': "directory head_unknown",
    "update quarantine set data = substr(data, 1, 50)": "quarantine 1 truncated",
    "update statements set data = x'80'": "entry 4 statement",
    "delete from statements": "statement 0 statement_missing",
    "delete from runs": "ancestor_missing",
    "delete from blob_uses": "not_found",
    "update centres set blob_bytes = 1": "sizes of blobs wrong_sum",
}


@pytest.mark.parametrize("sql", ALTERATIONS)
async def test_verify_names_what_was_altered(sql: str, tmp_path: Path) -> None:
    centre = await fill(tmp_path)
    change(tmp_path, sql)
    result = run("verify", "--data", tmp_path)

    assert 1 == result.exit_code
    assert ALTERATIONS[sql] in result.stdout, result.stdout
    assert centre.id.hex() in result.stdout


@pytest.mark.parametrize(
    ("alter", "code"), [(Path.unlink, "not_found"), (lambda path: path.write_bytes(b"other"), "bad_digest")]
)
async def test_verify_names_a_blob_that_is_gone_or_altered(
    alter: Callable[[Path], object], code: str, tmp_path: Path
) -> None:
    centre = await fill(tmp_path)
    alter(BlobDirectory(tmp_path / FOLDER).path(centre.id, blob_id(BLOB)))
    result = run("verify", "--data", tmp_path)

    assert f"{centre.id.hex()} blob {blob_id(BLOB).hex()} {code}\n" == result.stdout


async def test_a_backup_is_whole_and_verifies_by_itself(tmp_path: Path) -> None:
    centre = await fill(tmp_path / "data")
    result = run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    manifest = json.loads((tmp_path / "copy" / MANIFEST).read_bytes())

    assert 0 == result.exit_code, result.output
    assert {"cursor": 7, "index": centre.head} == manifest["centres"][centre.id.hex()]
    assert 1 == manifest["blobs"]
    assert 0 == run("verify", "--data", tmp_path / "copy").exit_code
    assert {FILE, MANIFEST, FOLDER} == {path.name for path in (tmp_path / "copy").iterdir()}


async def test_a_backup_made_while_devices_push_is_consistent(tmp_path: Path) -> None:

    data = tmp_path / "data"
    data.mkdir()
    async with House(OPEN, SqliteStore(data), BlobDirectory(data / FOLDER)) as house:
        centre = Centre.found()
        await house.follow(centre)
        runs = iter([centre.write(centre.admin, centre.circle, centre.random(5_000)) for _ in range(40)])
        for _ in range(20):
            await house.push(centre, next(runs))
        steps: list[str] = []
        manifest = back_up(data, tmp_path / "copy", lambda what, _, __: steps.append(what))
        for left in runs:
            await house.push(centre, left)

    assert 20 == manifest.centres[centre.id.hex()].cursor
    assert "database" in steps
    assert 0 == run("verify", "--data", tmp_path / "copy").exit_code


async def test_a_restored_server_has_everything_and_waits_for_its_admins(tmp_path: Path) -> None:
    centre = await fill(tmp_path / "data")
    run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    restored = run("restore", "--data", tmp_path / "new", tmp_path / "copy")
    data = tmp_path / "new"
    settings = with_settings(OPEN, data=str(data))
    async with House(settings, SqliteStore(data), BlobDirectory(data / FOLDER)) as house:
        centre.member()
        refused = await house.append(centre, *centre.frames[-1])
        guest = await house.sign_in(centre, centre.admin)
        pulled, _ = await guest.pull()
        await guest.directory(centre.head - 1)
        taken = await house.append(centre, *centre.frames[-1])

    assert 0 == restored.exit_code, restored.output
    assert 7 == len(pulled)
    assert [503, 200] == [refused.status_code, taken.status_code]
    assert 0 == run("verify", "--data", data).exit_code


async def test_the_operator_can_open_a_restored_centre(tmp_path: Path) -> None:
    centre = await fill(tmp_path / "data")
    run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    run("restore", "--data", tmp_path / "new", tmp_path / "copy")
    waiting = run("centres", "--data", tmp_path / "new")
    run("centres", "--data", tmp_path / "new", "open", centre.id.hex())
    opened = run("centres", "--data", tmp_path / "new")
    run("centres", "--data", tmp_path / "new", "restoring", centre.id.hex())

    assert "restoring" in waiting.stdout
    assert "restoring" not in opened.stdout
    assert centre.id.hex() in opened.stdout
    assert "runs 7" in opened.stdout
    assert waiting.stdout == run("centres", "--data", tmp_path / "new").stdout


async def test_a_session_from_before_a_restore_is_worth_nothing(tmp_path: Path) -> None:
    """What was signed out since the backup would else be signed in again."""
    await fill(tmp_path / "data")
    run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    run("restore", "--data", tmp_path / "new", tmp_path / "copy")
    secrets: list[bytes] = []
    for name in ("data", "new"):
        store = SqliteStore(tmp_path / name)
        await store.open()
        secrets.append(store.secret)
        await store.close()

    assert secrets[0] != secrets[1]


async def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    with (tmp_path / "copy" / FILE).open("r+b") as file:
        file.seek(5_000)
        file.write(b"x")
    result = run("restore", "--data", tmp_path / "new", tmp_path / "copy")

    assert 1 == result.exit_code
    assert "is not what was backed up" in result.output
    assert not (tmp_path / "new" / FILE).exists()


async def test_nothing_is_overwritten(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    again = run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    over = run("restore", "--data", tmp_path / "data", tmp_path / "copy")
    empty = run("backup", "--data", tmp_path / "nothing", tmp_path / "other")
    nothing = run("restore", "--data", tmp_path / "new", tmp_path / "nothing")

    assert [1, 1, 1, 1] == [result.exit_code for result in (again, over, empty, nothing)]
    assert "is there already" in again.output
    assert "is there already" in over.output


async def test_a_blob_is_copied_where_it_cannot_be_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    centre = await fill(tmp_path / "data")

    def no_links(*_: Any, **__: Any) -> None:
        raise OSError(18, "another disk")

    monkeypatch.setattr(os, "link", no_links)
    run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    paths = [BlobDirectory(tmp_path / name / FOLDER).path(centre.id, blob_id(BLOB)) for name in ("data", "copy")]

    assert BLOB == paths[1].read_bytes()
    assert paths[0].stat().st_ino != paths[1].stat().st_ino


def test_a_directory_that_is_served_is_not_restored_or_served_again(tmp_path: Path) -> None:
    with holding(tmp_path):
        results = [run("serve", "--data", tmp_path, "--port", "0"), run("restore", "--data", tmp_path, tmp_path / "x")]

    assert [1, 1] == [result.exit_code for result in results]
    assert all("served by another process" in result.output for result in results)


def test_the_vapid_key_stays_until_a_new_one_is_asked_for(tmp_path: Path) -> None:
    first, second, new = (run("vapid", "--data", tmp_path, *more).stdout.strip() for more in ([], [], ["--new"]))

    assert first == second != new
    assert (65, 4) == (len(urlsafe_b64decode(first + "=")), urlsafe_b64decode(first + "=")[0])


def test_a_centre_can_be_allowed_before_the_server_ever_ran(tmp_path: Path) -> None:
    result = run("centres", "--data", tmp_path / "new", "allow", "ab" * 16)
    wrong = run("centres", "--data", tmp_path / "new", "allow", "xyz")

    assert [0, 2] == [result.exit_code, wrong.exit_code]


def test_a_wrong_setting_starts_nothing(tmp_path: Path) -> None:
    config = tmp_path / "engawa.toml"
    config.write_text("founding = 'maybe'")
    result = run("--config", config, "centres", "--data", tmp_path)

    assert 1 == result.exit_code
    assert "founding" in result.output


async def test_a_backup_can_be_taken_of_a_backup_and_moved(tmp_path: Path) -> None:
    await fill(tmp_path / "data")
    run("backup", "--data", tmp_path / "data", tmp_path / "copy")
    shutil.copytree(tmp_path / "copy", tmp_path / "moved")
    shutil.rmtree(tmp_path / "data")
    shutil.rmtree(tmp_path / "copy")

    assert 0 == run("restore", "--data", tmp_path / "new", tmp_path / "moved").exit_code
    assert 0 == run("verify", "--data", tmp_path / "new").exit_code
