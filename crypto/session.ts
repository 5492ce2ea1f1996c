/**
 * The answer to a server's challenge, bound to the address the client means. Holds no keys.
 *
 * Source: SPEC 11.  Twin: session.py.
 */

import { type Bytes, concat, uint, utf8 } from "./bytes.ts"
import { verify } from "./signature.ts"

/** What the device (or open invite) signs with purpose "session". `origin` is ASCII, `https://host[:port]`. */
export function sessionMessage(centre: Uint8Array, key: Uint8Array, challenge: Uint8Array, origin: string): Bytes {
  const address = utf8(origin)
  return concat(centre, key, challenge, uint(address.length, 2), address)
}

/**
 * Return if `key` answered this challenge for this address.
 *
 * Throws ProtocolError: "bad_key", "bad_signature".
 */
export function verifySession(
  centre: Uint8Array,
  key: Uint8Array,
  challenge: Uint8Array,
  origin: string,
  signature: Uint8Array,
): Promise<void> {
  return verify(key, "session", sessionMessage(centre, key, challenge, origin), signature)
}
