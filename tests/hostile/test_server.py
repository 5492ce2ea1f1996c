"""A hostile server lies about what was written: runs forged, altered, dropped, withheld, moved, replayed, redated."""

from dataclasses import replace

import pytest

from crypto.errors import ProtocolError
from crypto.reminder import parse_reminder, reminder_body, verify_reminder
from crypto.reminder_content import open_reminder, seal_reminder
from crypto.run import KnownHead, Run, run_start
from sync.client import HandBackEntries, Rest, Stop, decide
from sync.contact import Contact, Held, chain_came, entries_came, entries_handed_back
from sync.draft import Draft
from sync.reminders import judge_reminder
from sync.statements import DeviceRevoke
from sync.validity import judge_head
from tests.hostile.reader import Reader, note, pieces, refused, with_piece
from tests.sync.centre import START, Centre, Device


def dispatch(seed: int) -> tuple[Centre, Device, Device, bytes]:
    """Two supporters who were sent together."""
    c = Centre.found(seed)
    aiko, emi = c.join(), c.join()
    return c, aiko, emi, c.open("dispatch", members=[aiko.member, emi.member])


# Forging and altering


def test_forged_change() -> None:
    """The server writes in Aiko's name, and as a device of its own."""
    c, aiko, emi, visit = dispatch(1)
    true = c.write(aiko, visit, note("gate"))
    reader = Reader(c, emi)
    reader.take(true)
    server = c.device(aiko.member)
    head = replace(true.head, first=2, previous=true.last.id)
    in_her_name = c.sign(server, head, [true.last.body])
    unsigned = in_her_name.raw[:-64] + bytes(64)

    assert "bad_signature" == refused(reader, lambda: reader.take(in_her_name))
    assert "bad_signature" == refused(reader, lambda: reader.take(unsigned))
    as_itself = c.write(server, visit, note("forged"))
    reader.take(as_itself)
    assert "not_enrolled" == reader.code(as_itself)
    assert "gate" == reader.value(visit)


def test_altered_byte() -> None:
    """Every byte of a run is altered in turn; none is believed, and each refusal has the code of its place."""
    c, aiko, emi, visit = dispatch(2)
    other = c.write(emi, visit, note("before"))
    known = [KnownHead(emi.key, 1, other.last.id)]
    first = c.write(aiko, visit, note("fence"))
    true = c.write(aiko, visit, note("gate"), note("garden"), known=known)
    expected = {
        "suite": {"unknown_suite"},
        "centre": {"wrong_place"},
        "epoch": {"bad_signature", "malformed"},
        "known_count": {"truncated", "malformed"},
        "blob_count": {"truncated", "malformed"},
        "change_count": {"truncated", "malformed"},
        "length": {"truncated", "malformed"},
        "first": {"bad_signature", "malformed"},
    }
    reader = Reader(c, emi)
    reader.take(other, first)
    before = reader.state()
    for name, places in pieces(true):
        for at in places:
            altered = true.raw[:at] + bytes([true.raw[at] ^ 1 << at % 8]) + true.raw[at + 1 :]
            with pytest.raises(ProtocolError) as error:
                reader.take(altered)
            assert error.value.code in expected.get(name, {"bad_signature"}), (name, at)

    assert before == reader.state()
    reader.take(true)
    assert reader.code(true) is None


# Dropping and withholding


def test_dropped_change_in_the_middle() -> None:
    c, aiko, emi, visit = dispatch(3)
    first = c.write(aiko, visit, note("gate"))
    second = c.write(aiko, visit, note("garden", first.last.id))
    third = c.write(aiko, visit, note("kitchen", second.last.id))
    reader = Reader(c, emi)
    reader.take(first, third)

    assert "ancestor_missing" == reader.code(third)
    assert [third.last.id] == list(reader.ledger.pending)
    assert "gate" == reader.value(visit)
    reader.take(second)
    assert [None, None, None] == [reader.code(run) for run in (first, second, third)]
    assert "kitchen" == reader.value(visit)


def test_dropped_change_in_the_middle_of_a_run() -> None:
    c, aiko, emi, visit = dispatch(4)
    true = c.write(aiko, visit, note("gate"), note("garden"), note("kitchen"))
    kept = [true.bodies[0], true.bodies[2]]
    framed = b"".join(len(body).to_bytes(3) + body for body in kept)
    shorter = run_start(true.head, 2) + framed + true.signature
    without_end = run_start(true.head, 1) + framed[: 3 + len(kept[0])] + true.signature
    reader = Reader(c, emi)

    assert "bad_signature" == refused(reader, lambda: reader.take(shorter))
    assert "bad_signature" == refused(reader, lambda: reader.take(without_end))
    reader.take(true)
    assert reader.code(true) is None


def test_withheld_tail_then_named_by_another_device() -> None:
    """Nothing shows while nobody speaks of it; the first device that saw it makes the gap visible to all."""
    c, aiko, emi, visit = dispatch(5)
    first = c.write(aiko, visit, note("gate"))
    tail = c.write(aiko, visit, note("garden", first.last.id))
    reader = Reader(c, emi)
    reader.take(first)
    named = KnownHead(aiko.key, 2, tail.last.id)
    witness = c.write(c.admin, visit, note("seen by the desk", record=bytes(16)), known=[named])

    assert [] == reader.log.missing(visit)
    reader.take(witness)
    assert [named] == reader.log.missing(visit)
    assert "gate" == reader.value(visit)
    held = Held(missing=(visit.hex(),))
    assert [Rest(("missing",))] == decide(in_contact(held, filled=(visit.hex(),)))
    reader.take(tail)
    assert [] == reader.log.missing(visit)
    assert "garden" == reader.value(visit)


def in_contact(held: Held, *, filled: tuple[str, ...] = ()) -> Contact:
    """Signed in, with everything asked for that can be."""
    return Contact(held, session="open", heads={}, directory="current", log="current", filled=filled)


# Moving and replaying


def test_swapped_circle() -> None:
    """A note from one dispatch is handed out as one of another, and as one of another centre."""
    c, aiko, emi, visit = dispatch(6)
    other = c.open("dispatch", members=[aiko.member, emi.member])
    true = c.write(aiko, visit, note("gate"))
    reader = Reader(c, emi)
    elsewhere, its_author, _, its_visit = dispatch(7)
    foreign = elsewhere.write(its_author, its_visit, note("far away"))

    assert "bad_signature" == refused(reader, lambda: reader.take(with_piece(true, "circle", other)))
    assert "bad_signature" == refused(reader, lambda: reader.take(with_piece(true, "device", emi.key)))
    assert "wrong_place" == refused(reader, lambda: reader.take(with_piece(true, "centre", elsewhere.id)))
    assert "wrong_place" == refused(reader, lambda: reader.take(foreign))
    reader.take(true)
    assert ("gate", None) == (reader.value(visit), reader.value(other))


def test_a_text_moved_by_its_own_author_to_another_circle_number_or_device_does_not_open() -> None:
    """With a signing key of the centre on the server's side, ciphertext still opens in its one place alone."""
    c, aiko, emi, visit = dispatch(8)
    other = c.open("dispatch", members=[aiko.member, emi.member])
    true = c.write(aiko, visit, note("gate"))
    body = true.last.body
    second = replace(true.head, first=2, previous=true.last.id)
    to_circle = c.sign(aiko, replace(true.head, circle=other), [body])
    to_number = c.sign(aiko, second, [body])
    to_device = c.sign(emi, replace(true.head, device=emi.key), [body])
    reader = Reader(c, emi)
    reader.take(true, to_circle, to_number, to_device)

    assert ["wrong_key"] * 3 == [reader.code(run) for run in (to_circle, to_number, to_device)]
    assert ("gate", None) == (reader.value(visit), reader.value(other))


def test_a_run_replayed_or_reordered_changes_nothing() -> None:
    c, aiko, emi, visit = dispatch(9)
    runs = [c.write(aiko, visit, note("gate"))]
    runs.append(c.write(emi, visit, note("garden", runs[0].last.id)))
    runs.append(c.write(aiko, visit, note("kitchen", runs[1].last.id)))
    reader, other = Reader(c, emi), Reader(c, emi)
    reader.take(*runs)
    before = reader.state()
    reader.take(*runs, runs[0])
    other.take(*reversed(runs))

    assert before == reader.state()
    assert "kitchen" == reader.value(visit) == other.value(visit)
    assert before["records"] == other.state()["records"]


# After a revocation


def stolen(seed: int) -> tuple[Centre, Device, Device, bytes, list[Run], int]:
    """A phone was stolen after two notes, and cut off at the second. Last: the index before its revocation."""
    c, aiko, emi, visit = dispatch(seed)
    first = c.write(aiko, visit, note("gate"))
    notes = [first, c.write(aiko, visit, note("garden", first.last.id))]
    before = c.head

    def shut_out(draft: Draft) -> None:
        draft.say(DeviceRevoke(aiko.key))
        draft.cut_off(visit, aiko.key, notes[1].last.id)

    c.act(c.admin, shut_out)
    return c, aiko, emi, visit, notes, before


def test_revoked_device_back_dates_with_the_servers_help() -> None:
    """The thief signs under every older head, on every change before, with a clock of any year; nothing counts."""
    c, aiko, emi, visit, notes, before = stolen(10)
    opened = next(index for index in range(c.head) if c.directory.circle(visit, index) is not None)
    ends = [(0, bytes(32)), (1, notes[0].last.id), (2, notes[1].last.id)]
    lies = [
        c.write(aiko, visit, note("lie", notes[1].last.id, at=at), at=index, epoch=1, behind=end)
        for index in range(opened, c.head + 1)
        for end in ends
        for at in (0, 2**52)
    ]
    reader, judge = Reader(c, emi), Reader(c, c.admin)
    for each in (reader, judge):
        each.take(*notes)
        each.take(*lies)

    assert {"cut_off", "not_enrolled"} == {reader.code(lie) for lie in lies}
    assert {"cut_off"} == {reader.code(lie) for lie in lies if lie.head.head_index <= before}
    assert [None, None] == [reader.code(run) for run in notes]
    assert "garden" == reader.value(visit) == judge.value(visit)


def test_old_epoch_after_revocation() -> None:
    """The server withholds the new epoch from a writer. She knows of the revocation, so she does not write."""
    c, aiko, emi, visit, notes, before = stolen(11)
    lied_to = Reader(c, emi, [*c.frames_for(emi)[: before + 1], (c.frames[-1][0], ())])
    told = Reader(c, emi)
    at = c.head

    assert "circle_stale" == judge_head(lied_to.directory, visit, emi.key, 1, at)
    assert judge_head(told.directory, visit, emi.key, 2, at) is None
    knowing = c.write(emi, visit, note("to the thief", notes[1].last.id), epoch=1)
    told.take(*notes, knowing)
    assert "old_epoch" == told.code(knowing)
    assert "garden" == told.value(visit)
    assert aiko.keyring.secret(visit, 2) is None


def test_a_revocation_that_is_withheld_shows_with_the_first_run_under_it() -> None:
    c, _, emi, visit, notes, before = stolen(12)
    lied_to = Reader(c, emi, c.frames_for(emi)[: before + 1])
    late = c.write(c.admin, visit, note("kitchen", notes[1].last.id))
    lied_to.take(*notes, late)

    assert "head_unknown" == lied_to.code(late)
    assert [Rest(("pending",))] == decide(in_contact(Held(pending=len(lied_to.ledger.pending))))
    lied_to.catch_up(c)
    assert lied_to.code(late) is None
    assert "kitchen" == lied_to.value(visit)


def test_an_older_change_signed_again_by_a_thief_takes_nothing_from_its_owner() -> None:
    """A head in front of honest notes would make them go back; the oldest signature rules."""
    c, aiko, emi, _, notes, _ = stolen(13)
    newest = c.directory.head
    again = c.sign(aiko, replace(notes[0].head, head_index=newest.index, head_hash=newest.hash), notes[0].bodies)
    reader = Reader(c, emi)
    reader.take(again, *notes)

    assert [None, None] == [reader.code(run) for run in notes]
    assert [notes[0].last.id] == reader.log.redated


# What stops a device


def test_a_refused_directory_stops_all_sending() -> None:
    """The alarm is said, and nothing else is done in this contact, whatever waits to be sent."""
    open_ = in_contact(Held(head=9))
    behind = entries_came(open_, "behind", 3)
    rolled_back = entries_came(entries_handed_back(behind, None), "behind", 3)
    forked = chain_came(entries_came(open_, "astray", 9), changed_over=False)

    assert [[HandBackEntries(3)], ("rolled_back",)] == [decide(behind), behind.alarms]
    assert [[Stop("rolled_back")], [Stop("forked")]] == [decide(rolled_back), decide(forked)]
    assert [Rest()] == decide(open_)


# Reminders


def test_forged_reminder() -> None:
    """The server seals a text of its own to a visitor, moves a true one, and cancels it: none has Aiko's signature."""
    c, aiko, emi, visit = dispatch(14)
    id_ = c.random(16)
    sealed = seal_reminder(emi.sealing.public, c.id, visit, id_, emi.key, b"14:00")
    false = seal_reminder(emi.sealing.public, c.id, visit, id_, emi.key, b"called off")
    body = reminder_body(c.id, visit, id_, aiko.key, START, 1, [(emi.key, sealed)])
    signature = aiko.signing.sign("reminder", body)
    server = c.device(b"").signing
    forged = reminder_body(c.id, visit, id_, aiko.key, START, 1, [(emi.key, false)])
    later = reminder_body(c.id, visit, id_, aiko.key, START + 86_400_000, 1, [(emi.key, sealed)])
    cancelled = reminder_body(c.id, visit, id_, aiko.key, START, 0, [])
    lies = [(forged, server.sign("reminder", forged)), (forged, signature), (later, signature), (cancelled, signature)]

    for lie, signed in lies:
        with pytest.raises(ProtocolError, match="bad_signature"):
            open_reminder(parse_reminder(lie + signed), emi.key, emi.sealing)
    assert b"14:00" == open_reminder(parse_reminder(body + signature), emi.key, emi.sealing)


def test_a_reminder_counts_only_from_who_is_in_its_circle() -> None:
    """With a true signature: of who never was there, of who left, of a lost device, of another centre."""
    c, aiko, emi, visit = dispatch(19)
    stranger, elsewhere = c.join(), Centre.found(20)

    def said_of(author: Device, circle: bytes = visit, centre: Centre = c) -> str | None:
        for kind in (0, 1):
            sealed = [(emi.key, seal_reminder(emi.sealing.public, centre.id, circle, bytes(16), emi.key, b"14:00"))]
            body = reminder_body(centre.id, circle, bytes(16), author.key, START, kind, sealed[: kind and 1])
            reminder = parse_reminder(body + author.signing.sign("reminder", body))
            verify_reminder(reminder)
            codes.append(judge_reminder(reader, reminder))
        assert codes[-1] == codes[-2], "a cancelling is judged like a reminder"
        return codes[-1]

    codes: list[str | None] = []
    reader = c.reader(emi)
    assert [None, None] == [said_of(aiko), said_of(c.admin)]
    assert "not_principal" == said_of(stranger)
    assert "unknown_circle" == said_of(aiko, circle=bytes(16))
    assert "wrong_place" == said_of(elsewhere.admin, centre=elsewhere)
    c.renew(visit, members=[emi.member])
    reader = c.reader(emi)
    assert ["not_principal", None] == [said_of(aiko), said_of(emi)]
    c.revoke(emi)
    reader = c.reader(emi)
    assert "not_principal" == said_of(emi)
    c.act(c.admin, lambda draft: draft.shred(visit))
    reader = c.reader(c.admin)
    assert "shredded" == said_of(c.admin)
