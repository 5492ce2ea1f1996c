/** Values as the page handles them: bytes as hex, and back by the kind of their field. */

import { fromHex, toHex } from "../../crypto/bytes.ts"
import type { Value } from "../../crypto/encoding.ts"
import { ProtocolError } from "../../crypto/errors.ts"
import type { Kind } from "../../sync/dictionary.ts"
import type { Plain } from "../store/picture.ts"

export function toPlain(value: Value): Plain {
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value === "bigint") return Number(value)
  if (Array.isArray(value)) return value.map(toPlain)
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toPlain(each)]))
  }
  return value as Plain
}

/** Throws ProtocolError "bad_value" where hex should be and is not. What else is wrong, `Writing` says. */
export function fromPlain(kind: Kind | undefined, plain: Plain): Value {
  if (plain === null || kind === undefined) return plain as Value
  switch (kind.kind) {
    case "id":
    case "change":
    case "key":
      return bytesOf(plain)
    case "list":
      return Array.isArray(plain) ? plain.map((each) => fromPlain(kind.of, each)) : (plain as Value)
    case "struct":
      return structOf(kind.fields, plain)
    default:
      return plain as Value
  }
}

function structOf(fields: Readonly<Record<string, Kind>>, plain: Plain): Value {
  if (plain === null || typeof plain !== "object" || Array.isArray(plain)) return plain as Value
  const given = Object.entries(plain).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [name, fromPlain(fields[name], value)]))
}

function bytesOf(plain: Plain): Uint8Array {
  if (typeof plain !== "string") throw new ProtocolError("bad_value")
  try {
    return fromHex(plain)
  } catch {
    throw new ProtocolError("bad_value")
  }
}
