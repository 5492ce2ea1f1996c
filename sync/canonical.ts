/**
 * The state of a merge as JSON in which equal states are equal texts: for vectors, for comparing twins and devices.
 *
 * Keys ascend, nothing stands between tokens, ids are lower-case hex. Within a value, bytes are {"$octets": "..."}: no map
 * of strict MessagePack has such a key.
 *
 * Source: sync/SPEC.md 5.  Twin: sync/canonical.py.
 */

import { toHex } from "../crypto/bytes.ts"
import { unpack, type Value } from "../crypto/encoding.ts"
import { isArray, isMap } from "./edits.ts"
import type { StandingValue, View } from "./register.ts"
import type { SetAside } from "./writes.ts"

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** JSON text of what the functions below give. */
export function canonical(state: Json): string {
  return JSON.stringify(state, (_name, value) => (isObject(value) ? sorted(value) : value))
}

/** shown: place among the values, null where none is the value. */
export function viewJson(view: View): Json {
  const { key } = view
  return {
    circle: toHex(key.circle),
    record: toHex(key.record),
    type: key.type,
    field: key.field,
    element: key.element && valueJson(unpack(key.element)),
    member: key.member && toHex(key.member),
    status: view.status,
    shown: view.shown && view.values.indexOf(view.shown),
    values: standingJson(view.values),
    requests: standingJson(view.requests),
  }
}

/** A write that does not count, whole. */
export function setAsideJson(change: string, aside: SetAside): Json {
  return {
    change,
    code: aside.code,
    record: toHex(aside.record),
    type: aside.type,
    field: aside.write.field,
    element: valueJson(aside.write.element),
    value: valueJson(aside.write.value),
    over: aside.write.over.map(toHex),
  }
}

/** A value of strict MessagePack; what are equal bytes there is equal JSON here, and the other way round. */
export function valueJson(value: Value): Json {
  if (value instanceof Uint8Array) return { $octets: toHex(value) }
  if (isArray(value)) return value.map(valueJson)
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, valueJson(item)]))
  return value
}

function standingJson(values: readonly StandingValue[]): Json {
  return values.map((one) => ({ value: valueJson(one.value), changes: one.changes.map(toHex) }))
}

function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function sorted(map: Record<string, Json>): Json {
  return Object.fromEntries(Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1)))
}
