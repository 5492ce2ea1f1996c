"""Sizes tell little, and nothing is lost in packing."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import ProtocolError
from crypto.padding import MAX_PLAINTEXT, pad, padme, unpad


@given(st.binary(max_size=5_000) | st.binary(max_size=50).map(lambda piece: piece * 100))
def test_what_was_padded_comes_back(plaintext: bytes) -> None:
    assert unpad(pad(plaintext)) == plaintext


@given(st.integers(0, 30_000_000))
def test_padding_adds_at_most_an_eighth_and_repeats(length: int) -> None:
    padded = padme(length)

    assert length <= padded <= length * 1.12 + 1
    assert padme(padded) == padded


@given(st.binary(max_size=300))
def test_accepted_padding_has_the_length_its_content_asks_for(padded: bytes) -> None:
    try:
        unpad(padded)
    except ProtocolError as error:
        assert error.code in {"bad_padding", "too_large"}
    else:
        assert padme(len(padded.rstrip(b"\0"))) == len(padded)


def test_a_bomb_is_stopped_at_the_limit() -> None:
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(bytes(50_000_000)) + packer.flush()
    padded = (b"\x01" + bomb + b"\x80").ljust(padme(len(bomb) + 2), b"\0")

    with pytest.raises(ProtocolError, match=r"^too_large$"):
        unpad(padded)
    with pytest.raises(ProtocolError, match=r"^too_large$"):
        pad(bytes(MAX_PLAINTEXT + 1))
