/**
 * A device's state at rest: one random secret, wrapped by a passphrase (and a passkey), sealing every value.
 *
 * Source: SPEC 12.  Twin: vault.py.
 */

import { argon2id } from "hash-wasm"
import { type Bytes, concat, toNumber, uint, utf8 } from "./bytes.ts"
import { NONCE_SIZE, SECRET_SIZE, TAG_SIZE } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"
import { derive, openWithNonce, type Random, sealWithNonce, systemRandom } from "./keys.ts"

export const SALT_SIZE = 16
const PARAMETERS_SIZE = 26
export const WRAPPED_SIZE = PARAMETERS_SIZE + NONCE_SIZE + SECRET_SIZE + TAG_SIZE
export const MIN_VALUE = NONCE_SIZE + TAG_SIZE

/** What one guess at the passphrase costs. */
export type Cost = { readonly memoryKib: number; readonly passes: number }

export const DEFAULT_COST: Cost = { memoryKib: 65_536, passes: 3 }

/** The vault secret under a passphrase, and a passkey's PRF output where there is one; 86 bytes. */
export async function wrap(
  secret: Uint8Array,
  passphrase: string,
  prf: Uint8Array | null = null,
  cost: Cost = DEFAULT_COST,
  random: Random = systemRandom,
): Promise<Bytes> {
  const flags = Uint8Array.of(1, prf === null ? 0 : 1)
  const parameters = concat(flags, uint(cost.memoryKib, 4), uint(cost.passes, 4), random(SALT_SIZE))
  const kek = await keyEncryptionKey(passphrase, prf, parameters)
  return concat(parameters, await sealWithNonce(kek, "vault-wrap", parameters, secret, random))
}

/**
 * The vault secret.
 *
 * Throws ProtocolError: "truncated", "malformed", "needs_passkey", "wrong_passphrase".
 */
export async function unwrap(wrapped: Uint8Array, passphrase: string, prf: Uint8Array | null = null): Promise<Bytes> {
  if (wrapped.length !== WRAPPED_SIZE) throw new ProtocolError("truncated")
  const parameters = wrapped.slice(0, PARAMETERS_SIZE)
  const [version, flag] = parameters
  const { memoryKib, passes } = readCost(parameters)
  if (version !== 1 || flag! > 1 || memoryKib < 8 || memoryKib > 1_048_576 || passes < 1 || passes > 16) {
    throw new ProtocolError("malformed")
  }
  if ((prf !== null) !== (flag === 1)) throw new ProtocolError("needs_passkey")
  const kek = await keyEncryptionKey(passphrase, prf, parameters)
  try {
    return await openWithNonce(kek, "vault-wrap", parameters, wrapped.slice(PARAMETERS_SIZE))
  } catch {
    throw new ProtocolError("wrong_passphrase")
  }
}

/** The key that values are sealed under. */
export function valueKey(secret: Uint8Array): Promise<Bytes> {
  return derive(secret, "vault-value", new Uint8Array(0), 32)
}

/** A value that opens under its own name only. `key`: from `valueKey`. */
export function sealValue(
  key: Uint8Array,
  name: string,
  value: Uint8Array,
  random: Random = systemRandom,
): Promise<Bytes> {
  return sealWithNonce(key, "vault-value", utf8(name), value, random)
}

/** Throws ProtocolError: "truncated", "wrong_key". */
export async function openValue(key: Uint8Array, name: string, sealed: Uint8Array): Promise<Bytes> {
  if (sealed.length < MIN_VALUE) throw new ProtocolError("truncated")
  return openWithNonce(key, "vault-value", utf8(name), sealed)
}

function readCost(parameters: Uint8Array): Cost {
  return { memoryKib: toNumber(parameters.subarray(2, 6)), passes: toNumber(parameters.subarray(6, 10)) }
}

async function keyEncryptionKey(passphrase: string, prf: Uint8Array | null, parameters: Uint8Array): Promise<Bytes> {
  // The library hashes no empty password; no vault should be open to one either.
  if (passphrase === "") throw new ProtocolError("wrong_passphrase")
  const { memoryKib, passes } = readCost(parameters)
  const key = await argon2id({
    password: utf8(passphrase.normalize("NFKC")),
    salt: parameters.slice(10),
    parallelism: 1,
    iterations: passes,
    memorySize: memoryKib,
    hashLength: 32,
    outputType: "binary",
  })
  return prf === null ? concat(key) : derive(concat(key, prf), "vault-prf", new Uint8Array(0), 32)
}
