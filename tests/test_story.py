"""The main job, end to end: a centre, two visitors who cannot see each other, a conflict, a decision, a review.

Against a real server process on real files; the ghosts are device processes killed with SIGKILL.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sync.device import Device
from tests.devices import Office, settled, state
from tests.server.process import Process

ROOT = Path(__file__).parent.parent
MAY_28 = 1_779_944_400_000  # 2026-05-28 14:00 in Japan, ms
MINUTE = 60_000
SHARED = {
    "mode": "home_visit",
    "door_result": "opened",
    "next_step": "next_visit",
    "person_agreed_next": "not_refused",
    "risk_quick": "none_seen",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("server"))
    yield process
    process.stop()


@pytest.fixture
def office(server: Process, tmp_path: Path) -> Iterator[Office]:
    office = Office.found(server, tmp_path)
    yield office
    office.close()


def test_two_visitors_without_a_signal_one_visit_a_conflict_a_decision_a_review(office: Office) -> None:
    admin = office.admin
    aoba, kajiura = office.join("staff", name="青葉"), office.join("professional", name="梶浦")
    case = office.open_case()
    dispatch = office.send(case, aoba, kajiura)
    visit = admin.book.new_id()
    admin.book.writing(admin.book.where(case.id, dispatch)).put(
        visit, "visit", status="planned", purpose=["watch"], announced="told_family"
    ).save()
    for device in (admin, aoba, kajiura):
        settled(device.sync())

    # In the valley: neither has a signal, both write of the same visit.
    notes = {
        aoba: write_note(aoba, case.id, dispatch, visit, "none", "doorstep", "母と玄関先で5分", 10),
        kajiura: write_note(kajiura, case.id, dispatch, visit, "presence", "doorstep", "奥に男性の咳", 20),
    }

    assert [[], []] == [device.book.conflicts() for device in (aoba, kajiura)]
    assert 0 < aoba.unsent()

    # In the evening both come back; each sees both, and the office too.
    for device in (aoba, kajiura, aoba, admin):
        settled(device.sync())
    (shown,) = admin.book.conflicts()

    assert ("visit", "actual_end") == (shown.key.type, shown.key.field)
    assert {MAY_28 + 10 * MINUTE, MAY_28 + 20 * MINUTE} == {value.value for value in shown.values}
    assert {*notes.values()} == {*admin.book.records("visit_note")}
    assert ["none", "presence"] == sorted(
        str(admin.book.value(note, "visit_note", "person_contact_level")) for note in notes.values()
    )

    # A person decides; nobody's note is touched.
    admin.book.resolve(shown, MAY_28 + 20 * MINUTE)
    admin.book.writing(admin.book.where(case.id, dispatch)).put(
        visit, "visit", official_contact_level="presence"
    ).save()
    admin.book.review(notes[aoba], "accepted")
    question = admin.book.review(notes[kajiura], "question", question="せきは、どなただったでしょうか")
    for device in (admin, aoba, kajiura):
        settled(device.sync())

    assert [[], [], []] == [device.book.conflicts() for device in (admin, aoba, kajiura)]
    assert MAY_28 + 20 * MINUTE == kajiura.book.value(visit, "visit", "actual_end")
    assert ["accepted", "question"] == [admin.book.review_of(notes[device]).state for device in (aoba, kajiura)]

    # She answers, and adds to her note: what was accepted before says so by itself.
    own = kajiura.book.where(case.id, dispatch)
    kajiura.book.writing(own).put(question, "review", answer="わかりません。父か本人です", state="waiting").save()
    addendum = aoba.book.new_id()
    added = (
        aoba.book.writing(aoba.book.where(case.id, dispatch))
        .put(addendum, "addendum", target=notes[aoba], kind="addition", text="庭木が道まで伸びていた")
        .save()
    )
    for device in (kajiura, aoba, admin, aoba, kajiura):
        settled(device.sync())
    changed = admin.book.review_of(notes[aoba])

    assert ("changed", tuple(saved.change for saved in added)) == (changed.state, changed.unseen)
    assert "わかりません。父か本人です" == admin.book.value(question, "review", "answer")
    assert [[], [], []] == [device.alarms() for device in (admin, aoba, kajiura)]
    assert [[], [], []] == [device.book.uncounted() for device in (admin, aoba, kajiura)]

    # What each shows is there again when the program is started anew.
    before = state(aoba)

    assert before == state(office.restart(aoba))


def write_note(
    device: Device, case: bytes, dispatch: bytes, visit: bytes, person: str, family: str, words: str, minutes: int
) -> bytes:
    note = device.book.new_id()
    segment = {
        "kind": "seen_heard",
        "about": [],
        "source": "self_observed",
        "certainty": "saw",
        "share_class": "shareable",
        "text": words,
    }
    writing = device.book.writing(device.book.where(case, dispatch))
    writing.put(visit, "visit", status="ended", actual_start=MAY_28, actual_end=MAY_28 + minutes * MINUTE)
    writing.put(
        note,
        "visit_note",
        visit=visit,
        person_contact_level=person,
        family_contact_level=family,
        met_persons=[],
        segments=[segment],
        **SHARED,
    )
    writing.save(at=MAY_28 + minutes * MINUTE)
    return note


@pytest.mark.parametrize("seed", range(3))
def test_every_note_that_was_said_to_be_saved_is_there_after_sigkill(office: Office, seed: int) -> None:
    """The process is killed somewhere in the middle of saving."""
    yuki = office.join()
    dispatch = office.send(office.open_case(), yuki)
    folder = yuki.core.held.files.folder
    yuki.close()
    ghost = haunt("save", folder, dispatch)
    assert ghost.stdout
    said = [ghost.stdout.readline() for _ in range(Random(seed).randint(1, 30))]
    ghost.kill()
    said += ghost.stdout.readlines()
    ghost.wait()
    ghost.stdout.close()
    again = office.open(folder)
    written = [change.id.hex() for change in again.core.held.chain(dispatch).unsent]
    settled(again.sync())
    settled(office.admin.sync())
    counting = {change.id.hex() for change in office.admin.core.held.ledger.log.counting(dispatch)}

    assert [line.strip() for line in said] == written[: len(said)]
    assert len(written) - len(said) in (0, 1)
    assert {*written} == counting


@pytest.mark.parametrize("how", ["push", "log"])
def test_a_process_killed_when_the_server_has_its_runs_sends_and_writes_nothing_twice(office: Office, how: str) -> None:
    yuki = office.join()
    dispatch = office.send(office.open_case(), yuki)
    folder = yuki.core.held.files.folder
    yuki.close()
    ghost = haunt(how, folder, dispatch)
    said, _ = ghost.communicate()

    assert -signal.SIGKILL == ghost.returncode
    again = office.open(folder)
    settled(again.sync())
    settled(office.admin.sync())
    counting = {change.id.hex() for change in office.admin.core.held.ledger.log.counting(dispatch)}

    assert {*said.split()} == counting
    assert 2 == len(counting)
    assert 0 == again.unsent()
    assert [[], []] == [device.alarms() for device in (again, office.admin)]


def test_two_old_copies_of_one_profile_lose_no_note_of_either(office: Office) -> None:
    """One phone restored twice from one backup, used in turn: the numbers collide, the notes do not."""
    yuki = office.join()
    dispatch = office.send(office.open_case(), yuki)
    copies = [office.copy(yuki), office.copy(yuki)]
    yuki.close()
    devices = [office.open(copy) for copy in copies]
    for round_ in range(3):
        for device in devices:
            text = f"{round_} {devices.index(device)}"
            device.book.writing({"dispatch": dispatch}).put(device.book.new_id(), "visit", place_text=text).save()
        for device in devices:
            settled(device.sync())
    settled(devices[0].sync())
    settled(office.admin.sync())
    views = [view for visit in office.admin.book.records("visit") for view in office.admin.book.views(visit, "visit")]

    assert {f"{round_} {n}" for round_ in range(3) for n in range(2)} == {
        value.value for view in views for value in view.values
    }
    assert state(devices[0]) == state(devices[1])
    assert [] == office.admin.alarms()


def haunt(how: str, folder: Path, dispatch: bytes) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.ghost", how, str(folder), dispatch.hex()]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
