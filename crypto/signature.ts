/**
 * Checking who signed. Holds no keys of its own.
 *
 * Source: SPEC 2.2, 2.5.  Twin: signature.py.
 */

import { concat, toHex } from "./bytes.ts"
import { context, KEY_SIZE, type Purpose } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"

/** Encodings of points of small order, highest bit cleared: with such a key anybody could make signatures. */
export const SMALL_ORDER: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
])

/** Throws ProtocolError "bad_key" unless the key is 32 bytes and not of small order. */
export function checkSigningKey(key: Uint8Array): void {
  if (key.length !== KEY_SIZE) throw new ProtocolError("bad_key")
  const unsigned = key.slice()
  unsigned[31] = unsigned[31]! & 0x7f
  if (SMALL_ORDER.has(toHex(unsigned))) throw new ProtocolError("bad_key")
}

/**
 * The key, ready to verify with; worth keeping for a device that signs often.
 *
 * Throws ProtocolError: "bad_key".
 */
export async function loadVerifyingKey(key: Uint8Array): Promise<CryptoKey> {
  checkSigningKey(key)
  return crypto.subtle.importKey("raw", concat(key), "Ed25519", true, ["verify"])
}

/**
 * Return if `signature` (64 bytes) was made by `key` over `data` for this purpose.
 *
 * Throws ProtocolError: "bad_key", "bad_signature".
 */
export async function verify(
  key: Uint8Array | CryptoKey,
  purpose: Purpose,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<void> {
  const publicKey = key instanceof Uint8Array ? await loadVerifyingKey(key) : key
  const right = await crypto.subtle.verify("Ed25519", publicKey, concat(signature), concat(context(purpose), data))
  if (!right) throw new ProtocolError("bad_signature")
}
