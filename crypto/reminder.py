"""A reminder's envelope: signed by a device of the circle, each text sealed to one device. Holds no keys.

Source: SPEC 10.  Twin: reminder.ts.
"""

import struct
from dataclasses import dataclass
from typing import Final

from crypto.contexts import SIGNATURE_SIZE, SUITE
from crypto.encoding import MAX_INTEGER
from crypto.errors import ProtocolError
from crypto.signature import verify

MAX_REMINDER: Final = 1_048_576  # bytes
MAX_RECIPIENTS: Final = 500
REMINDER_KINDS: Final = {"cancel": 0, "plain": 1, "ladder": 2}
_FIXED: Final = struct.Struct(">B16s16s16s32sQBH")  # 92 bytes
_RECIPIENT: Final = struct.Struct(">32sH")


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that was read. Nothing of it is shown before `verify_reminder`."""

    centre: bytes
    circle: bytes
    id: bytes
    device: bytes
    due: int
    """Milliseconds since 1970 UTC."""
    kind: int
    sealed: tuple[tuple[bytes, bytes], ...]
    """Recipient device and the text sealed to it; of a ladder, in the order they are called."""
    body: bytes
    signature: bytes


def reminder_body(
    centre: bytes, circle: bytes, id: bytes, device: bytes, due: int, kind: int, sealed: list[tuple[bytes, bytes]]
) -> bytes:
    """What the device signs with purpose "reminder"."""
    fixed = _FIXED.pack(SUITE, centre, circle, id, device, due, kind, len(sealed))
    return fixed + b"".join(_RECIPIENT.pack(recipient, len(text)) + text for recipient, text in sealed)


def parse_reminder(raw: bytes) -> Reminder:
    """A reminder's parts; the signature is not checked yet.

    Raises ProtocolError: "too_large", "truncated", "unknown_suite", "malformed", "truncated", "malformed".
    """
    if len(raw) > MAX_REMINDER:
        raise ProtocolError("too_large")
    if len(raw) < _FIXED.size + SIGNATURE_SIZE:
        raise ProtocolError("truncated")
    suite, centre, circle, id, device, due, kind, count = _FIXED.unpack_from(raw)
    if suite != SUITE:
        raise ProtocolError("unknown_suite")
    if kind > 2 or due > MAX_INTEGER or (count == 0) != (kind == 0) or count > MAX_RECIPIENTS:
        raise ProtocolError("malformed")
    body = raw[:-SIGNATURE_SIZE]
    sealed: list[tuple[bytes, bytes]] = []
    at = _FIXED.size
    for _ in range(count):
        if at + _RECIPIENT.size > len(body):
            raise ProtocolError("truncated")
        recipient, length = _RECIPIENT.unpack_from(body, at)
        text_at = at + _RECIPIENT.size
        at = text_at + length
        if at > len(body):
            raise ProtocolError("truncated")
        sealed.append((recipient, body[text_at:at]))
    if at != len(body):
        raise ProtocolError("malformed")
    return Reminder(centre, circle, id, device, due, kind, tuple(sealed), body, raw[-SIGNATURE_SIZE:])


def verify_reminder(reminder: Reminder) -> None:
    """Return if the reminder is signed by the device it names.

    Raises ProtocolError: "bad_key", "bad_signature".
    """
    verify(reminder.device, "reminder", reminder.body, reminder.signature)
