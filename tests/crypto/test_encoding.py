"""Strict MessagePack: whatever is accepted is the one encoding of its value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import pack, unpack
from crypto.errors import ProtocolError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT | st.binary(max_size=40)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=4), max_leaves=12)


def packed_or_none(value: Any) -> bytes | None:
    try:
        return pack(value)
    except ProtocolError:
        return None


@given(VALUES)
def test_a_packed_value_reads_back_as_itself(value: Any) -> None:
    data = packed_or_none(value)  # more than 8 levels have no encoding

    assert data is None or unpack(data) == value


@given(st.binary(max_size=60) | VALUES.map(packed_or_none).filter(bool).flatmap(lambda d: altered(d or b"")))
def test_accepted_bytes_are_the_only_encoding_of_their_value(data: bytes) -> None:
    try:
        value = unpack(data)
    except ProtocolError as error:
        assert error.code == "malformed"
    else:
        assert pack(value) == data


def altered(data: bytes) -> st.SearchStrategy[bytes]:
    return st.tuples(st.integers(0, len(data) - 1), st.binary(min_size=0, max_size=3), st.integers(0, 3)).map(
        lambda change: data[: change[0]] + change[1] + data[change[0] + change[2] :]
    )


@pytest.mark.parametrize("value", [1.0, 2**53, -(2**53), {"A": 1}, {"1": 1}, {1: 1}, object()])
def test_a_value_without_a_strict_encoding_is_not_packed(value: Any) -> None:
    with pytest.raises(ProtocolError, match=r"^malformed$"):
        pack(value)


def test_a_thousand_levels_are_refused_and_do_no_harm() -> None:
    with pytest.raises(ProtocolError, match=r"^malformed$"):
        unpack(b"\x91" * 100_000 + b"\xc0")
