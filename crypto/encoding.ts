/**
 * Strict MessagePack: one byte string for each value, no floats, no surprises. Holds no keys.
 *
 * Source: SPEC 2.3.  Twin: encoding.py.
 */

import { decode, Encoder } from "@msgpack/msgpack"
import { type Bytes, equal } from "./bytes.ts"
import { ProtocolError } from "./errors.ts"

export const MAX_DEPTH = 8
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER

export type Value = null | boolean | number | string | Uint8Array | readonly Value[] | { readonly [key: string]: Value }

const KEY = /^[a-z][a-z0-9_]{0,63}$/

/**
 * The one strict encoding of null, boolean, integer, string, bytes, array and map; keys are put in order.
 *
 * Throws ProtocolError: "malformed" for a value that has none.
 */
export function pack(value: Value): Bytes {
  check(value, 0)
  return encode(value)
}

/**
 * The value of strictly encoded bytes.
 *
 * Throws ProtocolError: "malformed".
 */
export function unpack(data: Uint8Array): Value {
  let value: unknown
  try {
    value = decode(data)
  } catch {
    throw new ProtocolError("malformed")
  }
  check(value, 0)
  if (!equal(encode(value), data)) throw new ProtocolError("malformed")
  return value as Value
}

/** A new encoder each time: a shared one would hand out views of one buffer. */
function encode(value: unknown): Bytes {
  return new Encoder({ sortKeys: true, maxDepth: MAX_DEPTH + 1 }).encode(value) as Bytes
}

function check(value: unknown, depth: number): void {
  if (value === null || typeof value === "boolean" || value instanceof Uint8Array) return
  if (typeof value === "number") {
    // Minus zero has no integer encoding of its own.
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new ProtocolError("malformed")
  } else if (typeof value === "string") {
    if (!value.isWellFormed() || value.normalize("NFC") !== value) throw new ProtocolError("malformed")
  } else if (Array.isArray(value)) {
    if (depth === MAX_DEPTH) throw new ProtocolError("malformed")
    for (const item of value) check(item, depth + 1)
  } else if (isMap(value)) {
    if (depth === MAX_DEPTH) throw new ProtocolError("malformed")
    for (const [key, item] of Object.entries(value)) {
      if (!KEY.test(key)) throw new ProtocolError("malformed")
      check(item, depth + 1)
    }
  } else {
    throw new ProtocolError("malformed")
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
