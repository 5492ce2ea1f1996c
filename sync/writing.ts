/**
 * Records written field by field: each write into the circle that is its field's home, over the values that were seen.
 *
 * Source: sync/SPEC.md 4.2, 4.3, 5.  Twin: sync/writing.py.
 */

import { compare, equal, toHex } from "../crypto/bytes.ts"
import { pack, unpack, type Value } from "../crypto/encoding.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import { capacities } from "./capacity.ts"
import { dictionary, type FieldRule } from "./dictionary.ts"
import { type Edit, inNfc, isArray, MAX_EDITS, type Write } from "./edits.ts"
import type { Holdings } from "./holdings.ts"
import { SAID_ONCE } from "./policies.ts"
import type { View } from "./register.ts"
import { DELETED, type Judged, judgeWrite, MAX_SEEN, registerKey } from "./writes.ts"

/** Kind of circle to the circle in which fields of that home are written. */
export type Where = { readonly [kind: string]: Uint8Array }

/** Values by field; of a set, the elements to add. */
export type Fields = { readonly [field: string]: Value }

/** What became of a save. change: its id; null: it waits as a draft for `code`, and is written when that is gone. */
export type Saved = { readonly circle: Uint8Array; readonly change: Uint8Array | null; readonly code: string | null }

/** What writing needs of a device's core. */
export type Core = {
  readonly held: Holdings
  save(circle: Uint8Array, edits: readonly Edit[], at?: number): Promise<Saved>
}

/** Writes in one record, by field and element. */
type Written = { readonly record: Uint8Array; readonly type: string; readonly writes: Map<string, Write> }

/**
 * Gathers writes and saves them, one change a circle. Checked as it goes: what would not count is not taken.
 *
 * Throws ProtocolError from `put`, `drop`, `crossOut`: "not_home" (no circle of that kind is given), "bad_value" (or no
 * such field), "not_entitled", "exists" (another text was submitted already).
 */
export class Writing {
  readonly #core: Core
  readonly #where: Where
  #edits = new ByteMap<Map<string, Written>>()

  constructor(core: Core, where: Where) {
    this.#core = core
    this.#where = where
  }

  put(record: Uint8Array, type: string, fields: Fields): this {
    for (const [field, value] of Object.entries(fields)) {
      const rule = ruleOf(type, field)
      if (!rule.each) this.#write(rule, record, null, value)
      else if (isArray(value)) for (const element of value) this.#write(rule, record, element, true)
      else throw new ProtocolError("bad_value")
    }
    return this
  }

  /** Elements to take out of a set. */
  drop(record: Uint8Array, type: string, field: string, ...elements: readonly Value[]): this {
    for (const element of elements) this.#write(ruleOf(type, field), record, element, false)
    return this
  }

  /**
   * A record, with everything of it that is seen here.
   *
   * Of more than 256 changes so many at a time: save, and cross out again, until the part is deleted.
   */
  crossOut(record: Uint8Array, type: string, reason: string): this {
    const rule = ruleOf(type, DELETED)
    const part = this.#core.held.ledger.merge.record(record, type).get(toHex(this.#circle(rule)))
    let seen = changesOf(part?.views.flatMap((view) => view.values) ?? [])
    if (part && seen.length > MAX_SEEN) seen = seen.filter((change) => !part.seen.has(toHex(change)))
    this.#write(rule, record, null, { reason, seen: seen.slice(0, MAX_SEEN) })
    return this
  }

  /** One value in place of all that stand in a register, or were asked for there. */
  over(view: View, value: Value): this {
    const { key } = view
    const element = key.element && unpack(key.element)
    const write = { field: key.field, element, value: inNfc(value), over: seenIn(view) }
    this.#edit(key.circle, ruleOf(key.type, key.field), key.record, write)
    return this
  }

  /** In the vault when it resolves: a change (or a draft) in each circle. at: device time, ms; now, unless given. */
  async save(at?: number): Promise<Saved[]> {
    const saved: Saved[] = []
    for (const [circle, records] of this.#edits.entries()) {
      saved.push(await this.#core.save(circle, asEdits([...records.values()]), at))
    }
    this.#edits = new ByteMap()
    return saved
  }

  #write(rule: FieldRule, record: Uint8Array, element: Value, value: Value): void {
    const circle = this.#circle(rule)
    // An element that is taken out is named as it was put in.
    const said = value === false ? { element, value } : { element: inNfc(element), value: inNfc(value) }
    const write = { field: rule.field, ...said, over: [] }
    const key = registerKey(rule, this.#judged(circle, rule), { record, type: rule.type, writes: [write] }, write)
    const view = this.#core.held.ledger.merge.register(key)
    const [submitted, ...others] = view.values
    if (SAID_ONCE.has(rule.policy) && submitted && others.length === 0) {
      if (equal(pack(submitted.value), pack(write.value))) return
      throw new ProtocolError("exists")
    }
    this.#edit(circle, rule, record, { ...write, over: seenIn(view) })
  }

  #edit(circle: Uint8Array, rule: FieldRule, record: Uint8Array, write: Write): void {
    const { type } = rule
    const judged = judgeWrite(dictionary(), this.#judged(circle, rule), { record, type, writes: [write] }, write)
    if (typeof judged === "string") throw new ProtocolError(judged)
    const records = this.#edits.getOrMake(circle, () => new Map())
    const name = `${toHex(record)}/${type}`
    const written: Written = records.get(name) ?? { record, type, writes: new Map() }
    records.set(name, written)
    written.writes.set(`${rule.field}/${toHex(pack(write.element))}`, write)
  }

  #circle(rule: FieldRule): Uint8Array {
    const circle = Object.hasOwn(this.#where, rule.home) ? this.#where[rule.home] : undefined
    if (!circle) throw new ProtocolError("not_home")
    return circle
  }

  /** Ourselves, as the writes will be judged; of the change only what judging a write looks at. */
  #judged(circle: Uint8Array, rule: FieldRule): Judged {
    const { directory, member, key: device, head } = this.#core.held
    return {
      id: new Uint8Array(0),
      circle,
      circleKind: directory.circle(circle, head)?.kind ?? rule.home,
      device,
      member,
      capacities: capacities(directory, member, [head]),
      at: 0,
      version: dictionary().version,
      edits: [],
    }
  }
}

function ruleOf(type: string, field: string): FieldRule {
  const rule = dictionary().field(type, field)
  if (!rule) throw new ProtocolError("bad_value")
  return rule
}

/** Every change whose value stands, or is asked for, in what was shown. */
function seenIn(view: View): Uint8Array[] {
  return changesOf([...view.values, ...view.requests])
}

/** The changes that wrote these values; ascending, each once. */
export function changesOf(values: readonly { readonly changes: readonly Uint8Array[] }[]): Uint8Array[] {
  return new ByteSet(values.flatMap((value) => value.changes)).values().sort(compare)
}

function asEdits(records: readonly Written[]): Edit[] {
  if (records.length > MAX_EDITS) throw new ProtocolError("too_large")
  return records.map(({ record, type, writes }) => ({ record, type, writes: [...writes.values()] }))
}
