/**
 * The plaintext of a change: edits of records, field by field. Knows no dictionary: what the fields mean is judged later.
 *
 * Source: sync/SPEC.md 4.2.  Twin: sync/edits.py.
 */

import { toHex } from "../crypto/bytes.ts"
import { HASH_SIZE } from "../crypto/contexts.ts"
import { pack, unpack, type Value } from "../crypto/encoding.ts"
import { ProtocolError } from "../crypto/errors.ts"

export const MAX_EDITS = 64 // in a change
export const MAX_WRITES = 256 // in an edit
export const MAX_OVER = 256 // ids in a write
export const RECORD_SIZE = 16 // bytes
const NAME = /^[a-z][a-z0-9_]{0,63}$/

/**
 * One field of one record.
 *
 * element: of a set field, whose value then says whether it is there; nil elsewhere.
 * over: ids of the changes whose values of this register it replaces, ascending.
 */
export interface Write {
  readonly field: string
  readonly element: Value
  readonly value: Value
  readonly over: readonly Uint8Array[]
}

/** What a change writes in one record. */
export interface Edit {
  readonly record: Uint8Array
  readonly type: string
  readonly writes: readonly Write[]
}

/** What a change says. at: device time, ms; version: of the writer's dictionary. */
export interface Plaintext {
  readonly at: number
  readonly version: number
  readonly edits: readonly Edit[]
}

/** Plaintext of a change. Throws ProtocolError "malformed" exactly where `decodeEdits` would. */
export function encodeEdits(at: number, version: number, edits: readonly Edit[]): Uint8Array {
  const plaintext = pack({ at, edits: edits.map(editValue), version })
  decodeEdits(plaintext)
  return plaintext
}

/** Plaintext of a change, read strictly. Throws ProtocolError: "malformed". */
export function decodeEdits(plaintext: Uint8Array): Plaintext {
  const whole = unpack(plaintext)
  if (!isMap(whole) || Object.keys(whole).sort().join() !== "at,edits,version") throw new ProtocolError("malformed")
  const edits = array(whole.edits, 1, MAX_EDITS).map(readEdit)
  checkNoRegisterTwice(edits)
  return { at: integer(whole.at, 0), version: integer(whole.version, 1), edits }
}

/** Whether each id is greater than the one before, so that none stands twice. */
export function ascends(ids: readonly Uint8Array[]): boolean {
  return ids.map(toHex).every((id, place, all) => place === 0 || (all[place - 1] ?? "") < id)
}

function editValue(edit: Edit): Value {
  const writes = edit.writes.map((write) => [write.field, write.element, write.value, [...write.over]])
  return [edit.record, edit.type, writes]
}

function readEdit(value: Value): Edit {
  const [record, type, writes] = array(value, 3, 3)
  return { record: bytes(record, RECORD_SIZE), type: name(type), writes: array(writes, 1, MAX_WRITES).map(readWrite) }
}

function readWrite(value: Value): Write {
  const [field, element = null, written = null, over] = array(value, 4, 4)
  const ids = array(over, 0, MAX_OVER).map((id) => bytes(id, HASH_SIZE))
  if (!ascends(ids)) throw new ProtocolError("malformed")
  return { field: name(field), element, value: written, over: ids }
}

function checkNoRegisterTwice(edits: readonly Edit[]): void {
  const seen = new Set<string>()
  for (const edit of edits) {
    const place = edits.length === 1 ? "" : `${toHex(edit.record)}/${edit.type}/`
    for (const write of edit.writes) {
      // Most elements are nil, which needs no packing to be told apart: no packed element is an empty text.
      const element = write.element === null ? "" : toHex(pack(write.element))
      const register = `${place}${write.field}/${element}`
      if (seen.has(register)) throw new ProtocolError("malformed")
      seen.add(register)
    }
  }
}

function array(value: Value | undefined, least: number, most: number): readonly Value[] {
  if (isArray(value) && least <= value.length && value.length <= most) return value
  throw new ProtocolError("malformed")
}

function bytes(value: Value | undefined, size: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === size) return value
  throw new ProtocolError("malformed")
}

function integer(value: Value | undefined, least: number): number {
  if (typeof value === "number" && value >= least) return value
  throw new ProtocolError("malformed")
}

function name(value: Value | undefined): string {
  if (typeof value === "string" && NAME.test(value)) return value
  throw new ProtocolError("malformed")
}

export function isArray(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

export function isMap(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

/** A value with its texts in Unicode normal form NFC: as people type them, so that the same word is the same. */
export function inNfc(value: Value): Value {
  if (typeof value === "string") return value.normalize("NFC")
  if (isArray(value)) return value.map(inNfc)
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inNfc(each)]))
  return value
}
