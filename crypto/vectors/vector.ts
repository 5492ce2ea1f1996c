/// <reference types="vite/types/importMeta.d.ts" />

/**
 * How a vector is read: its octets, its MessagePack values, and what a runner is.
 *
 * Form: folder.py beside this.  Twin: tests/crypto/vector.py.
 */

import { type Bytes, concat, fromHex, toHex } from "../bytes.ts"
import type { CircleKind, Purpose } from "../contexts.ts"
import type { Value } from "../encoding.ts"

/** Octets as written: hex, or pieces of it. */
export type Written =
  | string
  | readonly Written[]
  | { readonly repeat: string; readonly times: number }
  | { readonly of: string; readonly from: number; readonly to: number }

type Kinds = {
  octets: Bytes
  octetsOrNull: Bytes | null
  octetsList: Bytes[]
  number: number
  text: string
  purpose: Purpose
  purposes: Purpose[]
  circleKind: CircleKind
  knownHeads: { device: Bytes; sequence: number; id: Bytes }[]
  sealedTexts: [recipient: Bytes, sealed: Bytes][]
  values: Value[]
}
type Schema = { readonly [name: string]: keyof Kinds }
type Values<S extends Schema> = { [name in keyof S]: Kinds[S[name]] }

export type Gives = { readonly [name: string]: unknown }
export type Given = { readonly [name: string]: unknown }
export type Runner = {
  readonly takes: readonly string[]
  readonly run: (given: Given, folder: string) => Promise<Gives>
}
export type Runners = { readonly [object: string]: { readonly [attempt: string]: Runner } }

/** A runner takes exactly what `given` holds, and gives exactly what stands in `gives`. */
export function runner<S extends Schema>(schema: S, run: (given: Values<S>) => Gives | Promise<Gives>): Runner {
  return {
    takes: Object.keys(schema),
    run: async (given, folder) => {
      const names = Object.keys(schema) as (keyof S & string)[]
      const values = names.map((name) => [name, decoded(given[name], schema[name]!, folder)])
      return run(Object.fromEntries(values) as Values<S>)
    },
  }
}

const hexFiles = import.meta.glob<string>("./*/*.hex", { eager: true, query: "?raw", import: "default" })

/** The bytes of a hex string or a list of pieces. */
export function octets(written: Written, folder: string): Bytes {
  if (typeof written === "string") return fromHex(written)
  if ("repeat" in written) return fromHex(written.repeat.repeat(written.times))
  if ("of" in written) return fromHex(hexFiles[`./${folder}/${written.of}`]!.slice(2 * written.from, 2 * written.to))
  return concat(...written.map((piece) => octets(piece, folder)))
}

function decoded(written: unknown, kind: keyof Kinds, folder: string): unknown {
  if (kind === "octets" || (kind === "octetsOrNull" && written !== null)) return octets(written as Written, folder)
  if (kind === "octetsList") return (written as Written[]).map((element) => octets(element, folder))
  if (kind === "values") return untagged(written)
  if (kind === "knownHeads") {
    const heads = written as { device: string; sequence: number; id: string }[]
    return heads.map(({ device, sequence, id }) => ({ device: fromHex(device), sequence, id: fromHex(id) }))
  }
  if (kind === "sealedTexts") {
    const texts = written as { device: string; sealed: string }[]
    return texts.map(({ device, sealed }) => [fromHex(device), fromHex(sealed)])
  }
  return written
}

/** The actual value with hex for bytes, so that it can be compared and shown. */
export function shown(actual: unknown): unknown {
  if (actual instanceof Uint8Array) return toHex(actual)
  if (Array.isArray(actual)) return actual.map(shown)
  if (typeof actual !== "object" || actual === null) return actual
  return Object.fromEntries(Object.entries(actual).map(([name, value]) => [name, shown(value)]))
}

/** What is written, read the way the actual value asks for: plain hex where it has bytes. */
export function like(actual: unknown, written: unknown, folder: string): unknown {
  if (actual instanceof Uint8Array) return toHex(octets(written as Written, folder))
  if (typeof actual !== "object" || actual === null || typeof written !== "object" || written === null) return written
  if (Array.isArray(written)) return written.map((element, i) => like((actual as unknown[])[i], element, folder))
  const entries = Object.entries(written)
  return Object.fromEntries(entries.map(([name, value]) => [name, like((actual as Gives)[name], value, folder)]))
}

/** A MessagePack value as vectors write it. */
export function tagged(value: Value): unknown {
  if (value instanceof Uint8Array) return { $octets: value }
  if (Array.isArray(value)) return value.map(tagged)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, tagged(element)]))
}

/** The MessagePack value a vector has written. */
function untagged(written: unknown): unknown {
  if (Array.isArray(written)) return written.map(untagged)
  if (typeof written !== "object" || written === null) return written
  if ("$octets" in written) return octets(written.$octets as Written, "")
  return Object.fromEntries(Object.entries(written).map(([key, element]) => [key, untagged(element)]))
}
