/**
 * The data dictionary at work: the rule of a field, whether a value is of its kind, which of two is the more careful.
 *
 * Reads what `sync.records.generate` wrote. What is declared there never changes, it only grows.
 *
 * Source: sync/SPEC.md 4.3 and 5.  Twin: sync/dictionary.py.
 */

import { ProtocolError } from "../crypto/errors.ts"
import { DICTIONARY } from "./records/dictionary.ts"

const ID_SIZE = 16
const CHANGE_SIZE = 32
const KEY_SIZE = 32
const MAX_MOMENT = 2 ** 53 - 1 // ms since 1970-01-01 UTC
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/

export type Policy = "ask" | "author" | "careful" | "latest" | "once" | "set" | "state" | "text"
/** Roles and duties, any one of which is enough. */
export type Who = readonly string[]

export type Kind =
  /** max: in Unicode code points. */
  | { readonly kind: "text"; readonly max: number }
  | { readonly kind: "int"; readonly min: number; readonly max: number }
  | { readonly kind: "bool" }
  | { readonly kind: "enum"; readonly name: string; readonly values: readonly string[] }
  /** YYYY-MM-DD, a day that there is, from year 1. */
  | { readonly kind: "date" }
  | { readonly kind: "moment" }
  | { readonly kind: "id" }
  | { readonly kind: "change" }
  /** A device, by its signing key. */
  | { readonly kind: "key" }
  | { readonly kind: "list"; readonly of: Kind; readonly max: number }
  | StructKind

export interface StructKind {
  readonly kind: "struct"
  readonly name: string
  readonly fields: Readonly<Record<string, Kind>>
  readonly required: readonly string[]
}

/** What has an order: a choice, a date, a number, a yes or no. */
export type Ordered = string | number | boolean
export type Arrow = readonly [before: string | null, after: string, who: Who]

/**
 * What holds for one field for ever.
 *
 * kind: of the value; of one element where `each`. home: the kind of circle it counts in. write: who may write it.
 * Policy "careful": order, from least to most careful, or the more careful direction; decide, who may lower it.
 * Policy "state": arrows, the moves there are; stop_order, from least to most stopped. Empty where not needed.
 */
export interface FieldRule {
  readonly type: string
  readonly field: string
  readonly introduced: number
  readonly kind: Kind
  readonly each: boolean
  readonly policy: Policy
  readonly home: string
  readonly write: Who
  readonly order: readonly (string | boolean)[] | "min" | "max"
  readonly decide: Who
  readonly arrows: readonly Arrow[]
  readonly stop_order: readonly string[]
}

export interface TypeRule {
  readonly introduced: number
  readonly home: string
  readonly fields: Readonly<Record<string, FieldRule>>
}

export interface DictionaryData {
  readonly version: number
  readonly types: Readonly<Record<string, TypeRule>>
}

export class Dictionary {
  readonly version: number
  readonly types: Readonly<Record<string, TypeRule>>

  constructor(data: DictionaryData) {
    this.version = data.version
    this.types = data.types
  }

  /** Undefined for a type or a field that this version does not know. */
  field(recordType: string, name: string): FieldRule | undefined {
    return own(own(this.types, recordType)?.fields, name)
  }
}

const BUILT_IN = new Dictionary(DICTIONARY)

/** The dictionary this code was built with. */
export function dictionary(): Dictionary {
  return BUILT_IN
}

/** Throws ProtocolError "bad_value" if a value, as strict MessagePack gives it, is not of the kind. */
export function validate(value: unknown, kind: Kind): void {
  if (!isOfKind(value, kind)) throw new ProtocolError("bad_value")
}

export function isOfKind(value: unknown, kind: Kind): boolean {
  switch (kind.kind) {
    case "text":
      return typeof value === "string" && codePoints(value) <= kind.max
    case "int":
      return isInt(value) && kind.min <= value && value <= kind.max
    case "bool":
      return typeof value === "boolean"
    case "enum":
      return typeof value === "string" && kind.values.includes(value)
    case "date":
      return typeof value === "string" && isDate(value)
    case "moment":
      return isInt(value) && 0 <= value && value <= MAX_MOMENT
    case "id":
      return value instanceof Uint8Array && value.length === ID_SIZE
    case "change":
      return value instanceof Uint8Array && value.length === CHANGE_SIZE
    case "key":
      return value instanceof Uint8Array && value.length === KEY_SIZE
    case "list":
      return Array.isArray(value) && value.length <= kind.max && value.every((one) => isOfKind(one, kind.of))
    case "struct":
      return isMap(value) && isStruct(value, kind)
  }
}

/** Whether `one` is strictly more careful than `other` (policy "careful"), or more stopped ("state"). */
export function isMoreCareful(rule: FieldRule, one: Ordered, other: Ordered): boolean {
  return rank(rule, one) > rank(rule, other)
}

/** How careful, or how stopped, a value of the field's kind is; more is higher. In a set the value is a bool. */
export function rank(rule: FieldRule, value: Ordered): number {
  if (rule.order === "max") return ordinal(value)
  if (rule.order === "min") return 0 - ordinal(value)
  const order: readonly Ordered[] = rule.order.length > 0 ? rule.order : rule.stop_order
  return order.indexOf(value)
}

/**
 * Who may move a state, before null being its first write; undefined if no such arrow is declared.
 *
 * Staying is always open to whoever may write the field.
 */
export function arrow(rule: FieldRule, before: string | null, after: string): Who | undefined {
  if (before === after) return rule.write
  return rule.arrows.find((each) => each[0] === before && each[1] === after)?.[2]
}

function isStruct(value: object, kind: StructKind): boolean {
  if (!kind.required.every((name) => Object.hasOwn(value, name))) return false
  return Object.entries(value).every(([name, one]) => {
    const of = own(kind.fields, name)
    return of !== undefined && isOfKind(one, of)
  })
}

function isDate(value: string): boolean {
  const parts = DATE.exec(value)
  if (!parts) return false
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return year > 0 && date.getUTCMonth() === month - 1 // a day too many runs into the next month
}

function ordinal(value: Ordered): number {
  return typeof value === "string" ? Number(value.replaceAll("-", "")) : Number(value)
}

function isInt(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value)
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Names come from other devices: `constructor` is a name like any other. */
function own<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map && Object.hasOwn(map, name) ? map[name] : undefined
}
