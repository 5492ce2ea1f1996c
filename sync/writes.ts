/**
 * Which writes of a change count, and where. A change that counts may hold writes that do not; each is judged alone.
 *
 * Source: sync/SPEC.md 4.3 and 5.  Twin: sync/writes.py.
 */

import { equal, toHex } from "../crypto/bytes.ts"
import { pack, type Value } from "../crypto/encoding.ts"
import { type Capacity, writesAs } from "./capacity.ts"
import { type Dictionary, type FieldRule, isOfKind } from "./dictionary.ts"
import { ascends, type Edit, isMap, type Write } from "./edits.ts"
import { MARK_SIZE } from "./shapes.ts"

/** The field by which every record can be crossed out, in the home of its type. */
export const DELETED = "deleted"
/** Changes that a deletion may name; the kind of `deleted` says the same. */
export const MAX_SEEN = 256
/** Policies under which nil empties a field (and takes a deletion back). */
export const CLEARABLE: ReadonlySet<FieldRule["policy"]> = new Set(["ask", "latest", "text"] as const)

/**
 * A change that counts (SPEC 4.1), with what the directory says of its author.
 *
 * capacities: at each head under which it counts. at: device time, ms. version: of the writer's dictionary.
 */
export interface Judged {
  readonly id: Uint8Array
  readonly circle: Uint8Array
  readonly circleKind: string
  readonly device: Uint8Array
  readonly member: Uint8Array
  readonly capacities: readonly Capacity[]
  readonly at: number
  readonly version: number
  readonly edits: readonly Edit[]
}

/**
 * Where values meet.
 *
 * element: its strict MessagePack, in a set field. member: the author, where the policy is `once`.
 * text: the same in both twins, for sorting and as a name; place: what it begins with, of the record in the circle.
 */
export class RegisterKey {
  readonly circle: Uint8Array
  readonly record: Uint8Array
  readonly type: string
  readonly field: string
  readonly element: Uint8Array | null
  readonly member: Uint8Array | null
  readonly text: string
  readonly place: string

  constructor(
    circle: Uint8Array,
    record: Uint8Array,
    type: string,
    field: string,
    element: Uint8Array | null = null,
    member: Uint8Array | null = null,
  ) {
    this.circle = circle
    this.record = record
    this.type = type
    this.field = field
    this.element = element
    this.member = member
    const [ofElement, ofMember] = [element ? toHex(element) : "", member ? toHex(member) : ""]
    this.place = placeText(circle, record, type)
    this.text = `${this.place}/${field}/${ofElement}/${ofMember}`
  }
}

interface Place {
  readonly circle: Uint8Array
  readonly record: Uint8Array
  readonly type: string
  readonly text: string
}

let last: Place | null = null

/** The last one is remembered: a change writes many fields of one record. */
function placeText(circle: Uint8Array, record: Uint8Array, type: string): string {
  if (!last || last.circle !== circle || last.record !== record || last.type !== type) {
    last = { circle, record, type, text: `${toHex(circle)}/${toHex(record)}/${type}` }
  }
  return last.text
}

/** The changes of a record that its deleter had seen, as the value of `deleted` names them. */
export function seenBy(deletion: Value): readonly Uint8Array[] {
  const seen = isMap(deletion) ? deletion.seen : null
  return Array.isArray(seen) ? seen.filter((id) => id instanceof Uint8Array) : []
}

/** A write that does not count, kept as it came. code: what `judgeWrite` says. */
export interface SetAside {
  readonly record: Uint8Array
  readonly type: string
  readonly write: Write
  readonly code: string
}

/**
 * The rule of its field if the write counts, else why not.
 *
 * In this order: "unjudged" (a field this dictionary lacks), "not_home", "bad_value" ("unjudged" if the writer's
 * dictionary was newer: it may have grown a choice), "not_entitled". Source: SPEC 4.3.
 */
export function judgeWrite(dictionary: Dictionary, change: Judged, edit: Edit, write: Write): FieldRule | string {
  const rule = dictionary.field(edit.type, write.field)
  if (!rule) return "unjudged"
  if (rule.home !== change.circleKind) return "not_home"
  if (!fits(rule, write)) return change.version > dictionary.version ? "unjudged" : "bad_value"
  if (rule.policy === "author" && !isOf(edit.record, change.member)) return "not_entitled"
  if (writesAs(rule, change.capacities).size === 0) return "not_entitled"
  return rule
}

/** Whether a record's id says that this member made it. No two members of a centre begin alike. Source: SPEC 4.3. */
export function isOf(record: Uint8Array, member: Uint8Array): boolean {
  return equal(record.subarray(0, MARK_SIZE), member.subarray(0, MARK_SIZE))
}

/** The register in which a write that counts stands. */
export function registerKey(rule: FieldRule, change: Judged, edit: Edit, write: Write): RegisterKey {
  const element = rule.each ? pack(write.element) : null
  const member = rule.policy === "once" ? change.member : null
  return new RegisterKey(change.circle, edit.record, edit.type, write.field, element, member)
}

function fits(rule: FieldRule, write: Write): boolean {
  if (rule.each) return typeof write.value === "boolean" && write.element !== null && isOfKind(write.element, rule.kind)
  if (write.element !== null) return false
  if (write.value === null) return CLEARABLE.has(rule.policy)
  return isOfKind(write.value, rule.kind) && (rule.field !== DELETED || ascends(seenBy(write.value)))
}
