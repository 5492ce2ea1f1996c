/**
 * What is true after everybody has written: the registers that the counting changes of a device's circles add up to.
 *
 * The state is a function of the set of changes taken in, in whatever order and however often. Taking one in or out costs
 * its own registers only.
 *
 * Source: sync/SPEC.md 4.3 and 5.  Twin: sync/merge.py.
 */

import { toHex } from "../crypto/bytes.ts"
import { canonical, type Json, setAsideJson, viewJson } from "./canonical.ts"
import { writesAs } from "./capacity.ts"
import type { Dictionary, FieldRule } from "./dictionary.ts"
import type { Edit, Write } from "./edits.ts"
import type { Counted } from "./policies.ts"
import { Register, type View } from "./register.ts"
import { DELETED, type Judged, judgeWrite, type RegisterKey, registerKey, type SetAside, seenBy } from "./writes.ts"

const NO_KEYS: Keys = new Map()
const UNSEEN: ReadonlySet<string> = new Set()

/**
 * What one circle holds of a record.
 *
 * isDeleted: crossed out by somebody who had seen every change that stands here. seen: the changes that any standing
 * deletion had seen, in hex. views: of its registers, by key.
 */
export interface Part {
  readonly record: Uint8Array
  readonly type: string
  readonly circle: Uint8Array
  readonly circleKind: string
  readonly isDeleted: boolean
  readonly seen: ReadonlySet<string>
  readonly views: readonly View[]
}

/** Keys by their text. */
export type Keys = ReadonlyMap<string, RegisterKey>

/** Registers of a record in one circle, by their text. part: what they say, from when it was asked for until they move. */
interface Registers {
  readonly byText: Map<string, Register>
  part: Part | null
}

/** By circle in hex. */
interface Held {
  readonly record: Uint8Array
  readonly type: string
  readonly circles: Map<string, Registers>
}

/**
 * The state of the changes taken in.
 *
 * refused, unjudged: writes that do not count, as they came, by change id in hex and in the change's order. After an
 * update of the app `new Merge(newer dictionary, older.changes())` judges the unjudged.
 */
export class Merge {
  readonly refused = new Map<string, SetAside[]>()
  readonly unjudged = new Map<string, SetAside[]>()
  readonly #dictionary: Dictionary
  readonly #changes = new Map<string, readonly [Judged, Keys]>()
  readonly #places = new Map<string, Registers>()
  readonly #records = new Map<string, Held>()

  constructor(dictionary: Dictionary, changes: Iterable<Judged> = []) {
    this.#dictionary = dictionary
    for (const change of changes) this.add(change)
  }

  /** Take in a change that counts; the registers it touched. One that is in already is judged anew. */
  add(change: Judged): Keys {
    const id = toHex(change.id)
    const touched = this.#takeOut(id)
    const keys = new Map<string, RegisterKey>()
    this.#changes.set(id, [change, keys])
    for (const edit of change.edits) {
      for (const write of edit.writes) {
        const key = this.#take(id, change, edit, write)
        if (key) keys.set(key.text, key)
      }
    }
    return touched.size > 0 ? new Map([...touched, ...keys]) : keys
  }

  /** Take out a change that counts no longer, as if it had never been here; the registers it touched. */
  remove(change: Uint8Array): Keys {
    return this.#takeOut(toHex(change))
  }

  /** The changes taken in. */
  changes(): readonly Judged[] {
    return [...this.#changes.values()].map(([change]) => change)
  }

  /** The change of this id, if it is in: who wrote, when, on which device. */
  change(id: Uint8Array): Judged | null {
    return this.#changes.get(toHex(id))?.[0] ?? null
  }

  /** What a register says; "empty" if nobody wrote there. */
  register(key: RegisterKey): View {
    return this.#register(key)?.view() ?? { key, status: "empty", shown: null, values: [], requests: [] }
  }

  /** Whether a register says one thing, which one write says: most do, and a person has nothing to decide there. */
  isPlain(key: RegisterKey): boolean {
    return this.#register(key)?.isPlain ?? false
  }

  /** [id, type] of every record in which something counts. */
  records(): readonly (readonly [Uint8Array, string])[] {
    return [...this.#records.values()].map(({ record, type }) => [record, type])
  }

  /** The parts of a record, by circle in hex. Two of one circle kind are never mixed: a screen shows them apart. */
  record(record: Uint8Array, type: string): ReadonlyMap<string, Part> {
    const circles = this.#records.get(recordText({ record, type }))?.circles ?? []
    return new Map(ascending(circles).map(([circle, registers]) => [circle, part(registers)]))
  }

  /** The whole state, canonical: the same text for the same set of changes, in both twins. */
  toJson(): string {
    const parts = [...this.#records.values()].flatMap(({ circles }) => [...circles.values()].map(part))
    const deleted = parts
      .filter((part) => part.isDeleted)
      .map(({ circle, record, type }) => [toHex(circle), toHex(record), type])
    return canonical({
      deleted: deleted.sort(),
      refused: setAsidesJson(this.refused),
      registers: ascending([...this.#places.values()].flatMap(({ byText }) => [...byText])).map(([, register]) =>
        viewJson(register.view()),
      ),
      unjudged: setAsidesJson(this.unjudged),
    })
  }

  #takeOut(id: string): Keys {
    this.refused.delete(id)
    this.unjudged.delete(id)
    const [, keys] = this.#changes.get(id) ?? [null, NO_KEYS]
    this.#changes.delete(id)
    for (const key of keys.values()) this.#erase(key, id)
    return keys
  }

  #take(id: string, change: Judged, edit: Edit, write: Write): RegisterKey | null {
    const judged = judgeWrite(this.#dictionary, change, edit, write)
    if (typeof judged !== "string") return this.#write(judged, id, change, edit, write)
    const aside = judged === "unjudged" ? this.unjudged : this.refused
    getOrSet<SetAside[]>(aside, id, () => []).push({ record: edit.record, type: edit.type, write, code: judged })
    return null
  }

  #write(rule: FieldRule, id: string, change: Judged, edit: Edit, write: Write): RegisterKey {
    const key = registerKey(rule, change, edit, write)
    const registers = getOrSet(this.#places, key.place, () => this.#newPlace(key))
    const register = getOrSet(registers.byText, key.text, () => {
      return new Register(key, rule)
    })
    registers.part = null
    register.add(counted(id, change, write, writesAs(rule, change.capacities)))
    return register.key
  }

  #newPlace(key: RegisterKey): Registers {
    const { record, type } = key
    const held = getOrSet(this.#records, recordText(key), () => ({ record, type, circles: new Map() }))
    return getOrSet<Registers>(held.circles, toHex(key.circle), () => ({ byText: new Map(), part: null }))
  }

  #register(key: RegisterKey): Register | undefined {
    return this.#places.get(key.place)?.byText.get(key.text)
  }

  #erase(key: RegisterKey, id: string): void {
    const registers = this.#places.get(key.place)
    const register = registers?.byText.get(key.text)
    register?.remove(id)
    if (registers) registers.part = null
    if (!registers || register?.size !== 0) return
    registers.byText.delete(key.text)
    if (registers.byText.size > 0) return
    this.#places.delete(key.place)
    const circles = this.#records.get(recordText(key))?.circles
    circles?.delete(toHex(key.circle))
    if (circles?.size === 0) this.#records.delete(recordText(key))
  }
}

/** Asked for again and again between two changes: by what is shown, by what is to be reviewed, by what is searched. */
function part(registers: Registers): Part {
  registers.part ??= madePart(registers.byText)
  return registers.part
}

function madePart(registers: ReadonlyMap<string, Register>): Part {
  const ordered = ascending(registers).map(([, register]) => register)
  const [first] = ordered
  if (!first) throw new RangeError("a part has registers")
  const { circle, record, type } = first.key
  const views = ordered.map((register) => register.view())
  const seen = deletions(ordered)
  if (seen.length === 0) {
    return { record, type, circle, circleKind: first.rule.home, isDeleted: false, seen: UNSEEN, views }
  }
  const others = ordered.filter((register) => !isDeletion(register)).flatMap((register) => register.standing())
  const isDeleted = seen.some((each) => others.every(({ id }) => each.has(id))) // an edit none had seen brings it back
  const whole = new Set(seen.flatMap((each) => [...each]))
  return { record, type, circle, circleKind: first.rule.home, isDeleted, seen: whole, views }
}

/** What each standing deletion had seen. */
function deletions(registers: readonly Register[]): readonly ReadonlySet<string>[] {
  return registers.filter(isDeletion).flatMap((register) => {
    const standing = register.standing().filter(({ value }) => value !== null)
    return standing.map((deletion) => seen(register, deletion))
  })
}

function isDeletion(register: Register): boolean {
  return register.key.field === DELETED
}

/** The changes that a deletion, and those it was written over one by one, had seen; their own too. */
function seen(register: Register, deletion: Counted): ReadonlySet<string> {
  const chain = new Map([[deletion.id, deletion]])
  const waiting = [deletion]
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const before = register.named(one).filter(({ id, value }) => value !== null && !chain.has(id))
    for (const write of before) chain.set(write.id, write)
    waiting.push(...before)
  }
  return new Set([...chain.keys(), ...[...chain.values()].flatMap(({ value }) => seenBy(value).map(toHex))])
}

function counted(id: string, change: Judged, write: Write, who: ReadonlySet<string>): Counted {
  return {
    change: change.id,
    id,
    at: change.at,
    value: write.value,
    packed: null,
    over: write.over.map(toHex).filter((other) => other !== id),
    who,
    seen: 0,
    barred: 0,
    isLegal: false,
    isEffective: false,
    reachedBy: 0,
  }
}

function setAsidesJson(aside: ReadonlyMap<string, readonly SetAside[]>): readonly Json[] {
  return ascending(aside).flatMap(([change, writes]) => writes.map((one) => setAsideJson(change, one)))
}

function recordText({ record, type }: Pick<RegisterKey, "record" | "type">): string {
  return `${toHex(record)}/${type}`
}

function ascending<T>(named: Iterable<readonly [string, T]>): readonly (readonly [string, T])[] {
  return [...named].sort(([one], [other]) => (one < other ? -1 : 1))
}

function getOrSet<T>(map: Map<string, T>, name: string, make: () => T): T {
  const held = map.get(name)
  if (held !== undefined) return held
  const made = make()
  map.set(name, made)
  return made
}
