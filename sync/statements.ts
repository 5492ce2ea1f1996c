/**
 * Statements: what can be said in the directory, from strict MessagePack and back. Who may say it is judged elsewhere.
 *
 * Source: sync/SPEC.md 3, crypto/SPEC.md 7.2.  Twin: sync/statements.py.
 */

import type { Bytes } from "../crypto/bytes.ts"
import { CIRCLE_SIZE, type CircleKind } from "../crypto/contexts.ts"
import { pack, unpack, type Value } from "../crypto/encoding.ts"
import { statementDigest } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import type { PolicyValues, Right, Role, Seal, Shape } from "./shapes.ts"
import * as shapes from "./shapes.ts"

/** Bytes. */
export const MAX_STATEMENT = 262_144

type Id = Uint8Array
type RootKeys = { readonly root: Id; readonly rootSeal: Id }
type MemberStanding = { readonly member: Id; readonly role: Role; readonly duties: readonly string[] }
type OnCircle = { readonly circle: Id; readonly previous: Id | null }
type Lists = { readonly members: readonly Id[]; readonly devices: readonly Id[] }
type Secret = { readonly commitment: Id; readonly circleKey: Id; readonly seals: readonly Seal[] }

export type CentreFound = { readonly kind: "centre.found" } & RootKeys
export type RootReplace = { readonly kind: "root.replace" } & RootKeys
export type Void = { readonly kind: "void"; readonly entries: readonly Id[] }
export type MemberAdd = { readonly kind: "member.add" } & MemberStanding
export type MemberRole = { readonly kind: "member.role" } & MemberStanding
export type MemberEnd = { readonly kind: "member.end"; readonly member: Id }
/** expires: ms, for people only: no clock takes part in what counts. */
export type InviteOpen = {
  readonly kind: "invite.open"
  readonly invite: Id
  readonly sealKey: Id
  readonly member: Id
  readonly expires: number
}
export type InviteCancel = { readonly kind: "invite.cancel"; readonly invite: Id }
export type DeviceEnrol = {
  readonly kind: "device.enrol"
  readonly invite: Id
  readonly device: Id
  readonly sealKey: Id
  readonly signature: Uint8Array
}
export type DeviceAdd = { readonly kind: "device.add"; readonly member: Id; readonly device: Id; readonly sealKey: Id }
export type DeviceRevoke = { readonly kind: "device.revoke"; readonly device: Id }
/** values: by name; `rights` as `rightsOf` reads them, all else settings of the app. */
export type Policy = { readonly kind: "policy"; readonly values: PolicyValues }
export type CircleOpen = {
  readonly kind: "circle.open"
  readonly circleKind: CircleKind
  readonly case: Id | null
  readonly desk: Id | null
} & OnCircle &
  Lists &
  Secret
/** after: the epoch whose secret the lock holds. */
export type CircleEpoch = {
  readonly kind: "circle.epoch"
  readonly epoch: number
  readonly after: number
  readonly lock: Uint8Array
} & OnCircle &
  Lists &
  Secret
export type CircleSeal = {
  readonly kind: "circle.seal"
  readonly epoch: number
  readonly seals: readonly Seal[]
} & OnCircle &
  Lists
export type CircleClose = { readonly kind: "circle.close" } & OnCircle
/** last: id of the last change of the device that counts; nil: none does. deliberate: for the server only. */
export type CircleCutoff = {
  readonly kind: "circle.cutoff"
  readonly device: Id
  readonly last: Id | null
  readonly deliberate: boolean
} & OnCircle
export type CircleLetin = { readonly kind: "circle.letin"; readonly change: Id } & OnCircle
export type CircleShred = { readonly kind: "circle.shred" } & OnCircle
export type SealBad = { readonly kind: "seal.bad"; readonly epoch: number; readonly reason: string } & OnCircle

export type CentreStatement =
  | CentreFound
  | RootReplace
  | Void
  | MemberAdd
  | MemberRole
  | MemberEnd
  | InviteOpen
  | InviteCancel
  | DeviceEnrol
  | DeviceAdd
  | DeviceRevoke
  | Policy
export type CircleStatement =
  | CircleOpen
  | CircleEpoch
  | CircleSeal
  | CircleClose
  | CircleCutoff
  | CircleLetin
  | CircleShred
  | SealBad
export type Statement = CentreStatement | CircleStatement
export type Kind = Statement["kind"]

type Fields = { readonly [field: string]: Shape<unknown> }

const ON_CIRCLE: Fields = { circle: shapes.id16, previous: shapes.optional(shapes.bytes32) }
const LISTS: Fields = { members: shapes.ascending(shapes.id16), devices: shapes.ascending(shapes.bytes32) }
const STANDING: Fields = { member: shapes.id16, role: shapes.role, duties: shapes.words }
const ROOT: Fields = { root: shapes.bytes32, rootSeal: shapes.bytes32 }
const SECRET: Fields = { commitment: shapes.bytes32, circleKey: shapes.bytes32, seals: shapes.seals }
const DEVICE: Fields = { device: shapes.bytes32, sealKey: shapes.bytes32 }

const SHAPES: { readonly [K in Kind]: Fields } = {
  "centre.found": ROOT,
  "root.replace": ROOT,
  void: { entries: shapes.hashes },
  "member.add": STANDING,
  "member.role": STANDING,
  "member.end": { member: shapes.id16 },
  "invite.open": {
    invite: shapes.bytes32,
    sealKey: shapes.bytes32,
    member: shapes.id16,
    expires: shapes.milliseconds,
  },
  "invite.cancel": { invite: shapes.bytes32 },
  "device.enrol": { invite: shapes.bytes32, ...DEVICE, signature: shapes.bytes64 },
  "device.add": { member: shapes.id16, ...DEVICE },
  "device.revoke": { device: shapes.bytes32 },
  policy: { values: shapes.policy },
  "circle.open": {
    ...ON_CIRCLE,
    circleKind: shapes.circleKind,
    case: shapes.optional(shapes.id16),
    desk: shapes.optional(shapes.id16),
    ...LISTS,
    ...SECRET,
  },
  "circle.epoch": {
    ...ON_CIRCLE,
    epoch: shapes.epoch,
    after: shapes.epoch,
    ...LISTS,
    ...SECRET,
    lock: shapes.lock,
  },
  "circle.seal": { ...ON_CIRCLE, epoch: shapes.epoch, ...LISTS, seals: shapes.seals },
  "circle.close": ON_CIRCLE,
  "circle.cutoff": {
    ...ON_CIRCLE,
    device: shapes.bytes32,
    last: shapes.optional(shapes.bytes32),
    deliberate: shapes.boolean,
  },
  "circle.letin": { ...ON_CIRCLE, change: shapes.bytes32 },
  "circle.shred": ON_CIRCLE,
  "seal.bad": { ...ON_CIRCLE, epoch: shapes.epoch, reason: shapes.sealReason },
}

/** Every kind of statement this version knows. */
export const KINDS: ReadonlySet<string> = new Set(Object.keys(SHAPES))

/**
 * One statement, from a map, or from the bytes of a map.
 *
 * Throws ProtocolError: "too_large" (bytes over 262,144), "malformed" (not a strict map with a kind),
 * "unknown_statement", "malformed" (not exactly the fields of its kind), in that order.
 */
export function parseStatement(given: Value): Statement {
  const value = given instanceof Uint8Array ? unpacked(given) : given
  if (!shapes.isMap(value) || typeof value.kind !== "string") throw new ProtocolError("malformed")
  if (!KINDS.has(value.kind)) throw new ProtocolError("unknown_statement")
  const fields = Object.entries(SHAPES[value.kind as Kind])
  const names = fields.map(([field]) => wireName(field))
  if (Object.keys(value).length !== names.length + 1 || !names.every((name) => Object.hasOwn(value, name))) {
    throw new ProtocolError("malformed")
  }
  const read = fields.map(([field, shape], place) => [field, shape(value[names[place]!]!)])
  return { kind: value.kind, ...Object.fromEntries(read) } as Statement
}

/** The map that stands in an entry. */
export function statementMap(statement: Statement): { readonly [field: string]: Value } {
  return Object.fromEntries(Object.entries(statement).map(([field, value]) => [wireName(field), value as Value]))
}

/** Strict MessagePack of the map. Throws ProtocolError: "too_large". */
export function statementBytes(statement: Statement): Bytes {
  const data = pack(statementMap(statement))
  if (data.length > MAX_STATEMENT) throw new ProtocolError("too_large")
  return data
}

/** What the next statement on the same circle names as `previous`, and what stands for it where it is hashed. */
export async function digestOf(statement: Statement): Promise<Bytes> {
  return statementDigest(statementBytes(statement))
}

/** Is it one of SPEC 3.2? */
export function isOnCircle(statement: Statement): statement is CircleStatement {
  return statement.kind.startsWith("circle.") || statement.kind === "seal.bad"
}

/** Who may write which field by this policy. */
export function rightsOf(policy: Policy): readonly Right[] {
  return shapes.rights(policy.values.rights ?? [])
}

/** The circle a statement speaks of, even where its kind or form is not known to this version. */
export function circleNamed(data: Uint8Array): Uint8Array | null {
  try {
    const value = unpack(data)
    const circle = shapes.isMap(value) ? value.circle : null
    return circle instanceof Uint8Array && circle.length === CIRCLE_SIZE ? circle : null
  } catch {
    return null
  }
}

function unpacked(data: Uint8Array): Value {
  if (data.length > MAX_STATEMENT) throw new ProtocolError("too_large")
  return unpack(data)
}

/** `circleKey` is `circle_key` on the wire. */
function wireName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
