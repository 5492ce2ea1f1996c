"""A device's state at rest: one random secret, wrapped by a passphrase (and a passkey), sealing every value.

Never imported by the server.  Source: SPEC 12.  Twin: vault.ts.
"""

import struct
import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from crypto.contexts import NONCE_SIZE, SECRET_SIZE, TAG_SIZE
from crypto.errors import ProtocolError
from crypto.keys import Random, derive, open_with_nonce, seal_with_nonce, system_random

SALT_SIZE: Final = 16
_PARAMETERS: Final = struct.Struct(">BBII16s")
WRAPPED_SIZE: Final = _PARAMETERS.size + NONCE_SIZE + SECRET_SIZE + TAG_SIZE  # 86
MIN_VALUE: Final = NONCE_SIZE + TAG_SIZE


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at the passphrase costs."""

    memory_kib: int = 65_536
    passes: int = 3


def wrap(
    secret: bytes,
    passphrase: str,
    prf: bytes | None = None,
    cost: Cost = Cost(),
    random: Random = system_random,
) -> bytes:
    """The vault secret under a passphrase, and a passkey's PRF output where there is one; 86 bytes.

    Raises ProtocolError: "wrong_passphrase" for an empty one.
    """
    parameters = _PARAMETERS.pack(1, prf is not None, cost.memory_kib, cost.passes, random(SALT_SIZE))
    kek = _kek(passphrase, prf, parameters)
    return parameters + seal_with_nonce(kek, "vault-wrap", parameters, secret, random)


def unwrap(wrapped: bytes, passphrase: str, prf: bytes | None = None) -> bytes:
    """The vault secret.

    Raises ProtocolError: "truncated", "malformed", "needs_passkey", "wrong_passphrase".
    """
    if len(wrapped) != WRAPPED_SIZE:
        raise ProtocolError("truncated")
    parameters = wrapped[: _PARAMETERS.size]
    version, flag, memory_kib, passes, _ = _PARAMETERS.unpack(parameters)
    if version != 1 or flag > 1 or not 8 <= memory_kib <= 1_048_576 or not 1 <= passes <= 16:
        raise ProtocolError("malformed")
    if (prf is not None) != bool(flag):
        raise ProtocolError("needs_passkey")
    try:
        return open_with_nonce(_kek(passphrase, prf, parameters), "vault-wrap", parameters, wrapped[_PARAMETERS.size :])
    except ProtocolError:
        raise ProtocolError("wrong_passphrase") from None


def value_key(secret: bytes) -> bytes:
    """The key that values are sealed under."""
    return derive(secret, "vault-value", b"", 32)


def seal_value(key: bytes, name: str, value: bytes, random: Random = system_random) -> bytes:
    """A value that opens under its own name only. `key`: from `value_key`."""
    return seal_with_nonce(key, "vault-value", name.encode(), value, random)


def open_value(key: bytes, name: str, sealed: bytes) -> bytes:
    """Raises ProtocolError: "truncated", "wrong_key"."""
    if len(sealed) < MIN_VALUE:
        raise ProtocolError("truncated")
    return open_with_nonce(key, "vault-value", name.encode(), sealed)


def _kek(passphrase: str, prf: bytes | None, parameters: bytes) -> bytes:
    if not passphrase:
        raise ProtocolError("wrong_passphrase")
    _, _, memory_kib, passes, salt = _PARAMETERS.unpack(parameters)
    argon = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory_kib)
    key = argon.derive(unicodedata.normalize("NFKC", passphrase).encode())
    return key if prf is None else derive(key + prf, "vault-prf", b"", 32)
