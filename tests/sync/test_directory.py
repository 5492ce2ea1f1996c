"""The chain: entries hold whole or not at all, in the law's order; readers agree, whatever bytes they have."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.contexts import ZERO_HASH
from crypto.encoding import pack
from crypto.entry import close_entry, entry_body, statement_digest
from crypto.errors import ProtocolError
from sync.chain import Frame, Head
from sync.directory import Directory
from sync.statements import (
    CentreFound,
    CircleClose,
    CircleOpen,
    CircleShred,
    DeviceRevoke,
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
from tests.sync.centre import START, Centre, Device
from tests.sync.faults import faulty_frames
from tests.sync.snapshot import snapshot
from tests.sync.world import FRESH, NOBODY, world


def refusal(directory: Directory, frame: Frame, *, complete: bool = False) -> str:
    """The code of a refusal that changed nothing."""
    before = snapshot(directory)
    with pytest.raises(ProtocolError) as error:
        directory.apply(*frame, complete=complete)
    assert before == snapshot(directory)
    return error.value.code


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


def test_a_statement_that_stands_the_wrong_way_is_malformed() -> None:
    w = world()
    c = w.centre
    close_case = CircleClose(w.case, w.last(w.case))

    assert "malformed" == refusal(c.directory, c.frame(c.admin, [close_case]))
    assert "malformed" == refusal(c.directory, c.frame(c.admin, [w.opening(c.admin, "case")]))
    for hashed in (MemberEnd(w.yuki.member), CircleClose(w.desk, w.last(w.desk)), w.opening(c.admin, "desk")):
        assert "malformed" == refusal(c.directory, c.frame(c.admin, [], [hashed]), complete=True)
    assert "unknown_circle" == refusal(c.directory, c.frame(c.admin, [CircleClose(NOBODY, FRESH[0])]))


# Readers


def reader_of(c: Centre) -> Directory:
    return c.reader()


def test_a_reader_keeps_a_bad_statement_aside_and_the_rest_of_the_entry_holds() -> None:
    c = Centre.found(9)
    yuki = c.join()
    circle = c.open("case", members=[yuki.member])
    frame = c.frame(c.admin, [Policy({"idle_minutes": 1})], [CircleClose(circle, FRESH[0])])

    assert "bad_previous" == refusal(c.directory, frame, complete=True)
    reader = reader_of(c)
    applied = reader.apply(*frame)

    assert ["bad_previous"] == [alarm.code for alarm in applied.alarms]
    assert [(c.head + 1, circle, "bad_previous")] == [(a.index, a.circle, a.code) for a in reader.alarms]
    assert {"idle_minutes": 1} == reader.policy(reader.head.index)
    view = reader.circle(circle, reader.head.index)
    assert view is not None
    assert not view.closed


def long_story() -> Centre:
    """Every kind of hashed statement, some entries with several, some statements that fail for a reader."""
    c = Centre.found(10)
    yuki, nao = c.join(), c.join()
    case, other = c.open("case", members=[yuki.member]), c.open("dispatch", members=[nao.member])
    c.renew(case, members=[yuki.member, nao.member])
    invite = c.invite(nao.member)
    c.enrol(invite)

    def both(draft: Any) -> None:
        draft.cut_off(case, yuki.key, None)
        draft.close(other)
        draft.complain(case, 1, "bad_lock")

    c.act(c.admin, both)
    last = c.directory.last_statement(case)
    bad: list[Statement] = [CircleClose(case, FRESH[0]), CircleClose(case, last), CircleShred(case, last)]
    c.directory.apply(*c.frame(c.admin, [], bad))
    c.frames.append(c.frame(c.admin, [], bad, at=Head(c.head - 1, c.directory.entry(c.head - 1).hash)))
    c.renew(other)
    c.revoke(nao)
    return c


STORY = long_story()
WHOLE = snapshot(STORY.reader())
GIVEN = [(index, data) for index, (_, statements) in enumerate(STORY.frames) for data in statements]


@given(order=st.permutations(GIVEN), early=st.sets(st.integers(0, len(GIVEN) - 1)), moment=st.integers(0, 30))
def test_bytes_that_come_late_in_any_order_give_the_state_they_would_have_given_at_once(
    order: list[tuple[int, bytes]], early: set[int], moment: int
) -> None:
    """Some come with their entry, some while the chain is still being read, some at the end, some twice."""
    reader = Directory(STORY.id)
    at_once = [GIVEN[place] for place in early]
    late = [given for given in order if given not in at_once]
    for index, (entry, _) in enumerate(STORY.frames):
        reader.apply(entry, [data for at, data in at_once if at == index], trusted=True)
        if index == moment:
            for at, data in [given for given in late if given[0] <= index]:
                reader.give(at, data)
    for at, data in [*late, *late[:2]]:
        reader.give(at, data)

    assert WHOLE == snapshot(reader)


def test_staleness_is_worked_out_again_when_bytes_come_late() -> None:
    c = Centre.found(17)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    opened = c.head
    c.revoke(yuki)
    reader = Directory(c.id)
    for entry, _ in c.frames:
        reader.apply(entry)
    reader.give(opened, c.frames[opened][1][0])

    assert reader.stale(case, c.head)
    reader.give(c.head, c.frames[c.head][1][0])
    assert not reader.stale(case, c.head)


def test_bytes_that_belong_to_no_digest_of_the_entry_are_stray() -> None:
    reader = Directory(STORY.id)
    for entry, _ in STORY.frames:
        reader.apply(entry)
    index, data = GIVEN[0]

    for at in (index - 1, index):
        with pytest.raises(ProtocolError, match="statement_stray"):
            reader.give(at, data if at != index else GIVEN[-1][1])


def test_who_lacks_the_bytes_of_other_circles_sees_the_same_people_and_desks() -> None:
    blind = Directory(STORY.id)
    for entry, _ in STORY.frames:
        blind.apply(entry)
    whole = STORY.reader()
    at = STORY.head

    assert whole.entitled(STORY.circle, at) == blind.entitled(STORY.circle, at)
    assert whole.circle(STORY.desk, at) == blind.circle(STORY.desk, at)
    assert [d.key for d in whole.devices(at)] == [d.key for d in blind.devices(at)]
    assert {STORY.circle, STORY.desk} == set(blind.circles())


def test_two_case_circles_of_one_case_are_refused_by_the_server_and_shown_apart_by_readers() -> None:
    """A reader may lack the first, so it must not decide by it."""
    w = world()
    frame = w.frame(w.staff, w.opening(w.staff, "case", case=w.case_id))

    assert "case_taken" == refusal(w.centre.directory, frame, complete=True)
    reader = w.centre.reader()

    assert () == reader.apply(*frame).alarms


def test_a_desk_that_takes_a_hashed_circles_id_is_judged_alike_by_all() -> None:
    """The server refuses it; with one that does not, who has the hashed circle must not differ from who lacks it."""
    w = world()
    c = w.centre
    frame = c.frame(c.admin, [w.opening(c.admin, "desk", circle=w.case)])
    knowing, blind = c.reader(), c.reader(w.other_admin)

    assert "exists" == refusal(c.directory, frame, complete=True)
    for reader in (knowing, blind):
        reader.apply(*frame)
        view = reader.circle(w.case, reader.head.index)
        assert view is not None
        assert "desk" == view.kind
        assert reader.circle(w.case, reader.head.index - 1) is None


def test_a_statement_from_a_newer_version_stops_its_circle_and_no_other() -> None:
    """Skipping it could keep a removed device counting (redteam 15)."""
    c = Centre.found(11)
    case, door = c.open("case"), c.open("door")
    data = pack({"kind": "circle.merge", "circle": case, "previous": c.directory.last_statement(case)})
    body = entry_body(c.id, c.head + 1, c.directory.head.hash, c.admin.key, START, [statement_digest(data)])
    frame = (close_entry(body, c.admin.signing.sign("entry", body)), [data])

    assert "unknown_statement" == refusal(c.directory, frame, complete=True)
    reader = c.reader()
    reader.apply(*frame)
    at = reader.head.index

    assert at == reader.frozen(case)
    assert reader.frozen(door) is None


def test_nobody_outside_a_circle_can_stop_it_with_an_unreadable_statement() -> None:
    c = Centre.found(12)
    stranger = c.join()
    case = c.open("case")
    data = pack({"kind": "circle.merge", "circle": case})
    body = entry_body(c.id, c.head + 1, c.directory.head.hash, stranger.key, START, [statement_digest(data)])
    reader = c.reader()
    reader.apply(close_entry(body, stranger.signing.sign("entry", body)), [data])

    assert reader.frozen(case) is None
    assert ["unknown_statement"] == [alarm.code for alarm in reader.alarms]


def test_an_unknown_statement_in_full_stops_judging_at_its_index() -> None:
    c = Centre.found(13)
    reader = c.reader()

    assert "unknown_statement" == refusal(reader, c.frame(c.admin, [{"kind": "member.merge"}]))


def test_limits_of_a_centre_are_kept() -> None:
    c = Centre.found(14)
    draft = c.draft(c.admin)
    for number in range(5_000 - 1):
        draft.say(MemberAdd(number.to_bytes(16), "supporter", ()))
    c.append(draft, c.admin)

    assert "quota_exceeded" == refusal(c.directory, c.frame(c.admin, [MemberAdd(NOBODY, "supporter", ())]))


def test_an_entry_survives_being_read_in_full_again() -> None:
    """What readers digest for `previous` is what stands in the entry."""
    c = STORY
    for index in range(c.head + 1):
        for raw in c.directory.entry(index).statements:
            if not isinstance(raw, bytes):
                assert dict(raw) == statement_map(parse_statement(dict(raw)))


def test_queries_before_the_founding_know_nobody() -> None:
    empty = Directory(STORY.id)

    assert Head(-1, ZERO_HASH) == empty.head
    assert empty.root(-1) is None
    assert [] == empty.circles()
    assert not empty.is_active(STORY.admin.key, -1)


def test_the_seed_of_the_story_does_not_matter(seed: int) -> None:
    c = Centre.found(seed)
    people = [c.join() for _ in range(2)]
    random = Random(seed)
    for _ in range(5):
        c.open("dispatch", members=[random.choice(people).member])

    assert snapshot(c.directory) == snapshot(c.reader())


def test_opening_a_circle_twice_in_one_entry_is_refused() -> None:
    w = world()
    said = w.opening(w.admin, "desk")
    assert isinstance(said, CircleOpen)

    assert "exists" == w.code(w.admin, said, replace(said, commitment=FRESH[2]))


def test_a_void_names_at_least_one_entry_and_never_the_founding() -> None:
    c = Centre.found(15)

    assert "not_entitled" == refusal(c.directory, c.frame(c.root, [Void((c.directory.entry(0).hash,))]))
