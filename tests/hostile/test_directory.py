"""A hostile server lies about who is who and who has which key: short and forked chains, ghosts, promotions, seals."""

from dataclasses import replace
from typing import Any

import pytest

from crypto.circle import seal_epoch
from crypto.entry import parse_entry
from crypto.errors import ProtocolError
from crypto.invite import Invite
from sync.chain import Frame, Head
from sync.compare import compare
from sync.directory import Directory
from sync.draft import Draft
from sync.statements import (
    CircleEpoch,
    DeviceAdd,
    InviteOpen,
    MemberAdd,
    MemberRole,
    Policy,
    RootReplace,
    Statement,
    Void,
    parse_statement,
    statement_bytes,
)
from sync.validity import judge_head
from tests.hostile.reader import Reader, note, refused
from tests.sync.centre import START, Centre, Device


def refuses(reader: Reader, frame: Frame) -> str:
    return refused(reader, lambda: reader.follow(frame))


def forged(c: Centre, author: Device, *said: Statement, at: Head | None = None) -> Frame:
    """An entry in the author's name, signed by the server."""
    entry, given = c.frame(author, said, at=at)
    signature = c.device(b"").signing.sign("entry", entry[:-64])
    return entry[:-64] + signature, given


# The chain as a whole


def test_rolled_back_directory() -> None:
    """The server forgets the newest entries, one or all of them, and says that this is everything."""
    c = Centre.found(1)
    aiko = c.join()
    reader = Reader(c, aiko)
    before = reader.state()
    frames = c.frames_for(aiko)

    assert ["rolled_back"] * len(frames) == [
        compare(reader.directory, frames[:length]).outcome for length in range(len(frames))
    ]
    assert "head_moved" == refuses(reader, frames[-1])
    assert "head_moved" == refuses(reader, frames[0])
    c.say(c.admin, Policy({"idle_minutes": 5}))
    assert "ahead" == compare(reader.directory, c.frames_for(aiko)).outcome
    assert before == reader.state()


def test_forked_directory() -> None:
    """Two admins are shown different chains; whoever holds one takes no entry of the other."""
    c = Centre.found(2)
    aiko = c.join()
    common = c.directory.head
    other_side = [c.frame(c.admin, [Policy({"idle_minutes": 60})], at=common)]
    hashed = parse_entry(other_side[0][0]).hash
    other_side.append(c.frame(c.admin, [Policy({"idle_minutes": 90})], at=Head(common.index + 1, hashed)))
    forked = [*c.frames_for(aiko), *other_side]
    c.say(c.admin, Policy({"idle_minutes": 5}))
    reader = Reader(c, aiko)
    before = reader.state()

    assert "head_moved" == refuses(reader, other_side[0])
    assert "head_moved" == refuses(reader, other_side[1])
    assert ["forked", "forked"] == [compare(reader.directory, chain).outcome for chain in (forked, forked[:-1])]
    assert before == reader.state()
    assert "same" == compare(reader.directory, c.frames_for(aiko)).outcome
    assert 5 == reader.directory.policy(c.head)["idle_minutes"]


def test_a_void_that_the_server_made_up_does_not_make_a_device_change_over() -> None:
    c = Centre.found(3)
    aiko = c.join()
    common, frames = c.directory.head, c.frames_for(aiko)
    c.say(c.admin, Policy({"idle_minutes": 5}))
    ours = Void((c.directory.head.hash,))
    reader = Reader(c, aiko)
    by_root, by_admin = c.frame(c.root, [ours], at=common), c.frame(c.admin, [ours], at=common)

    assert "forked" == compare(reader.directory, [*frames, forged(c, c.root, ours, at=common)]).outcome
    assert "forked" == compare(reader.directory, [*frames, by_admin]).outcome
    assert "changed_over" == compare(reader.directory, [*frames, by_root]).outcome


def test_entries_dropped_reordered_altered_or_of_another_centre_are_not_taken_in() -> None:
    c, elsewhere = Centre.found(4), Centre.found(5)
    aiko = c.join()
    reader = Reader(c, aiko)
    for minutes in (5, 10):
        c.say(c.admin, Policy({"idle_minutes": minutes}))
    first, second = c.frames[-2:]
    entry = first[0]
    inside = entry.index(b"idle_minutes")
    altered = entry[:inside] + b"I" + entry[inside + 1 :]
    redated = entry[:85] + bytes(8) + entry[93:]

    assert "head_moved" == refuses(reader, second)
    assert "malformed" == refuses(reader, (altered, ()))
    assert "bad_signature" == refuses(reader, (redated, ()))
    assert "wrong_place" == refuses(reader, elsewhere.frame(elsewhere.admin, [Policy({})], at=reader.directory.head))
    reader.follow(first)
    reader.follow(second)
    assert 10 == reader.directory.policy(c.head)["idle_minutes"]


# Who is who


def test_ghost_device() -> None:
    """The server wants a device in the centre: by a forged word, a made-up invitation, a colluding member."""
    c = Centre.found(6)
    aiko, sato = c.join(), c.join("staff")
    invite, made_up = c.invite(aiko.member), Invite.generate(c.id, c.random)
    reader = Reader(c, c.admin)
    ghost = c.device(aiko.member, invite.sealing)
    vouched = c.enrolment(invite, ghost)
    opening = InviteOpen(made_up.signing.public, made_up.sealing.public, c.admin.member, START)
    adding = DeviceAdd(aiko.member, ghost.key, ghost.sealing.public)
    attempts: list[tuple[str, Frame]] = [
        ("bad_signature", c.frame(ghost, [replace(vouched, signature=bytes(64))])),
        ("bad_signature", c.frame(ghost, [replace(vouched, seal_key=c.device(b"").sealing.public)])),
        ("invite_closed", c.frame(ghost, [c.enrolment(made_up, ghost)])),
        ("unknown_author", c.frame(ghost, [adding])),
        ("bad_signature", forged(c, c.root, adding)),
        ("bad_signature", forged(c, c.admin, opening)),
        ("not_entitled", c.frame(aiko, [opening])),
        ("not_entitled", c.frame(sato, [opening])),
        ("not_entitled", c.frame(c.admin, [adding])),
    ]

    assert [code for code, _ in attempts] == [refuses(reader, frame) for _, frame in attempts]
    assert not reader.directory.is_active(ghost.key, c.head)
    honest = c.enrol(invite)
    reader.catch_up(c)
    assert reader.directory.is_active(honest.key, c.head)


def test_promoted_role() -> None:
    """A supporter becomes an admin by nobody's word: not her own, not one altered or forged on the way."""
    c = Centre.found(7)
    aiko, sato = c.join(), c.join("staff")
    reader = Reader(c, c.admin)
    up = MemberRole(aiko.member, "admin", ())
    helper = MemberAdd(c.random(16), "supporter", ())
    entry, _ = c.frame(c.admin, [MemberRole(aiko.member, "staff", ())])
    altered = entry.replace(b"\xa5staff", b"\xa5admin")
    root_key = RootReplace(aiko.key, aiko.sealing.public)
    attempts: list[tuple[str, Frame]] = [
        ("not_entitled", c.frame(aiko, [up])),
        ("not_entitled", c.frame(sato, [up])),
        ("not_entitled", c.frame(sato, [replace(helper, role="staff")])),
        ("not_entitled", c.frame(sato, [replace(helper, duties=("reviewer",))])),
        ("not_entitled", c.frame(aiko, [helper])),
        ("not_entitled", c.frame(c.admin, [root_key])),
        ("bad_signature", (altered, ())),
        ("bad_signature", forged(c, c.admin, up)),
        ("bad_signature", forged(c, c.root, root_key)),
    ]

    assert entry != altered
    assert [code for code, _ in attempts] == [refuses(reader, frame) for _, frame in attempts]
    c.say(c.admin, up)
    reader.catch_up(c)
    assert "admin" == reader.directory.role(aiko.member, c.head)


# Who has which key


class Rogue(Draft):
    """Makes one statement as it should not be."""

    change: Any = staticmethod(lambda said: said)

    def _add(self, kind: str, statement: Any) -> None:
        super()._add(kind, self.change(statement))


def rogue_frame(c: Centre, circle: bytes, change: Any) -> Frame:
    """A new epoch, changed by the admin's device before it is signed."""
    draft = Rogue(c.admin.keyring, c.admin.key, c.random)
    draft.change = change
    draft.renew(circle)
    return draft.frame(c.admin.signing, START)


def seals_of(c: Centre, circle: bytes, epoch: int) -> dict[bytes, bytes]:
    known = c.directory.epoch(circle, epoch)
    assert known is not None
    return {key: sealed for _, key, sealed in known.seals}


def test_replayed_seal() -> None:
    """Seals of epoch 1 are handed out for epoch 2: as they were, then sealed anew with the old secret in them."""
    c = Centre.found(8)
    aiko = c.join()
    case = c.open("case", members=[aiko.member])
    old, old_seals = c.admin.keyring.secret(case, 1), seals_of(c, case, 1)
    assert old is not None
    as_new = replace(old, epoch=2)

    def replay(said: CircleEpoch) -> CircleEpoch:
        return replace(said, seals=tuple((key, old_seals[key]) for key, _ in said.seals))

    def reseal(said: CircleEpoch) -> CircleEpoch:
        return replace(said, seals=tuple((key, seal_epoch(as_new, "case", key)) for key, _ in said.seals))

    for change, code in ((replay, "wrong_key"), (reseal, "bad_commitment")):
        reader = Reader(c, aiko)
        reader.follow(rogue_frame(c, case, change))
        assert reader.keyring.newest(case) is None
        assert {(case, 2): code} == reader.keyring.complaints
        assert reader.keyring.secret(case, 1) == old
    c.renew(case)
    assert Reader(c, aiko).keyring.newest(case) is not None


def test_statement_bytes_of_another_entry_are_stray() -> None:
    """The server cannot hand out an older epoch's statement in the newer one's place."""
    c = Centre.found(9)
    aiko = c.join()
    case = c.open("case", members=[aiko.member])
    opened = c.frames[-1]
    reader = Reader(c, aiko)
    c.renew(case)
    entry, given = c.frames[-1]
    said = parse_statement(given[0])
    assert isinstance(said, CircleEpoch)
    altered = statement_bytes(replace(said, seals=said.seals[1:]))

    assert "statement_stray" == refuses(reader, (entry, opened[1]))
    assert "statement_stray" == refuses(reader, (entry, [altered]))
    reader.follow((entry, given))
    assert 2 == current(reader.directory, case)


def test_missing_seal() -> None:
    """Whoever has no key writes nothing, in any form, and reads nothing; the others go on. One seal mends it."""
    c = Centre.found(10)
    aiko = c.join()
    case = c.open("case", members=[aiko.member])
    run = c.write(aiko, case, note("gate"))
    c.renew(case, members=[])
    unsealed = c.enrol(c.invite(aiko.member))
    c.act(c.admin, lambda draft: draft.renew(case, members=[aiko.member]), renew=False)
    second_phone = c.enrol(c.invite(aiko.member))
    reader = Reader(c, second_phone)

    assert unsealed.keyring.newest(case) is not None
    assert not reader.directory.stale(case, c.head), "a task, not staleness"
    assert judge_head(reader.directory, case, second_phone.key, 3, c.head) is None
    assert reader.keyring.newest(case) is None
    with pytest.raises(ProtocolError, match="wrong_key"):
        Draft(reader.keyring, second_phone.key, c.random).renew(case)
    reader.take(run)
    assert [run.last.id] == list(reader.ledger.locked)
    c.act(c.admin, lambda draft: draft.admit(case))
    reader.catch_up(c)
    assert reader.keyring.newest(case) is not None


def test_a_seal_left_out_on_purpose_is_refused_by_the_server_and_named_by_readers() -> None:
    c = Centre.found(11)
    aiko = c.join()
    case = c.open("case", members=[aiko.member])
    frame = rogue_frame(c, case, lambda said: replace(said, seals=said.seals[:-1]))
    reader = Reader(c, aiko)

    with pytest.raises(ProtocolError, match="bad_cover"):
        c.directory.apply(*frame, complete=True)
    reader.follow(frame)
    assert ["bad_cover"] == [alarm.code for alarm in reader.directory.alarms]
    assert 1 == current(reader.directory, case)
    assert reader.keyring.newest(case) is not None


def current(directory: Directory, circle: bytes) -> int:
    view = directory.circle(circle, directory.head.index)
    assert view is not None
    return view.epoch


def test_a_circles_statement_that_is_withheld_leaves_a_gap_that_shows() -> None:
    c = Centre.found(12)
    aiko = c.join()
    case = c.open("case", members=[aiko.member])
    reader = Reader(c, aiko)
    c.renew(case)
    (entry, given), withheld_at = c.frames[-1], c.head
    reader.follow((entry, ()))
    c.renew(case)
    reader.follow(c.frames[-1])

    assert ["bad_previous"] == [alarm.code for alarm in reader.directory.alarms]
    assert 1 == current(reader.directory, case)
    reader.directory.give(withheld_at, given[0])
    assert [] == reader.directory.alarms
    assert 3 == current(reader.directory, case)


def test_an_epoch_that_is_withheld_shows_with_the_first_run_written_in_it() -> None:
    """The honest writer is not blamed: what she wrote waits until the epoch she wrote in is known."""
    c = Centre.found(13)
    aiko, emi = c.join(), c.join()
    visit = c.open("dispatch", members=[aiko.member, emi.member])
    reader = Reader(c, emi)
    c.renew(visit)
    entry, given = c.frames[-1]
    reader.follow((entry, ()))
    late = c.write(aiko, visit, note("gate"))
    reader.take(late)

    assert ("epoch_unknown", [late.last.id]) == (reader.code(late), list(reader.ledger.pending))
    reader.ledger.rejudge(reader.directory.give(c.head, given[0]))
    assert [] == list(reader.ledger.pending)
    assert "gate" == reader.value(visit)


def test_a_false_complaint_takes_no_history_from_newcomers() -> None:
    """One device says that a good epoch is bad. Who holds it knows better, and locks the next one onto it."""
    c = Centre.found(14)
    aiko, emi = c.join(), c.join()
    case = c.open("case", members=[aiko.member])
    c.renew(case)
    run = c.write(c.admin, case, note("gate", record=bytes(16)))
    c.act(aiko, lambda draft: draft.complain(case, 2, "bad_lock"))
    c.renew(case, members=sorted([aiko.member, emi.member]))
    newcomer = Reader(c, emi)
    newcomer.take(run)

    assert newcomer.keyring.secret(case, 3) is not None
    assert newcomer.keyring.secret(case, 1) is not None
    assert c.admin.keyring.secret(case, 2) == newcomer.keyring.secret(case, 2)
    assert [] == list(newcomer.ledger.locked)
