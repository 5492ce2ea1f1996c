/**
 * What a change says, sealed and opened.
 *
 * Source: SPEC 6.2, 6.5.  Twin: content.py.
 */

import type { Bytes } from "./bytes.ts"
import { type ChangeHeader, checkBody, headerBytes } from "./change.ts"
import type { EpochSecret } from "./circle.ts"
import { openWithNonce, type Random, sealWithNonce, systemRandom } from "./keys.ts"
import { pad, unpad } from "./padding.ts"

/**
 * The body of a change: nonce, then the packed and padded plaintext under the device's content key.
 *
 * Throws ProtocolError: "too_large".
 */
export async function sealChange(
  secret: EpochSecret,
  header: ChangeHeader,
  plaintext: Uint8Array,
  random: Random = systemRandom,
): Promise<Bytes> {
  const key = await secret.contentCipher(header.device)
  const body = await sealWithNonce(key, "change", headerBytes(header), pad(plaintext), random)
  checkBody(body)
  return body
}

/**
 * The plaintext; empty for an acknowledgement.
 *
 * Throws ProtocolError: "too_large", "truncated", "wrong_key", "bad_padding".
 */
export async function openChange(secret: EpochSecret, header: ChangeHeader, body: Uint8Array): Promise<Bytes> {
  checkBody(body)
  if (body.length === 0) return new Uint8Array(0)
  const key = await secret.contentCipher(header.device)
  return unpad(await openWithNonce(key, "change", headerBytes(header), body))
}
