"""Section 2.2 of crypto/SPEC.md and what follows from it, written out from the page with a crypto library alone.

HPKE is built here from the steps of RFC 9180 (base mode, single shot) with a chosen ephemeral key: so vectors are the
same each time, and the libraries of the twins are checked against the RFC and not against themselves.
"""

import hmac
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SUITE = b"\x01"
CIRCLE_KINDS = {"centre": 1, "desk": 2, "case": 3, "door": 4, "dispatch": 5, "own": 6, "private": 7}


def u8(number: int) -> bytes:
    return number.to_bytes(1, "big")


def u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def u24(number: int) -> bytes:
    return number.to_bytes(3, "big")


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def flip(data: bytes, at: int, bits: int = 1) -> bytes:
    """The bytes with some bits of one of them turned over; `at` may count from the end."""
    altered = bytearray(data)
    altered[at] ^= bits
    return bytes(altered)


def context(purpose: str) -> bytes:
    name = b"engawa/1/" + purpose.encode("ascii")
    return u8(len(name)) + name


def digest(purpose: str, data: bytes) -> bytes:
    return sha256(context(purpose) + data).digest()


def derive(secret: bytes, purpose: str, binding: bytes, size: int = 32) -> bytes:
    return HKDF(SHA256(), size, salt=None, info=context(purpose) + binding).derive(secret)


def sign_public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_public(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, purpose: str, data: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).sign(context(purpose) + data)


def aead(key: bytes, nonce: bytes, purpose: str, aad: bytes, plaintext: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plaintext, context(purpose) + aad)


def centre_id(root: bytes, root_seal: bytes) -> bytes:
    return digest("centre", root + root_seal)[:16]


def place(centre: bytes, circle: bytes, epoch: int) -> bytes:
    return centre + circle + u32(epoch)


def padme(length: int) -> int:
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def padded(method: int, data: bytes) -> bytes:
    whole = u8(method) + data + b"\x80"
    return whole + bytes(padme(len(whole)) - len(whole))


def _extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + secret, "sha256")


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, size: int) -> bytes:
    labelled = u16(size) + b"HPKE-v1" + suite + label + info
    first = hmac.digest(secret, labelled + b"\x01", "sha256")
    return (first + hmac.digest(secret, first + labelled + b"\x02", "sha256"))[:size]


def hpke_key_and_nonce(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """RFC 9180, 5.1: the key schedule of base mode for HKDF-SHA256 and AES-256-GCM."""
    suite = b"HPKE" + u16(0x0020) + u16(0x0001) + u16(0x0002)
    psk_id_hash = _extract(suite, b"", b"psk_id_hash", b"")
    schedule = b"\x00" + psk_id_hash + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, shared, b"secret", b"")
    return _expand(suite, secret, b"key", schedule, 32), _expand(suite, secret, b"base_nonce", schedule, 12)


def _kem_secret(exchanged: bytes, enc: bytes, recipient: bytes) -> bytes:
    suite = b"KEM" + u16(0x0020)
    return _expand(suite, _extract(suite, b"", b"eae_prk", exchanged), b"shared_secret", enc + recipient, 32)


def hpke_shared_secret(ephemeral: bytes, recipient: bytes) -> bytes:
    """RFC 9180, 4.1: DHKEM(X25519, HKDF-SHA256) with the given ephemeral private key."""
    exchanged = X25519PrivateKey.from_private_bytes(ephemeral).exchange(X25519PublicKey.from_public_bytes(recipient))
    return _kem_secret(exchanged, seal_public(ephemeral), recipient)


def hpke(ephemeral: bytes, recipient: bytes, info: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """enc || ciphertext of RFC 9180's single-shot Seal in base mode."""
    key, nonce = hpke_key_and_nonce(hpke_shared_secret(ephemeral, recipient), info)
    return seal_public(ephemeral) + AESGCM(key).encrypt(nonce, plaintext, aad)


def hpke_open(private: bytes, enc: bytes, info: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """RFC 9180's single-shot Open in base mode, for the published vector: the library takes no associated data."""
    exchanged = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(enc))
    key, nonce = hpke_key_and_nonce(_kem_secret(exchanged, enc, seal_public(private)), info)
    return AESGCM(key).decrypt(nonce, ciphertext, aad)


def hpke_seal(ephemeral: bytes, recipient: bytes, purpose: str, binding: bytes, plaintext: bytes) -> bytes:
    return hpke(ephemeral, recipient, context(purpose) + binding, b"", plaintext)
