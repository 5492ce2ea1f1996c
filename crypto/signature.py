"""Checking who signed. Holds no keys of its own.

Source: SPEC 2.2, 2.5.  Twin: signature.ts.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crypto.contexts import KEY_SIZE, Purpose, context
from crypto.errors import ProtocolError

SMALL_ORDER: Final = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""Encodings of points of small order, highest bit cleared: with such a key anybody could make signatures."""


def check_signing_key(key: bytes) -> None:
    """Raises ProtocolError "bad_key" unless the key is 32 bytes and not of small order."""
    if len(key) != KEY_SIZE or key[:31] + bytes([key[31] & 0x7F]) in SMALL_ORDER:
        raise ProtocolError("bad_key")


def load_verifying_key(key: bytes) -> Ed25519PublicKey:
    """The key, ready to verify with; worth keeping for a device that signs often.

    Raises ProtocolError: "bad_key".
    """
    check_signing_key(key)
    return Ed25519PublicKey.from_public_bytes(key)


def verify(
    key: bytes | Ed25519PublicKey, purpose: Purpose, data: bytes | memoryview, signature: bytes | memoryview
) -> None:
    """Return if `signature` (64 bytes) was made by `key` over `data` for this purpose.

    Raises ProtocolError: "bad_key", "bad_signature".
    """
    public = load_verifying_key(key) if isinstance(key, bytes) else key
    try:
        public.verify(bytes(signature), context(purpose) + data)
    except InvalidSignature:
        raise ProtocolError("bad_signature") from None
