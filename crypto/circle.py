"""A circle's secret in one epoch, and everything derived from it. Never imported by the server.

Source: SPEC 5.  Twin: circle.ts.
"""

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from crypto.contexts import CIRCLE_KINDS, NONCE_SIZE, SECRET_SIZE, TAG_SIZE, place
from crypto.errors import ProtocolError
from crypto.keys import Random, SealingKey, derive, hpke_seal, open_with_nonce, seal_with_nonce, system_random

LOCK_SIZE: Final = NONCE_SIZE + SECRET_SIZE + TAG_SIZE  # 60
SEAL_SIZE: Final = 80


@dataclass(frozen=True)
class EpochSecret:
    """The secret of one epoch of one circle. Whoever holds it reads what was written in it, and in epochs before."""

    centre: bytes
    circle: bytes
    epoch: int
    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls, centre: bytes, circle: bytes, epoch: int, random: Random = system_random) -> "EpochSecret":
        return cls(centre, circle, epoch, random(SECRET_SIZE))

    @property
    def place(self) -> bytes:
        return place(self.centre, self.circle, self.epoch)

    def content_key(self, device: bytes) -> bytes:
        """The AES key of one device's changes in this epoch. Each device has its own, so that nonces never meet."""
        return derive(self.secret, "content", self.place + device, 32)

    @cached_property
    def circle_key(self) -> SealingKey:
        """The pair whose public half stands in the statement; desks are sealed to by it."""
        return SealingKey(derive(self.secret, "circle-key", self.place, 32))

    @cached_property
    def commitment(self) -> bytes:
        """32 bytes that only this secret gives. AES-GCM does not commit to its key; this does."""
        return derive(self.secret, "commitment", self.place, 32)

    def lock(self, earlier: "EpochSecret", random: Random = system_random) -> bytes:
        """The secret of an earlier epoch under this one's lock key, 60 bytes."""
        return seal_with_nonce(self._lock_key, "lock", self.place, earlier.secret, random)

    def open_lock(self, lock: bytes, epoch: int) -> "EpochSecret":
        """The secret of the earlier `epoch` that this one locks. Its commitment is still to be checked.

        Raises ProtocolError: "bad_lock".
        """
        if len(lock) != LOCK_SIZE:
            raise ProtocolError("bad_lock")
        try:
            secret = open_with_nonce(self._lock_key, "lock", self.place, lock)
        except ProtocolError:
            raise ProtocolError("bad_lock") from None
        return EpochSecret(self.centre, self.circle, epoch, secret)

    @cached_property
    def _lock_key(self) -> bytes:
        return derive(self.secret, "lock", self.place, 32)


def seal_epoch(secret: EpochSecret, kind: str, recipient: bytes) -> bytes:
    """Seal an epoch's secret to a recipient's X25519 key, 80 bytes. `kind`: the circle's, by name.

    Raises ProtocolError: "bad_key".
    """
    return hpke_seal(recipient, "seal", _binding(secret.place, kind, recipient), secret.secret)


def open_seal(sealed: bytes, centre: bytes, circle: bytes, kind: str, epoch: int, recipient: SealingKey) -> EpochSecret:
    """The secret sealed to us. It is not to be used before `check_epoch`.

    Raises ProtocolError: "truncated", "wrong_key".
    """
    if len(sealed) != SEAL_SIZE:
        raise ProtocolError("truncated")
    secret = recipient.open("seal", _binding(place(centre, circle, epoch), kind, recipient.public), sealed)
    return EpochSecret(centre, circle, epoch, secret)


def check_epoch(
    secret: EpochSecret,
    commitment: bytes,
    circle_key: bytes,
    lock: bytes | None = None,
    earlier: tuple[int, bytes] | None = None,
) -> EpochSecret | None:
    """Check what a statement says of an epoch against its secret, and give the earlier secret it locks.

    `earlier`: number and commitment of the epoch that `lock` locks; both None in epoch 1.
    Raises ProtocolError: "bad_commitment", "bad_circle_key", "bad_lock".
    """
    if not hmac.compare_digest(secret.commitment, commitment):
        raise ProtocolError("bad_commitment")
    if not hmac.compare_digest(secret.circle_key.public, circle_key):
        raise ProtocolError("bad_circle_key")
    if secret.epoch == 1 and lock is None and earlier is None:
        return None
    if lock is None or earlier is None:
        raise ProtocolError("bad_lock")
    found = secret.open_lock(lock, earlier[0])
    if not hmac.compare_digest(found.commitment, earlier[1]):
        raise ProtocolError("bad_lock")
    return found


def _binding(where: bytes, kind: str, recipient: bytes) -> bytes:
    return where + bytes([CIRCLE_KINDS[kind]]) + recipient
