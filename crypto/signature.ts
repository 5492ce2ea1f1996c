/**
 * Checking who signed. Holds no keys of its own.
 *
 * Source: SPEC 2.2, 2.5.  Twin: signature.py.
 */

import { concat } from "./bytes.ts"
import { context, type Purpose } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"
import { checkSigningKey } from "./public_key.ts"

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
