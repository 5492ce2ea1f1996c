"""Signing, sealing, derivation, authenticated encryption. Never imported by the server.

Source: SPEC 2.2, 4.1.  Twin: keys.ts.
"""

import secrets
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.contexts import NONCE_SIZE, SECRET_SIZE, Purpose, context
from crypto.errors import ProtocolError

Random = Callable[[int], bytes]
"""Gives that many unpredictable bytes."""

system_random: Final[Random] = secrets.token_bytes
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def derive(secret: bytes, purpose: Purpose, binding: bytes, size: int) -> bytes:
    """HKDF-SHA256 of `secret` for this purpose and binding, `size` bytes."""
    return HKDF(SHA256(), size, salt=None, info=context(purpose) + binding).derive(secret)


class SigningKey:
    """An Ed25519 pair. `public` (32 bytes) is the name of the device, root or invite that owns it."""

    def __init__(self, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.private = private
        self.public = self._key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls, random: Random = system_random) -> "SigningKey":
        return cls(random(SECRET_SIZE))

    def sign(self, purpose: Purpose, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(context(purpose) + data)


class SealingKey:
    """An X25519 pair that secrets are sealed to."""

    def __init__(self, private: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(private)
        self.private = private
        self.public = self._key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls, random: Random = system_random) -> "SealingKey":
        return cls(random(SECRET_SIZE))

    def open(self, purpose: Purpose, binding: bytes, sealed: bytes) -> bytes:
        """What was sealed to this key for this purpose and binding.

        Raises ProtocolError: "truncated" below 48 bytes, "wrong_key".
        """
        if len(sealed) < 48:
            raise ProtocolError("truncated")
        try:
            return _SUITE.decrypt(sealed, self._key, context(purpose) + binding)
        except (InvalidTag, ValueError):
            raise ProtocolError("wrong_key") from None


def hpke_seal(recipient: bytes, purpose: Purpose, binding: bytes, plaintext: bytes) -> bytes:
    """Seal to a 32-byte X25519 key: enc (32 bytes), ciphertext and tag.

    Raises ProtocolError: "bad_key" if nobody can hold the private half.
    """
    try:
        return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(recipient), context(purpose) + binding)
    except ValueError:
        raise ProtocolError("bad_key") from None


def aead_seal(key: bytes, nonce: bytes, purpose: Purpose, binding: bytes, plaintext: bytes) -> bytes:
    """AES-256-GCM: ciphertext and 16-byte tag. A nonce is never used twice with one key."""
    return AESGCM(key).encrypt(nonce, plaintext, context(purpose) + binding)


def aead_open(key: bytes, nonce: bytes, purpose: Purpose, binding: bytes, sealed: bytes) -> bytes:
    """Raises ProtocolError: "wrong_key"."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, context(purpose) + binding)
    except (InvalidTag, ValueError):
        raise ProtocolError("wrong_key") from None


def seal_with_nonce(key: bytes, purpose: Purpose, binding: bytes, plaintext: bytes, random: Random) -> bytes:
    """A fresh 12-byte nonce, then the ciphertext and tag under it."""
    nonce = random(NONCE_SIZE)
    return nonce + aead_seal(key, nonce, purpose, binding, plaintext)


def open_with_nonce(key: bytes, purpose: Purpose, binding: bytes, sealed: bytes) -> bytes:
    """What `seal_with_nonce` sealed.

    Raises ProtocolError: "wrong_key".
    """
    return aead_open(key, sealed[:NONCE_SIZE], purpose, binding, sealed[NONCE_SIZE:])
