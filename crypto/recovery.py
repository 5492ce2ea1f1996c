"""The recovery key: one seed, on paper, as 21 words and as a QR code. Never imported by the server.

Source: SPEC 4.2.  Twin: recovery.ts.
"""

import hmac
import re
import unicodedata
from base64 import b32decode, b32encode
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

from mnemonic import Mnemonic

from crypto.contexts import centre_id, digest
from crypto.errors import ProtocolError
from crypto.keys import Random, SealingKey, SigningKey, derive, system_random

SEED_SIZE: Final = 24
CHECK_SIZE: Final = 4
WORD_COUNT: Final = 21
QR_PREFIX: Final = "ENGAWA-RECOVERY-1:"
_QR: Final = re.compile(QR_PREFIX + "([A-Z2-7]{45})", re.IGNORECASE | re.ASCII)  # base32 of 28 bytes
_GAP: Final = re.compile(r"[^\S\x1c-\x1f]+")  # Unicode's White_Space; Python's has four control characters more


@dataclass(frozen=True)
class RecoveryKey:
    """The root of a centre: whoever holds it can do everything, and nobody needs it day to day."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, random: Random = system_random) -> "RecoveryKey":
        return cls(random(SEED_SIZE))

    @cached_property
    def signing(self) -> SigningKey:
        """Its public half is the root."""
        return SigningKey(derive(self.seed, "root-sign", b"", 32))

    @cached_property
    def sealing(self) -> SealingKey:
        return SealingKey(derive(self.seed, "root-seal", b"", 32))

    @property
    def centre(self) -> bytes:
        """The id of the centre this key founds or founded."""
        return centre_id(self.signing.public, self.sealing.public)

    def words(self) -> str:
        """21 Japanese words, joined by ideographic spaces, in NFC as people type them."""
        return unicodedata.normalize("NFC", _list().to_mnemonic(self._checked))

    def qr_text(self) -> str:
        """The text of the QR code, 63 characters of its alphanumeric set."""
        return QR_PREFIX + b32encode(self._checked).decode("ascii").rstrip("=")

    @property
    def _checked(self) -> bytes:
        return self.seed + _check(self.seed)


def read_words(text: str) -> RecoveryKey:
    """The key whose words somebody typed, in any Unicode form, with any white space between.

    Raises ProtocolError: "bad_length", "bad_word", "bad_check".
    """
    words = _split(unicodedata.normalize("NFKD", text))
    if len(words) != WORD_COUNT:
        raise ProtocolError("bad_length")
    if unknown_words(text):
        raise ProtocolError("bad_word")
    try:
        checked = bytes(_list().to_entropy(words))
    except ValueError:
        raise ProtocolError("bad_check") from None
    return _read_checked(checked)


def unknown_words(text: str) -> list[int]:
    """Positions, from 0, of words that are not in the list: what to look at again."""
    known = set(_list().wordlist)
    return [i for i, word in enumerate(_split(unicodedata.normalize("NFKD", text))) if word not in known]


def read_qr(text: str) -> RecoveryKey:
    """The key in a scanned QR code.

    Raises ProtocolError: "malformed", "bad_check".
    """
    found = _QR.fullmatch(" ".join(_split(text)))
    if not found:
        raise ProtocolError("malformed")
    encoded = found[1].upper()
    checked = b32decode(encoded + "===")
    if b32encode(checked).decode("ascii").rstrip("=") != encoded:
        raise ProtocolError("malformed")
    return _read_checked(checked)


def _split(text: str) -> list[str]:
    return [part for part in _GAP.split(text) if part]


def _read_checked(checked: bytes) -> RecoveryKey:
    seed = checked[:SEED_SIZE]
    if not hmac.compare_digest(_check(seed), checked[SEED_SIZE:]):
        raise ProtocolError("bad_check")
    return RecoveryKey(seed)


def _check(seed: bytes) -> bytes:
    return digest("recovery-check", seed)[:CHECK_SIZE]


@cache
def _list() -> Mnemonic:
    return Mnemonic("japanese")
