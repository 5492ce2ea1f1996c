"""One byte that differs, and nothing opens, verifies or is believed; the same where the bytes are right and moved."""

from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.blob_content import open_blob, seal_blob
from crypto.circle import EpochSecret, check_epoch, open_seal, seal_epoch
from crypto.contexts import Purpose
from crypto.entry import close_entry, entry_body, parse_entry, verify_entry
from crypto.invite import Invitation, Invite, enrol_message, invite_link, read_link
from crypto.keys import SealingKey, SigningKey
from crypto.recovery import RecoveryKey, read_qr, read_words
from crypto.reminder import parse_reminder, reminder_body, verify_reminder
from crypto.reminder_content import open_reminder, seal_reminder
from crypto.session import session_message, verify_session
from crypto.signature import verify
from crypto.vault import Cost, open_value, seal_value, unwrap, value_key, wrap
from tests.crypto.strategies import code_of, flipped

ROOT = RecoveryKey(b"r" * 24)
CENTRE, CIRCLE = ROOT.centre, b"k" * 16
DEVICE, SEALING = SigningKey(b"d" * 32), SealingKey(b"e" * 32)
FIRST, SECOND = (EpochSecret(CENTRE, CIRCLE, epoch, bytes([epoch]) * 32) for epoch in (1, 2))
SEAL, LOCK = seal_epoch(SECOND, "case", SEALING.public), SECOND.lock(FIRST)
BLOB_KEY = b"b" * 32
BLOB = seal_blob(BLOB_KEY, CENTRE, CIRCLE, b"photo" * 300)
PASSPHRASE, COST = "縁側 に すわる", Cost(8, 1)
WRAPPED = wrap(b"v" * 32, PASSPHRASE, cost=COST)
VALUE = seal_value(value_key(b"v" * 32), "draft/1", b"note")
INVITATION = Invitation(
    Invite(CENTRE, b"i" * 32), ROOT.signing.public, ROOT.sealing.public, 7, b"h" * 32, "https://engawa.example"
)
LINK = invite_link(INVITATION)
SEALED_TEXT = seal_reminder(SEALING.public, CENTRE, CIRCLE, b"i" * 16, DEVICE.public, "14時 縁側".encode())
REMINDER_BODY = reminder_body(CENTRE, CIRCLE, b"i" * 16, DEVICE.public, 5, 1, [(DEVICE.public, SEALED_TEXT)])
REMINDER = REMINDER_BODY + DEVICE.sign("reminder", REMINDER_BODY)
ENTRY_BODY = entry_body(CENTRE, 7, b"p" * 32, DEVICE.public, 5, [{"kind": "member.end", "member": b"m" * 16}])
ENTRY = close_entry(ENTRY_BODY, DEVICE.sign("entry", ENTRY_BODY))


@given(flipped(SEAL))
def test_an_altered_seal_does_not_open(sealed: bytes) -> None:
    assert code_of(lambda: open_seal(sealed, CENTRE, CIRCLE, "case", 2, SEALING)) == "wrong_key"


@given(flipped(LOCK))
def test_an_altered_lock_does_not_open(lock: bytes) -> None:
    assert code_of(lambda: SECOND.open_lock(lock, 1)) == "bad_lock"


def test_a_lock_opens_under_its_own_epoch_of_its_own_circle_alone() -> None:
    elsewhere = [replace(SECOND, epoch=3), replace(SECOND, circle=b"K" * 16), replace(SECOND, centre=b"C" * 16), FIRST]

    assert [code_of(partial(secret.open_lock, LOCK, 1)) for secret in elsewhere] == ["bad_lock"] * 4
    assert SECOND.open_lock(LOCK, 1) == FIRST


@given(st.data())
def test_an_epoch_whose_statement_is_altered_is_not_used(data: st.DataObject) -> None:
    """Each part is complained of under its own name."""
    parts = {"commitment": SECOND.commitment, "circle_key": SECOND.circle_key.public, "lock": LOCK}
    name = data.draw(st.sampled_from(sorted(parts)))
    spoilt = parts | {name: data.draw(flipped(parts[name]))}

    assert code_of(lambda: check_epoch(SECOND, **spoilt, earlier=(1, FIRST.commitment))) == f"bad_{name}"
    assert check_epoch(SECOND, **parts, earlier=(1, FIRST.commitment)) == FIRST


@given(flipped(FIRST.commitment))
def test_a_lock_that_gives_another_secret_than_was_committed_to_is_refused(commitment: bytes) -> None:
    parts = (SECOND.commitment, SECOND.circle_key.public, LOCK)

    assert code_of(lambda: check_epoch(SECOND, *parts, (1, commitment))) == "bad_lock"


@given(flipped(BLOB))
def test_an_altered_attachment_does_not_open(blob: bytes) -> None:
    codes = {"unknown_suite", "wrong_place", "malformed", "too_large", "truncated", "wrong_key"}

    assert code_of(lambda: open_blob(BLOB_KEY, CENTRE, CIRCLE, blob)) in codes


@given(flipped(ENTRY))
def test_an_altered_entry_is_not_believed(raw: bytes) -> None:
    codes = {"unknown_suite", "malformed", "bad_key", "bad_signature"}

    assert code_of(lambda: verify_entry(parse_entry(raw))) in codes
    verify_entry(parse_entry(ENTRY))


@given(flipped(REMINDER))
def test_an_altered_reminder_is_not_shown(raw: bytes) -> None:
    codes = {"unknown_suite", "malformed", "truncated", "bad_key", "bad_signature"}

    assert code_of(lambda: open_reminder(parse_reminder(raw), DEVICE.public, SEALING)) in codes


def test_a_reminder_opens_for_its_recipient_alone() -> None:
    reminder = parse_reminder(REMINDER)

    assert open_reminder(reminder, DEVICE.public, SEALING) == "14時 縁側".encode()
    assert open_reminder(reminder, b"D" * 32, SEALING) is None
    assert code_of(lambda: open_reminder(reminder, DEVICE.public, SealingKey(b"E" * 32))) == "wrong_key"


def test_a_text_moved_to_another_reminder_does_not_open_though_that_one_is_signed() -> None:
    moved = reminder_body(CENTRE, CIRCLE, b"I" * 16, DEVICE.public, 5, 1, [(DEVICE.public, SEALED_TEXT)])
    reminder = parse_reminder(moved + DEVICE.sign("reminder", moved))
    verify_reminder(reminder)

    assert code_of(lambda: open_reminder(reminder, DEVICE.public, SEALING)) == "wrong_key"


@given(st.sampled_from(["run", "entry", "enrol", "session", "statement"]), st.binary(max_size=80))
def test_a_signature_counts_for_its_own_purpose_alone(purpose: Purpose, data: bytes) -> None:
    signature = DEVICE.sign("reminder", data)

    assert code_of(lambda: verify(DEVICE.public, purpose, data, signature)) == "bad_signature"
    verify(DEVICE.public, "reminder", data, signature)


def test_an_answer_to_one_server_is_no_answer_to_another() -> None:
    here = (CENTRE, DEVICE.public, b"c" * 32, "https://engawa.example")
    signature = DEVICE.sign("session", session_message(*here))
    elsewhere = [(*here[:3], "https://engawa.example:8443"), (*here[:2], b"C" * 32, here[3]), (b"C" * 16, *here[1:])]
    codes = [code_of(partial(verify_session, *where, signature=signature)) for where in elsewhere]

    assert codes == ["bad_signature"] * 3
    verify_session(*here, signature)


@given(flipped(enrol_message(CENTRE, INVITATION.invite.signing.public, DEVICE.public, SEALING.public)))
def test_an_invite_vouches_for_the_keys_it_saw_alone(message: bytes) -> None:
    signature = INVITATION.invite.sign_enrolment(DEVICE.public, SEALING.public)

    assert code_of(lambda: verify(INVITATION.invite.signing.public, "enrol", message, signature)) == "bad_signature"


@given(st.integers(LINK.index("#i=") + 3, len(LINK) - 1), st.sampled_from("AZaz09-_+/=. #"))
def test_a_link_with_one_letter_wrong_is_refused(at: int, letter: str) -> None:
    wrong = LINK[:at] + letter + LINK[at + 1 :]

    assert wrong == LINK or code_of(lambda: read_link(wrong)) in {"malformed", "unknown_suite", "bad_check"}
    assert read_link(LINK) == INVITATION


@given(st.binary(min_size=24, max_size=24))
def test_a_recovery_key_comes_back_from_its_words_and_from_its_code(seed: bytes) -> None:
    key = RecoveryKey(seed)

    assert read_words(key.words()) == key
    assert read_qr(key.qr_text()) == key


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_words_mixed_up_or_replaced_are_refused(here: int, there: int, other: int) -> None:
    words = ROOT.words().split()
    swapped, replaced = words.copy(), words.copy()
    swapped[here], swapped[there] = words[there], words[here]
    replaced[here] = words[other]

    for wrong in (swapped, replaced):
        assert wrong == words or code_of(partial(read_words, " ".join(wrong))) == "bad_check"


@given(st.integers(18, 62), st.sampled_from("ABCXYZ234567"))
def test_a_code_with_one_letter_wrong_is_refused(at: int, letter: str) -> None:
    text = ROOT.qr_text()
    wrong = text[:at] + letter + text[at + 1 :]

    assert wrong == text or code_of(lambda: read_qr(wrong)) in {"malformed", "bad_check"}


@given(flipped(WRAPPED[26:]))
def test_an_altered_vault_does_not_open(sealed: bytes) -> None:
    assert code_of(lambda: unwrap(WRAPPED[:26] + sealed, PASSPHRASE)) == "wrong_passphrase"


@given(flipped(WRAPPED[10:26]))
def test_a_vault_whose_salt_is_altered_does_not_open(salt: bytes) -> None:
    assert code_of(lambda: unwrap(WRAPPED[:10] + salt + WRAPPED[26:], PASSPHRASE)) == "wrong_passphrase"


@pytest.mark.parametrize("prf", [None, b"q" * 32])
def test_a_vault_wrapped_with_a_passkey_opens_with_that_passkey_alone(prf: bytes | None) -> None:
    wrapped = wrap(b"v" * 32, PASSPHRASE, b"p" * 32, COST)

    assert unwrap(wrapped, PASSPHRASE, b"p" * 32) == b"v" * 32
    assert code_of(lambda: unwrap(wrapped, PASSPHRASE, prf)) == ("wrong_passphrase" if prf else "needs_passkey")


@given(flipped(VALUE))
def test_an_altered_value_at_rest_does_not_open(sealed: bytes) -> None:
    assert code_of(lambda: open_value(value_key(b"v" * 32), "draft/1", sealed)) == "wrong_key"
