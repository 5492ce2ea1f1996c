"""A server that lost its last day, or has another past: what devices of both twins do about it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crypto.recovery import read_words
from sync.draft import Draft
from sync.keyring import Keyring
from sync.statements import Void
from tests.devices import Office
from tests.server.process import Process
from tests.sync.hands import FOUNDERS, Ours, Pipe, Theirs, bundled, set_by, settle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(tmp_path_factory.mktemp("bundle"))


@contextmanager
def serving(data: Path, port: int = 0) -> Iterator[Process]:
    process = Process(data, port)
    try:
        yield process
    finally:
        process.stop()


@pytest.mark.parametrize("founder", FOUNDERS)
def test_devices_of_both_twins_heal_a_server_that_lost_its_last_day(founder: str, bundle: Path, tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    with serving(data) as server:
        office = Office(server.origin, tmp_path)
        pipe = Pipe(bundle, tmp_path.name, office)
        stage = set_by(founder, office, pipe)
        stage.visit(stage.phone, "一")
        settle(stage.phone, stage.desk)
    shutil.copytree(data, backup)
    with serving(data, server.port):
        stage.visit(stage.phone, "二")
        settle(stage.phone)
        stage.desk.call("people.add", "supporter")
        stage.visit(stage.desk, "三")
        settle(stage.desk, stage.phone)
        before = stage.desk.state()
    shutil.rmtree(data)
    shutil.copytree(backup, data)
    with serving(data, server.port):
        settle(stage.desk, stage.phone, stage.desk)
        fresh = stage.desk.enrol(stage.invite())
        settle(fresh)
        after = stage.desk.state()
        codes = {alarm["code"] for alarm in stage.desk.call("alarms")}
        shown = stage.texts(fresh)
        pipe.stop()
        office.close()

    assert before == after
    assert {"rolled_back"} == codes
    assert {"一", "二", "三"} == shown


def test_a_forked_directory_stops_the_other_twin_until_the_root_settles_it(bundle: Path, tmp_path: Path) -> None:
    """It sends nothing to a server with another past; once the paper key voids its own past, it changes over."""
    data, past = tmp_path / "data", tmp_path / "past"
    with serving(data) as server:
        office = Office(server.origin, tmp_path)
        pipe = Pipe(bundle, tmp_path.name, office)
        stage = set_by(FOUNDERS[0], office, pipe)
    shutil.copytree(data, past)
    assert isinstance(stage.desk, Ours)
    assert isinstance(stage.phone, Theirs)
    stale = office.copy(stage.desk.device)
    with serving(data, server.port):
        stage.desk.call("people.add", "supporter")
        settle(stage.phone)
        ours = stage.desk.device.core.held.directory.head
        stage.visit(stage.phone, "零")
        settle(stage.phone)
        stage.visit(stage.phone, "一")
    with serving(past, server.port):
        stage.desk.device.close()
        other = Ours(office, office.open(stale))
        other.call("people.add", "professional")
        pushes = stage.phone.ask("pushes")
        before = stage.phone.sync()
        sent = stage.phone.ask("pushes") - pushes
        recovery = read_words(stage.words)
        held = other.device.core.held
        root = Draft(Keyring(held.directory, recovery.sealing), recovery.signing.public)
        root.say(Void((ours.hash,)))
        other.device.core.server.append(root.frame(recovery.signing, office.tick()))
        after = stage.phone.sync()
        settle(other)
        stage.phone.restart()
        uncounted = stage.phone.call("book.uncounted")
        shown = stage.texts(other), stage.texts(stage.phone)
        pipe.stop()
        office.close()

    assert ("forked", 0) == (before.alarm, sent)
    assert ("pending",) == after.because
    assert ["head_unknown"] == [each["code"] for each in uncounted]
    assert ({"一"}, {"一"}) == shown
