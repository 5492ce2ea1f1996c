"""A reminder's text, sealed to one device. Never imported by the server.

Source: SPEC 10.  Twin: reminder_content.ts.
"""

from typing import Final

from crypto.errors import ProtocolError
from crypto.keys import SealingKey, hpke_seal
from crypto.reminder import Reminder, verify_reminder

MAX_TEXT: Final = 2_048  # bytes


def seal_reminder(seal_key: bytes, centre: bytes, circle: bytes, id: bytes, recipient: bytes, text: bytes) -> bytes:
    """The text for one recipient device, whose sealing key is `seal_key`.

    Raises ProtocolError: "too_large", "bad_key".
    """
    if len(text) > MAX_TEXT:
        raise ProtocolError("too_large")
    return hpke_seal(seal_key, "reminder", _binding(centre, circle, id, recipient), text)


def open_reminder(reminder: Reminder, recipient: bytes, key: SealingKey) -> bytes | None:
    """The text for this device, None if there is none. The signature is checked first: an unsigned body is never shown.

    Raises ProtocolError: "bad_key", "bad_signature", "truncated", "wrong_key".
    """
    verify_reminder(reminder)
    binding = _binding(reminder.centre, reminder.circle, reminder.id, recipient)
    for device, sealed in reminder.sealed:
        if device == recipient:
            return key.open("reminder", binding, sealed)
    return None


def _binding(centre: bytes, circle: bytes, id: bytes, recipient: bytes) -> bytes:
    return centre + circle + id + recipient
