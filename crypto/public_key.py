"""Keys that nobody may bring. Holds no keys of its own.

Source: SPEC 2.5.  Twin: public_key.ts.
"""

from typing import Final

from crypto.contexts import KEY_SIZE
from crypto.errors import ProtocolError

_ZERO = "00" * 32
_ONE = "01" + "00" * 31
_MINUS_ONE = "ec" + "ff" * 30 + "7f"
_PRIME = "ed" + "ff" * 30 + "7f"
_PRIME_AND_ONE = "ee" + "ff" * 30 + "7f"

SMALL_ORDER_TO_SIGN: Final = frozenset(
    bytes.fromhex(point)
    for point in (
        _ZERO,
        _ONE,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        _MINUS_ONE,
        _PRIME,
        _PRIME_AND_ONE,
    )
)
"""Points of Ed25519, highest bit cleared: with such a key anybody could make signatures."""

SMALL_ORDER_TO_SEAL: Final = frozenset(
    bytes.fromhex(point)
    for point in (
        _ZERO,
        _ONE,
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        _MINUS_ONE,
        _PRIME,
        _PRIME_AND_ONE,
    )
)
"""Points of X25519, highest bit cleared: to such a key nothing can be sealed."""


def check_signing_key(key: bytes) -> None:
    """Raises ProtocolError "bad_key" unless the key is 32 bytes and not of small order."""
    _check(key, SMALL_ORDER_TO_SIGN)


def check_sealing_key(key: bytes) -> None:
    """Raises ProtocolError "bad_key" unless the key is 32 bytes and not of small order."""
    _check(key, SMALL_ORDER_TO_SEAL)


def _check(key: bytes, refused: frozenset[bytes]) -> None:
    if len(key) != KEY_SIZE or key[:31] + bytes([key[31] & 0x7F]) in refused:
        raise ProtocolError("bad_key")
