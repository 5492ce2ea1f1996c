/**
 * Reads the changes of merge vectors and of random logs.
 *
 * Ids are hex and may be short: they are filled up with zero bytes. Bytes in a value are {"$octets": hex}.
 *
 * Twin: merge_cases.py.
 */

import { readdirSync, readFileSync } from "node:fs"
import { fromHex } from "../../crypto/bytes.ts"
import type { Value } from "../../crypto/encoding.ts"
import type { Json } from "../../sync/canonical.ts"
import type { Capacity } from "../../sync/capacity.ts"
import { Dictionary } from "../../sync/dictionary.ts"
import type { Edit, Write } from "../../sync/edits.ts"
import type { Judged } from "../../sync/writes.ts"

type GivenWrite = readonly [field: string, element: Json, value: Json, over: readonly string[]]
type GivenEdit = readonly [record: string, type: string, writes: readonly GivenWrite[]]

interface GivenCapacity {
  readonly who: readonly string[]
  readonly rights: readonly (readonly [type: string, field: string, who: readonly string[]])[]
}

export interface GivenChange {
  readonly id: string
  readonly circle: string
  readonly kind: string
  readonly device: string
  readonly member: string
  readonly capacities: readonly GivenCapacity[]
  readonly at: number
  readonly version: number
  readonly edits: readonly GivenEdit[]
}

const VECTORS = new URL("../../sync/vectors/", import.meta.url)

/** The JSON of a file in `sync/vectors`. */
export function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"))
}

/** The cases of a folder of `sync/vectors`, by name. */
export function readFolder<T>(folder: string): readonly (readonly [string, T])[] {
  const names = readdirSync(new URL(`${folder}/`, VECTORS)).sort()
  return names.map((name) => [name.replace(".json", ""), readJson<T>(`${folder}/${name}`)])
}

/** The dictionary of the merge vectors. */
export function smallDictionary(version: number): Dictionary {
  return new Dictionary(readJson(`merge_dictionary_${version}.json`))
}

export function readChange(given: GivenChange): Judged {
  return {
    id: filled(given.id, 32),
    circle: filled(given.circle, 16),
    circleKind: given.kind,
    device: filled(given.device, 32),
    member: filled(given.member, 16),
    capacities: given.capacities.map(readCapacity),
    at: given.at,
    version: given.version,
    edits: given.edits.map(readEdit),
  }
}

export function filled(short: string, size: number): Uint8Array {
  return fromHex(short.padEnd(2 * size, "0"))
}

export function readValue(given: Json): Value {
  if (typeof given !== "object" || given === null) return given
  if (isList(given)) return given.map(readValue)
  if (typeof given.$octets === "string") return fromHex(given.$octets)
  return Object.fromEntries(Object.entries(given).map(([name, each]) => [name, readValue(each)]))
}

function readCapacity({ who, rights }: GivenCapacity): Capacity {
  const granted = new Map(rights.map(([type, field, writers]) => [`${type}.${field}`, writers]))
  return { who: new Set(who), rights: (type, field) => granted.get(`${type}.${field}`) ?? null }
}

function readEdit([record, type, writes]: GivenEdit): Edit {
  return { record: filled(record, 16), type, writes: writes.map(readWrite) }
}

function readWrite([field, element, value, over]: GivenWrite): Write {
  return { field, element: readValue(element), value: readValue(value), over: over.map((id) => filled(id, 32)) }
}

function isList(given: Json): given is readonly Json[] {
  return Array.isArray(given)
}
