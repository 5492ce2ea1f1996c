"""What a change says, sealed and opened. Never imported by the server.

Source: SPEC 6.2, 6.5.  Twin: content.ts.
"""

from crypto.change import ChangeHeader, check_body, header_bytes
from crypto.circle import EpochSecret
from crypto.keys import Random, open_with_nonce, seal_with_nonce, system_random
from crypto.padding import pad, unpad


def seal_change(secret: EpochSecret, header: ChangeHeader, plaintext: bytes, random: Random = system_random) -> bytes:
    """The body of a change: nonce, then the packed and padded plaintext under the device's content key.

    Raises ProtocolError: "too_large".
    """
    key = secret.content_key(header.device)
    body = seal_with_nonce(key, "change", header_bytes(header), pad(plaintext), random)
    check_body(body)
    return body


def open_change(secret: EpochSecret, header: ChangeHeader, body: bytes) -> bytes:
    """The plaintext; empty for an acknowledgement.

    Raises ProtocolError: "too_large", "truncated", "wrong_key", "bad_padding".
    """
    check_body(body)
    if not body:
        return b""
    return unpad(open_with_nonce(secret.content_key(header.device), "change", header_bytes(header), body))
