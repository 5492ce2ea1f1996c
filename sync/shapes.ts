/**
 * Forms of the values in statements. A shape takes a MessagePack value and gives it back.
 *
 * Every shape throws ProtocolError "malformed" for what is not of its form.
 * Source: sync/SPEC.md 3.  Twin: sync/shapes.py.
 */

import { compare } from "../crypto/bytes.ts"
import { CIRCLE_KINDS, type CircleKind } from "../crypto/contexts.ts"
import type { Value } from "../crypto/encoding.ts"
import { ProtocolError } from "../crypto/errors.ts"

export const ROLES = ["supporter", "professional", "staff", "admin"] as const
export type Role = (typeof ROLES)[number]
export const SEAL_REASONS: ReadonlySet<string> = new Set([
  "truncated",
  "wrong_key",
  "malformed",
  "bad_commitment",
  "bad_circle_key",
  "bad_lock",
])
export const MAX_SEALS = 2_000
/** Bytes of a member's id, with which the ids of its records begin. */
export const MARK_SIZE = 8
/** Entries a void names. */
export const MAX_VOID = 1_000
/** Milliseconds. */
const MAX_TIME = 2 ** 53 - 1
const MAX_EPOCH = 2 ** 32 - 1
const SEALED_SIZE = 80
const WORD = /^[a-z][a-z0-9_]{0,31}$/
const NAME = /^[a-z][a-z0-9_]{0,63}$/

export type Shape<T> = (value: Value) => T
/** [recipient's sealing key, sealed secret]. */
export type Seal = readonly [key: Uint8Array, sealed: Uint8Array]
/** Who may write a field by policy. */
export type Right = readonly [type: string, field: string, who: readonly string[]]
/** Settings by name; `rights` is an array of `Right`. */
export type PolicyValues = { readonly [name: string]: Value }

function refuse(): never {
  throw new ProtocolError("malformed")
}

function sized(size: number): Shape<Uint8Array> {
  return (value) => (value instanceof Uint8Array && value.length === size ? value : refuse())
}

function integer(least: number, most: number): Shape<number> {
  return (value) => (typeof value === "number" && least <= value && value <= most ? value : refuse())
}

function text(pattern: RegExp): Shape<string> {
  return (value) => (typeof value === "string" && pattern.test(value) ? value : refuse())
}

function among<T extends string>(words: ReadonlySet<string>): Shape<T> {
  return (value) => (typeof value === "string" && words.has(value) ? (value as T) : refuse())
}

function array<T>(of: Shape<T>, least: number, most: number | null): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length < least || (most !== null && value.length > most)) refuse()
    return (value as readonly Value[]).map(of)
  }
}

/** Nil, or of the shape. */
export function optional<T>(of: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : of(value))
}

/** An array in ascending order, none twice. */
export function ascending(of: Shape<Uint8Array>): Shape<readonly Uint8Array[]> {
  const whole = array(of, 0, null)
  return (value) => {
    const elements = whole(value)
    return ascends(elements) ? elements : refuse()
  }
}

export const id16 = sized(16)
export const bytes32 = sized(32)
export const bytes64 = sized(64)
export const lock = sized(60)
export const epoch = integer(1, MAX_EPOCH)
export const milliseconds = integer(0, MAX_TIME)
export const role = among<Role>(new Set(ROLES))
export const circleKind = among<CircleKind>(new Set(Object.keys(CIRCLE_KINDS)))
export const sealReason = among<string>(SEAL_REASONS)
export const words = array(text(WORD), 0, null)
export const hashes = array(bytes32, 1, MAX_VOID)
const name = text(NAME)
const sealed = sized(SEALED_SIZE)

/** True or false. */
export function boolean(value: Value): boolean {
  return typeof value === "boolean" ? value : refuse()
}

function pair(value: Value): Seal {
  if (!Array.isArray(value) || value.length !== 2) refuse()
  const [key, secret] = value as readonly Value[]
  return [bytes32(key!), sealed(secret!)]
}

/** Recipient's key and what is sealed to it, ascending by key, none twice, at most 2,000. */
export function seals(value: Value): readonly Seal[] {
  const pairs = array(pair, 0, MAX_SEALS)(value)
  return ascends(pairs.map(([key]) => key)) ? pairs : refuse()
}

function right(value: Value): Right {
  if (!Array.isArray(value) || value.length !== 3) refuse()
  const [type, field, who] = value as readonly Value[]
  return [name(type!), name(field!), words(who!)]
}

/** [type, field, [who…]] for each field whose writers a policy changes. */
export const rights: Shape<readonly Right[]> = array(right, 0, null)

/** Settings by name: ints, bools, text; `rights` of the form above. */
export function policy(value: Value): PolicyValues {
  if (!isMap(value)) refuse()
  const values = value as PolicyValues
  for (const [setting, held] of Object.entries(values)) {
    if (setting === "rights") rights(held)
    else if (!["number", "boolean", "string"].includes(typeof held)) refuse()
  }
  return values
}

/** Is it a MessagePack map? */
export function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function ascends(elements: readonly Uint8Array[]): boolean {
  return elements.every((element, place) => place === 0 || compare(elements[place - 1]!, element) < 0)
}
