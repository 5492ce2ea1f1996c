"""What the properties of this folder have in common: bytes spoilt a little, and the code something failed with."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from crypto.errors import ProtocolError


def flipped(data: bytes) -> st.SearchStrategy[bytes]:
    """The same bytes, but for one that differs."""
    return st.builds(
        lambda at, flip: data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :],
        st.integers(0, len(data) - 1),
        st.integers(1, 255),
    )


def altered(data: bytes) -> st.SearchStrategy[bytes]:
    """A few bytes put in, taken out or written over, once or twice."""
    change = st.tuples(st.integers(0, len(data)), st.integers(0, 4), st.binary(max_size=4))
    return st.lists(change, min_size=1, max_size=2).map(lambda changes: _apply(data, changes))


def _apply(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, out, put in changes:
        data = data[:at] + put + data[at + out :]
    return data


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ProtocolError) as caught:
        action()
    return caught.value.code
