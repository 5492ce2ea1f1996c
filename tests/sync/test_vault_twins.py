"""A vault that one twin wrote is read by the other, and goes back; value for value it is the same bytes."""

import base64
import json
import subprocess
from pathlib import Path
from random import Random
from typing import Any, cast

import msgspec
import pytest

from crypto.recovery import RecoveryKey
from crypto.vault import Cost
from sync.book import Book
from sync.contact import Held
from sync.device_core import Core, Means
from sync.device_values import Identity, pack_value
from sync.directory import Directory
from sync.draft import Draft
from sync.holdings import Holdings
from sync.keyring import Keyring
from sync.own_chain import Draft as Waiting
from sync.statements import CentreFound, DeviceAdd, MemberAdd
from sync.transport import Transport
from sync.vault_files import VaultFiles
from sync.wire import PulledRun

ROOT = Path(__file__).parents[2]
PASSPHRASE = "縁側 の 猫"
CHEAP = Cost(memory_kib=8, passes=1)
START = 1_790_000_000_000  # ms

Json = dict[str, Any]


class Pair:
    """Two devices of one centre, which hand each other their runs."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed).randbytes
        self.means = Means(self.random, lambda: START, CHEAP, _nowhere)
        recovery = RecoveryKey.generate(self.random)
        self.draft = Draft(Keyring(Directory(recovery.centre), recovery.sealing), recovery.signing.public, self.random)
        self.draft.say(CentreFound(recovery.signing.public, recovery.sealing.public))
        own, other = (self._begin(folder / name, recovery.centre) for name in ("own", "other"))
        self.circle = self.draft.open_circle("centre").circle
        frame = self.draft.frame(recovery.signing, START)
        for held in (own, other):
            held.take_entries([frame])
        self.own, self.other = Core(own, self.means), Core(other, self.means)

    def _begin(self, folder: Path, centre: bytes) -> Holdings:
        files = VaultFiles.make(folder, PASSPHRASE, self.random, CHEAP)
        identity = Identity(centre, "https://engawa.example", self.random(32), self.random(32), "https://e/#i=縁")
        files.put("identity", pack_value(identity))
        held, member = Holdings.load(files, self.random, self.means.clock), self.random(16)
        self.draft.say(MemberAdd(member, "admin", ()))
        self.draft.say(DeviceAdd(member, held.key, held.sealing.public))
        return held

    def write(self, core: Core, record: bytes, **fields: str) -> None:
        book = Book(core)
        book.writing({"centre": self.circle}).put(record, "member_profile", **fields).save()

    def send(self, core: Core, to: Core) -> None:
        """Close what is open, into our log and the other's."""
        chain = core.held.chain(self.circle)
        core.chains.close(chain)
        runs = list(chain.closed)
        core.held.keep_sent(runs)
        chain.take_sent(runs[-1].last.id)
        core.held.keep_chain(chain)
        to.held.keep_runs([PulledRun(2**33 + place, 0, run.raw) for place, run in enumerate(runs)])
        for run in to.held.came:
            to.held.ledger.add(run)
        to.held.came.clear()


def _nowhere(_origin: str, _centre: bytes) -> Transport:
    return cast(Transport, None)


@pytest.fixture
def pair(tmp_path: Path, seed: int) -> Pair:
    """A conflict, runs sent and received, closed and open ones, a draft, a dead letter, alarms, some circles whole."""
    pair = Pair(tmp_path, seed)
    record = pair.random(16)
    pair.write(pair.own, record, name="雪", kana="ゆき")
    pair.write(pair.other, record, name="由紀")
    pair.send(pair.other, pair.own)
    pair.send(pair.own, pair.other)
    for number in range(20):
        pair.write(pair.own, pair.random(16), name=f"{number}")
    chain, held = pair.own.held.chain(pair.circle), pair.own.held
    pair.own.chains.close(chain)
    held.bury(pair.circle, chain.closed[0], chain.texts.values(), "not_principal")
    pair.write(pair.own, record, post="支援員")
    pair.write(pair.own, pair.random(16), name="楓" * 40)
    chain.drafts.append(Waiting(pair.random(16), pair.random(300)))
    held.keep_chain(chain)
    held.standing.cursor = 2**40
    held.standing.whole |= {pair.random(16) for _ in range(17)}
    held.standing.seated.add(b"")
    held.alarm("rolled_back")
    held.alarm("fork", held.key)
    return pair


def test_what_python_kept_typescript_reads_and_would_keep_byte_for_byte(pair: Pair, tmp_path: Path) -> None:
    held = pair.own.held
    values = {name: held.files.get(name) for name in held.files.names("") if name not in ("vault", "lock")}
    told = typescript(pair, tmp_path)

    assert {"identity", "standing", "chain", "dead", "log", "directory"} == {name.split(".")[0] for name in values}
    assert {name: (value or b"").hex() for name, value in values.items()} == told["again"]


def test_a_device_shows_the_same_in_both_twins(pair: Pair, tmp_path: Path) -> None:
    held = pair.own.held
    shown = typescript(pair, tmp_path)["shown"]

    assert held.ledger.merge.to_json() == shown["state"]
    assert as_json(pair.own.outlook.look(0)) == shown["look"]
    assert len(Book(pair.own).conflicts()) == shown["conflicts"] == 1
    assert [[alarm.code, alarm.about.hex()] for alarm in held.standing.alarms] == shown["alarms"]
    letters = [[each.id.hex(), each.code, [text.hex() for text in each.texts]] for each in held.letters]
    assert letters == shown["letters"]
    assert sorted([id_.hex(), index] for id_, index in held.arrived.items()) == sorted(shown["arrived"])
    assert sorted([id_.hex(), index] for id_, index in held.logged.items()) == sorted(shown["logged"])


def test_what_typescript_kept_python_reads_and_would_keep_byte_for_byte(pair: Pair, tmp_path: Path) -> None:
    after = typescript(pair, tmp_path)["after"]
    folder = tmp_path / "back"
    folder.mkdir()
    for name, sealed in after["files"].items():
        (folder / name).write_bytes(base64.b64decode(sealed))
    files = VaultFiles.open(folder, PASSPHRASE, pair.random)
    core = Core(Holdings.load(files, pair.random, pair.means.clock), pair.means)
    held, name = core.held, f"chain.{pair.circle.hex()}"
    kept = files.get(name)
    held.keep_chain(held.chain(pair.circle))

    assert after["state"] == held.ledger.merge.to_json()
    assert after["look"] == as_json(core.outlook.look(0))
    assert kept == files.get(name)
    assert [2, 3] == [len(held.letters), len(held.standing.alarms)]


def as_json(look: Held) -> Json:
    return cast(Json, json.loads(msgspec.json.encode(look)))


def typescript(pair: Pair, folder: Path) -> Json:
    """What the twin tells of our own device's vault, as it lies on disk."""
    bundle = folder / "vault_pipe.mjs"
    build = ["node_modules/.bin/rolldown", "tests/sync/vault_pipe.ts", "--platform", "node", "--file", str(bundle)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    kept = [path for path in pair.own.held.files.folder.iterdir() if path.name != "lock"]
    files = {path.name: base64.b64encode(path.read_bytes()).decode() for path in kept}
    asked = json.dumps({"passphrase": PASSPHRASE, "files": files, "circle": pair.circle.hex()})
    ran = subprocess.run(["node", bundle], input=asked, check=True, capture_output=True, text=True, encoding="utf-8")
    return cast(Json, json.loads(ran.stdout))
