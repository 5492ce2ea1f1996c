"""The chain: entries hold whole or not at all, in the law's order; readers agree, whatever bytes they have."""

from dataclasses import replace
from typing import Any

from crypto.contexts import ZERO_HASH
from sync.chain import Head
from sync.directory import Directory
from sync.statements import (
    CentreFound,
    CircleClose,
    CircleOpen,
    CircleShred,
    DeviceAdd,
    DeviceRevoke,
    InviteCancel,
    InviteOpen,
    MemberAdd,
    MemberEnd,
    MemberRole,
    Policy,
    RootReplace,
    Statement,
    Void,
    parse_statement,
    statement_map,
)
from sync.timeline import Journal, Timeline
from tests.sync.centre import START, Centre, Device
from tests.sync.faults import faulty_frames
from tests.sync.refusal import refusal
from tests.sync.world import FRESH, NOBODY, world


def test_an_entry_is_refused_for_its_first_fault_in_the_laws_order() -> None:
    for expected, frame in faulty_frames():
        assert expected == refusal(world().centre.directory, frame, complete=True)


def test_entry_0_is_the_founding_by_the_root_and_nothing_else() -> None:
    c = Centre(5)
    found = CentreFound(c.root.key, c.root.sealing.public)
    admin = c.device(c.random(16))
    other = Centre(6)

    def code(author: Device, *said: Statement | dict[str, Any]) -> str:
        return refusal(Directory(c.id), c.frame(author, said))

    assert "not_entitled" == code(c.root, MemberAdd(NOBODY, "admin", ()))
    assert "not_entitled" == code(c.root, MemberAdd(NOBODY, "admin", ()), found)
    assert "not_entitled" == code(admin, found)
    assert "not_entitled" == code(c.root, found, found)
    assert "wrong_centre" == code(c.root, CentreFound(c.root.key, other.root.sealing.public))
    assert "malformed" == code(c.root, found, {"kind": "member.end"})


def test_a_refused_entry_leaves_nothing_behind_wherever_it_fails() -> None:
    """Each statement of a long entry is made to fail in turn, after all those before it took effect."""
    w = world()
    c = w.centre
    said: list[Statement] = [
        MemberAdd(NOBODY, "staff", ("reviewer",)),
        MemberRole(w.nao.member, "professional", ()),
        MemberEnd(w.yuki.member),
        Policy({"idle_minutes": 9, "rights": [["visit", "due", ["staff"]]]}),
        RootReplace(FRESH[0], FRESH[1]),
        DeviceRevoke(w.nao.key),
        w.opening(c.root, "desk"),
        w.epoch(c.root, w.far_desk, seals=w.epoch(c.root, w.far_desk).seals),
        CircleClose(w.desk, w.last(w.desk)),
    ]
    hashed: list[Statement] = [CircleClose(w.case, w.last(w.case)), CircleShred(w.door, w.last(w.door))]

    for place in range(len(said)):
        broken = [*said[:place], MemberEnd(bytes(16)) if place < 6 else CircleClose(w.desk, FRESH[0])]
        refusal(c.directory, c.frame(c.root, broken, hashed), complete=True)
    assert "bad_previous" == refusal(
        c.directory, c.frame(c.root, said[:5], [*hashed, CircleClose(w.case, FRESH[0])]), complete=True
    )


def test_an_author_is_judged_before_the_entry_and_cannot_lift_itself_in_it() -> None:
    w = world()
    up = MemberRole(w.office.member, "admin", ())

    assert "not_entitled" == w.code(w.office, up, Policy({}))
    assert w.code(w.admin, MemberRole(w.admin.member, "supporter", ()), Policy({})) is None


def test_the_last_admin_device_can_only_be_ended_by_the_root() -> None:
    c = Centre.found(8)
    second = c.join("admin")
    c.revoke(second)

    assert "last_admin" == refusal(c.directory, c.frame(c.admin, [DeviceRevoke(c.admin.key)]))
    assert "last_admin" == refusal(c.directory, c.frame(c.admin, [MemberRole(c.admin.member, "staff", ())]))
    c.say(c.root, MemberEnd(c.admin.member))

    assert not c.directory.is_admin(c.admin.key, c.head)


def test_a_centre_whose_last_admin_the_root_ended_goes_on_without_one() -> None:
    c = Centre.found(8)
    office, yuki = c.join("staff"), c.join()
    c.say(c.root, MemberEnd(c.admin.member))
    c.invite(yuki.member, by=office)

    assert c.directory.is_active(office.key, c.head)


def test_a_statement_that_stands_the_wrong_way_is_malformed() -> None:
    w = world()
    c = w.centre
    close_case = CircleClose(w.case, w.last(w.case))

    assert "malformed" == refusal(c.directory, c.frame(c.admin, [close_case]))
    assert "malformed" == refusal(c.directory, c.frame(c.admin, [w.opening(c.admin, "case")]))
    for hashed in (MemberEnd(w.yuki.member), CircleClose(w.desk, w.last(w.desk)), w.opening(c.admin, "desk")):
        assert "malformed" == refusal(c.directory, c.frame(c.admin, [], [hashed]), complete=True)
    assert "unknown_circle" == refusal(c.directory, c.frame(c.admin, [CircleClose(NOBODY, FRESH[0])]))


def test_a_closed_circle_that_is_renewed_is_open_again() -> None:
    c = Centre.found(62)
    case = c.open("case")
    c.act(c.admin, lambda draft: draft.close(case))
    c.renew(case)

    views = [c.directory.circle(case, at) for at in (c.head - 1, c.head)]
    assert [True, False] == [view.closed for view in views if view]


def test_no_device_comes_with_the_key_of_any_epoch_of_a_desk() -> None:
    """Whoever enrolled with it would make every case of the desk stale, or hide that one is."""
    c = Centre.found(63)
    c.renew(c.desk)

    for number in (1, 2):
        epoch = c.directory.epoch(c.desk, number)
        assert epoch is not None
        said = DeviceAdd(c.admin.member, c.random(32), epoch.circle_key)
        assert "exists" == refusal(c.directory, c.frame(c.root, [said]))


def test_a_refused_entry_does_not_free_the_keys_it_named() -> None:
    w = world()
    c = w.centre
    said: list[Statement] = [RootReplace(c.root.key, c.root.sealing.public), MemberEnd(NOBODY)]

    assert "exists" == refusal(c.directory, c.frame(c.root, said))
    assert "exists" == w.code(c.admin, InviteOpen(c.root.key, FRESH[0], w.yuki.member, START))


def test_an_invitation_can_be_cancelled_by_who_opened_it_whatever_became_of_her() -> None:
    c = Centre.found(59)
    staff, yuki = c.join("staff"), c.join()
    invite = c.invite(yuki.member, by=staff)
    c.say(c.admin, MemberRole(staff.member, "supporter", ()))
    c.say(staff, InviteCancel(invite.signing.public), renew=False)

    assert [] == c.directory.invites(c.head)


def test_cut_offs_are_told_in_the_order_in_which_they_were_said() -> None:
    c = Centre.found(60)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    c.revoke(yuki)
    revoked = c.head
    c.act(c.admin, lambda draft: draft.cut_off(case, yuki.key, FRESH[0]))

    assert [(revoked, None), (c.head, FRESH[0])] == [(k.index, k.last) for k in c.directory.cutoffs(case, yuki.key)]


def test_a_value_put_twice_at_one_index_holds_once() -> None:
    line: Timeline[str] = Timeline()
    journal = Journal()
    for index, value in ((3, "a"), (5, "b")):
        line.put(index, value, journal)
    journal.keep()
    line.put(5, "c", journal)

    assert [(3, 5, "a"), (5, None, "c")] == list(line.spans())
    assert [None, "a", "a", "c"] == [line.at(index) for index in (2, 3, 4, 9)]
    journal.take_back()
    assert [(3, 5, "a"), (5, None, "b")] == list(line.spans())


def test_limits_of_a_centre_are_kept() -> None:
    c = Centre.found(14)
    draft = c.draft(c.admin)
    for number in range(5_000 - 1):
        draft.say(MemberAdd(number.to_bytes(8) + bytes(8), "supporter", ()))
    c.append(draft, c.admin)

    assert "quota_exceeded" == refusal(c.directory, c.frame(c.admin, [MemberAdd(NOBODY, "supporter", ())]))
    member = c.admin.member
    invites = [InviteOpen(c.random(32), c.random(32), member, START) for _ in range(500)]
    c.put(c.frame(c.admin, invites))
    one_more = InviteOpen(c.random(32), c.random(32), member, START)
    assert "quota_exceeded" == refusal(c.directory, c.frame(c.admin, [one_more]))
    devices = 1
    while devices < 10_000:
        added = [DeviceAdd(member, c.random(32), c.random(32)) for _ in range(min(1_399, 10_000 - devices))]
        c.put(c.frame(c.root, added))
        devices += len(added)
        one_more_device = DeviceAdd(member, c.random(32), c.random(32))
        assert "quota_exceeded" == refusal(c.directory, c.frame(c.root, [one_more_device]))
        c.put(c.frame(c.admin, [DeviceRevoke(each.device) for each in added]))
    assert "quota_exceeded" == refusal(c.directory, c.frame(c.root, [DeviceAdd(member, c.random(32), c.random(32))]))


def test_an_entry_survives_being_read_in_full_again() -> None:
    """What readers digest for `previous` is what stands in the entry."""
    c = world().centre
    for index in range(c.head + 1):
        for raw in c.directory.entry(index).statements:
            if not isinstance(raw, bytes):
                assert dict(raw) == statement_map(parse_statement(dict(raw)))


def test_queries_before_the_founding_know_nobody() -> None:
    c = world().centre
    empty = Directory(c.id)

    assert Head(-1, ZERO_HASH) == empty.head
    assert empty.root(-1) is None
    assert [] == empty.circles()
    assert not empty.is_active(c.admin.key, -1)


def test_opening_a_circle_twice_in_one_entry_is_refused() -> None:
    w = world()
    said = w.opening(w.admin, "desk")
    assert isinstance(said, CircleOpen)

    assert "exists" == w.code(w.admin, said, replace(said, commitment=FRESH[2]))


def test_a_void_names_at_least_one_entry_and_never_the_founding() -> None:
    c = Centre.found(15)

    assert "not_entitled" == refusal(c.directory, c.frame(c.root, [Void((c.directory.entry(0).hash,))]))
