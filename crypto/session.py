"""The answer to a server's challenge, bound to the address the client means. Holds no keys.

Source: SPEC 11.  Twin: session.ts.
"""

from crypto.signature import verify


def session_message(centre: bytes, key: bytes, challenge: bytes, origin: str) -> bytes:
    """What the device (or open invite) signs with purpose "session". `origin` is ASCII, `https://host[:port]`."""
    address = origin.encode("ascii")
    return centre + key + challenge + len(address).to_bytes(2) + address


def verify_session(centre: bytes, key: bytes, challenge: bytes, origin: str, signature: bytes) -> None:
    """Return if `key` answered this challenge for this address.

    Raises ProtocolError: "bad_key", "bad_signature".
    """
    verify(key, "session", session_message(centre, key, challenge, origin), signature)
