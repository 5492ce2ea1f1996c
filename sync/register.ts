/**
 * One register: the writes that count, which of them stand, and what is shown.
 *
 * The state is a function of the set of writes. For an id is the digest of a change and of the ids it names: naming has
 * no rings, so whether a write is legal and what it reaches follow from those it names. Adding and removing keep account.
 *
 * Source: sync/SPEC.md 5.  Twin: sync/register.py.
 */

import { toHex } from "../crypto/bytes.ts"
import { pack, type Value } from "../crypto/encoding.ts"
import type { FieldRule } from "./dictionary.ts"
import { CHOOSE, type Counted, isEffective, isLegal, leads, reaches } from "./policies.ts"
import type { RegisterKey } from "./writes.ts"

export type Status = "empty" | "settled" | "conflict" | "decided"

/** A value and the changes that wrote it, ascending. */
export interface StandingValue {
  readonly value: Value
  readonly changes: readonly Uint8Array[]
}

/**
 * What a register says.
 *
 * status: "settled": one value, or the policy bothers nobody; "decided": several, the policy's choice is shown until a
 * person decides; "conflict": several, none is shown as the value; "empty": none stands, or the one to show is nil.
 * values: all that stand, by smallest change id. requests: asked for without a legal arrow, and not answered yet.
 */
export interface View {
  readonly key: RegisterKey
  readonly status: Status
  readonly shown: StandingValue | null
  readonly values: readonly StandingValue[]
  readonly requests: readonly StandingValue[]
}

/** The counting writes of one register, with the account of who reaches whom. */
export class Register {
  readonly key: RegisterKey
  readonly rule: FieldRule
  /** Most registers have one write, which nothing names: it stands here, and each map less is felt by the thousand. */
  #only: Counted | null = null
  /** From the second write on, by id. */
  #writes: Map<string, Counted> | null = null
  /** Null: all of them. */
  #unreached: Map<string, Counted> | null = null
  #namers: Map<string, Set<Counted>> | null = null

  constructor(key: RegisterKey, rule: FieldRule) {
    this.key = key
    this.rule = rule
  }

  get size(): number {
    return this.#writes?.size ?? (this.#only ? 1 : 0)
  }

  /** Whether there is one write, which stands. */
  get isPlain(): boolean {
    return this.#only?.isLegal === true && this.#only.reachedBy === 0
  }

  /** Take in a write whose change wrote nothing here yet. Costs its `over` and the writes that name it. */
  add(write: Counted): void {
    this.#put(write)
    this.#unreached?.set(write.id, write)
    for (const id of write.over) {
      this.#namers ??= new Map()
      const namers = this.#namers.get(id)
      if (namers) namers.add(write)
      else this.#namers.set(id, new Set([write]))
    }
    for (const other of this.named(write)) if (other.isLegal) this.#see(write, other, 1)
    for (const namer of this.#namersOf(write)) {
      if (namer.isEffective && reaches(this.rule, namer, write)) this.#reach(write, 1)
    }
    this.#settle(this.#turn(write))
  }

  /** Take a change's write out, as if it had never been here. Costs the same as adding it. */
  remove(id: string): void {
    const write = this.#get(id)
    if (!write) return
    const affected = this.#become(write, false, false)
    this.#writes?.delete(id)
    this.#only = null
    this.#unreached?.delete(id)
    for (const named of write.over) {
      const namers = this.#namers?.get(named)
      namers?.delete(write)
      if (namers?.size === 0) this.#namers?.delete(named)
    }
    this.#settle(affected)
  }

  /** The writes in its `over` that are here. */
  named(write: Counted): readonly Counted[] {
    return write.over.length === 0 ? NOBODY : write.over.flatMap((id) => this.#get(id) ?? [])
  }

  /** The writes that stand, in no order. */
  standing(): readonly Counted[] {
    return this.#unreachedOnes().filter((write) => write.isLegal)
  }

  /** What the register says now. Costs the standing writes and the requests. */
  view(): View {
    if (this.#only && this.isPlain) return this.#plainView(this.#only)
    const unreached = this.#unreachedOnes().sort((one, other) => (one.id < other.id ? -1 : 1))
    const standing = unreached.filter((write) => write.isLegal)
    const requests = joinEqual(unreached.filter((write) => !write.isLegal))
    const values = joinEqual(standing)
    const { key, rule } = this
    const chosen = values.length > 1 ? CHOOSE[rule.policy](rule, standing) : (standing[0] ?? null)
    if (!chosen || chosen.value === null) {
      return { key, status: chosen || values.length === 0 ? "empty" : "conflict", shown: null, values, requests }
    }
    const shown = values.find((value) => value.changes.includes(chosen.change)) ?? null
    const isSettled = values.length === 1 || rule.policy === "latest"
    return { key, status: isSettled ? "settled" : "decided", shown, values, requests }
  }

  /** The same, of the one write that stands: nearly all registers are asked for it, again and again. */
  #plainView({ value, change }: Counted): View {
    const only = { value, changes: [change] }
    const isEmpty = value === null
    return {
      key: this.key,
      status: isEmpty ? "empty" : "settled",
      shown: isEmpty ? null : only,
      values: [only],
      requests: NOTHING,
    }
  }

  /** Turn what saw a write become legal or illegal, and so on. No more rounds than naming is deep. */
  #settle(affected: readonly Counted[]): void {
    let left = affected
    for (let round = 0; round < this.size && left.length > 0; round++) {
      left = [...new Set(left.flatMap((write) => this.#turn(write)))]
    }
  }

  #turn(write: Counted): readonly Counted[] {
    return this.#become(write, isLegal(this.rule, write), isEffective(this.rule, write))
  }

  /** Bring the account up to date; the writes that saw it turn legal or illegal. */
  #become(write: Counted, isLegal: boolean, isEffective: boolean): readonly Counted[] {
    if (write.isEffective !== isEffective) {
      write.isEffective = isEffective
      for (const other of this.named(write)) {
        if (reaches(this.rule, write, other)) this.#reach(other, isEffective ? 1 : -1)
      }
    }
    if (write.isLegal === isLegal) return []
    write.isLegal = isLegal
    const namers = this.#namersOf(write)
    for (const namer of namers) this.#see(namer, write, isLegal ? 1 : -1)
    return namers
  }

  #see(write: Counted, other: Counted, times: number): void {
    write.seen += times
    if (!leads(this.rule, other.value, write)) write.barred += times
  }

  #reach(write: Counted, times: number): void {
    write.reachedBy += times
    this.#unreached ??= new Map(this.#all().map((each) => [each.id, each]))
    if (write.reachedBy > 0) this.#unreached.delete(write.id)
    else this.#unreached.set(write.id, write)
  }

  #put(write: Counted): void {
    if (this.size === 0) {
      this.#writes = null
      this.#only = write
      return
    }
    this.#writes ??= new Map(this.#all().map((each) => [each.id, each]))
    this.#writes.set(write.id, write)
    this.#only = null
  }

  #get(id: string): Counted | undefined {
    return this.#writes ? this.#writes.get(id) : this.#only?.id === id ? this.#only : undefined
  }

  #all(): Counted[] {
    return this.#writes ? [...this.#writes.values()] : this.#only ? [this.#only] : []
  }

  #unreachedOnes(): Counted[] {
    return this.#unreached ? [...this.#unreached.values()] : this.#all()
  }

  #namersOf(write: Counted): readonly Counted[] {
    const namers = this.#namers?.get(write.id)
    return namers ? [...namers] : NOBODY
  }
}

const NOBODY: readonly Counted[] = []
const NOTHING: readonly StandingValue[] = []

/** Equal values as one, in the order given. */
function joinEqual(writes: readonly Counted[]): readonly StandingValue[] {
  if (writes.length < 2) return writes.map(({ value, change }) => ({ value, changes: [change] }))
  const groups = new Map<string, { value: Value; changes: Uint8Array[] }>()
  for (const write of writes) {
    write.packed ??= toHex(pack(write.value))
    const group = groups.get(write.packed)
    if (group) group.changes.push(write.change)
    else groups.set(write.packed, { value: write.value, changes: [write.change] })
  }
  return [...groups.values()]
}
