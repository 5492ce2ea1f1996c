/**
 * What the policies of fields say: what a write's `over` replaces, and which of several standing values is shown.
 *
 * Source: sync/SPEC.md 5.  Twin: sync/policies.py.
 */

import type { Value } from "../crypto/encoding.ts"
import { type FieldRule, type Policy, rank } from "./dictionary.ts"

/**
 * A write that counts, as its register holds it.
 *
 * change: its change's id; id: the same in hex. packed: the value's strict MessagePack in hex; equal texts are one value;
 * null until it is asked for: most registers have one value, which is compared with nothing.
 * over: without itself. who: role and duties of its author.
 *
 * Kept by the register: seen, how many legal writes it names; barred, from how many of them no arrow leads to it;
 * isLegal, isEffective, see below; reachedBy, how many replace it.
 */
export interface Counted {
  readonly change: Uint8Array
  readonly id: string
  readonly at: number
  readonly value: Value
  packed: string | null
  readonly over: readonly string[]
  readonly who: ReadonlySet<string>
  seen: number
  barred: number
  isLegal: boolean
  isEffective: boolean
  reachedBy: number
}

/** (rule, standing writes of several values, by id) to the one shown. */
export type Choose = (rule: FieldRule, standing: readonly Counted[]) => Counted | null

/** Whether arrows lead to it from all it saw, or from nothing; else it is a request. Only "state" has arrows. */
export function isLegal(rule: FieldRule, write: Counted): boolean {
  if (rule.policy !== "state") return true
  return write.seen > 0 ? write.barred === 0 : leads(rule, null, write)
}

/** What is said stays; corrections are addenda. */
export const SAID_ONCE: ReadonlySet<Policy> = new Set<Policy>(["author", "once"])

/** Whether its `over` replaces anything: not a request's, and "once" only what settles its author's own conflict. */
export function isEffective(rule: FieldRule, write: Counted): boolean {
  return SAID_ONCE.has(rule.policy) ? write.seen > 1 : isLegal(rule, write)
}

/** Whether an effective write replaces one it names: "careful" not a more careful one, unless its author decides. */
export function reaches(rule: FieldRule, write: Counted, other: Counted): boolean {
  if (rule.policy !== "careful" || rule.decide.some((who) => write.who.has(who))) return true
  return rankOf(rule, other) <= rankOf(rule, write)
}

/** Whether an arrow leads the author from there to the value. Staying is open to whoever may write the field. */
export function leads(rule: FieldRule, origin: Value, write: Counted): boolean {
  if (origin === write.value) return true
  return rule.arrows.some(
    ([before, after, who]) => before === origin && after === write.value && who.some((one) => write.who.has(one)),
  )
}

/** A person must decide. */
export const chooseNone: Choose = () => null

/** The most careful, or the most stopped; of equals the first. */
export const chooseHighest: Choose = (rule, standing) =>
  standing.reduce((chosen, write) => (rankOf(rule, write) > rankOf(rule, chosen) ? write : chosen))

/** The greatest device time, then the greatest id. */
export const chooseLatest: Choose = (_rule, standing) =>
  standing.reduce((chosen, write) => (write.at >= chosen.at ? write : chosen))

/** Adding beats a concurrent removing. */
export const chooseTrue: Choose = (_rule, standing) => standing.find((write) => write.value === true) ?? null

export const CHOOSE: Readonly<Record<FieldRule["policy"], Choose>> = {
  ask: chooseNone,
  author: chooseNone,
  text: chooseNone,
  careful: chooseHighest,
  latest: chooseLatest,
  set: chooseTrue,
  once: chooseNone,
  state: chooseHighest,
}

function rankOf(rule: FieldRule, write: Counted): number {
  const { value } = write
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return rank(rule, value)
  throw new TypeError("only text, numbers and bools have an order")
}
