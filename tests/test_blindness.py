"""The server is blind: after the demo, nothing that anybody wrote and no key can be found in anything that it keeps."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.demo.__main__ import PASSPHRASE
from server.demo.story import Clock
from sync.device import Device, Means
from sync.edits import Value

DEVICES = ("shiranami", "aoba-pc", "aoba-phone", "kajiura", "saegusa")

PUBLIC_IDS = ("member_profile", "device_profile")
"""Their records have the ids of members and devices, which the directory names."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's directory: `server` with its data, `server.log`, `demo` with the devices' state, `backup`."""
    folder = tmp_path_factory.mktemp("demo")
    engawa = [sys.executable, "-m"]
    subprocess.run([*engawa, "server.demo", "--data", str(folder / "all"), "--port", "0", "--once"], check=True)
    backup = ["-c", "from server.console import main; main()", "backup", str(folder / "all" / "backup")]
    subprocess.run([sys.executable, *backup, "--data", str(folder / "all" / "server")], check=True)
    return folder / "all"


def words_of(value: Value) -> Iterator[str]:
    """Every text somewhere in a value, whole and cut at its punctuation."""
    if isinstance(value, str):
        yield value
        yield from value.replace("。", "、").replace("「", "、").replace("」", "、").split("、")
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from words_of(item)


def secrets_of(device: Device) -> Iterator[bytes]:
    """What the device knows and the server must not: texts people wrote (no choices: those are words of the app)."""
    merge = device.core.held.ledger.merge
    for record, type_ in merge.records():
        if type_ not in PUBLIC_IDS:
            yield record
        for view in device.book.views(record, type_):
            for each in view.values:
                yield from (word.encode() for word in words_of(each.value) if len(word) > 1 and not word.isascii())
    identity = device.core.held.identity
    yield from (identity.signing, identity.sealing)


def forms_of(secret: bytes) -> Iterator[bytes]:
    yield secret
    yield secret.hex().encode()
    yield base64.b64encode(secret).rstrip(b"=")[:-1]
    yield base64.urlsafe_b64encode(secret).rstrip(b"=")[:-1]
    try:
        yield secret.decode().encode("utf-16-le")
    except UnicodeDecodeError:
        return


def kept_by_the_server(folder: Path) -> dict[str, bytes]:
    files = [*(folder / "server").rglob("*"), *(folder / "backup").rglob("*"), folder / "server.log"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def test_nothing_anybody_wrote_can_be_found_at_the_server(folder: Path) -> None:
    secrets: set[bytes] = set()
    for name in DEVICES:
        with Device.open(folder / "demo" / name, PASSPHRASE, Means(clock=Clock())) as device:
            secrets.update(secrets_of(device))
    kept = kept_by_the_server(folder)
    found = {
        (name, form)
        for name, data in kept.items()
        for secret in secrets
        for form in forms_of(secret)
        if len(form) > 3 and form in data
    }

    assert len(secrets) > 100
    assert {"server.log"} < set(kept)
    assert found == set()


def test_the_search_would_find_a_planted_word(folder: Path) -> None:
    """The control: one word of a note, put into a copy of the database in any of the forms, is found."""
    database = next(data for name, data in kept_by_the_server(folder).items() if name.endswith((".db", ".sqlite3")))
    word = "庭木を切った".encode()
    planted = [database[:5_000] + form + database[5_000:] for form in forms_of(word)]

    assert [any(form in data for form in forms_of(word)) for data in planted] == [True] * 5
    assert not any(form in database for form in forms_of(word))
