/**
 * In what capacity a change was written: role, duties and rights of its author, at each head under which it counts.
 *
 * Source: sync/SPEC.md 4.3.  Twin: sync/capacity.py.
 */

import type { FieldRule } from "./dictionary.ts"
import type { Directory } from "./directory.ts"

/** (type, field) to who may write it by `policy` at a head; null where the dictionary's word holds. */
export type Rights = (type: string, field: string) => readonly string[] | null

/** At one head. who: the member's role and duties. */
export interface Capacity {
  readonly who: ReadonlySet<string>
  readonly rights: Rights
}

/** Of a member, at the heads of these indices. */
export function capacities(directory: Directory, member: Uint8Array, heads: readonly number[]): readonly Capacity[] {
  return heads.map((head) => capacity(directory, member, head))
}

/** Answers of `writesAs`, for as long as the capacities are used. */
const answers = new WeakMap<readonly Capacity[], Map<FieldRule, ReadonlySet<string>>>()

/**
 * As whom an author may write a field: the roles and duties of every capacity that may. Empty: of none.
 *
 * The answer is remembered with the capacities, which one contact's changes share: it is asked twice for every write.
 */
export function writesAs(rule: FieldRule, held: readonly Capacity[]): ReadonlySet<string> {
  const known = answers.get(held) ?? new Map<FieldRule, ReadonlySet<string>>()
  const answer = known.get(rule) ?? answered(rule, held)
  answers.set(held, known.set(rule, answer))
  return answer
}

function answered(rule: FieldRule, held: readonly Capacity[]): ReadonlySet<string> {
  const may = held.filter((one) => writers(rule, one).some((who) => one.who.has(who)))
  return new Set(may.flatMap(({ who }) => [...who]))
}

function capacity(directory: Directory, member: Uint8Array, head: number): Capacity {
  const role = directory.role(member, head)
  const who = new Set([...directory.duties(member, head), ...(role === null ? [] : [role])])
  return { who, rights: (type, field) => directory.rights(type, field, head) }
}

function writers(rule: FieldRule, held: Capacity): readonly string[] {
  return held.rights(rule.type, rule.field) ?? rule.write
}
