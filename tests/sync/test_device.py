"""A device against a real server: founding, inviting, writing, conflicts, review, endings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.errors import ProtocolError
from crypto.recovery import read_words
from sync.book import Uncounted
from sync.device import Device
from sync.edits import Edit, Write
from sync.transport import OfflineError
from sync.vault_files import VaultInUseError
from tests.devices import FAR, PASSPHRASE, Office, line, settled, state
from tests.server.process import Process

NOTE = {
    "mode": "home_visit",
    "person_contact_level": "none",
    "family_contact_level": "doorstep",
    "met_persons": [],
    "next_step": "wait",
    "person_agreed_next": "not_asked",
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


def visit(device: Device, case: bytes, dispatch: bytes, **fields: object) -> bytes:
    record = device.book.new_id()
    device.book.writing(device.book.where(case, dispatch)).put(record, "visit", **fields).save()
    return record


def note(device: Device, case: bytes, dispatch: bytes, of: bytes, title: str) -> bytes:
    record = device.book.new_id()
    writing = device.book.writing(device.book.where(case, dispatch))
    writing.put(record, "visit_note", visit=of, title=title, **NOTE).save()
    return record


def test_the_recovery_key_is_the_one_that_founded_the_centre(office: Office) -> None:
    words = office.recovery.words()

    assert office.admin.core.held.identity.centre == read_words(words).centre


def test_an_invited_supporter_is_at_work_with_nobody_else_online(office: Office) -> None:
    member = office.admin.people.add("supporter", name="三枝")
    case = office.open_case()
    dispatch = office.admin.circles.dispatch(case.id, [member])
    planned = visit(office.admin, case.id, dispatch, status="planned")
    settled(office.admin.sync())
    link = office.admin.people.invite(member, FAR)
    office.admin.close()
    phone = Device.enrol(office.new_folder(), PASSPHRASE, link, office.means)
    settled(phone.sync())

    assert "planned" == phone.book.value(planned, "visit", "status")
    assert "三枝" == phone.people.name(member)
    assert [] == phone.alarms()
    phone.close()


def test_an_invitation_works_once(office: Office) -> None:
    member = office.admin.people.add("supporter")
    link = office.admin.people.invite(member, FAR)
    Device.enrol(office.new_folder(), PASSPHRASE, link, office.means).close()
    with pytest.raises(ProtocolError) as raised:
        Device.enrol(office.new_folder(), PASSPHRASE, link, office.means)

    assert "invite_closed" == raised.value.code


def test_a_cancelled_invitation_opens_nothing(office: Office) -> None:
    member = office.admin.people.add("supporter")
    link = office.admin.people.invite(member, FAR)
    office.admin.people.cancel(office.admin.people.invites()[0].key)
    with pytest.raises(ProtocolError):
        Device.enrol(office.new_folder(), PASSPHRASE, link, office.means)

    held = office.admin.core.held
    assert [] == [circle for circle in held.directory.circles() if held.directory.stale(circle, held.head)]


def test_an_enrolment_cut_off_in_the_middle_goes_on(office: Office) -> None:
    member = office.admin.people.add("supporter")
    link, folder = office.admin.people.invite(member, FAR), office.new_folder()

    class Deaf(type(line(office.admin))):  # type: ignore[misc]
        def append(self, *given: object) -> None:
            super().append(*given)
            raise OfflineError("cut")

    means = type(office.means)(office.means.random, office.means.clock, office.means.cost, Deaf)
    with pytest.raises(OfflineError):
        Device.enrol(folder, PASSPHRASE, link, means)
    phone = office.open(folder)
    settled(phone.sync())

    assert member == phone.member


def test_a_saved_change_has_the_same_id_after_a_crash(office: Office) -> None:
    case = office.open_case()
    dispatch = office.send(case, office.admin)
    where = office.admin.book.where(case.id, dispatch)
    saved = office.admin.book.writing(where).put(office.admin.book.new_id(), "visit", status="planned").save()
    after = office.open(office.copy(office.admin))

    assert [saved[0].change] == [change.id for change in after.core.held.chain(dispatch).unsent]
    assert state(office.admin) == state(after)


def test_one_state_is_never_open_twice(office: Office) -> None:
    with pytest.raises(VaultInUseError):
        office.open(office.admin.core.held.files.folder)


def test_two_offline_edits_of_one_field_are_both_kept_and_shown_until_a_person_decides(office: Office) -> None:
    yuki, nao = office.join(name="雪"), office.join(name="直")
    case = office.open_case()
    dispatch = office.send(case, yuki, nao)
    planned = visit(yuki, case.id, dispatch, status="planned")
    settled(yuki.sync())
    settled(nao.sync())
    for device, end in ((yuki, 100), (nao, 200)):
        where = device.book.where(case.id, dispatch)
        device.book.writing(where).put(planned, "visit", actual_end=end).save()
    for device in (yuki, nao, yuki, office.admin):
        settled(device.sync())
    shown = yuki.book.conflicts()

    assert [{100, 200}] == [{value.value for value in view.values} for view in shown]
    assert None is yuki.book.value(planned, "visit", "actual_end")
    assert {yuki.member, nao.member} == {
        found.member for value in shown[0].values for id_ in value.changes if (found := yuki.book.change(id_))
    }
    office.admin.book.resolve(office.admin.book.conflicts()[0], 200)
    for device in (office.admin, yuki, nao):
        settled(device.sync())

    assert [[], [], []] == [device.book.conflicts() for device in (office.admin, yuki, nao)]
    assert 200 == nao.book.value(planned, "visit", "actual_end")
    assert state(yuki) == state(nao)


def test_a_note_changed_after_its_review_says_so_by_the_ids_of_the_changes(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    written = note(yuki, case.id, dispatch, visit(yuki, case.id, dispatch, status="ended"), "玄関先で話した")
    settled(yuki.sync())
    settled(office.admin.sync())
    before = office.admin.book.review_of(written)
    office.admin.book.review(written, "accepted")
    accepted = office.admin.book.review_of(written)
    addendum = yuki.book.new_id()
    where = yuki.book.where(case.id, dispatch)
    (saved,) = (
        yuki.book.writing(where).put(addendum, "addendum", target=written, kind="addition", text="猫がいた").save()
    )
    settled(yuki.sync())
    settled(office.admin.sync())
    after = office.admin.book.review_of(written)

    assert ("new", "accepted", "changed") == (before.state, accepted.state, after.state)
    assert (saved.change,) == after.unseen
    assert [written] == [review.note for review in office.admin.book.review_queue()]


def test_a_submitted_note_is_not_written_over(office: Office) -> None:
    case = office.open_case()
    dispatch = office.send(case, office.admin)
    written = note(office.admin, case.id, dispatch, office.admin.book.new_id(), "一行")
    writing = office.admin.book.writing(office.admin.book.where(case.id, dispatch))
    with pytest.raises(ProtocolError) as raised:
        writing.put(written, "visit_note", title="別の一行")

    assert "exists" == raised.value.code


@pytest.mark.parametrize(
    ("type_", "fields", "code"),
    [
        ("visit", {"official_contact_level": "brief"}, "not_entitled"),
        ("visit", {"status": "gone"}, "bad_value"),
        ("visit", {"colour": "red"}, "bad_value"),
        ("household", {"label": "B世帯"}, "not_home"),
    ],
)
def test_what_would_not_count_is_not_taken(office: Office, type_: str, fields: dict[str, object], code: str) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    with pytest.raises(ProtocolError) as raised:
        yuki.book.writing(yuki.book.where(case.id, dispatch)).put(bytes(16), type_, **fields)

    assert code == raised.value.code
    assert 0 == yuki.unsent()


def test_refusal_reaches_other_dispatch(office: Office) -> None:
    """「もう来ないで」, heard by one, holds for another who was sent separately; nobody lowers it but the desk."""
    yuki, nao = office.join(), office.join()
    case = office.open_case()
    mother, consent = office.admin.book.new_id(), office.admin.book.new_id()
    desk_where = office.admin.book.where(case.id)
    office.admin.book.writing(desk_where).put(
        consent, "consent", subject=mother, matter="visit", state="by_behaviour"
    ).save()
    settled(office.admin.sync())
    first, second = office.send(case, yuki), office.send(case, nao)
    settled(yuki.sync())

    assert first != second
    assert "by_behaviour" == nao.book.value(consent, "consent", "state")
    yuki.book.writing(yuki.book.where(case.id, first)).put(consent, "consent", state="refused").save()
    settled(yuki.sync())
    settled(nao.sync())

    assert "refused" == nao.book.value(consent, "consent", "state")
    nao.book.writing(nao.book.where(case.id, second)).put(consent, "consent", state="verbal").save()
    settled(nao.sync())
    settled(office.admin.sync())

    assert "refused" == office.admin.book.value(consent, "consent", "state")
    assert ["refused"] == [view.shown.value for view in office.admin.book.conflicts() if view.shown]


def test_a_member_of_one_dispatch_reads_nothing_of_another(office: Office) -> None:
    yuki, nao = office.join(), office.join()
    case = office.open_case()
    first, second = office.send(case, yuki), office.send(case, nao)
    hers = visit(yuki, case.id, first, status="planned")
    settled(yuki.sync())
    settled(nao.sync())

    assert [] == nao.book.parts(hers, "visit")
    assert None is nao.core.held.directory.circle(first, nao.core.held.head)
    assert None is not nao.core.held.directory.circle(second, nao.core.held.head)


def test_a_device_seated_at_a_desk_reads_what_was_there_before(office: Office) -> None:
    yuki, counsellor = office.join(), office.join("staff", name="青葉")
    case = office.open_case()
    dispatch = office.send(case, yuki)
    planned = visit(yuki, case.id, dispatch, status="planned")
    settled(yuki.sync())
    settled(counsellor.sync())
    before = counsellor.book.parts(planned, "visit")
    office.admin.circles.seat(counsellor.key, office.desk)
    settled(counsellor.sync())
    settled(office.admin.sync())

    assert [] == before
    assert "planned" == counsellor.book.value(planned, "visit", "status")
    assert state(office.admin) == state(counsellor)


def test_who_is_given_a_case_reads_its_history(office: Office) -> None:
    carrier = office.join("professional")
    case = office.open_case()
    house = office.admin.book.new_id()
    office.admin.book.writing(office.admin.book.where(case.id)).put(house, "household", label="B世帯").save()
    settled(office.admin.sync())
    office.admin.core.append(lambda draft: draft.admit(case.circle, members=[carrier.member]))
    settled(carrier.sync())

    assert "B世帯" == carrier.book.value(house, "household", "label")
    assert [] == carrier.alarms()


def test_a_note_written_before_the_end_of_a_dispatch_counts_and_is_marked(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    early = visit(yuki, case.id, dispatch, status="planned")
    settled(yuki.sync())
    late = visit(yuki, case.id, dispatch, status="ended")
    office.admin.sync()
    office.admin.circles.end_dispatch(dispatch)
    settled(yuki.sync())
    settled(office.admin.sync())
    changes = [office.admin.book.views(record, "visit")[0].values[0].changes[0] for record in (early, late)]

    assert ["planned", "ended"] == [office.admin.book.value(record, "visit", "status") for record in (early, late)]
    assert [False, True] == [office.admin.book.is_late(change) for change in changes]
    assert "not_principal" == yuki.core.outlook.trouble(dispatch)


def test_the_end_of_a_dispatch_is_acknowledged_once(office: Office) -> None:
    """So nothing back-dated can be put behind it, by whoever has the phone."""
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    visit(yuki, case.id, dispatch, status="planned")
    settled(yuki.sync())
    office.admin.sync()
    office.admin.circles.end_dispatch(dispatch)
    settled(yuki.sync())
    settled(yuki.sync())
    settled(office.admin.sync())
    runs = office.admin.core.held.ledger.log.runs(dispatch)

    assert [False, True] == [run.last.is_acknowledgement for run in runs]
    assert yuki.core.held.head == yuki.core.held.chain(dispatch).sent_head


def test_what_is_written_after_the_end_waits_as_a_draft_with_its_reason(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    office.admin.circles.end_dispatch(dispatch)
    yuki.sync()
    yuki.book.writing({"dispatch": dispatch}).put(yuki.book.new_id(), "visit", status="planned").save()
    report = yuki.sync()

    assert ("drafts",) == report.because
    assert ["not_principal"] == [code for _, _, code in yuki.drafts()]
    assert [] == yuki.dead_letters()


def test_a_closed_circle_takes_its_drafts_when_it_is_reopened(office: Office) -> None:
    case = office.open_case()
    dispatch = office.send(case, office.admin)
    office.admin.circles.close(dispatch)
    planned = visit(office.admin, case.id, dispatch, status="planned")

    assert ["circle_closed"] == [code for _, _, code in office.admin.drafts()]
    office.admin.circles.reopen(dispatch)
    settled(office.admin.sync())

    assert "planned" == office.admin.book.value(planned, "visit", "status")


def test_a_right_taken_away_by_policy_is_not_written(office: Office) -> None:
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    planned = visit(yuki, case.id, dispatch, status="planned")
    office.admin.people.set_policy(rights=[["visit", "status", ["staff"]]])
    settled(yuki.sync())
    settled(office.admin.sync())
    with pytest.raises(ProtocolError) as raised:
        visit(yuki, case.id, dispatch, status="planned")

    assert "not_entitled" == raised.value.code
    assert "planned" == office.admin.book.value(planned, "visit", "status")


def test_what_does_not_count_is_listed_with_its_author_and_why(office: Office) -> None:
    """Somebody else's client lets her write what her role does not allow: it is kept, shown, and not true."""
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    planned = visit(yuki, case.id, dispatch, status="planned")
    edit = Edit(planned, "visit", (Write("official_contact_level", None, "brief", ()),))
    saved = yuki.save(dispatch, [edit])
    settled(yuki.sync())
    settled(office.admin.sync())

    assert None is office.admin.book.value(planned, "visit", "official_contact_level")
    assert [
        Uncounted(saved.change or b"", dispatch, yuki.key, "not_entitled", planned, "visit", "official_contact_level")
    ] == office.admin.book.uncounted()


def test_a_person_takes_a_wrong_value_out_and_nobody_s_word_is_lost_by_it(office: Office) -> None:
    """Cleared where it was seen, it is empty for everybody; cleared while another wrote, both are shown."""
    yuki = office.join()
    case = office.open_case()
    dispatch = office.send(case, yuki)
    wrong = visit(yuki, case.id, dispatch, place_text="三丁目")
    settled(yuki.sync())
    settled(office.admin.sync())
    admin = office.admin.book
    admin.writing(admin.where(case.id, dispatch)).put(wrong, "visit", place_text=None).save()
    settled(office.admin.sync())
    settled(yuki.sync())

    assert ["empty"] == [view.status for view in yuki.book.views(wrong, "visit")]
    yuki.book.writing(yuki.book.where(case.id, dispatch)).put(wrong, "visit", place_text="二丁目").save()
    settled(yuki.sync())
    settled(office.admin.sync())
    assert "二丁目" == admin.value(wrong, "visit", "place_text")
    admin.writing(admin.where(case.id, dispatch)).put(wrong, "visit", place_text=None).save()
    yuki.book.writing(yuki.book.where(case.id, dispatch)).put(wrong, "visit", place_text="一丁目").save()
    for device in (yuki, office.admin, yuki):
        settled(device.sync())
    assert state(yuki) == state(office.admin)
    assert [{None, "一丁目"}] == [{value.value for value in view.values} for view in admin.conflicts()]


def test_a_record_of_more_changes_than_one_deletion_names_is_crossed_out_in_two(office: Office) -> None:
    yuki = office.join()
    case = office.open_case(yuki)
    where = office.admin.book.where(case.id)
    record = office.admin.book.new_id()
    for number in range(300):
        office.admin.book.writing(where).put(record, "contact_preference", good_topics=[f"{number}"]).save()
    office.admin.book.writing(where).cross_out(record, "contact_preference", "二重").save()

    assert [record] == office.admin.book.records("contact_preference")
    office.admin.book.writing(where).cross_out(record, "contact_preference", "二重").save()
    assert [] == office.admin.book.records("contact_preference")
    office.admin.book.writing(where).put(record, "contact_preference", good_topics=["猫"]).save()
    assert [record] == office.admin.book.records("contact_preference")
