"""To whom secrets may be sealed, who is a principal, and when a circle is stale: sync/SPEC.md 2.1 and 2.2."""

from sync.statements import (
    DeviceRevoke,
    InviteCancel,
    MemberAdd,
    MemberEnd,
    MemberRole,
    Policy,
    RootReplace,
)
from tests.sync.centre import Centre, Device


def seal_keys(*devices: Device) -> set[bytes]:
    return {device.sealing.public for device in devices}


def circle_key(c: Centre, circle: bytes) -> bytes:
    view = c.directory.circle(circle, c.head)
    assert view is not None
    epoch = c.directory.epoch(circle, view.epoch)
    assert epoch is not None
    return epoch.circle_key


def test_each_kind_of_circle_is_sealed_to_exactly_its_columns() -> None:
    c = Centre.found(20)
    staff, yuki, nao = c.join("staff", desk=c.desk), c.join(), c.join()
    people = seal_keys(c.admin, staff, yuki, nao)
    recovery = c.root.sealing.public
    mine, his = c.invite(yuki.member), c.invite(nao.member)
    invites = {mine.sealing.public, his.sealing.public}
    members = [yuki.member]

    assert people | invites | {recovery} == c.directory.entitled(c.circle, c.head)
    assert seal_keys(c.admin, staff) | {recovery} == c.directory.entitled(c.desk, c.head)
    desk = circle_key(c, c.desk)
    assert seal_keys(yuki) | {desk} == c.directory.entitled(c.open("case", members=members), c.head)
    for kind in ("door", "dispatch", "own"):
        expected = seal_keys(yuki) | {desk, mine.sealing.public}
        assert expected == c.directory.entitled(c.open(kind, members=members), c.head)
    private = c.open("private", members=[yuki.member, nao.member], by=yuki)
    assert seal_keys(yuki, nao) | {recovery} == c.directory.entitled(private, c.head)


def test_a_desk_seals_to_its_lead_desk_and_drops_who_is_staff_no_more() -> None:
    c = Centre.found(21)
    staff = c.join("staff")
    branch = c.open("desk", desk=c.desk, devices=[staff.key])
    lead = circle_key(c, c.desk)

    assert seal_keys(staff) | {lead, c.root.sealing.public} == c.directory.entitled(branch, c.head)
    c.say(c.admin, MemberRole(staff.member, "supporter", ()))
    assert {lead, c.root.sealing.public} == c.directory.entitled(branch, c.head)


def test_a_principal_of_the_lead_desk_is_one_of_every_circle_below_it() -> None:
    c = Centre.found(22)
    clerk, yuki = c.join("staff"), c.join()
    branch = c.open("desk", desk=c.desk, devices=[clerk.key])
    case = c.open("case", desk=branch, members=[yuki.member], by=clerk)
    d, at = c.directory, c.head

    assert (True, False) == (d.via_desk(case, c.admin.key, at), d.direct(case, c.admin.key, at))
    assert (True, False) == (d.via_desk(case, clerk.key, at), d.direct(case, clerk.key, at))
    assert (False, True) == (d.via_desk(case, yuki.key, at), d.direct(case, yuki.key, at))
    assert not d.principal(case, yuki.key, at - 1)


def test_queries_answer_for_the_index_they_are_asked_of() -> None:
    c = Centre.found(23)
    yuki = c.join()
    joined = c.head
    c.say(c.admin, MemberRole(yuki.member, "professional", ("reviewer",)))
    c.say(c.admin, Policy({"idle_minutes": 5, "rights": [["visit", "due", ["professional"]]]}))
    c.revoke(yuki)
    d, at = c.directory, c.head

    assert [None, "supporter", "professional"] == [d.role(yuki.member, i) for i in (0, joined, at)]
    assert [(), ("reviewer",)] == [d.duties(yuki.member, i) for i in (joined, at)]
    assert [False, True, True, False] == [d.is_active(yuki.key, i) for i in (joined - 1, joined, at - 1, at)]
    assert [None, ("professional",)] == [d.rights("visit", "due", i) for i in (joined, at)]
    assert [{}, {"idle_minutes": 5}] == [d.policy(i) for i in (joined, at)]
    assert [None, yuki.key] == [known and known.key for known in (d.device(yuki.key, i) for i in (joined - 1, at))]


def test_spans_of_being_a_principal_end_and_begin_again() -> None:
    c = Centre.found(24)
    yuki, nao = c.join(), c.join()
    case = c.open("case", members=[yuki.member])
    opened = c.head
    c.renew(case, members=[])
    out = c.head
    c.renew(case, members=[yuki.member])
    back = c.head
    c.say(c.admin, MemberEnd(yuki.member))
    ended = c.head
    c.say(c.admin, MemberRole(yuki.member, "supporter", ()))

    spans = [(opened, out), (back, ended), (c.head, None)]
    assert spans == c.directory.principal_spans(case, yuki.key)
    assert [] == c.directory.principal_spans(case, nao.key)
    assert c.directory.was_principal(case, yuki.key)
    assert not c.directory.was_principal(case, nao.key)


def test_a_circle_is_stale_exactly_from_the_entry_that_takes_a_recipients_right() -> None:
    c = Centre.found(25)
    yuki, nao = c.join(), c.join()
    case = c.open("case", members=[yuki.member, nao.member])
    before = c.head
    c.say(c.admin, DeviceRevoke(yuki.key), renew=False)

    assert [False, True] == [c.directory.stale(case, at) for at in (before, c.head)]
    c.renew(case, by=nao)
    assert not c.directory.stale(case, c.head)
    assert c.directory.stale(case, c.head - 1)


def test_a_missing_seal_is_a_task_and_not_staleness() -> None:
    c = Centre.found(26)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    second = c.enrol(c.invite(yuki.member))

    assert second.sealing.public in c.directory.entitled(case, c.head)
    assert not c.directory.stale(case, c.head)
    assert second.keyring.newest(case) is None
    c.act(yuki, lambda draft: draft.admit(case))
    assert second.keyring.newest(case) is not None


def test_revoking_a_device_of_a_desk_makes_stale_what_its_old_epochs_were_given() -> None:
    """The desk renews itself; each case sealed to the old desk key waits for its next principal."""
    c = Centre.found(27)
    staff = c.join("staff", desk=c.desk)
    case, closed = c.open("case"), c.open("case")
    c.act(c.admin, lambda draft: draft.close(closed))
    c.say(c.admin, DeviceRevoke(staff.key), renew=False)
    c.renew(c.desk)

    assert not c.directory.stale(c.desk, c.head)
    assert c.directory.stale(case, c.head)
    c.renew(case)
    assert not c.directory.stale(case, c.head)
    assert c.directory.stale(closed, c.head)


def test_whoever_is_sealed_a_later_epoch_of_a_desk_opens_what_its_earlier_ones_opened() -> None:
    """So a case sealed to epoch 1 goes stale when somebody who came with epoch 2 leaves (through the locks)."""
    c = Centre.found(28)
    case = c.open("case")
    staff = c.join("staff")
    c.renew(c.desk, devices=[c.admin.key, staff.key])

    assert not c.directory.stale(case, c.head)
    c.say(c.admin, DeviceRevoke(staff.key), renew=False)
    assert c.directory.stale(case, c.head)


def test_staleness_goes_through_the_lead_desk() -> None:
    c = Centre.found(29)
    lost, clerk = c.join("staff", desk=c.desk), c.join("staff")
    branch = c.open("desk", desk=c.desk, devices=[clerk.key])
    case = c.open("case", desk=branch, by=clerk)
    c.say(c.admin, DeviceRevoke(lost.key), renew=False)

    assert [True, True, True] == [c.directory.stale(circle, c.head) for circle in (c.desk, branch, case)]
    c.renew(c.desk)
    assert [False, True, True] == [c.directory.stale(circle, c.head) for circle in (c.desk, branch, case)]
    c.renew(branch, by=clerk)
    assert [False, False, True] == [c.directory.stale(circle, c.head) for circle in (c.desk, branch, case)]
    c.renew(case, by=clerk)
    assert not c.directory.stale(case, c.head)


def test_a_shredded_desk_leaves_its_cases_stale_for_good() -> None:
    c = Centre.found(30)
    case = c.open("case")
    c.act(c.admin, lambda draft: draft.shred(c.desk), renew=False)

    assert c.directory.stale(case, c.head)
    c.renew(case)
    assert c.directory.stale(case, c.head)


def test_a_new_root_makes_stale_what_the_old_recovery_key_opens() -> None:
    c = Centre.found(31)
    yuki = c.join()
    private = c.open("private", members=[yuki.member], by=yuki)
    case = c.open("case")
    c.say(c.root, RootReplace(c.random(32), c.random(32)), renew=False)

    assert [True, True, True] == [c.directory.stale(circle, c.head) for circle in (c.circle, c.desk, private)]
    assert c.directory.stale(case, c.head), "through its desk"


def test_a_role_that_changes_closes_the_members_open_invitations() -> None:
    """Else a link that staff made for a supporter would enrol an admin's device, once she is one."""
    c = Centre.found(33)
    staff, yuki = c.join("staff"), c.join()
    invite = c.invite(yuki.member, by=staff)
    c.say(c.admin, MemberRole(yuki.member, "admin", ()))

    known = c.directory.invite(invite.signing.public, c.head)
    assert known is not None
    assert not known.is_open(c.head)
    assert invite.sealing.public not in c.directory.entitled(c.circle, c.head)


def test_the_end_of_a_membership_closes_its_invitations_and_those_it_made() -> None:
    c = Centre.found(34)
    staff, yuki = c.join("staff"), c.join()
    made, got = c.invite(yuki.member, by=staff), c.invite(staff.member)
    c.say(c.admin, MemberEnd(staff.member))

    assert [] == c.directory.invites(c.head)
    assert {made.sealing.public, got.sealing.public}.isdisjoint(c.directory.entitled(c.circle, c.head))
    assert not c.directory.stale(c.circle, c.head)


def test_cancelling_an_invitation_makes_stale_what_it_opens_and_one_append_mends_it() -> None:
    c = Centre.found(35)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    invite = c.invite(yuki.member)
    cancel = InviteCancel(invite.signing.public)
    c.say(c.admin, cancel, renew=False)

    assert [True, True] == [c.directory.stale(circle, c.head) for circle in (c.circle, visit)]
    c.say(c.admin, MemberAdd(c.random(16), "supporter", ()))
    assert [False, False] == [c.directory.stale(circle, c.head) for circle in (c.circle, visit)]
