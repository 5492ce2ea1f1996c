/**
 * A directory entry: layout, hash, signature. What its statements mean is sync's. Holds no keys.
 *
 * Source: SPEC 7.  Twin: entry.py.
 */

import { type Bytes, concat, equal, toNumber, uint } from "./bytes.ts"
import { digest, HASH_SIZE, SIGNATURE_SIZE, SUITE, ZERO_HASH } from "./contexts.ts"
import { MAX_INTEGER, pack, unpack, type Value } from "./encoding.ts"
import { ProtocolError } from "./errors.ts"
import { verify } from "./signature.ts"

/** Bytes. */
export const MAX_ENTRY = 1_048_576
/** Bytes. */
export const MAX_STATEMENT = 262_144
export const MAX_STATEMENTS = 20_000
const HEADER_SIZE = 93

/** A statement in full, or the 32-byte digest of one. */
export type RawStatement = { readonly [field: string]: Value } | Uint8Array

/** An entry that was read. `body` is what is hashed and signed, `raw` the bytes as they came. */
export type Entry = {
  readonly centre: Uint8Array
  readonly index: number
  readonly previous: Uint8Array
  readonly author: Uint8Array
  /** Milliseconds since 1970 UTC; for people only, nothing is judged by it. */
  readonly time: number
  readonly statements: readonly RawStatement[]
  readonly body: Uint8Array
  readonly signature: Uint8Array
  readonly hash: Bytes
  readonly raw: Uint8Array
}

/**
 * What the author signs with purpose "entry".
 *
 * Throws ProtocolError: "malformed" if a statement has no strict encoding.
 */
export function entryBody(
  centre: Uint8Array,
  index: number,
  previous: Uint8Array,
  author: Uint8Array,
  time: number,
  statements: readonly RawStatement[],
): Bytes {
  return concat(uint(SUITE, 1), centre, uint(index, 4), previous, author, uint(time, 8), pack(statements))
}

/**
 * The entry's bytes.
 *
 * Throws ProtocolError: whatever `parseEntry` would say of them.
 */
export async function closeEntry(body: Uint8Array, signature: Uint8Array): Promise<Bytes> {
  const raw = concat(body, signature)
  await parseEntry(raw)
  return raw
}

/**
 * An entry's parts; the signature is not checked yet.
 *
 * Throws ProtocolError: "too_large", "truncated", "unknown_suite", "malformed".
 */
export async function parseEntry(raw: Uint8Array): Promise<Entry> {
  if (raw.length > MAX_ENTRY) throw new ProtocolError("too_large")
  if (raw.length < HEADER_SIZE + 1 + SIGNATURE_SIZE) throw new ProtocolError("truncated")
  if (raw[0] !== SUITE) throw new ProtocolError("unknown_suite")
  const centre = raw.slice(1, 17)
  const index = toNumber(raw.subarray(17, 21))
  const previous = raw.slice(21, 53)
  const author = raw.slice(53, 85)
  const time = toNumber(raw.subarray(85, HEADER_SIZE))
  if (time > MAX_INTEGER || equal(previous, ZERO_HASH) !== (index === 0)) throw new ProtocolError("malformed")
  const body = raw.slice(0, -SIGNATURE_SIZE)
  const statements = unpack(body.subarray(HEADER_SIZE))
  if (!Array.isArray(statements) || statements.length < 1 || statements.length > MAX_STATEMENTS) {
    throw new ProtocolError("malformed")
  }
  if (!statements.every(isRawStatement)) throw new ProtocolError("malformed")
  const hash = await digest("entry", body)
  return { centre, index, previous, author, time, statements, body, signature: raw.slice(-SIGNATURE_SIZE), hash, raw }
}

/**
 * Return if the entry is signed by the author it names.
 *
 * Throws ProtocolError: "bad_key", "bad_signature".
 */
export function verifyEntry(entry: Entry): Promise<void> {
  return verify(entry.author, "entry", entry.body, entry.signature)
}

/**
 * What stands in an entry for a statement whose bytes only its circle gets.
 *
 * Throws ProtocolError: "too_large" above 262,144 bytes.
 */
export async function statementDigest(statement: Uint8Array): Promise<Bytes> {
  if (statement.length > MAX_STATEMENT) throw new ProtocolError("too_large")
  return digest("statement", statement)
}

function isRawStatement(statement: Value): statement is RawStatement {
  if (statement instanceof Uint8Array) return statement.length === HASH_SIZE
  return typeof statement === "object" && statement !== null && !Array.isArray(statement)
}
