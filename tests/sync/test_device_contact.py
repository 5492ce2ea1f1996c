"""Contacts that go wrong: crashes, copies, cut lines, lost servers, lost devices. Nothing acknowledged is lost."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.contexts import digest
from crypto.entry import close_entry, entry_body
from crypto.errors import ProtocolError
from crypto.run import parse_run
from sync.chain import Head
from sync.device import Device
from sync.device_circles import Case
from sync.device_core import Saying
from sync.draft import Draft
from sync.edits import Edit, Write
from sync.keyring import Keyring
from sync.statements import CircleEpoch, Void, parse_statement
from sync.transport import OfflineError, PushAnswer
from tests.devices import Office, line, settled, state
from tests.server.process import Process


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


@pytest.fixture
def field(office: Office) -> "Field":
    return Field(office)


class Field:
    """A case, and a supporter who was sent there."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.yuki = office.join()
        self.case: Case = office.open_case()
        self.dispatch = office.send(self.case, self.yuki)

    def write(self, device: Device, text: str, record: bytes | None = None) -> bytes:
        """A visit's place in words; the record."""
        record = record or device.book.new_id()
        device.book.writing({"dispatch": self.dispatch}).put(record, "visit", place_text=text).save()
        return record

    def texts(self, device: Device) -> set[object]:
        """What a device shows of them, conflicts included."""
        views = [view for record in device.book.records("visit") for view in device.book.views(record, "visit")]
        return {value.value for view in views for value in view.values}


def ids(device: Device, circle: bytes) -> list[bytes]:
    return [change.id for change in device.core.held.chain(circle).unsent]


def test_battery_dies_after_push(field: Field) -> None:
    """The server has the run and the phone does not know it: asked first, nothing is sent or written twice."""
    field.write(field.yuki, "公園")
    line(field.yuki).is_deaf = True
    with pytest.raises(OfflineError):
        field.yuki.sync()
    again = field.office.restart(field.yuki)
    before = again.unsent()
    settled(again.sync())
    settled(field.office.admin.sync())

    assert (1, 0) == (before, again.unsent())
    assert [] == line(again).pushes
    assert {"公園"} == field.texts(field.office.admin)
    assert [] == field.office.admin.alarms()


def test_an_old_copy_of_a_profile_goes_on_behind_what_was_sent(field: Field) -> None:
    """A restored profile writes the numbers again; its unsent changes are chained anew, and all notes count."""
    field.write(field.yuki, "一")
    settled(field.yuki.sync())
    old = field.office.copy(field.yuki)
    field.write(field.yuki, "二")
    settled(field.yuki.sync())
    field.yuki.close()
    restored = field.office.open(old)
    visit = field.write(restored, "三")
    field.write(restored, "四", visit)
    before = ids(restored, field.dispatch)
    settled(restored.sync())
    settled(field.office.admin.sync())

    assert {"一", "二", "四"} == field.texts(field.office.admin) == field.texts(restored)
    assert [] == field.office.admin.alarms()
    assert [] == field.office.admin.book.conflicts()
    assert not {*before} & {change.id for change in field.office.admin.core.held.ledger.log.counting(field.dispatch)}


def test_a_restored_profile_learns_that_its_unsent_note_was_sent(field: Field) -> None:
    field.write(field.yuki, "一")
    old = field.office.copy(field.yuki)
    settled(field.yuki.sync())
    field.write(field.yuki, "二")
    settled(field.yuki.sync())
    field.yuki.close()
    restored = field.office.open(old)
    settled(restored.sync())
    settled(field.office.admin.sync())

    assert {"一", "二"} == field.texts(field.office.admin) == field.texts(restored)
    assert 2 == len(list(field.office.admin.core.held.ledger.log.counting(field.dispatch)))


def test_entry_arrives_between_save_and_close(field: Field) -> None:
    """Saved before the dispatch ended: the run is closed under the head it was begun under, and counts."""
    visit = field.write(field.yuki, "谷の家")
    head = field.yuki.core.held.head
    field.office.admin.sync()
    field.office.admin.circles.end_dispatch(field.dispatch)
    settled(field.yuki.sync())
    settled(field.office.admin.sync())
    run = field.office.admin.core.held.ledger.log.runs(field.dispatch)[0]

    assert head == run.head.head_index < field.yuki.core.held.head
    assert "谷の家" == field.office.admin.book.value(visit, "visit", "place_text")


def test_a_refused_run_is_a_dead_letter_and_holds_up_nothing(field: Field) -> None:
    """What stood behind it is chained anew; its text can be written anew."""
    lost = field.write(field.yuki, "一")
    field.yuki.core.chains.close(field.yuki.core.held.chain(field.dispatch))
    refused = field.yuki.core.held.chain(field.dispatch).closed[0].raw
    field.write(field.yuki, "二")
    line(field.yuki).answer = lambda run: PushAnswer("refused", "not_enrolled", None) if run == refused else None
    settled(field.yuki.sync())
    settled(field.office.admin.sync())
    letters = field.yuki.dead_letters()

    assert {"二"} == field.texts(field.office.admin) == field.texts(field.yuki)
    assert [("not_enrolled", refused)] == [(letter.code, letter.run) for letter in letters]
    field.yuki.rewrite(letters[0])
    settled(field.yuki.sync())
    settled(field.office.admin.sync())

    assert "一" == field.office.admin.book.value(lost, "visit", "place_text")
    assert [] == field.yuki.dead_letters()


def test_a_dead_letter_survives_a_crash(field: Field) -> None:
    field.write(field.yuki, "一")
    line(field.yuki).answer = lambda _: PushAnswer("refused", "not_enrolled", None)
    field.yuki.sync()
    again = field.office.open(field.office.copy(field.yuki))

    assert [letter.id for letter in field.yuki.dead_letters()] == [letter.id for letter in again.dead_letters()]
    assert set() == field.texts(again)


def test_a_run_that_our_own_directory_allows_waits_until_the_server_knows_better(field: Field) -> None:
    """A server that was put back lacks statements on circles, and denies what it should know."""
    field.write(field.yuki, "一")
    line(field.yuki).answer = lambda _: PushAnswer("refused", "not_principal", None)
    report = field.yuki.sync()
    line(field.yuki).answer = lambda _: None

    assert ("unsent",) == report.because
    assert [] == field.yuki.dead_letters()
    settled(field.yuki.sync())
    settled(field.office.admin.sync())
    assert {"一"} == field.texts(field.office.admin)


def test_a_full_server_keeps_nothing_and_loses_nothing(field: Field) -> None:
    field.write(field.yuki, "一")
    line(field.yuki).answer = lambda _: PushAnswer("refused", "quota_exceeded", None)
    report = field.yuki.sync()
    line(field.yuki).answer = lambda _: None

    assert ("unsent",) == report.because
    assert [] == field.yuki.dead_letters()
    settled(field.yuki.sync())
    settled(field.office.admin.sync())

    assert {"一"} == field.texts(field.office.admin)


def test_a_server_that_says_a_later_run_came_without_an_earlier_is_not_believed(field: Field) -> None:
    field.write(field.yuki, "一")
    field.yuki.core.chains.close(field.yuki.core.held.chain(field.dispatch))
    field.write(field.yuki, "二")
    answers = iter([PushAnswer("refused", "quota_exceeded", None), PushAnswer("accepted", None, 9)])
    line(field.yuki).answer = lambda _: next(answers, None)
    field.yuki.sync()

    assert 2 == field.yuki.unsent()
    line(field.yuki).answer = lambda _: None
    settled(field.yuki.sync())
    settled(field.office.admin.sync())

    assert {"一", "二"} == field.texts(field.office.admin)


def test_without_a_line_everything_is_kept_and_shown(field: Field) -> None:
    line(field.yuki).is_cut = True
    field.write(field.yuki, "一")
    with pytest.raises(OfflineError):
        field.yuki.sync()

    assert {"一"} == field.texts(field.yuki)
    assert 1 == field.yuki.unsent()
    line(field.yuki).is_cut = False
    settled(field.yuki.sync())


def test_a_pull_that_is_cut_goes_on_where_it_ended(field: Field) -> None:
    """What came is kept, and not asked for again."""
    for text in "一二三":
        field.write(field.yuki, text)
        settled(field.yuki.sync())
    admin = field.office.admin
    honest, asked = admin.core.server.pull, list[int]()

    def cut(after, backfill, take):  # type: ignore[no-untyped-def]
        def first(pulled):  # type: ignore[no-untyped-def]
            take(pulled)
            raise OfflineError("cut")

        asked.append(after)
        return honest(after, backfill, first if len(asked) < 3 else take)

    admin.core.server.pull = cut  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(OfflineError):
            admin.sync()
    settled(admin.sync())

    assert sorted(set(asked)) == asked
    assert 3 == len(asked)
    assert {"一", "二", "三"} == field.texts(admin)


def test_a_session_that_ended_is_opened_again(field: Field) -> None:
    line(field.yuki)._cookie = {"Cookie": "__Host-engawa=old"}
    settled(field.yuki.sync())


def test_who_waits_hears_that_something_came(field: Field) -> None:
    settled(field.office.admin.sync())
    heard: list[bool] = []
    waiting = threading.Thread(target=lambda: heard.append(field.office.admin.wait()))
    waiting.start()
    field.write(field.yuki, "一")
    settled(field.yuki.sync())
    waiting.join(60)
    settled(field.office.admin.sync())

    assert [True] == heard
    assert {"一"} == field.texts(field.office.admin)


def test_a_lost_phone_is_shut_out_and_what_it_had_not_sent_can_be_let_in(field: Field) -> None:
    """Its signed runs go into quarantine; staff see whose, let one in, and the note counts."""
    admin = field.office.admin
    sent = field.write(field.yuki, "一")
    settled(field.yuki.sync())
    unsent = field.write(field.yuki, "二")
    exposure = admin.people.revoke(field.yuki.key)
    report = field.yuki.sync()
    held = admin.circles.quarantine()

    assert field.dispatch in exposure.circles
    assert "revoked" == report.alarm
    assert ["revoked"] == [alarm.code for alarm in field.yuki.alarms()]
    assert [(field.yuki.key, field.dispatch, "revoked", 1)] == [
        (each.device, each.circle, each.code, each.changes) for each in held
    ]
    settled(admin.sync())
    assert {"一"} == field.texts(admin)
    admin.circles.let_in(field.dispatch, held[0].last)
    settled(admin.sync())

    assert "一" == admin.book.value(sent, "visit", "place_text")
    assert "二" == admin.book.value(unsent, "visit", "place_text")
    assert [] == admin.circles.quarantine()


def test_a_shut_out_device_reads_nothing_that_comes_later(field: Field) -> None:
    nao = field.office.enrol(field.yuki.member)
    field.office.admin.people.revoke(field.yuki.key)
    settled(nao.sync())
    later = field.write(nao, "あとで")
    settled(nao.sync())
    field.yuki.sync()

    assert [] == field.yuki.book.parts(later, "visit")
    assert None is field.yuki.core.held.ledger.log.change(nao.book.views(later, "visit")[0].values[0].changes[0])


def test_a_false_word_that_it_was_revoked_is_not_followed(field: Field) -> None:
    """The directory does not say so: an alarm, and everything stays."""
    settled(field.yuki.sync())
    unsent = field.write(field.yuki, "一")
    line(field.yuki).is_lying = True
    report = field.yuki.sync()

    assert "false_revocation" == report.alarm
    assert ["false_revocation"] == [alarm.code for alarm in field.yuki.alarms()]
    assert 1 == field.yuki.unsent()
    line(field.yuki).is_lying = False
    settled(field.yuki.sync())
    settled(field.office.admin.sync())
    assert "一" == field.office.admin.book.value(unsent, "visit", "place_text")


def test_a_stale_circle_is_renewed_by_the_first_principal_who_writes(field: Field) -> None:
    """The admin cannot read a debrief of two others, so its circle stays stale after one phone is lost."""
    nao = field.office.join()
    private = field.yuki.circles.open_private(sorted([field.yuki.member, nao.member]))
    settled(nao.sync())
    second = field.office.enrol(field.yuki.member)
    nao.sync()
    nao.circles.renew_stale()
    field.office.admin.people.revoke(field.yuki.key)
    nao.sync()
    stale = nao.core.held.directory.stale(private, nao.core.held.head)
    epoch = nao.circles.view(private).epoch
    record = nao.book.new_id()
    saved = nao.save(private, [Edit(record, "person", (Write("supporter_link", None, record, ()),))])
    settled(nao.sync())

    assert stale
    assert (None, "circle_stale") == (saved.change, saved.code)
    assert epoch + 1 == nao.circles.view(private).epoch
    assert [] == nao.drafts()
    settled(second.sync())
    assert private in second.core.held.directory.circles()


def test_an_epoch_whose_secret_is_not_the_one_committed_to_is_complained_of_and_left_out(field: Field) -> None:
    """Somebody at the desk makes a bad epoch; the first who writes says so by name and makes a good one."""
    admin = field.office.admin

    def spoil(draft: Saying) -> None:
        view = admin.circles.view(field.dispatch)
        good = draft.renew(field.dispatch)
        made = parse_statement(draft._hashed.pop())
        draft._hashed_digests.pop()
        del draft._last[field.dispatch]
        assert isinstance(made, CircleEpoch)
        assert view.epoch + 1 == good.epoch
        draft._add("dispatch", replace(made, commitment=bytes(32)))

    admin.core.append(spoil)
    settled(field.yuki.sync())
    visit = field.write(field.yuki, "一")

    assert ["bad_commitment"] == [code for _, _, code in field.yuki.drafts()]
    settled(field.yuki.sync())
    settled(admin.sync())

    assert [(2, "bad_commitment")] == [
        (said.epoch, said.reason) for said in admin.core.held.directory.complaints(field.dispatch)
    ]
    assert 3 == admin.circles.view(field.dispatch).epoch
    assert "一" == admin.book.value(visit, "visit", "place_text")


def test_devices_heal_a_server_that_lost_its_last_day(tmp_path: Path) -> None:
    """Yesterday's backup is put back: entries and runs come back from the devices, and "synced" is said again."""
    data = tmp_path / "data"
    server = Process(data)
    office = Office.found(server, tmp_path)
    field = Field(office)
    field.write(field.yuki, "一")
    settled(field.yuki.sync())
    settled(office.admin.sync())
    port = server.port
    server.stop()
    shutil.copytree(data, tmp_path / "backup")
    server = Process(data, port)
    field.write(field.yuki, "二")
    settled(field.yuki.sync())
    nao = office.join(name="直")
    second = office.send(field.case, nao)
    nao.book.writing({"dispatch": second}).put(nao.book.new_id(), "visit", place_text="三").save()
    settled(nao.sync())
    settled(office.admin.sync())
    before = state(office.admin)
    server.stop()
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "backup", data)
    server = Process(data, port)
    try:
        reports = [device.sync() for device in (office.admin, field.yuki, nao, office.admin)]
        fresh = office.enrol(nao.member)

        assert [True] * 4 == [report.synced for report in reports]
        assert before == state(office.admin)
        assert {"三"} == {
            value.value
            for record in fresh.book.records("visit")
            for view in fresh.book.views(record, "visit")
            for value in view.values
        }
        assert {"rolled_back"} == {alarm.code for alarm in office.admin.alarms()}
    finally:
        office.close()
        server.stop()


def test_a_forked_directory_stops_everything_until_the_root_settles_it(tmp_path: Path) -> None:
    """Two pasts of one centre: a device of the one sends nothing to a server with the other.

    Then the paper key says which holds, in one entry. The device changes over: what it had not sent is written anew;
    what it had sent to the past that is void is kept, and shown as not counting.
    """
    data = tmp_path / "data"
    server = Process(data)
    office = Office.found(server, tmp_path)
    field = Field(office)
    settled(office.admin.sync())
    port = server.port
    server.stop()
    shutil.copytree(data, tmp_path / "other")
    stale = office.copy(office.admin)
    server = Process(data, port)
    office.admin.people.add("supporter")
    settled(field.yuki.sync())
    ours = field.yuki.core.held.directory.head
    field.write(field.yuki, "零")
    settled(field.yuki.sync())
    lost = field.yuki.core.held.chain(field.dispatch).sent[1]
    line(field.yuki).pushes.clear()
    field.write(field.yuki, "一")
    server.stop()
    server = Process(tmp_path / "other", port)
    try:
        office.admin.close()
        other = office.open(stale)
        member = other.people.add("professional")
        before = field.yuki.sync()
        sent = list(line(field.yuki).pushes)
        held = field.yuki.core.held.directory.head
        root = Draft(Keyring(other.core.held.directory, office.recovery.sealing), office.recovery.signing.public)
        root.say(Void((ours.hash,)))
        other.core.server.append(root.frame(office.recovery.signing, office.tick()))
        after = field.yuki.sync()
        settled(other.sync())
        again = office.restart(field.yuki)

        assert "forked" == before.alarm
        assert "forked" in {alarm.code for alarm in again.alarms()}
        assert ([], ours) == (sent, held)
        assert (("pending",), 0) == (after.because, again.unsent())
        assert [(lost, "head_unknown")] == [(each.change, each.code) for each in again.book.uncounted()]
        assert "零" in str(again.book.read(lost))
        assert "professional" == again.people.role(member)
        assert {"一"} == field.texts(other) == field.texts(again)
    finally:
        office.close()
        server.stop()


def test_an_entry_that_does_not_hold_stops_at_its_index_and_what_came_before_stays(field: Field) -> None:
    """A statement of a newer version: shown, never skipped; nothing is sent until the app is updated."""
    admin, held = field.office.admin, field.yuki.core.held
    field.write(field.yuki, "一")
    admin.people.add("supporter")
    head = admin.core.held.directory.head
    body = entry_body(held.identity.centre, head.index + 1, head.hash, admin.key, 0, [{"kind": "member.rename"}])
    newer = close_entry(body, admin.core.held.signing.sign("entry", body))
    frames, _ = field.yuki.core.server.entries(held.head)
    served = [*frames, (newer, ())], Head(head.index + 1, digest("entry", body))
    line(field.yuki).entries = lambda after: served  # type: ignore[method-assign]  # noqa: ARG005
    report = field.yuki.sync()
    again = field.office.restart(field.yuki)

    assert "unknown_statement" == report.alarm
    assert head == again.core.held.directory.head
    assert ({"一"}, 1) == (field.texts(again), again.unsent())
    assert [] == line(field.yuki).pushes
    settled(again.sync())


def test_a_run_that_is_not_what_its_author_signed_is_refused_by_name(field: Field) -> None:
    """One altered byte from the server is an alarm; the rest goes on."""
    field.write(field.yuki, "一")
    settled(field.yuki.sync())
    admin = field.office.admin
    honest = admin.core.server.pull

    def altered(after, backfill, take):  # type: ignore[no-untyped-def]
        def twisted(pulled):  # type: ignore[no-untyped-def]
            run = bytearray(pulled.run)
            run[-70] ^= 1
            take(type(pulled)(pulled.cursor, pulled.index, bytes(run)))

        return honest(after, backfill, twisted)

    admin.core.server.pull = altered  # type: ignore[method-assign]
    admin.sync()

    assert ["bad_signature"] == [alarm.code for alarm in admin.alarms()]
    assert set() == field.texts(admin)


def test_a_head_that_somebody_names_and_nobody_gives_is_shown_as_missing(field: Field) -> None:
    nao = field.office.enrol(field.yuki.member)
    field.write(field.yuki, "一")
    settled(field.yuki.sync())
    settled(nao.sync())
    field.write(nao, "二")
    settled(nao.sync())
    admin = field.office.admin
    honest = admin.core.server.pull

    def withholding(after, backfill, take):  # type: ignore[no-untyped-def]
        return honest(
            after, backfill, lambda each: None if parse_run(each.run).head.device == field.yuki.key else take(each)
        )

    admin.core.server.pull = withholding  # type: ignore[method-assign]
    report = admin.sync()

    assert ("missing",) == report.because
    admin.core.server.pull = honest  # type: ignore[method-assign]
    settled(admin.sync())

    assert {"一", "二"} == field.texts(admin)


def test_an_append_that_lost_the_race_looks_again_and_says_it_anew(field: Field) -> None:
    other = field.office.join("admin")
    other.people.add("supporter", name="先")
    member = field.office.admin.people.add("supporter", name="後")

    assert "supporter" == field.office.admin.people.role(member)
    assert other.core.held.head < field.office.admin.core.held.head


def test_a_wrong_passphrase_opens_nothing(field: Field) -> None:
    folder = field.office.copy(field.yuki)
    with pytest.raises(ProtocolError) as raised:
        Device.open(folder, "ちがう", field.office.means)

    assert "wrong_passphrase" == raised.value.code


def test_no_word_of_a_device_stands_in_the_clear_on_its_disk(field: Field) -> None:
    field.write(field.yuki, "谷の家の前")
    folder = field.yuki.core.held.files.folder
    secrets = [text.encode() for text in ("谷の家の前", "visit", "place_text")]
    secrets += [field.yuki.core.held.identity.signing, field.yuki.core.held.identity.sealing]

    assert [] == [path.name for path in folder.iterdir() if any(one in path.read_bytes() for one in secrets)]
