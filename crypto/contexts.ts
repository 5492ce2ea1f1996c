/**
 * Sizes, purposes, digests and places. Holds no keys.
 *
 * Source: SPEC 2, 3, 4.3, 5.1.  Twin: contexts.py.
 */

import { type Bytes, concat, uint, utf8 } from "./bytes.ts"

export const SUITE = 1
export const CENTRE_SIZE = 16
export const CIRCLE_SIZE = 16
export const KEY_SIZE = 32
export const HASH_SIZE = 32
export const SIGNATURE_SIZE = 64
export const NONCE_SIZE = 12
export const TAG_SIZE = 16
export const SECRET_SIZE = 32
export const ZERO_HASH: Bytes = new Uint8Array(HASH_SIZE)

export type Purpose =
  | "centre"
  | "root-sign"
  | "root-seal"
  | "recovery-check"
  | "invite-sign"
  | "invite-seal"
  | "invite-check"
  | "enrol"
  | "content"
  | "circle-key"
  | "lock"
  | "commitment"
  | "seal"
  | "change"
  | "run"
  | "entry"
  | "statement"
  | "blob"
  | "reminder"
  | "session"
  | "vault-prf"
  | "vault-wrap"
  | "vault-value"

export const CIRCLE_KINDS = { centre: 1, desk: 2, case: 3, door: 4, dispatch: 5, own: 6, private: 7 } as const
export type CircleKind = keyof typeof CIRCLE_KINDS

const contexts = new Map<Purpose, Bytes>()

/** The prefix that ties bytes to what they are made for: u8 length, then ASCII `engawa/1/` and the purpose. To be read only. */
export function context(purpose: Purpose): Bytes {
  const known = contexts.get(purpose)
  if (known) return known
  const name = utf8(`engawa/1/${purpose}`)
  const made = concat(uint(name.length, 1), name)
  contexts.set(purpose, made)
  return made
}

/** SHA-256 of the purpose's context and the parts joined, 32 bytes. */
export async function digest(purpose: Purpose, ...parts: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(context(purpose), ...parts)))
}

/** Where a circle's epoch is: centre, circle, epoch; 36 bytes. */
export function place(centre: Uint8Array, circle: Uint8Array, epoch: number): Bytes {
  return concat(centre, circle, uint(epoch, 4))
}

/** The 16-byte id of the centre founded by these two public keys. */
export async function centreId(root: Uint8Array, rootSeal: Uint8Array): Promise<Bytes> {
  return (await digest("centre", root, rootSeal)).slice(0, CENTRE_SIZE)
}
