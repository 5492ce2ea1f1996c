"""An invitation: a secret, the two keys from it, and the link that carries it. Never imported by the server.

Source: SPEC 4.4, 8.  Twin: invite.ts.
"""

import binascii
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from crypto.contexts import SECRET_SIZE, centre_id, digest
from crypto.errors import ProtocolError
from crypto.keys import Random, SealingKey, SigningKey, derive, system_random

LINK_VERSION: Final = 1
FRAGMENT: Final = "#i="
_FIXED: Final = struct.Struct(">B16s32s32sI32s32sB")  # 150 bytes
_CHECK_SIZE: Final = 4


@dataclass(frozen=True)
class Invite:
    """A secret that may enrol one device in one centre."""

    centre: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls, centre: bytes, random: Random = system_random) -> "Invite":
        return cls(centre, random(SECRET_SIZE))

    @cached_property
    def signing(self) -> SigningKey:
        """Its public half names the invite."""
        return SigningKey(derive(self.secret, "invite-sign", self.centre, 32))

    @cached_property
    def sealing(self) -> SealingKey:
        """What the new device needs at once is sealed to it."""
        return SealingKey(derive(self.secret, "invite-seal", self.centre, 32))

    def sign_enrolment(self, device: bytes, seal_key: bytes) -> bytes:
        """The invite's word for the new device's keys, 64 bytes."""
        return self.signing.sign("enrol", enrol_message(self.centre, self.signing.public, device, seal_key))


@dataclass(frozen=True)
class Invitation:
    """What a link says: where to go, whom to trust, and the invite's secret."""

    invite: Invite
    root: bytes
    root_seal: bytes
    head_index: int
    head_hash: bytes
    server: str
    """The server's address, an ASCII origin."""


def enrol_message(centre: bytes, invite: bytes, device: bytes, seal_key: bytes) -> bytes:
    """What an invite signs with purpose "enrol"."""
    return centre + invite + device + seal_key


def invite_link(invitation: Invitation) -> str:
    """The link; everything secret is in its fragment, which browsers do not send."""
    address = invitation.server.encode("ascii")
    body = (
        _FIXED.pack(
            LINK_VERSION,
            invitation.invite.centre,
            invitation.root,
            invitation.root_seal,
            invitation.head_index,
            invitation.head_hash,
            invitation.invite.secret,
            len(address),
        )
        + address
    )
    encoded = urlsafe_b64encode(body + digest("invite-check", body)[:_CHECK_SIZE]).decode("ascii").rstrip("=")
    return f"{invitation.server}/{FRAGMENT}{encoded}"


def read_link(text: str) -> Invitation:
    """What a scanned or pasted link says.

    Raises ProtocolError: "malformed", "truncated", "unknown_suite", "malformed", "bad_check", "wrong_centre", in that
    order.
    """
    data = _strict_base64(text.partition(FRAGMENT)[2] if FRAGMENT in text else text)
    if len(data) < _FIXED.size + _CHECK_SIZE:
        raise ProtocolError("truncated")
    version, centre, root, root_seal, head_index, head_hash, secret, length = _FIXED.unpack_from(data)
    if version != LINK_VERSION:
        raise ProtocolError("unknown_suite")
    address = data[_FIXED.size : -_CHECK_SIZE]
    if len(address) != length or not address.isascii():
        raise ProtocolError("malformed")
    if not hmac.compare_digest(digest("invite-check", data[:-_CHECK_SIZE])[:_CHECK_SIZE], data[-_CHECK_SIZE:]):
        raise ProtocolError("bad_check")
    if centre_id(root, root_seal) != centre:
        raise ProtocolError("wrong_centre")
    return Invitation(Invite(centre, secret), root, root_seal, head_index, head_hash, address.decode("ascii"))


def _strict_base64(text: str) -> bytes:
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise ProtocolError("malformed") from None
    if urlsafe_b64encode(data).decode("ascii").rstrip("=") != text:
        raise ProtocolError("malformed")
    return data
