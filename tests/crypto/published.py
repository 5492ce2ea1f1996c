"""Published vectors, and ten thousand cases in one number. Twin: crypto/vectors.test.ts.

Our modules always add a purpose, so a published vector of a primitive runs against the library call our module makes.
"""

import unicodedata
from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mnemonic import Mnemonic

from crypto.encoding import unpack
from crypto.errors import ProtocolError
from crypto.padding import padme
from crypto.run import parse_run
from crypto.signature import load_verifying_key
from crypto.vectors import page
from crypto.vectors.makers.accumulated import altered
from crypto.vectors.seeded import Seeded
from tests.crypto.vector import Gives, runner


@runner("published", "ed25519_public")
def _(secret: bytes) -> Gives:
    return {"public": Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()}


@runner("published", "ed25519_verify")
def _(public: bytes, message: bytes, signature: bytes) -> Gives:
    try:
        load_verifying_key(public).verify(signature, message)
    except InvalidSignature:
        raise ProtocolError("bad_signature") from None
    return {}


@runner("published", "hkdf")
def _(secret: bytes, salt: bytes, info: bytes, size: int) -> Gives:
    return {"derived": HKDF(SHA256(), size, salt=salt, info=info).derive(secret)}


@runner("published", "aes_256_gcm")
def _(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> Gives:
    return {"sealed": AESGCM(key).encrypt(nonce, plaintext, aad)}


@runner("published", "hpke_open")
def _(private: bytes, info: bytes, sealed: bytes) -> Gives:
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    return {"plaintext": suite.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info)}


@runner("published", "hpke_open_with_aad")
def _(private: bytes, enc: bytes, info: bytes, aad: bytes, ciphertext: bytes) -> Gives:
    """The library takes no associated data; this shows that the HPKE our other vectors are made with is RFC 9180's."""
    return {"plaintext": page.hpke_open(private, enc, info, aad, ciphertext)}


@runner("published", "argon2id")
def _(password: bytes, salt: bytes, secret: bytes, ad: bytes, memory_kib: int, passes: int, lanes: int) -> Gives:
    argon = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib, ad=ad, secret=secret)
    return {"derived": argon.derive(password)}


@runner("published", "argon2id_plain")
def _(password: bytes, salt: bytes, memory_kib: int, passes: int, lanes: int) -> Gives:
    argon = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    return {"derived": argon.derive(password)}


@runner("published", "bip39_japanese")
def _(entropy: bytes) -> Gives:
    return {"words": unicodedata.normalize("NFC", Mnemonic("japanese").to_mnemonic(entropy))}


def total(seed: str, cases: int, outcome: Callable[[Seeded], str]) -> Gives:
    stream = Seeded(seed)
    return {"sha256": sha256("".join(f"{outcome(stream)}\n" for _ in range(cases)).encode()).digest()}


def verdict(read: Callable[[bytes], object], data: bytes) -> str:
    try:
        read(data)
    except ProtocolError as error:
        return error.code
    return "success"


@runner("accumulated", "padme")
def _(seed: str, cases: int) -> Gives:
    def padded_length(stream: Seeded) -> str:
        number = int.from_bytes(stream.take(4))
        return str(padme(number >> (stream.take(1)[0] & 31)))

    return total(seed, cases, padded_length)


@runner("accumulated", "parse_run")
def _(seed: str, cases: int, bases: list[bytes]) -> Gives:
    return total(seed, cases, lambda stream: verdict(parse_run, altered(stream, bases)))


@runner("accumulated", "unpack")
def _(seed: str, cases: int, bases: list[bytes]) -> Gives:
    return total(seed, cases, lambda stream: verdict(unpack, altered(stream, bases)))
