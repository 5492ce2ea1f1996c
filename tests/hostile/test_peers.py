"""What went wrong elsewhere: each fault that was seen in another system, tried here. The docstring names where."""

from dataclasses import replace
from itertools import permutations

import msgspec
import pytest

from crypto.circle import seal_epoch
from crypto.content import open_change
from crypto.errors import ProtocolError
from crypto.run import KnownHead
from crypto.vault import Cost, unwrap, wrap
from sync.client import Rest, decide
from sync.contact import Closed, Contact, Held, Own
from sync.draft import Draft
from sync.edits import Edit, Write, encode_edits
from sync.statements import CircleEpoch, DeviceRevoke, InviteOpen, Void, parse_statement
from sync.writes import RegisterKey
from tests.hostile.reader import FIELD, TYPE, VISIT, Reader, note
from tests.hostile.test_server import dispatch
from tests.sync.centre import START, Centre

# Keys and removal


def test_a_kept_key_opens_nothing_that_is_written_after_the_removal() -> None:
    """Etebase: the key a removed member kept opens an item written later."""
    c, aiko, emi, visit = dispatch(1)
    kept = aiko.keyring.secret(visit, 1)
    before = c.write(emi, visit, note("gate"))
    c.renew(visit, members=[emi.member])
    after = c.write(emi, visit, note("garden", before.last.id))
    reader = Reader(c, emi)
    reader.take(before, after)

    assert kept is not None
    assert note("gate") == open_change(kept, before.last.header, before.last.body)
    for epoch in (1, 2):
        with pytest.raises(ProtocolError, match="wrong_key"):
            open_change(replace(kept, epoch=epoch), after.last.header, after.last.body)
    assert aiko.keyring.secret(visit, 2) is None
    assert "garden" == reader.value(visit)


def test_a_removed_member_cannot_back_date_by_any_clock() -> None:
    """Jazz: a removed member sets the time of a change back, and the admin's client takes the forged value."""
    c, aiko, _, visit = dispatch(2)
    true = c.write(aiko, visit, note("gate"))
    c.revoke(aiko, renew=False)
    c.act(c.admin, lambda draft: draft.let_in(visit, true.last.id))
    c.renew(visit)
    lies = [c.write(aiko, visit, note("forged", true.last.id, at=at), at=c.head - 3) for at in (0, START, 2**53 - 1)]
    admin = Reader(c, c.admin)
    admin.take(true, *lies)

    assert [None, "cut_off", "cut_off", "cut_off"] == [admin.code(run) for run in (true, *lies)]
    assert "gate" == admin.value(visit)


def test_a_removal_changes_the_key_in_the_same_entry_and_is_undone_by_nobodys_absence() -> None:
    """murmur: the rotation after a removal had never once run, and nothing showed it."""
    c, aiko, emi, visit = dispatch(3)
    unrenewed = Centre.found(4)
    lost = unrenewed.join()
    case = unrenewed.open("case", members=[lost.member])
    c.revoke(aiko)
    unrenewed.revoke(lost, renew=False)
    epoch = c.directory.epoch(visit, 2)
    note_in_ignorance = unrenewed.write(unrenewed.admin, case, note("to the thief"))
    reader = Reader(unrenewed, unrenewed.admin)
    reader.take(note_in_ignorance)

    assert epoch is not None
    assert aiko.sealing.public not in epoch.recipients(c.head)
    assert emi.sealing.public in epoch.recipients(c.head)
    assert ["circle_stale", None] == [reader.code(note_in_ignorance), reader.value(case)]
    unrenewed.renew(case)
    assert not unrenewed.directory.stale(case, unrenewed.head)


def test_whom_a_removed_device_was_about_to_invite_does_not_come_in() -> None:
    """local-first-web: who is invited by somebody being removed at the same moment stays in, with the keys."""
    c = Centre.found(5)
    sato, aiko = c.join("staff", desk=c.desk), c.join()
    visit = c.open("dispatch", members=[aiko.member])
    invite = c.invite(aiko.member, by=sato)
    at_once = c.device(aiko.member, invite.sealing)
    enrolment = c.frame(at_once, [c.enrolment(invite, at_once)])
    opening = InviteOpen(c.random(32), c.random(32), aiko.member, START)
    late = c.frame(sato, [opening])
    c.revoke(sato)

    for frame in (enrolment, late):
        with pytest.raises(ProtocolError, match="head_moved"):
            c.directory.apply(*frame, complete=True)
    with pytest.raises(ProtocolError, match="invite_closed"):
        c.enrol(invite, renew=False)
    assert not c.directory.stale(visit, c.head)


def test_one_who_uploads_under_an_old_key_makes_nothing_unreadable() -> None:
    """SuperSync: a device with the old key uploads after a change of keys, and the whole fleet can read nothing."""
    c, aiko, emi, visit = dispatch(6)
    c.renew(visit)
    old = c.write(aiko, visit, note("old"), epoch=1)
    new = c.write(emi, visit, note("new"))
    after = c.write(aiko, visit, note("after", new.last.id))
    reader = Reader(c, emi)
    reader.take(old, new, after)

    assert ["old_epoch", None, None] == [reader.code(run) for run in (old, new, after)]
    assert "after" == reader.value(visit)


def test_a_change_of_keys_costs_no_note_that_was_not_sent_yet() -> None:
    """Actual: after a change of keys, "any unsynced data will be lost"."""
    c, aiko, emi, visit = dispatch(7)
    waiting = c.write(aiko, visit, note("in the valley"))
    for _ in range(3):
        c.renew(visit)
    reader = Reader(c, emi)
    reader.take(waiting)

    assert reader.code(waiting) is None
    assert "in the valley" == reader.value(visit)


def test_without_a_key_nothing_is_written_rather_than_in_the_clear() -> None:
    """SuperSync: where the key was absent, encryption was off, and plain text was uploaded."""
    c, aiko, emi, visit = dispatch(8)
    c.renew(visit, members=[emi.member])
    outside = Reader(c, aiko)

    assert outside.keyring.newest(visit) is None
    for do in (Draft.renew, Draft.admit):
        with pytest.raises(ProtocolError, match="wrong_key"):
            do(Draft(outside.keyring, aiko.key), visit)
    blocked = Own(visit.hex(), drafts=1, trouble="wrong_key")
    assert [Rest(("drafts",))] == decide(in_contact(blocked))


def in_contact(*own: Own) -> Contact:
    """Everything that can be asked for was asked for."""
    return Contact(Held(own=own), session="open", heads={}, directory="current", log="current")


def test_a_server_cannot_have_its_own_key_sealed_to() -> None:
    """Bitwarden, MEGA, Joplin: the server hands out its own public key as a colleague's, and is given the secrets."""
    c, aiko, _, visit = dispatch(9)
    servers = c.device(aiko.member).sealing.public
    draft = c.draft(c.admin)
    secret = draft.renew(visit)
    _, [statement] = draft.frame(c.admin.signing, START)
    said = parse_statement(statement)
    assert isinstance(said, CircleEpoch)
    swapped = replace(said, seals=((servers, seal_epoch(secret, "dispatch", servers)),))

    assert c.directory.entitled(visit, c.head) == {key for key, _ in said.seals}
    with pytest.raises(ProtocolError, match="bad_cover"):
        c.directory.apply(*c.frame(c.admin, hashed=[swapped]), complete=True)
    c.directory.apply(*c.frame(c.admin, hashed=[said]), complete=True)


def test_a_vault_cannot_be_made_cheaper_to_guess() -> None:
    """Bitwarden, LastPass: the server lowers the cost of deriving the key, and guesses."""
    wrapped = wrap(bytes(32), "passphrase", cost=Cost(16, 2))
    cheaper = wrapped[:2] + (8).to_bytes(4) + (1).to_bytes(4) + wrapped[10:]
    below = wrapped[:2] + (1).to_bytes(4) + wrapped[6:]

    assert bytes(32) == unwrap(wrapped, "passphrase")
    with pytest.raises(ProtocolError, match="wrong_passphrase"):
        unwrap(cheaper, "passphrase")
    with pytest.raises(ProtocolError, match="malformed"):
        unwrap(below, "passphrase")


# Rows, omissions, places


def test_an_omitted_change_is_named_by_whoever_saw_it() -> None:
    """Etebase: an item that the server leaves out goes unnoticed."""
    c, aiko, emi, visit = dispatch(10)
    omitted = c.write(aiko, visit, note("gate"))
    named = KnownHead(aiko.key, 1, omitted.last.id)
    witness = c.write(emi, visit, note("garden", record=bytes(16)), known=[named])
    reader = Reader(c, c.admin)
    reader.take(witness)

    assert [named] == reader.log.missing(visit)


def test_a_change_belongs_to_its_record_field_and_order_and_to_no_other() -> None:
    """SuperSync: only the payload was authenticated; entity, operation, clock and the mark "encrypted" could be set."""
    c, aiko, emi, visit = dispatch(11)
    first, second = c.write(aiko, visit, note("gate")), c.write(aiko, visit, note("garden"))
    reader = Reader(c, emi)
    reader.take(first, second)
    before = reader.state()
    true, secret = second.last.header, emi.keyring.secret(visit, 1)
    assert secret is not None
    moved = [replace(true, sequence=7), replace(true, device=emi.key), replace(true, previous=bytes(32))]
    for header in (*moved, replace(true, epoch=2), replace(true, circle=c.circle)):
        with pytest.raises(ProtocolError, match="wrong_key"):
            open_change(replace(secret, epoch=header.epoch, circle=header.circle), header, second.last.body)
    plain = c.sign(aiko, replace(second.head, first=3, previous=second.last.id), [b"\0" * 40 + note("plain")])
    reader.take(plain)

    assert "wrong_key" == reader.code(plain), "plain text never passes for a sealed one"
    assert before["records"] == reader.state()["records"]


def test_synced_is_not_said_while_anything_waits() -> None:
    """SuperSync: an upload was skipped, and the status was "in sync"."""
    full = without_room(in_contact(Own("00" * 16, closed=(Closed("11" * 32, 300),), behind="00" * 32)))
    closed = in_contact(Own("00" * 16, drafts=1, trouble="circle_closed"))

    assert [[Rest(("unsent",))], [Rest(("drafts",))]] == [decide(full), decide(closed)]
    assert [Rest()] == decide(in_contact())


def without_room(contact: Contact) -> Contact:
    """The server has no room for the run now."""
    return msgspec.structs.replace(contact, refusals={"11" * 32: "quota_exceeded"})


def test_one_bad_change_stops_neither_the_others_nor_a_new_device() -> None:
    """SuperSync: one bad operation failed the batch, the cursor stayed at 0, no new device could ever restore."""
    c, aiko, emi, visit = dispatch(12)
    runs = [c.write(aiko, visit, text) for text in (b"rubbish", note("gate"), b"\xc1", note("garden"))]
    new_phone = c.enrol(c.invite(emi.member))
    reader = Reader(c, new_phone)
    reader.take(*runs)

    assert ["malformed", None, "malformed", None] == [reader.code(run) for run in runs]
    assert ["garden", "gate"] == values(reader, visit)


def values(reader: Reader, circle: bytes) -> list[str]:
    """All that stand, in the order of the alphabet."""
    return sorted(str(value.value) for value in reader.view(circle).values)


# Two at once


@pytest.mark.parametrize("at", [(START, START), (0, START), (2**53 - 1, START)])
def test_of_two_concurrent_values_none_is_gone_and_none_is_chosen(at: tuple[int, int]) -> None:
    """Etebase: `batch()` loses the first of two writers. Yjs: one of two values is gone. PouchDB: one is shown alone.

    evolu: a phone set to 2099 wins, and drags the others' clocks along.
    """
    c, aiko, emi, visit = dispatch(13)
    runs = [c.write(aiko, visit, note("gate", at=at[0])), c.write(emi, visit, note("garden", at=at[1]))]
    readers = [Reader(c, device) for device in (aiko, emi, c.admin)]
    for reader, order in zip(readers, permutations(runs), strict=False):
        reader.take(*order)
    for reader in readers:
        reader.take(*runs)

    assert {("conflict", None)} == {(reader.view(visit).status, reader.value(visit)) for reader in readers}
    assert [["garden", "gate"]] * 3 == [values(reader, visit) for reader in readers]


def test_the_same_number_with_two_contents_shows_and_all_devices_end_alike() -> None:
    """Evolu: two devices with one timestamp and different contents are "in sync", and different for ever."""
    c, aiko, emi, visit = dispatch(14)
    one = c.write(aiko, visit, note("gate"))
    two = c.write(aiko, visit, note("garden"), behind=(0, bytes(32)))
    readers = [Reader(c, device) for device in (emi, c.admin)]
    readers[0].take(one)
    readers[1].take(two)
    assert readers[0].state()["records"] != readers[1].state()["records"]
    readers[0].take(two)
    readers[1].take(one)

    assert readers[0].state()["records"] == readers[1].state()["records"]
    assert readers[0].log.forks == readers[1].log.forks
    assert [(aiko.key, 1)] == [(fork.device, fork.sequence) for fork in readers[0].log.forks]


def test_equal_values_and_other_fields_are_no_conflict() -> None:
    """Joplin: changes of metadata alone, and equal contents, became conflicts under encryption."""
    c, aiko, emi, visit = dispatch(15)
    other = encode_edits(START, 1, [Edit(VISIT, TYPE, (Write("cancel_reason", None, "illness", ()),))])
    reader = Reader(c, c.admin)
    reader.take(c.write(aiko, visit, note("gate")), c.write(emi, visit, note("gate")), c.write(emi, visit, other))

    assert ("settled", "gate") == (reader.view(visit).status, reader.value(visit))
    assert {} == reader.ledger.open


def test_a_conflict_goes_only_by_a_write_over_all_of_it() -> None:
    """Standard Notes: selecting a note cleared the mark of its conflict, and people deleted the wrong copy."""
    c, aiko, emi, visit = dispatch(16)
    one, two = c.write(aiko, visit, note("gate")), c.write(emi, visit, note("garden"))
    reader = Reader(c, c.admin)
    reader.take(one, two)
    key = RegisterKey(visit, VISIT, TYPE, FIELD)
    for _ in range(3):
        assert "conflict" == reader.view(visit).status
    half = c.write(c.admin, visit, note("gate", one.last.id))
    reader.take(half)
    assert [key] == list(reader.ledger.open)
    reader.take(c.write(c.admin, visit, note("gate", *sorted([half.last.id, two.last.id]))))

    assert ("settled", "gate") == (reader.view(visit).status, reader.value(visit))
    assert {} == reader.ledger.open


def test_a_stolen_device_and_an_admin_that_revoke_each_other_are_settled_by_the_paper() -> None:
    """Parsec: a rule is wanted for two admins who remove each other. Here the chain's first stands, then the root's."""
    c = Centre.found(17)
    thief = c.join("admin")
    race = c.frame(c.admin, [DeviceRevoke(thief.key)])
    c.say(thief, DeviceRevoke(c.admin.key))

    with pytest.raises(ProtocolError, match="head_moved"):
        c.directory.apply(*race, complete=True)
    with pytest.raises(ProtocolError, match="revoked"):
        c.directory.apply(*c.frame(c.admin, [DeviceRevoke(thief.key)]), complete=True)
    c.say(c.root, Void((c.directory.head.hash,)))
    c.say(c.admin, DeviceRevoke(thief.key))
    assert [True, False] == [c.directory.is_admin(device.key, c.head) for device in (c.admin, thief)]
