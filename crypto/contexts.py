"""Sizes, purposes, digests and places. Holds no keys.

Source: SPEC 2, 3, 4.3, 5.1.  Twin: contexts.ts.
"""

from hashlib import sha256
from typing import Final, Literal

SUITE: Final = 1
CENTRE_SIZE: Final = 16
CIRCLE_SIZE: Final = 16
KEY_SIZE: Final = 32
HASH_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64
NONCE_SIZE: Final = 12
TAG_SIZE: Final = 16
SECRET_SIZE: Final = 32
ZERO_HASH: Final = bytes(HASH_SIZE)

Purpose = Literal[
    "centre",
    "root-sign",
    "root-seal",
    "recovery-check",
    "invite-sign",
    "invite-seal",
    "invite-check",
    "enrol",
    "content",
    "circle-key",
    "lock",
    "commitment",
    "seal",
    "change",
    "run",
    "entry",
    "statement",
    "blob",
    "reminder",
    "session",
    "vault-prf",
    "vault-wrap",
    "vault-value",
]

CIRCLE_KINDS: Final = {"centre": 1, "desk": 2, "case": 3, "door": 4, "dispatch": 5, "own": 6, "private": 7}


def context(purpose: Purpose) -> bytes:
    """The prefix that ties bytes to what they are made for: u8 length, then ASCII `engawa/1/` and the purpose."""
    name = b"engawa/1/" + purpose.encode("ascii")
    return bytes([len(name)]) + name


def digest(purpose: Purpose, *parts: bytes | memoryview) -> bytes:
    """SHA-256 of the purpose's context and the parts joined, 32 bytes."""
    hasher = sha256(context(purpose))
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def place(centre: bytes, circle: bytes, epoch: int) -> bytes:
    """Where a circle's epoch is: centre, circle, epoch; 36 bytes."""
    return centre + circle + epoch.to_bytes(4)


def centre_id(root: bytes, root_seal: bytes) -> bytes:
    """The 16-byte id of the centre founded by these two public keys."""
    return digest("centre", root, root_seal)[:CENTRE_SIZE]
