"""Checking who signed. Holds no keys of its own.

Source: SPEC 2.2, 2.5.  Twin: signature.ts.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crypto.contexts import Purpose, context
from crypto.errors import ProtocolError
from crypto.public_key import check_signing_key


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
