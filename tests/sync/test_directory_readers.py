"""Readers lack bytes, get them late, meet what they cannot read: they agree all the same. sync/SPEC.md 3.5."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import pack
from crypto.entry import close_entry, entry_body, statement_digest
from crypto.errors import ProtocolError
from sync.chain import Head
from sync.directory import Directory
from sync.statements import (
    CircleClose,
    CircleOpen,
    CircleShred,
    MemberAdd,
    Policy,
    Statement,
    Void,
)
from tests.sync.centre import START, Centre
from tests.sync.refusal import refusal
from tests.sync.snapshot import snapshot
from tests.sync.world import FRESH, world


def test_a_reader_keeps_a_bad_statement_aside_and_the_rest_of_the_entry_holds() -> None:
    c = Centre.found(9)
    yuki = c.join()
    circle = c.open("case", members=[yuki.member])
    frame = c.frame(c.admin, [Policy({"idle_minutes": 1})], [CircleClose(circle, FRESH[0])])

    assert "bad_previous" == refusal(c.directory, frame, complete=True)
    reader = c.reader()
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


def test_late_bytes_of_a_voided_entry_change_nothing() -> None:
    c = Centre.found(61)
    c.open("case")
    opened = c.head
    c.say(c.root, Void((c.directory.entry(opened).hash,)))
    reader = Directory(c.id)
    for entry, _ in c.frames:
        reader.apply(entry)
    before = snapshot(reader)
    applied = reader.give(opened, c.frames[opened][1][0])

    assert frozenset() == applied.given
    assert before == snapshot(reader)


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


def test_what_is_said_on_a_stopped_circle_is_kept_aside() -> None:
    c = Centre.found(18)
    case = c.open("case")
    data = pack({"kind": "circle.merge", "circle": case})
    body = entry_body(c.id, c.head + 1, c.directory.head.hash, c.admin.key, START, [statement_digest(data)])
    entry = close_entry(body, c.admin.signing.sign("entry", body))
    reader = c.reader()
    reader.apply(entry, [data])
    shut = c.frame(c.admin, [], [CircleClose(case, c.directory.last_statement(case))], at=reader.head)

    assert ["unknown_statement"] == [alarm.code for alarm in reader.apply(*shut).alarms]
    view = reader.circle(case, reader.head.index)
    assert view is not None
    assert not view.closed


def test_late_bytes_are_judged_by_who_was_there_at_their_index() -> None:
    """A statement that names a member, a desk or an id that came only later has the outcome it had at once."""
    c = Centre.found(19)
    member, desk = c.random(16), c.random(16)
    names_member = c.frame(c.admin, [], [opening(c, members=(member,))])
    at_once, late = c.reader(), c.reader()
    for reader, said in ((at_once, names_member[1]), (late, [])):
        reader.apply(names_member[0], said)
    index = late.head.index
    added = c.frame(c.admin, [MemberAdd(member, "supporter", ())], at=late.head)
    for reader in (at_once, late):
        reader.apply(*added)
    same_id = opening(c, circle=desk)
    hashed = c.frame(c.admin, [], [same_id], at=late.head)
    for reader, said in ((at_once, hashed[1]), (late, [])):
        reader.apply(hashed[0], said)
    public = replace(opening(c, kind="desk", circle=desk), seals=at_once_seals(at_once))
    shown = c.frame(c.admin, [public], at=late.head)
    for reader in (at_once, late):
        reader.apply(*shown)
    late.give(index, names_member[1][0])
    late.give(index + 2, hashed[1][0])

    assert ["unknown_member", "bad_cover"] == [alarm.code for alarm in at_once.alarms]
    assert snapshot(at_once) == snapshot(late)


def opening(
    c: Centre, *, kind: str = "case", circle: bytes | None = None, members: tuple[bytes, ...] = ()
) -> CircleOpen:
    case, desk = (c.random(16), c.desk) if kind == "case" else (None, None)
    return CircleOpen(circle or c.random(16), None, kind, case, desk, members, (), FRESH[0], FRESH[1], ())


def at_once_seals(reader: Directory) -> tuple[tuple[bytes, bytes], ...]:
    root = reader.root(reader.head.index)
    assert root is not None
    return ((root.seal_key, bytes(80)),)


def test_an_unknown_statement_in_full_stops_judging_at_its_index() -> None:
    c = Centre.found(13)
    reader = c.reader()

    assert "unknown_statement" == refusal(reader, c.frame(c.admin, [{"kind": "member.merge"}]))


def test_the_seed_of_the_story_does_not_matter(seed: int) -> None:
    c = Centre.found(seed)
    people = [c.join() for _ in range(2)]
    random = Random(seed)
    for _ in range(5):
        c.open("dispatch", members=[random.choice(people).member])

    assert snapshot(c.directory) == snapshot(c.reader())
