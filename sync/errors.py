"""The words with which this protocol says no, and the HTTP status that goes with those a server answers.

EngawaError
└── ProtocolError(code)   from crypto.errors; the code is one of ALL_CODES

Source: sync/SPEC.md 10.  Twin: sync/errors.ts.
"""

from crypto.errors import CODES as CRYPTO_CODES

STATUS: dict[str, int] = {
    "not_entitled": 403,
    "unknown_author": 403,
    "unknown_member": 404,
    "unknown_device": 404,
    "unknown_circle": 404,
    "exists": 409,
    "invite_closed": 410,
    "revoked": 403,
    "last_admin": 409,
    "unknown_statement": 422,
    "statement_missing": 422,
    "statement_stray": 422,
    "bad_previous": 409,
    "bad_epoch": 409,
    "bad_cover": 409,
    "late_admission": 409,
    "case_taken": 409,
    "shredded": 409,
    "cutoff_behind": 409,
    "head_moved": 409,
    "head_unknown": 409,
    "chain_gap": 409,
    "quota_exceeded": 507,
    "rate_limited": 429,
    "restoring": 503,
    "stopping": 503,
    "no_session": 401,
    "bad_challenge": 401,
    "wrong_origin": 403,
    "unknown_centre": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "bad_request": 400,
    "unsupported_media_type": 415,
    "internal": 500,
    "founding_closed": 403,
    "wrong_offset": 409,
    "bad_digest": 422,
}
"""HTTP status of the codes of SPEC 10 that have one; all others of this protocol are said inside a 200."""

CODES: frozenset[str] = frozenset(STATUS) | {
    "circle_closed",
    "circle_stale",
    "old_epoch",
    "epoch_unknown",
    "not_principal",
    "not_enrolled",
    "head_void",
    "head_went_back",
    "cut_off",
    "ancestor_missing",
    "fork",
    "rolled_back",
    "forked",
    "false_revocation",
    "not_home",
    "bad_value",
}

ALL_CODES: frozenset[str] = CODES | CRYPTO_CODES
