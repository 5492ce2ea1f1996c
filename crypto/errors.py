"""Expected trouble, as words.

EngawaError
└── ProtocolError   a code of crypto/SPEC 14 or sync/SPEC 10

Source: SPEC 14.  Twin: errors.ts.
"""

CODES = frozenset(
    {
        "too_large",
        "truncated",
        "malformed",
        "unknown_suite",
        "bad_key",
        "bad_signature",
        "wrong_key",
        "wrong_place",
        "wrong_centre",
        "bad_padding",
        "bad_commitment",
        "bad_circle_key",
        "bad_lock",
        "bad_length",
        "bad_word",
        "bad_check",
        "needs_passkey",
        "wrong_passphrase",
    }
)


class EngawaError(Exception):
    """Everything Engawa raises on purpose."""


class ProtocolError(EngawaError):
    """Bytes, keys or statements are not as the SPECs say. `code`, a word of their tables, is all the message."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
