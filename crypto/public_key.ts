/**
 * Keys that nobody may bring. Holds no keys of its own.
 *
 * Source: SPEC 2.5.  Twin: public_key.py.
 */

import { toHex } from "./bytes.ts"
import { KEY_SIZE } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"

const ZERO = "00".repeat(32)
const ONE = `01${"00".repeat(31)}`
const MINUS_ONE = `ec${"ff".repeat(30)}7f`
const PRIME = `ed${"ff".repeat(30)}7f`
const PRIME_AND_ONE = `ee${"ff".repeat(30)}7f`

/** Points of Ed25519, highest bit cleared: with such a key anybody could make signatures. */
export const SMALL_ORDER_TO_SIGN: ReadonlySet<string> = new Set([
  ZERO,
  ONE,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  MINUS_ONE,
  PRIME,
  PRIME_AND_ONE,
])

/** Points of X25519, highest bit cleared: to such a key nothing can be sealed. */
export const SMALL_ORDER_TO_SEAL: ReadonlySet<string> = new Set([
  ZERO,
  ONE,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  MINUS_ONE,
  PRIME,
  PRIME_AND_ONE,
])

/** Throws ProtocolError "bad_key" unless the key is 32 bytes and not of small order. */
export function checkSigningKey(key: Uint8Array): void {
  check(key, SMALL_ORDER_TO_SIGN)
}

/** Throws ProtocolError "bad_key" unless the key is 32 bytes and not of small order. */
export function checkSealingKey(key: Uint8Array): void {
  check(key, SMALL_ORDER_TO_SEAL)
}

function check(key: Uint8Array, refused: ReadonlySet<string>): void {
  if (key.length !== KEY_SIZE) throw new ProtocolError("bad_key")
  const unsigned = key.slice()
  unsigned[31] = unsigned[31]! & 0x7f
  if (refused.has(toHex(unsigned))) throw new ProtocolError("bad_key")
}
