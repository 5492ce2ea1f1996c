"""The attacks that the rules of sync/SPEC.md 4.1 are there for: thieves, rogues, leaked links, honest lateness."""

import pytest

from crypto.run import Run, RunHead
from sync.draft import Draft
from sync.log import Log
from sync.statements import DeviceRevoke, InviteCancel, MemberEnd, MemberRole, Policy
from sync.validity import Verdict
from tests.sync.centre import ACKNOWLEDGEMENT, Centre
from tests.sync.verdicts import codes


def test_revoked_key_forks_at_one() -> None:
    """Redteam 1: with the stolen key a second first change is signed; the owner's history goes on counting."""
    c = Centre.found(70)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    notes = [c.write(yuki, case) for _ in range(4)]
    before = c.head
    last = notes[-1].last.id

    def shut_out(draft: Draft) -> None:
        draft.say(DeviceRevoke(yuki.key))
        draft.cut_off(case, yuki.key, last)

    c.act(c.admin, shut_out)
    forged = c.write(yuki, case, b"never happened", at=before, behind=(0, bytes(32)))
    on_top = c.write(yuki, case, b"nor this", at=before, behind=(1, forged.last.id))
    after = c.write(yuki, case, b"nor that", at=before)

    assert [None] * 4 == codes(c, *notes, forged, on_top, after)[:4]
    assert ["cut_off"] * 3 == codes(c, *notes, forged, on_top, after)[4:]


def test_a_thief_cannot_undo_notes_by_signing_them_again_under_another_head() -> None:
    """The same change in a second run: under a younger head it would raise the floor of all that follows it."""
    c = Centre.found(71)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    notes = [c.write(yuki, case) for _ in range(3)]
    c.say(c.admin, Policy({"idle_minutes": 1}))
    again = c.sign(yuki, raised(notes[0], c), [change.body for change in notes[0].changes])

    assert again.last.id == notes[0].last.id
    assert [None] * 3 == codes(c, *notes)
    assert [None] * 4 == codes(c, *notes, again)


def raised(run: Run, c: Centre) -> RunHead:
    head = run.head
    hashed = c.directory.head.hash
    return RunHead(head.centre, head.circle, head.epoch, head.device, head.first, head.previous, c.head, hashed)


def test_entry_arrives_between_save_and_close() -> None:
    """Redteam 2: a run is closed under the head it was begun under; the old epoch under the new head never counts."""
    c = Centre.found(72)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    old = c.head
    c.renew(visit)
    honest = c.write(yuki, visit, b"10:00", at=old)
    newer = c.write(yuki, visit, b"10:30")
    knowing = c.write(yuki, visit, b"sealed for the thief", epoch=1)

    assert [None, None, "old_epoch"] == codes(c, honest, newer, knowing)


def test_note_after_dispatch_end() -> None:
    """Redteam 3A: she was in the valley; her note under the old head counts, until she has seen the end."""
    c = Centre.found(73)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    before = c.head
    c.act(c.admin, lambda draft: draft.close(visit))
    late = c.write(yuki, visit, b"from the valley", at=before)
    seen = c.write(yuki, visit, ACKNOWLEDGEMENT)
    back_dated = c.write(yuki, visit, b"from home", at=before)

    assert [None, None, "head_went_back"] == codes(c, late, seen, back_dated)


def test_removed_and_back() -> None:
    """Redteam 3B: left out of a case and taken in again, she writes again, and what she wrote before still counts."""
    c = Centre.found(74)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    first = c.write(yuki, case)
    c.renew(case, members=[])
    outside = c.write(yuki, case, b"note", epoch=2)
    c.renew(case, members=[yuki.member])
    again = c.write(yuki, case)

    assert [None, "not_principal", None] == codes(c, first, outside, again)


def test_a_role_that_is_given_back_counts_again() -> None:
    c = Centre.found(75)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    c.say(c.admin, MemberEnd(yuki.member))
    ended = c.write(yuki, case)
    c.say(c.admin, MemberRole(yuki.member, "supporter", ()))
    c.act(c.admin, lambda draft: draft.admit(case))

    assert ["not_enrolled", None] == codes(c, ended, c.write(yuki, case))


def test_two_cutoffs_backdated_between() -> None:
    """Redteam 3C: a change dated between two cut-offs has to pass both."""
    c = Centre.found(76)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    first, second = c.write(yuki, case), c.write(yuki, case)
    c.act(c.admin, lambda draft: draft.cut_off(case, yuki.key, first.last.id))
    between = c.head
    dated_between = c.write(yuki, case, behind=(1, first.last.id), at=between)
    c.act(c.admin, lambda draft: draft.cut_off(case, yuki.key, first.last.id))

    assert [None, "cut_off", "cut_off"] == codes(c, first, second, dated_between)


def test_vandalism_by_cut_off_is_mended_by_one_let_in() -> None:
    """Redteam 3D: a rogue says that nothing counts; a let-in of the newest change brings back it and all before it."""
    c = Centre.found(77)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    notes = [c.write(yuki, case) for _ in range(3)]
    c.act(c.admin, lambda draft: draft.cut_off(case, yuki.key, None, deliberate=True))
    assert ["cut_off"] * 3 == codes(c, *notes)

    c.act(c.admin, lambda draft: draft.let_in(case, notes[1].last.id))
    assert [None, None, "cut_off"] == codes(c, *notes)
    c.act(c.admin, lambda draft: draft.cut_off(case, yuki.key, None, deliberate=True))
    assert ["cut_off"] * 3 == codes(c, *notes)


def test_a_let_in_of_a_change_that_poses_as_another_devices_next_brings_back_nothing() -> None:
    c = Centre.found(86)
    yuki, nao = c.join(), c.join()
    case = c.open("case", members=[yuki.member, nao.member])
    hers = c.write(yuki, case)
    posing = c.write(nao, case, behind=(1, hers.last.id))
    c.act(c.admin, lambda draft: draft.cut_off(case, yuki.key, None))
    c.act(c.admin, lambda draft: draft.let_in(case, posing.last.id))
    log = Log(c.directory)
    for run in (hers, posing):
        log.add_run(run)

    assert ["cut_off", "ancestor_missing"] == codes(c, hers, posing)
    assert [Verdict("cut_off"), Verdict("ancestor_missing")] == [log.verdict(run.last.id) for run in (hers, posing)]


def test_private_circle_after_theft() -> None:
    """Redteam 4: the admin cannot renew it; until a member of it does, nothing written there counts."""
    c = Centre.found(78)
    yuki, head = c.join(), c.join("staff")
    private = c.open("private", members=[yuki.member, head.member], by=yuki)
    spoken = c.write(head, private)
    c.revoke(yuki)

    assert c.directory.stale(private, c.head)
    unaware = c.write(head, private, b"still to the thief")
    c.act(head, lambda draft: draft.renew(private))
    renewed = c.write(head, private, b"to nobody but us")

    assert [None, "circle_stale", None] == codes(c, spoken, unaware, renewed)
    assert yuki.keyring.secret(private, 2) is None
    assert c.root.keyring.secret(private, 2) is not None


def test_invite_link_leaks_after_use() -> None:
    """Redteam 6a: whoever finds the link a year later opens nothing from the enrolment on, and enrols nobody."""
    c = Centre.found(79)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    invite = c.invite(yuki.member)
    finder = c.device(yuki.member, invite.sealing)
    assert finder.keyring.newest(visit) is not None
    c.enrol(invite)

    late = c.device(yuki.member, invite.sealing)
    for circle in (visit, c.circle):
        view = c.directory.circle(circle, c.head)
        assert view is not None
        assert late.keyring.secret(circle, view.epoch) is None
        assert late.keyring.secret(circle, view.epoch - 1) is not None, "what it was sealed to stays read"
    with pytest.raises(Exception, match="invite_closed"):
        c.say(late, c.enrolment(invite, late), renew=False)


def test_an_enrolment_that_renews_nothing_leaves_the_circles_stale() -> None:
    c = Centre.found(80)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    c.enrol(c.invite(yuki.member), renew=False)

    assert ["circle_stale", "circle_stale"] == codes(c, c.write(yuki, visit), c.write(yuki, c.circle))


def test_invites_of_stolen_device() -> None:
    """Redteam 6b: thirty links made before the theft was seen enrol nobody after it."""
    c = Centre.found(81)
    staff, yuki = c.join("staff"), c.join()
    links = [c.invite(yuki.member, by=staff) for _ in range(30)]
    honest = c.invite(yuki.member)
    c.revoke(staff)

    assert [honest.signing.public] == [invite.key for invite in c.directory.invites(c.head)]
    for link in links[:3]:
        with pytest.raises(Exception, match="invite_closed"):
            c.enrol(link)
    assert not c.directory.stale(c.circle, c.head)
    c.enrol(honest)


def test_a_cancelled_invitation_opens_nothing_written_later() -> None:
    c = Centre.found(82)
    yuki = c.join()
    visit = c.open("own", members=[yuki.member])
    invite = c.invite(yuki.member)
    c.say(c.admin, InviteCancel(invite.signing.public))
    finder = c.device(yuki.member, invite.sealing)

    assert finder.keyring.newest(visit) is None
    assert [None] == codes(c, c.write(yuki, visit))


def test_a_revoked_device_that_back_dates_with_the_servers_help_makes_nothing_count() -> None:
    c = Centre.found(83)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    before = c.head
    c.revoke(yuki)
    runs = [c.write(yuki, case, at=at, behind=(0, bytes(32))) for at in range(before, c.head + 1)]

    assert ["cut_off", "not_enrolled"] == codes(c, *runs)


def test_a_successor_reads_nothing_of_who_was_dispatched_before() -> None:
    """Redteam 10: nobody is admitted to a running dispatch; another one is opened."""
    c = Centre.found(84)
    yuki, nao = c.join(), c.join()
    visit = c.open("dispatch", members=[yuki.member])
    with pytest.raises(Exception, match="late_admission"):
        c.renew(visit, members=[yuki.member, nao.member])

    assert nao.keyring.newest(visit) is None


def test_a_staff_phone_that_is_in_no_desk_opens_no_case() -> None:
    """Redteam 9."""
    c = Centre.found(85)
    phone = c.join("staff")
    case = c.open("case")

    assert phone.keyring.newest(case) is None
    assert ["not_principal"] == codes(c, c.write(phone, case))
