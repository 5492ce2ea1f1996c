"""The paper key settles rogue admins and forks in one entry: sync/SPEC.md 3.6 and 3.7."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.errors import ProtocolError
from sync.chain import Frame, Head
from sync.compare import compare
from sync.directory import Directory
from sync.entries import read_entry
from sync.keyring import Keyring
from sync.statements import (
    DeviceAdd,
    DeviceRevoke,
    MemberAdd,
    MemberRole,
    Policy,
    RootReplace,
    Statement,
    Void,
)
from tests.sync.centre import Centre
from tests.sync.snapshot import snapshot


def hash_of(c: Centre, index: int) -> bytes:
    return c.directory.entry(index).hash


def fork(c: Centre) -> Centre:
    """The same centre as it is now, to go on by itself."""
    other = Centre(1)
    other.__dict__.update(c.__dict__)
    other.frames = list(c.frames)
    other.directory = c.reader()
    other.root, other.admin = (
        replace(device, keyring=Keyring(other.directory, device.sealing)) for device in (c.root, c.admin)
    )
    return other


def test_rogue_admin_then_void() -> None:
    """A stolen admin device shuts out the others and adds a ghost; one entry by the root undoes all of it."""
    c = Centre.found(40)
    second, yuki = c.join("admin"), c.join()
    before = snapshot(c.reader())
    kept = c.head
    ghost = c.device(c.random(16))
    c.say(second, DeviceRevoke(c.admin.key), MemberAdd(ghost.member, "admin", ()))
    invite = c.invite(ghost.member, by=second)
    ghost = c.enrol(invite)
    c.say(ghost, MemberRole(yuki.member, "admin", ()))
    names = tuple(hash_of(c, index) for index in range(kept + 1, c.head + 1))

    applied = c.say(c.root, Void(names))

    assert applied.rebuilt
    after = snapshot(c.directory)
    for part in ("members", "devices", "invites", "public", "settings", "root"):
        assert before[part] == after[part]
    assert [True] * len(names) == [c.directory.is_void(index) for index in range(kept + 1, kept + 1 + len(names))]
    assert not c.directory.is_void(c.head)
    assert not c.directory.is_active(ghost.key, c.head)
    c.say(c.admin, DeviceRevoke(second.key))
    assert snapshot(c.reader()) == snapshot(c.directory)


def test_what_was_built_on_a_voided_entry_falls_with_it() -> None:
    c = Centre.found(41)
    member = c.member()
    added = c.head
    c.say(c.admin, MemberRole(member, "staff", ()))
    fallen = c.head
    c.say(c.admin, Policy({"idle_minutes": 3}))
    c.say(c.root, Void((hash_of(c, added),)))

    assert [True, True, False, False] == [c.directory.is_void(index) for index in range(added, c.head + 1)]
    assert c.directory.member(member, c.head) is None
    assert {"idle_minutes": 3} == c.directory.policy(c.head)
    assert fallen == added + 1


def test_voiding_an_epoch_takes_down_what_chains_to_it() -> None:
    """The price of `previous`: what came later on the same public circle falls as well."""
    c = Centre.found(42)
    c.renew(c.circle)
    voided = c.head
    yuki = c.join()
    c.say(c.root, Void((hash_of(c, voided),)))

    assert not c.directory.is_active(yuki.key, c.head)


def test_a_void_is_undone_by_a_later_one_that_names_it() -> None:
    c = Centre.found(43)
    c.say(c.admin, Policy({"idle_minutes": 1}))
    policy = c.head
    c.say(c.root, Void((hash_of(c, policy),)))
    first = c.head
    c.say(c.root, Void((hash_of(c, first),)))

    assert {"idle_minutes": 1} == c.directory.policy(c.head)
    assert [False, True, False] == [c.directory.is_void(index) for index in (policy, first, c.head)]
    c.say(c.root, Void((hash_of(c, c.head),)))
    assert {} == c.directory.policy(c.head)


def test_an_entry_with_a_void_stands_even_when_the_root_that_signed_it_is_unmade() -> None:
    """An old root's copy was used to put a false root in place; the false root's own voids stand until named."""
    c = Centre.found(44)
    old_root = c.root
    c.say(c.admin, Policy({"idle_minutes": 1}))
    policy = c.head
    new_root = c.device(b"")
    c.say(old_root, RootReplace(new_root.key, new_root.sealing.public), renew=False)
    replaced = c.head
    c.say(new_root, Void((hash_of(c, policy),)), renew=False)
    first = c.head
    c.say(new_root, Void((hash_of(c, replaced),)), renew=False)

    root = c.directory.root(c.head)
    assert root is not None
    assert old_root.key == root.key
    assert [True, True, False, False] == [c.directory.is_void(i) for i in (policy, replaced, first, c.head)]


def test_what_stands_beside_a_void_holds_or_falls_by_itself() -> None:
    """The entry cannot fall, nor who the root was when it wrote it; its other statements can."""
    c = Centre.found(57)
    member = c.member()
    added = c.head
    new_root = c.device(b"")
    c.say(c.root, RootReplace(new_root.key, new_root.sealing.public), renew=False)
    replaced = c.head
    c.say(new_root, Void((bytes(32),)), Policy({"idle_minutes": 1}))
    kept = c.head
    c.say(new_root, Void((bytes(32),)), MemberRole(member, "staff", ()))
    emptied = c.head
    c.say(new_root, Void(tuple(sorted((hash_of(c, added), hash_of(c, replaced))))))

    assert {"idle_minutes": 1} == c.directory.policy(c.head)
    assert c.directory.member(member, c.head) is None
    assert [False, False] == [c.directory.is_void(index) for index in (kept, emptied)]


def test_an_entry_with_a_void_is_all_or_nothing_too() -> None:
    c = Centre.found(45)
    member = c.member()
    added = c.head
    before = snapshot(c.directory)
    said: list[Statement] = [Void((hash_of(c, added),)), MemberRole(member, "staff", ())]

    with pytest.raises(ProtocolError, match="unknown_member"):
        c.put(c.frame(c.root, said))
    assert before == snapshot(c.directory)


def test_statements_beside_a_void_see_the_state_it_leaves() -> None:
    c = Centre.found(46)
    second = c.join("admin")
    c.say(second, DeviceRevoke(c.admin.key))
    c.say(c.root, Void((hash_of(c, c.head),)), DeviceRevoke(second.key), renew=False)

    assert [True, False] == [c.directory.is_active(device.key, c.head) for device in (c.admin, second)]


def test_only_the_root_can_void() -> None:
    c = Centre.found(47)
    with pytest.raises(ProtocolError, match="not_entitled"):
        c.put(c.frame(c.admin, [Void((hash_of(c, c.head),))]))


# A reader that meets a failing entry


class Lax(Centre):
    """A server that checks nothing but the chain."""

    def __init__(self, c: Centre) -> None:
        self.__dict__.update(c.__dict__)
        self.frames = list(c.frames)
        self.directory = c.reader()

    def put(self, frame: Frame) -> Any:
        self.directory._append(read_entry(*frame))
        self.frames.append(frame)


def test_a_failing_entry_stops_a_reader_until_the_root_voids_it() -> None:
    """The server stored an entry that nobody may make, and one built on it."""
    c = Centre.found(48)
    lax = Lax(c)
    lax.put(lax.frame(c.admin, [RootReplace(c.admin.key, c.admin.sealing.public)]))
    lax.put(lax.frame(c.admin, [Policy({"idle_minutes": 1})]))
    reader = c.reader()
    coming = lax.frames[c.head + 1 :]

    with pytest.raises(ProtocolError, match="not_entitled"):
        reader.take(coming)
    assert c.head == reader.head.index

    void = lax.frame(c.root, [Void((lax.directory.entry(c.head + 1).hash,))])
    applied = reader.take([*coming, void])

    assert applied[-1].rebuilt
    assert c.head + 3 == reader.head.index
    assert [True, False, False] == [reader.is_void(c.head + place) for place in (1, 2, 3)]
    assert {"idle_minutes": 1} == reader.policy(reader.head.index)


def test_a_void_by_anybody_else_does_not_carry_a_reader_over_a_failing_entry() -> None:
    c = Centre.found(49)
    bad = c.frame(c.admin, [RootReplace(c.admin.key, c.admin.sealing.public)])
    lax = Lax(c)
    lax.put(bad)
    void = lax.frame(c.admin, [Void((lax.directory.head.hash,))])
    reader = Directory(c.id)

    with pytest.raises(ProtocolError, match="not_entitled"):
        reader.take([*c.frames, bad, void])
    assert c.head == reader.head.index


# Another chain


def grown(c: Centre, times: int) -> Centre:
    for number in range(times):
        c.say(c.admin, Policy({"step": number}))
    return c


def test_a_chain_is_the_same_ahead_or_rolled_back() -> None:
    c = Centre.found(50)
    own = c.reader()
    grown(c, 2)

    assert "ahead" == compare(own, c.frames).outcome
    assert "same" == compare(c.directory, c.frames).outcome
    assert "rolled_back" == compare(c.directory, c.frames[:-1]).outcome
    assert "rolled_back" == compare(c.directory, []).outcome


def test_restore_then_stale_admin_appends_is_forked() -> None:
    """The server lost two entries; an admin who had not seen them went on from there."""
    c = Centre.found(51)
    restored = fork(c)
    own = grown(c, 2).directory
    restored.member()
    grown(restored, 2)

    assert "forked" == compare(own, restored.frames).outcome
    assert "forked" == compare(own, Centre.found(52).frames).outcome


def test_the_roots_void_of_our_side_makes_us_change_over() -> None:
    c = Centre.found(53)
    common = c.head
    restored = fork(c)
    own = c.reader()
    own.apply(*c.frame(c.admin, [Policy({"ours": 1})]))
    theirs = restored.directory
    for said in (Policy({"theirs": 1}), Void((own.entry(common + 1).hash,))):
        author = restored.root if isinstance(said, Void) else restored.admin
        frame = restored.frame(author, [said])
        theirs.apply(*frame)
        restored.frames.append(frame)

    comparison = compare(own, restored.frames)

    assert "changed_over" == comparison.outcome
    assert comparison.directory is not None
    assert {"theirs": 1} == comparison.directory.policy(comparison.directory.head.index)
    assert "forked" == compare(own, restored.frames[:-1]).outcome


def test_an_old_paper_key_does_not_lead_us_to_another_chain() -> None:
    """Replaced because it was stolen, it would else still undo its own replacement, with the server's help."""
    c = Centre.found(58)
    own = c.reader()
    fresh = c.device(b"")
    own.apply(*c.frame(c.root, [RootReplace(fresh.key, fresh.sealing.public)]))
    c.put(c.frame(c.root, [Void((own.head.hash,))]))

    assert "forked" == compare(own, c.frames).outcome


def test_a_void_by_a_root_made_on_the_other_side_does_not_make_us_change_over() -> None:
    """The root as of the last common entry decides, whoever a forked side says the root is now."""
    c = Centre.found(54)
    own = c.reader()
    own.apply(*c.frame(c.admin, [Policy({"ours": 1})]))
    false_root = c.device(b"")
    void = Void((own.entry(c.head + 1).hash,))
    c.put(c.frame(c.root, [RootReplace(false_root.key, false_root.sealing.public)]))
    c.put(c.frame(false_root, [void]))

    assert "forked" == compare(own, c.frames).outcome


def test_a_chain_with_a_forged_signature_does_not_make_us_change_over() -> None:
    c = Centre.found(55)
    own = c.reader()
    own.apply(*c.frame(c.admin, [Policy({"ours": 1})]))
    void, given = c.frame(c.root, [Void((own.entry(c.head + 1).hash,))])
    forged = (void[:-1] + bytes([void[-1] ^ 1]), given)

    assert "changed_over" == compare(own, [*c.frames, (void, given)]).outcome
    assert "forked" == compare(own, [*c.frames, forged]).outcome


def test_losing_every_staff_device_loses_nothing_while_the_paper_is_there() -> None:
    c = Centre.found(56)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    head = Head(c.head, c.directory.head.hash)
    c.say(c.root, DeviceRevoke(c.admin.key))
    rescued = c.device(c.admin.member)

    def rescue(draft: Any) -> None:
        draft.say(DeviceAdd(rescued.member, rescued.key, rescued.sealing.public))
        draft.admit(c.circle)
        draft.renew(c.desk, devices=[rescued.key])

    c.act(c.root, rescue)

    assert c.directory.is_admin(rescued.key, c.head)
    assert rescued.keyring.newest(c.desk) is not None
    assert rescued.keyring.secret(case, 1) is not None
    assert head.index < c.head
