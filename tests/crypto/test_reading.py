"""Whatever bytes come in, a reader reads them or gives a code of its section: nothing else comes out.

`--hypothesis-profile=long` tries ten thousand of each.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.blob_content import open_blob, seal_blob
from crypto.encoding import pack, unpack
from crypto.entry import RawStatement, close_entry, entry_body, parse_entry
from crypto.errors import ProtocolError
from crypto.invite import Invitation, Invite, invite_link, read_link
from crypto.padding import pad, unpad
from crypto.recovery import RecoveryKey, read_qr, read_words
from crypto.reminder import parse_reminder, reminder_body
from crypto.run import KnownHead, RunHead, close_run, parse_run
from tests.crypto.strategies import altered

CENTRE, CIRCLE = b"c" * 16, b"k" * 16
KNOWN = (KnownHead(b"o" * 32, 9, b"i" * 32), KnownHead(b"p" * 32, 1, b"j" * 32))
HEAD = RunHead(CENTRE, CIRCLE, 3, b"d" * 32, 2, b"p" * 32, 7, b"h" * 32, KNOWN, (b"b" * 32,))
RUN = close_run(HEAD, [b"x" * 40, b"", b"y" * 300], bytes(64))
STATEMENT = {"kind": "member.end", "member": b"m" * 16, "list": ["縁側", None, -1, [True]]}
STATEMENTS: list[RawStatement] = [STATEMENT, b"s" * 32]
ENTRY = close_entry(entry_body(CENTRE, 7, b"p" * 32, b"a" * 32, 1_764_000_000_000, STATEMENTS), bytes(64))
SEALED = [(b"r" * 32, b"t" * 60), (b"s" * 32, b"u" * 70)]
REMINDER = reminder_body(CENTRE, CIRCLE, b"i" * 16, b"d" * 32, 1_764_000_000_000, 2, SEALED) + bytes(64)
BLOB = seal_blob(b"b" * 32, CENTRE, CIRCLE, b"photo" * 20)
PADDED = pad("玄関先で五分ほど話せた。".encode() * 9)
ROOT = RecoveryKey(b"r" * 24)
INVITATION = Invitation(
    Invite(ROOT.centre, b"i" * 32), ROOT.signing.public, ROOT.sealing.public, 7, b"h" * 32, "https://engawa.example"
)

READERS: dict[str, tuple[Callable[[bytes], object], bytes, set[str]]] = {
    "unpack": (unpack, pack(STATEMENTS), {"malformed"}),
    "unpad": (unpad, PADDED, {"bad_padding", "too_large"}),
    "parse_run": (parse_run, RUN, {"too_large", "truncated", "unknown_suite", "malformed"}),
    "parse_entry": (parse_entry, ENTRY, {"too_large", "truncated", "unknown_suite", "malformed"}),
    "parse_reminder": (parse_reminder, REMINDER, {"too_large", "truncated", "unknown_suite", "malformed"}),
    "open_blob": (
        lambda data: open_blob(b"b" * 32, CENTRE, CIRCLE, data),
        BLOB,
        {"truncated", "unknown_suite", "wrong_place", "malformed", "too_large", "wrong_key", "bad_padding"},
    ),
    "read_link": (
        lambda data: read_link(data.decode("latin-1")),
        invite_link(INVITATION).encode(),
        {"malformed", "truncated", "unknown_suite", "bad_check", "wrong_centre"},
    ),
    "read_qr": (lambda data: read_qr(data.decode("latin-1")), ROOT.qr_text().encode(), {"malformed", "bad_check"}),
    "read_words": (
        lambda data: read_words(data.decode(errors="replace")),
        ROOT.words().encode(),
        {"bad_length", "bad_word", "bad_check"},
    ),
}


@pytest.mark.parametrize("name", READERS)
@given(st.data())
def test_any_bytes_are_read_or_refused_with_a_code_of_the_section(name: str, data: st.DataObject) -> None:
    read, whole, codes = READERS[name]
    given_bytes = data.draw(altered(whole) | st.binary(max_size=400))
    try:
        read(given_bytes)
    except ProtocolError as error:
        assert error.code in codes


@pytest.mark.parametrize("name", READERS)
def test_what_the_search_starts_from_is_read(name: str) -> None:
    """The control: the readers refuse because something was altered."""
    read, whole, _ = READERS[name]

    read(whole)


@given(altered(RUN))
def test_a_run_that_is_read_is_written_back_to_the_same_bytes(data: bytes) -> None:
    try:
        run = parse_run(data)
    except ProtocolError:
        return

    assert close_run(run.head, run.bodies, run.signature) == data


@given(altered(ENTRY))
def test_an_entry_that_is_read_is_written_back_to_the_same_bytes(data: bytes) -> None:
    try:
        entry = parse_entry(data)
    except ProtocolError:
        return
    body = entry_body(entry.centre, entry.index, entry.previous, entry.author, entry.time, entry.statements)

    assert close_entry(body, entry.signature) == data


@given(altered(REMINDER))
def test_a_reminder_that_is_read_is_written_back_to_the_same_bytes(data: bytes) -> None:
    try:
        found = parse_reminder(data)
    except ProtocolError:
        return
    place = (found.centre, found.circle, found.id, found.device)

    assert reminder_body(*place, found.due, found.kind, list(found.sealed)) + found.signature == data
