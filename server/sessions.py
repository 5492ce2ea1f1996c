"""Challenges and session tokens: bound to centre and key, authentic by the server's secret, kept nowhere.

Challenge: u32 expiry || 12 random bytes || 16 of the MAC.
Token: base64url of u64 expiry || key || 12 random bytes || 16 of the MAC.
That each is used only as long as it should be (a challenge once; a token until it is ended) is the store's to remember.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass

from crypto.contexts import KEY_SIZE
from crypto.errors import ProtocolError

COOKIE = "__Host-engawa"
_MAC_SIZE = 16
_RANDOM_SIZE = 12
CHALLENGE_SIZE = 4 + _RANDOM_SIZE + _MAC_SIZE
_TOKEN_SIZE = 8 + KEY_SIZE + _RANDOM_SIZE + _MAC_SIZE


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in. token: what is remembered as spent when it is ended; expires: s."""

    centre: bytes
    key: bytes
    token: bytes
    expires: int


class Sessions:
    """clock: seconds since 1970."""

    def __init__(self, secret: bytes, clock: Callable[[], float], challenge_seconds: int, session_seconds: int) -> None:
        self._secret = secret
        self._clock = clock
        self._challenge_seconds = challenge_seconds
        self.session_seconds = session_seconds

    def make_challenge(self, centre: bytes, key: bytes) -> tuple[bytes, int]:
        """The challenge and when it expires (s)."""
        expires = int(self._clock()) + self._challenge_seconds
        start = expires.to_bytes(4) + secrets.token_bytes(_RANDOM_SIZE)
        return start + self._mac(b"challenge", centre, key, start), expires

    def check_challenge(self, centre: bytes, key: bytes, challenge: bytes) -> int:
        """When it expires (s). Raises ProtocolError "bad_challenge": not ours, for another key or centre, too old."""
        start, mac = challenge[:-_MAC_SIZE], challenge[-_MAC_SIZE:]
        expires = int.from_bytes(challenge[:4])
        is_ours = hmac.compare_digest(mac, self._mac(b"challenge", centre, key, start))
        if not is_ours or len(challenge) != CHALLENGE_SIZE or expires <= self._clock():
            raise ProtocolError("bad_challenge")
        return expires

    def make_token(self, centre: bytes, key: bytes) -> str:
        expires = int(self._clock()) + self.session_seconds
        start = expires.to_bytes(8) + key + secrets.token_bytes(_RANDOM_SIZE)
        return urlsafe_b64encode(start + self._mac(b"token", centre, key, start)).decode("ascii")

    def read_token(self, centre: bytes, text: str) -> Session:
        """Raises ProtocolError "no_session": not ours, for another centre, too old."""
        try:
            token = urlsafe_b64decode(text.encode("ascii"))
        except ValueError:
            raise ProtocolError("no_session") from None
        start, mac = token[:-_MAC_SIZE], token[-_MAC_SIZE:]
        expires, key = int.from_bytes(token[:8]), token[8 : 8 + KEY_SIZE]
        is_ours = hmac.compare_digest(mac, self._mac(b"token", centre, key, start))
        if not is_ours or len(token) != _TOKEN_SIZE or expires <= self._clock():
            raise ProtocolError("no_session")
        return Session(centre, key, mac, expires)

    def _mac(self, purpose: bytes, centre: bytes, key: bytes, start: bytes) -> bytes:
        return hmac.digest(self._secret, purpose + b"\0" + centre + key + start, "sha256")[:_MAC_SIZE]
