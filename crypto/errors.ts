/**
 * Expected trouble, as words.
 *
 * Source: SPEC 14.  Twin: errors.py.
 */

export const CODES: ReadonlySet<string> = new Set([
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
])

/** Everything Engawa throws on purpose. */
export class EngawaError extends Error {
  override name = "EngawaError"
}

/** Bytes, keys or statements are not as the SPECs say. `code`, a word of their tables, is all the message. */
export class ProtocolError extends EngawaError {
  override name = "ProtocolError"
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}
