"""Devices of both twins in one centre, on a real server: whoever does what, both come to the same state.

The story is told to hands: a Python device, or a TypeScript device in a process of Node's.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from crypto.invite import read_link
from crypto.recovery import read_words
from sync.transport import OfflineError
from tests.devices import FAR, Office
from tests.server.process import Process
from tests.sync.hands import FOUNDERS, NOTE, Hand, Ours, Pipe, Stage, Theirs, bundled, report, set_by, settle


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("server"))
    yield process
    process.stop()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def office(server: Process, tmp_path: Path) -> Iterator[Office]:
    office = Office(server.origin, tmp_path)
    yield office
    for device in office.devices:
        device.close()


@pytest.fixture
def pipe(bundle: Path, office: Office) -> Iterator[Pipe]:
    pipe = Pipe(bundle, office.folder.name, office)
    yield pipe
    pipe.stop()


@pytest.fixture(params=FOUNDERS)
def stage(request: pytest.FixtureRequest, office: Office, pipe: Pipe) -> Stage:
    return set_by(request.param, office, pipe)


def test_who_is_invited_by_the_other_twin_is_at_work_at_once(stage: Stage) -> None:
    planned = stage.visit(stage.desk, "谷の家")
    settle(stage.desk, stage.phone)

    assert stage.member == stage.phone.member
    assert {"谷の家"} == stage.texts(stage.phone)
    assert [planned] == stage.phone.call("book.records", "visit")
    assert [[], []] == [hand.call("alarms") for hand in (stage.desk, stage.phone)]
    assert stage.desk.call("circles.view", stage.dispatch) == stage.phone.call("circles.view", stage.dispatch)


def test_the_recovery_key_of_either_twin_is_the_same_words(stage: Stage) -> None:
    invitation = read_link(stage.invite())

    assert invitation.invite.centre == read_words(stage.words).centre


def test_what_both_wrote_without_a_signal_is_a_conflict_until_one_decides(stage: Stage) -> None:
    hands = stage.desk, stage.phone
    record = stage.visit(stage.desk, "門")
    settle(*hands)
    for hand, text in zip(hands, ("母屋", "離れ"), strict=True):
        hand.cut(True)
        stage.visit(hand, text, record)
        with pytest.raises(OfflineError):
            hand.sync()
        hand.cut(False)
    settle(*hands, stage.desk)

    assert [{"母屋", "離れ"}] * 2 == [stage.texts(hand) for hand in hands]
    assert stage.desk.state() == stage.phone.state()
    assert [1, 1] == [len(hand.call("book.conflicts")) for hand in hands]
    stage.phone.resolve("離れ")
    settle(stage.phone, stage.desk)

    assert [[], []] == [hand.call("book.conflicts") for hand in hands]
    assert [{"離れ"}] * 2 == [stage.texts(hand) for hand in hands]
    assert stage.desk.state() == stage.phone.state()


def test_a_note_changed_after_its_review_says_so_on_both(stage: Stage) -> None:
    visit = stage.visit(stage.phone, "玄関先")
    note, _ = stage.phone.put(stage.places, None, "visit_note", {**NOTE, "visit": visit, "title": "玄関先で話した"})
    settle(stage.phone, stage.desk)
    before = stage.desk.call("book.review_of", note)["state"]
    stage.desk.call("book.review", note, "accepted")
    settle(stage.desk, stage.phone)
    accepted = [hand.call("book.review_of", note)["state"] for hand in (stage.desk, stage.phone)]
    addendum = {"target": note, "kind": "addition", "text": "猫がいた"}
    _, change = stage.phone.put(stage.places, None, "addendum", addendum)
    settle(stage.phone, stage.desk)

    assert ("new", ["accepted", "accepted"]) == (before, accepted)
    assert [("changed", [change])] * 2 == [
        (found["state"], found["unseen"])
        for found in (hand.call("book.review_of", note) for hand in (stage.desk, stage.phone))
    ]


def test_a_lost_device_of_the_other_twin_is_shut_out_and_its_last_note_let_in(stage: Stage) -> None:
    stage.visit(stage.phone, "一")
    settle(stage.phone, stage.desk)
    stage.visit(stage.phone, "二")
    exposure = stage.desk.call("people.revoke", stage.phone.key)
    told = stage.phone.sync()
    held = stage.desk.call("circles.quarantine")

    assert stage.phone.key == exposure["device"]
    assert stage.dispatch in exposure["circles"]
    assert [] == exposure["stale"]
    assert "revoked" == told.alarm
    assert [(stage.phone.key, stage.dispatch, 1)] == [(one["device"], one["circle"], one["changes"]) for one in held]
    assert {"一"} == stage.texts(stage.desk)
    stage.desk.call("circles.let_in", stage.dispatch, held[0]["last"])
    settle(stage.desk)

    assert {"一", "二"} == stage.texts(stage.desk)


def test_what_a_lost_device_wrote_where_the_admin_reads_nothing_counts_as_far_as_it_came(stage: Stage) -> None:
    officer = stage.desk.call("people.add", "supporter", ["privacy"])
    lost = stage.phone.enrol(stage.desk.call("people.invite", officer, FAR))
    private = lost.call("circles.open_private", sorted([stage.member, officer]))
    record, change = lost.put({"private": private}, None, "person", {"supporter_link": bytes(16)})
    settle(lost, stage.phone, stage.desk)
    stage.desk.call("people.revoke", lost.key)
    settle(stage.phone)

    assert None is not change
    assert [] == stage.desk.call("circles.of_kind", "private")
    assert [record] == stage.phone.call("book.records", "person")
    assert [] == stage.phone.call("book.uncounted")


def test_what_an_inviter_could_not_give_is_sealed_by_who_can(stage: Stage) -> None:
    """Staff who sit at no desk invite a second phone: it is told of the dispatch, and reads it when the desk seals."""
    stage.visit(stage.phone, "谷の家")
    settle(stage.phone)
    staff = stage.desk.call("people.add", "staff")
    counsellor = stage.phone.enrol(stage.desk.call("people.invite", staff, FAR))
    second = stage.desk.enrol(counsellor.call("people.invite", stage.member, FAR))
    settle(second, stage.desk)
    lacking, before = stage.desk.call("circles.lacking"), stage.texts(second)
    stage.desk.call("circles.seal_lacking")
    settle(second)

    assert (True, set()) == (stage.dispatch in lacking, before)
    assert [] == stage.desk.call("circles.lacking")
    assert {"谷の家"} == stage.texts(second)


def test_a_new_device_of_a_member_reads_what_both_twins_wrote(stage: Stage) -> None:
    stage.visit(stage.phone, "一")
    stage.visit(stage.desk, "二")
    settle(stage.phone, stage.desk)
    stage.desk.call("people.revoke", stage.phone.key)
    others = [stage.phone.enrol(stage.invite()), stage.desk.enrol(stage.invite())]
    settle(*others)

    assert [{"一", "二"}] * 2 == [stage.texts(hand) for hand in others]
    assert others[0].state() == others[1].state()


def test_a_refused_run_is_a_dead_letter_that_is_written_anew(stage: Stage) -> None:
    stage.visit(stage.phone, "一")
    stage.phone.refuse("not_enrolled")
    stage.phone.sync()
    stage.phone.restart()
    letters = stage.phone.call("dead_letters")

    assert ["not_enrolled"] == [letter["code"] for letter in letters]
    assert set() == stage.texts(stage.phone)
    stage.phone.call("rewrite", first_letter(stage.phone))
    settle(stage.phone, stage.desk)

    assert {"一"} == stage.texts(stage.desk) == stage.texts(stage.phone)
    assert [] == stage.phone.call("dead_letters")


def first_letter(hand: Hand) -> object:
    return hand.device.dead_letters()[0] if isinstance(hand, Ours) else hand.call("dead_letters")[0]


def test_an_answer_that_never_came_is_asked_for_and_nothing_is_sent_twice(stage: Stage) -> None:
    stage.visit(stage.phone, "公園")
    stage.phone.deaf()
    with pytest.raises(OfflineError):
        stage.phone.sync()
    before = len(stage.phone.unsent(stage.dispatch))
    stage.phone.restart()
    settle(stage.phone, stage.desk)

    assert 1 == before
    assert [] == stage.phone.unsent(stage.dispatch)
    assert {"公園"} == stage.texts(stage.desk)
    assert [] == stage.desk.call("alarms")


def test_an_old_copy_of_a_profile_goes_on_behind_what_was_sent(stage: Stage) -> None:
    stage.visit(stage.phone, "一")
    settle(stage.phone)
    restored = stage.phone.copy()
    stage.visit(stage.phone, "二")
    settle(stage.phone)
    visit = stage.visit(restored, "三")
    stage.visit(restored, "四", visit)
    before = restored.unsent(stage.dispatch)
    settle(restored, stage.desk)

    assert 2 == len(before)
    assert {"一", "二", "四"} == stage.texts(stage.desk) == stage.texts(restored)
    assert [[], []] == [hand.call("book.conflicts") for hand in (stage.desk, restored)]
    assert [[], []] == [hand.call("alarms") for hand in (stage.desk, restored)]


def test_the_end_of_a_dispatch_is_acknowledged_and_what_is_written_after_it_waits(stage: Stage) -> None:
    stage.visit(stage.phone, "一")
    settle(stage.phone, stage.desk)
    stage.desk.call("circles.end_dispatch", stage.dispatch)
    settle(stage.phone, stage.desk)
    _, change = stage.phone.put(stage.places, None, "visit", {"place_text": "二"})
    told = stage.phone.sync()

    assert None is change
    assert ("drafts",) == told.because
    assert {"一"} == stage.texts(stage.desk)
    assert [] == stage.desk.call("alarms")


@pytest.mark.parametrize("founder", FOUNDERS)
def test_a_server_that_calls_a_device_revoked_is_not_believed(founder: str, office: Office, pipe: Pipe) -> None:
    stage = set_by(founder, office, pipe)
    stage.visit(stage.phone, "一")
    stage.phone.lie(True)
    told = stage.phone.sync()
    stage.phone.lie(False)
    codes = [alarm["code"] for alarm in stage.phone.call("alarms")]
    settle(stage.phone, stage.desk)

    assert "false_revocation" == told.alarm
    assert ["false_revocation"] == codes
    assert {"一"} == stage.texts(stage.desk)


def test_a_device_that_waits_hears_what_the_other_twin_sent(stage: Stage) -> None:
    stage.visit(stage.desk, "一")
    settle(stage.desk)

    assert stage.phone.call("wait")
    settle(stage.phone)
    assert {"一"} == stage.texts(stage.phone)


def test_what_a_device_shows_is_there_again_when_it_is_opened_anew(stage: Stage) -> None:
    stage.visit(stage.desk, "一")
    settle(stage.desk, stage.phone)
    stage.visit(stage.phone, "二")
    before = stage.phone.state()
    stage.phone.restart()

    assert before == stage.phone.state()


def test_a_note_saved_while_a_push_hangs_is_durable_at_once_and_the_contact_ends_right(
    pipe: Pipe, office: Office
) -> None:
    """Two saves between the steps of a contact: on another copy of the disk they are there before the push ends."""
    stage = set_by(FOUNDERS[0], office, pipe)
    assert isinstance(stage.phone, Theirs)
    stage.visit(stage.phone, "一")
    records = [office.random.randbytes(16) for _ in range(2)]
    is_on_its_way, saved, told = stage.phone.ask("save_while_pushing", stage.dispatch, records, ["二", "三"])
    found = Theirs(pipe, f"{stage.phone.name}, found")
    settle(stage.desk)

    assert is_on_its_way
    assert set(saved) <= set(found.unsent(stage.dispatch))
    assert {"一", "二", "三"} == stage.texts(found)
    assert report(told).synced
    assert {"一", "二", "三"} == stage.texts(stage.desk) == stage.texts(stage.phone)
    assert [[], []] == [hand.call("alarms") for hand in (stage.desk, stage.phone)]


def test_devices_of_both_twins_that_write_at_random_show_the_same(pipe: Pipe, office: Office, seed: int) -> None:
    """Four devices, offline as it comes; afterwards each has everything, in the same state to the letter."""
    dice = Random(seed)
    stage = set_by(FOUNDERS[0], office, pipe)
    hands: Sequence[Hand] = [stage.desk, stage.phone, stage.phone.enrol(stage.invite())]
    hands = [*hands, stage.desk.enrol(stage.invite())]
    records = [office.random.randbytes(16) for _ in range(3)]
    for number in range(40):
        hand = dice.choice(hands)
        if dice.random() < 0.3:
            settle(hand)
        else:
            stage.visit(hand, f"{number}", dice.choice(records))
    settle(*hands, *hands)

    assert 1 == len({hand.state() for hand in hands[1:]})
    assert stage.texts(stage.desk) == stage.texts(stage.phone)
