"""The server is blind: after the demo, nothing that anybody wrote and no key can be found in anything that it keeps.

What is looked for is taken from the demo's own devices, and where it is looked: the database and its write-ahead log,
taken while the server runs, attachments, a backup, the log.
"""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.invite import read_link
from crypto.recovery import read_words
from server.demo.town import PASSPHRASE, Clock
from sync.device import Device, Means
from sync.edits import Value
from tests.server.process import Process

DEVICES = ("shiranami", "aoba-pc", "aoba-phone", "kajiura", "saegusa")

PUBLIC_IDS = ("member_profile", "device_profile")
"""Their records have the ids of members and devices, which the directory names."""

SHORTEST = 6  # octets; what is shorter is found in ciphertext by chance


class Kept:
    """A demo that ran: its devices' directories, what it printed, and every file the server keeps, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        demo = [sys.executable, "-m", "server.demo", "--data", str(folder), "--port", "0", "--once"]
        self.printed = subprocess.run(demo, check=True, stdout=subprocess.PIPE, text=True).stdout
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.printed)
        assert found
        server = Process(folder / "server", int(found[1]))
        try:
            self._write_one_more()
            self.files = {**self._read("server"), "server.log": (folder / "server.log").read_bytes()}
            backup = ["-c", "from server.console import main; main()", "backup", str(folder / "backup")]
            subprocess.run([sys.executable, *backup, "--data", str(folder / "server")], check=True)
        finally:
            server.stop()
        self.files |= {**self._read("backup"), "stdout": "".join(server.lines).encode()}

    def device(self, name: str) -> Device:
        return Device.open(self.folder / "demo" / name, PASSPHRASE, Means(clock=Clock()))

    def _write_one_more(self) -> None:
        """So that something stands in the write-ahead log."""
        with self.device("aoba-phone") as phone:
            visit = phone.book.records("visit")[0]
            dispatch = phone.book.views(visit, "visit")[0].key.circle
            phone.book.writing({"dispatch": dispatch}).put(visit, "visit", place_text="集会所の裏の小道").save()
            assert phone.sync().synced

    def _read(self, part: str) -> dict[str, bytes]:
        files = (path for path in (self.folder / part).rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("demo") / "all")


def words_of(value: Value) -> Iterator[str]:
    """Every text somewhere in a value, whole and cut at its punctuation."""
    if isinstance(value, str):
        yield value
        yield from re.split(r"[、。「」（）・\s]+", value)
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from words_of(item)


def texts_of(device: Device) -> Iterator[bytes]:
    """What people wrote (no choices: those are words of the app), about which record, of which type, in which field."""
    merge = device.core.held.ledger.merge
    for record, type_ in merge.records():
        if type_ not in PUBLIC_IDS:
            yield record
        for view in device.book.views(record, type_):
            yield from (name.encode() for name in (type_, view.key.field) if "_" in name)
            for each in view.values:
                yield from (word.encode() for word in words_of(each.value) if len(word) > 1 and not word.isascii())


def keys_of(device: Device) -> Iterator[bytes]:
    """Every private or shared key that it holds."""
    held = device.core.held
    yield from (held.identity.signing, held.identity.sealing)
    for circle in held.directory.circles():
        view = held.directory.circle(circle, held.head)
        for number in range(1, view.epoch + 1 if view else 1):
            secret = held.keyring.secret(circle, number)
            if secret is not None:
                yield from (secret.secret, secret.circle_key.private, secret.content_key(held.key))


def keys_printed(text: str) -> Iterator[bytes]:
    """Of the invitations and of the recovery key."""
    for link in re.findall(r"http://\S+#i=\S+", text):
        invite = read_link(link).invite
        yield from (invite.secret, invite.signing.private, invite.sealing.private)
    key = read_words(" ".join(re.findall(r"^  (\S+(?:　\S+){6})$", text, re.MULTILINE)))
    yield from (key.seed, key.signing.private, key.sealing.private)


def forms_of(secret: bytes) -> Iterator[bytes]:
    """As it is, in hex, in base64 wherever it begins among the other octets, and a text in UTF-16."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for before, cut in enumerate((0, 2, 3)):
        whole = (before + len(secret)) * 8 // 6  # letters that no octet behind it can change
        yield base64.b64encode(bytes(before) + secret)[cut:whole]
        yield base64.urlsafe_b64encode(bytes(before) + secret)[cut:whole]
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")


def found_in(files: dict[str, bytes], secrets: set[bytes]) -> set[tuple[str, bytes]]:
    """(file, secret) wherever one is, in any form."""
    forms = {form: secret for secret in secrets for form in forms_of(secret) if len(form) >= SHORTEST}
    return {(name, secret) for form, secret in forms.items() for name, data in files.items() if form in data}


def test_nothing_anybody_wrote_can_be_found_at_the_server(kept: Kept) -> None:
    texts: set[bytes] = set()
    keys = {*keys_printed(kept.printed)}
    for name in DEVICES:
        with kept.device(name) as device:
            texts.update(texts_of(device))
            keys.update(keys_of(device))

    assert len(texts) > 150
    assert len(keys) > 60
    assert {"楠木".encode(), "集会所の裏の小道".encode(), b"visit_note"} < texts
    assert found_in(kept.files, texts | keys) == set()


def test_it_is_looked_for_everywhere(kept: Kept) -> None:
    """The control of where: what the server does keep in the clear, a member's role, is found where it should be."""
    holders = {name.partition("/")[0] for name, data in kept.files.items() if b"supporter" in data}
    logs = [name for name, data in kept.files.items() if name.endswith("-wal") and data]

    assert {"server", "backup"} == holders
    assert 1 == len(logs)
    assert {"server.log", "stdout"} < {*kept.files}


@pytest.mark.parametrize("offset", [5_000, 5_001, 5_002])
def test_the_search_would_find_a_planted_word(kept: Kept, offset: int) -> None:
    """The control of how: one word of a note, put into a copy of the database in any of the forms, is found."""
    database = max((data for name, data in kept.files.items() if name.startswith("server/")), key=len)
    word = "庭木を切った".encode()
    half = bytes(offset % 3) + word + b"xyz"
    planted = [*forms_of(word), base64.b64encode(half)]
    files = {str(number): database[:offset] + form + database[offset:] for number, form in enumerate(planted)}

    assert {(name, word) for name in files} == found_in(files, {word})
    assert set() == found_in({"database": database}, {word})
