"""Secrets: who opens what, what is wrong is complained of by name, and drafts seal to exactly the entitled."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.circle import EpochSecret, seal_epoch
from crypto.errors import ProtocolError
from sync.draft import Draft
from sync.statements import (
    CircleEpoch,
    DeviceEnrol,
    DeviceRevoke,
    MemberRole,
    digest_of,
    parse_statement,
    statement_bytes,
)
from tests.sync.centre import Centre, Device
from tests.sync.snapshot import snapshot


class Rogue(Draft):
    """Makes one epoch as it should not be."""

    change: Any = staticmethod(lambda said: said)

    def _add(self, kind: str, statement: Any) -> None:
        super()._add(kind, self.change(statement))


def rogue_epoch(c: Centre, author: Device, circle: bytes, change: Any) -> None:
    draft = Rogue(author.keyring, author.key, c.random)
    draft.change = change
    draft.renew(circle)
    c.append(draft, author)


def test_a_newcomer_reads_the_circles_history_back_through_the_locks() -> None:
    c = Centre.found(100)
    yuki, nao = c.join(), c.join()
    case = c.open("case", members=[yuki.member])
    for _ in range(3):
        c.renew(case)
    c.renew(case, members=[yuki.member, nao.member])

    for epoch in range(1, 6):
        assert (
            yuki.keyring.secret(case, epoch) == nao.keyring.secret(case, epoch) == c.admin.keyring.secret(case, epoch)
        )
        assert nao.keyring.secret(case, epoch) is not None
    assert c.root.keyring.secret(case, 1) == yuki.keyring.secret(case, 1)


def test_whoever_is_left_out_reads_nothing_written_later() -> None:
    c = Centre.found(101)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    c.renew(case, members=[])

    assert yuki.keyring.secret(case, 1) is not None
    assert yuki.keyring.secret(case, 2) is None
    assert yuki.keyring.newest(case) is None


def test_a_principal_through_two_desks_opens_the_case() -> None:
    c = Centre.found(102)
    clerk = c.join("staff")
    branch = c.open("desk", desk=c.desk, devices=[clerk.key])
    case = c.open("case", desk=branch, by=clerk)
    c.renew(case, by=clerk)

    assert clerk.keyring.secret(case, 1) == c.admin.keyring.secret(case, 1) == c.root.keyring.secret(case, 1)
    assert c.admin.keyring.newest(case) is not None


def test_bad_lock() -> None:
    """Redteam 14: a lock that gives nothing is found by the first to look, named, and the next epoch passes it by."""
    c = Centre.found(103)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    rogue_epoch(c, c.admin, case, lambda said: replace(said, lock=bytes(60)))

    assert yuki.keyring.newest(case) is None
    assert {(case, 2): "bad_lock"} == yuki.keyring.complaints
    c.act(yuki, lambda draft: draft.complain(case, 2, "bad_lock"))
    assert 1 == c.directory.sound_epoch(case)
    c.renew(case, by=yuki)

    epoch = c.directory.epoch(case, 3)
    assert epoch is not None
    assert 1 == epoch.after
    fresh = c.enrol(c.invite(yuki.member))
    c.act(yuki, lambda draft: draft.admit(case))
    assert fresh.keyring.secret(case, 1) == yuki.keyring.secret(case, 1)
    assert fresh.keyring.newest(case) == yuki.keyring.newest(case)


def test_a_lock_on_a_secret_that_is_not_the_epochs_before_is_bad() -> None:
    c = Centre.found(104)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    kept: list[EpochSecret] = []

    def change(said: CircleEpoch) -> CircleEpoch:
        secret = EpochSecret(c.id, case, 2, c.random(32))
        kept.append(secret)
        other = EpochSecret(c.id, case, 1, c.random(32))
        seals = tuple((key, seal_epoch(secret, "case", key)) for key, _ in said.seals)
        return replace(
            said,
            commitment=secret.commitment,
            circle_key=secret.circle_key.public,
            lock=secret.lock(other, c.random),
            seals=seals,
        )

    rogue_epoch(c, c.admin, case, change)

    assert yuki.keyring.newest(case) is None
    assert {(case, 2): "bad_lock"} == yuki.keyring.complaints
    assert kept[0] == yuki.keyring.secret(case, 2), "what others wrote under it stays readable"


def test_a_circle_key_that_is_somebody_elses_is_bad() -> None:
    """Else every case sealed to "the desk" would be the rogue's."""
    c = Centre.found(105)
    staff, rogue = c.join("staff", desk=c.desk), c.device(b"")
    rogue_epoch(c, c.admin, c.desk, lambda said: replace(said, circle_key=rogue.sealing.public))

    assert staff.keyring.newest(c.desk) is None
    assert {(c.desk, 2): "bad_circle_key"} == staff.keyring.complaints


def test_a_secret_other_than_the_committed_one_is_never_used() -> None:
    c = Centre.found(106)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    rogue_epoch(c, c.admin, case, lambda said: replace(said, commitment=bytes(32)))

    assert yuki.keyring.secret(case, 2) is None
    assert {(case, 2): "bad_commitment"} == yuki.keyring.complaints


def test_bad_recovery_seal() -> None:
    """Redteam 14: rubbish sealed to the paper key shows in a drill, not on the day of the fire."""
    c = Centre.found(107)
    recovery = c.root.sealing.public

    def change(said: CircleEpoch) -> CircleEpoch:
        return replace(said, seals=tuple((key, bytes(80) if key == recovery else sealed) for key, sealed in said.seals))

    rogue_epoch(c, c.admin, c.desk, change)

    assert c.root.keyring.newest(c.desk) is None
    assert {(c.desk, 2): "wrong_key"} == c.root.keyring.complaints
    c.act(c.root, lambda draft: draft.complain(c.desk, 2, "wrong_key"))
    c.renew(c.desk)
    assert c.root.keyring.newest(c.desk) is not None


def test_an_epoch_whose_lock_cannot_be_made_is_not_drafted() -> None:
    c = Centre.found(109)
    outside = c.join("staff")
    case = c.open("case")

    with pytest.raises(ProtocolError, match="wrong_key"):
        Draft(outside.keyring, outside.key).renew(case)
    with pytest.raises(ProtocolError, match="wrong_key"):
        Draft(outside.keyring, outside.key).admit(case)
    with pytest.raises(ProtocolError, match="unknown_circle"):
        Draft(outside.keyring, outside.key).close(bytes(16))


def test_what_a_draft_leaves_stale_is_told() -> None:
    """The author of a revocation may not be in every circle."""
    c = Centre.found(110)
    yuki, nao = c.join(), c.join()
    private = c.open("private", members=[yuki.member, nao.member], by=yuki)
    case = c.open("case", members=[yuki.member])
    draft = c.draft(c.admin)
    draft.say(DeviceRevoke(yuki.key))

    assert [private] == draft.renew_stale()
    c.append(draft, c.admin)
    assert [True, False] == [c.directory.stale(circle, c.head) for circle in (private, case)]


def test_who_is_no_principal_any_more_leaves_a_circle_to_the_others() -> None:
    """A counsellor who is one no longer still holds the desk's secret; she renews the centre, and not the desk."""
    c = Centre.found(113)
    staff = c.join("staff", desk=c.desk)
    c.say(c.admin, MemberRole(staff.member, "supporter", ()), renew=False)
    draft = c.draft(staff)
    draft.renew(c.circle)

    assert [c.desk] == draft.renew_stale()
    c.append(draft, staff)


def test_drafting_changes_nothing_in_the_directory() -> None:
    c = Centre.found(111)
    yuki = c.join()
    c.open("case", members=[yuki.member])
    before = snapshot(c.directory)
    draft = c.draft(c.admin)
    draft.say(DeviceEnrol(bytes(32), bytes(32), bytes(32), bytes(64)))
    with pytest.raises(ProtocolError, match="not_entitled"):
        draft.renew_stale()

    assert before == snapshot(c.directory)


def test_a_drafts_digests_are_those_of_its_bytes() -> None:
    c = Centre.found(112)
    case = c.open("case")
    draft = c.draft(c.admin)
    draft.close(case)
    draft.cut_off(case, c.admin.key, None)
    entry, given = draft.frame(c.admin.signing, 0)
    said = [parse_statement(data) for data in given]

    assert [statement_bytes(statement) for statement in said] == list(given)
    assert getattr(said[1], "previous", None) == digest_of(said[0])
    c.put((entry, given))
