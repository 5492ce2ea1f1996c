"""Every ciphertext is bound to its place, every signature to its purpose: what is altered or moved is refused."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.blob_content import open_blob, seal_blob
from crypto.change import ChangeHeader
from crypto.circle import EpochSecret, open_seal, seal_epoch
from crypto.content import open_change, seal_change
from crypto.errors import ProtocolError
from crypto.keys import SealingKey, SigningKey
from crypto.run import KnownHead, RunHead, close_run, parse_run, run_message, verify_run
from crypto.vault import Cost, open_value, seal_value, unwrap, value_key, wrap

CENTRE, CIRCLE = b"c" * 16, b"k" * 16
DEVICE = SigningKey(b"d" * 32)
SECRET = EpochSecret(CENTRE, CIRCLE, 3, b"s" * 32)
HEADER = ChangeHeader(CENTRE, CIRCLE, 3, DEVICE.public, 2, b"p" * 32)
BODY = seal_change(SECRET, HEADER, "母と玄関先で5分".encode())
BODIES = [BODY, b"", seal_change(SECRET, replace(HEADER, sequence=4), b"x" * 500)]
HEAD = RunHead(
    CENTRE, CIRCLE, 3, DEVICE.public, 2, b"p" * 32, 7, b"h" * 32, (KnownHead(b"o" * 32, 9, b"i" * 32),), (b"b" * 32,)
)
RUN = close_run(HEAD, BODIES, DEVICE.sign("run", run_message(HEAD, BODIES)))


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ProtocolError) as caught:
        action()
    return caught.value.code


@given(st.integers(0, len(RUN) - 1), st.integers(1, 255))
def test_every_byte_of_a_run_is_under_its_signature(at: int, flip: int) -> None:
    altered = bytearray(RUN)
    altered[at] ^= flip

    assert code_of(lambda: verify_run(parse_run(bytes(altered)))) in {
        "bad_signature",
        "bad_key",
        "malformed",
        "truncated",
        "unknown_suite",
        "too_large",
    }


@pytest.mark.parametrize(
    "moved",
    [
        replace(HEADER, centre=b"C" * 16),
        replace(HEADER, circle=b"K" * 16),
        replace(HEADER, epoch=4),
        replace(HEADER, device=b"D" * 32),
        replace(HEADER, sequence=3),
        replace(HEADER, previous=b"P" * 32),
    ],
)
def test_a_change_does_not_open_anywhere_but_in_its_place(moved: ChangeHeader) -> None:
    assert code_of(lambda: open_change(SECRET, moved, BODY)) == "wrong_key"


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_an_altered_body_does_not_open(at: int, flip: int) -> None:
    altered = bytearray(BODY)
    altered[at] ^= flip

    assert code_of(lambda: open_change(SECRET, HEADER, bytes(altered))) == "wrong_key"


def test_a_seal_opens_for_its_circle_kind_and_epoch_alone() -> None:
    recipient = SealingKey.generate()
    sealed = seal_epoch(SECRET, "case", recipient.public)

    assert open_seal(sealed, CENTRE, CIRCLE, "case", 3, recipient) == SECRET
    elsewhere = [
        (b"C" * 16, CIRCLE, "case", 3),
        (CENTRE, b"K" * 16, "case", 3),
        (CENTRE, CIRCLE, "door", 3),
        (CENTRE, CIRCLE, "case", 4),
    ]
    codes = [code_of(partial(open_seal, sealed, *where, recipient)) for where in elsewhere]

    assert codes == ["wrong_key"] * 4


@given(st.binary(max_size=3_000))
def test_an_attachment_comes_back_whole_or_not_at_all(content: bytes) -> None:
    key = b"b" * 32
    blob = seal_blob(key, CENTRE, CIRCLE, content)

    assert open_blob(key, CENTRE, CIRCLE, blob) == content
    assert code_of(lambda: open_blob(key, CENTRE, CIRCLE, blob[:-1])) == "truncated"
    assert code_of(lambda: open_blob(key, CENTRE, b"K" * 16, blob)) == "wrong_place"


def test_pieces_of_an_attachment_cannot_change_places() -> None:
    key = b"b" * 32
    blob = seal_blob(key, CENTRE, CIRCLE, bytes(3 * 65_536))
    first, second = blob[41 : 41 + 65_552], blob[41 + 65_552 : 41 + 2 * 65_552]

    assert code_of(lambda: open_blob(key, CENTRE, CIRCLE, blob[:41] + second + first + blob[41 + 2 * 65_552 :])) == (
        "wrong_key"
    )


def test_a_value_at_rest_opens_under_its_own_name_alone() -> None:
    wrapped = wrap(b"v" * 32, "縁側 に すわる", cost=Cost(64, 1))
    key = value_key(unwrap(wrapped, "縁側 に すわる"))
    sealed = seal_value(key, "draft/1", b"note")

    assert open_value(key, "draft/1", sealed) == b"note"
    assert code_of(lambda: open_value(key, "draft/2", sealed)) == "wrong_key"
    assert code_of(lambda: unwrap(wrapped, "縁側 に すわつた")) == "wrong_passphrase"
