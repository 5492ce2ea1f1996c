/**
 * What counts: a pure function of the directory and the set of runs. No order of arrival, no clock, no server.
 *
 * `judge` is the law in full, over everything at once; `sync/log.ts` gives the same verdicts one delivery at a time.
 * Source: sync/SPEC.md 4.1.  Twin: sync/validity.py.
 */

import { compare, equal } from "../crypto/bytes.ts"
import type { ChangeHeader } from "../crypto/change.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import { type Change, isAcknowledgement, type Run } from "../crypto/run.ts"
import { ByteMap } from "./byte_map.ts"
import type { Cutoff, Letin } from "./circles.ts"
import type { Directory } from "./directory.ts"

/** Codes that can go away when more is known; all others stand until a directory entry says otherwise. */
export const PENDING: ReadonlySet<string> = new Set([
  "ancestor_missing",
  "head_unknown",
  "unknown_statement",
  "epoch_unknown",
])

/** Index and hash of the entry a run was written under. */
export type NamedHead = readonly [index: number, hash: Uint8Array]

/** Is the change that one, or an ancestor of it? */
export type LeadsTo = (change: Uint8Array) => boolean

/** code: why it does not count; null if it does. isPending: may it count when more is known? */
export type Verdict = { readonly counts: boolean; readonly code: string | null; readonly isPending: boolean }

export function verdictOf(code: string | null): Verdict {
  return { counts: code === null, code, isPending: code !== null && PENDING.has(code) }
}

/**
 * Rule 2. floor: the newest head that every reading of its ancestors was written under.
 *
 * Gives "head_unknown", "head_void", "head_went_back", in that order, or null.
 */
export function judgeNamedHead(directory: Directory, head: NamedHead, floor: number): string | null {
  const [index, hash] = head
  if (directory.indexOf(hash) !== index) return "head_unknown"
  if (directory.isVoid(index)) return "head_void"
  return index < floor ? "head_went_back" : null
}

/**
 * Rule 3: may the device write in this epoch of the circle at that head? The relay asks the same.
 *
 * Gives "not_enrolled", "unknown_circle", "unknown_statement" (a newer version narrowed the circle), "shredded",
 * "circle_closed", "not_principal", "old_epoch", "epoch_unknown" (its statement is not here), "circle_stale", in that order, or null.
 */
export function judgeHead(
  directory: Directory,
  circle: Uint8Array,
  device: Uint8Array,
  epoch: number,
  headIndex: number,
): string | null {
  if (!directory.isActive(device, headIndex)) return "not_enrolled"
  const view = directory.circle(circle, headIndex)
  if (!view) return "unknown_circle"
  const frozen = directory.frozen(circle)
  if (frozen !== null && frozen <= headIndex) return "unknown_statement"
  if (view.shredded) return "shredded"
  if (view.closed) return "circle_closed"
  if (!directory.principal(circle, device, headIndex)) return "not_principal"
  if (view.epoch !== epoch) return epoch < view.epoch ? "old_epoch" : "epoch_unknown"
  return directory.stale(circle, headIndex) ? "circle_stale" : null
}

/** Rule 4. Gives "cut_off" or null. */
export function judgeCutoffs(
  cutoffs: readonly Cutoff[],
  letins: readonly Letin[],
  headIndex: number,
  leadsTo: LeadsTo,
): string | null {
  for (const cutoff of cutoffs) {
    if (cutoff.index <= headIndex || (cutoff.last !== null && leadsTo(cutoff.last))) continue
    if (!letins.some((letin) => letin.index > cutoff.index && leadsTo(letin.change))) return "cut_off"
  }
  return null
}

/** Rules 2 to 4 for a change whose ancestors are there, in a run under `head`. Gives the first code, or null. */
export function judgeChange(
  directory: Directory,
  change: Change,
  head: NamedHead,
  floor: number,
  leadsTo: LeadsTo,
): string | null {
  const named = judgeNamedHead(directory, head, floor)
  if (named !== null || isAcknowledgement(change)) return named
  const { circle, device, epoch } = change.header
  const code = judgeHead(directory, circle, device, epoch, head[0])
  if (code !== null) return code
  const cutoffs = directory.cutoffs(circle, device)
  return cutoffs.length > 0 ? judgeCutoffs(cutoffs, directory.letins(circle), head[0], leadsTo) : null
}

/** A change that stands in runs under several heads counts if it counts under one; else the oldest head's code. */
export function judgeHeads(
  directory: Directory,
  change: Change,
  heads: readonly NamedHead[],
  floor: number,
  leadsTo: LeadsTo,
): string | null {
  const ordered = [...heads].sort((a, b) => a[0] - b[0] || compare(a[1], b[1]))
  const codes = ordered.map((head) => judgeChange(directory, change, head, floor, leadsTo))
  return codes.includes(null) ? null : codes[0]!
}

type Placed = { readonly change: Change; readonly heads: NamedHead[] }

/** Rules 1 to 4 for every change of these runs, whose signatures were verified; rule 5 is for those who can open. */
export function judge(directory: Directory, runs: Iterable<Run>): ByteMap<Verdict> {
  const placed = new ByteMap<Placed>()
  for (const run of runs) {
    for (const change of run.changes) {
      const { heads } = placed.getOrMake(change.id, () => ({ change, heads: [] }))
      if (!heads.some((head) => isSameHead(head, [run.head.headIndex, run.head.headHash]))) {
        heads.push([run.head.headIndex, run.head.headHash])
      }
    }
  }
  const ancestors = new ByteMap<Uint8Array[]>()
  for (const id of placed.keys()) ancestors.set(id, ancestorsOf(placed, id))
  const verdicts = new ByteMap<Verdict>()
  for (const id of placed.keys()) verdicts.set(id, verdictOf(judgePlaced(directory, placed, ancestors, id)))
  return verdicts
}

function judgePlaced(
  directory: Directory,
  placed: ByteMap<Placed>,
  ancestors: ByteMap<Uint8Array[]>,
  id: Uint8Array,
): string | null {
  const { change, heads } = placed.get(id)!
  const before = ancestors.get(id)!
  if (before.length !== change.header.sequence - 1) return "ancestor_missing"
  const floor = Math.max(-1, ...before.map((ancestor) => oldestOf(placed.get(ancestor)!.heads)))
  const leadsTo = (target: Uint8Array) => equal(target, id) || !!ancestors.get(target)?.some((a) => equal(a, id))
  return judgeHeads(directory, change, heads, floor, leadsTo)
}

/** As far as they are there, nearest first. */
function ancestorsOf(placed: ByteMap<Placed>, id: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = []
  let { header } = placed.get(id)!.change
  while (!equal(header.previous, ZERO_HASH)) {
    const before = placed.get(header.previous)?.change.header
    if (!before || !follows(header, before)) break
    found.push(header.previous)
    header = before
  }
  return found
}

/** Is a change in the chain of the one it names as previous, and next in number? */
export function follows(header: ChangeHeader, before: ChangeHeader): boolean {
  return (
    equal(header.circle, before.circle) &&
    equal(header.device, before.device) &&
    header.sequence - 1 === before.sequence
  )
}

/** Index of the oldest of the heads. */
export function oldestOf(heads: readonly NamedHead[]): number {
  return heads.reduce((oldest, [index]) => Math.min(oldest, index), Number.POSITIVE_INFINITY)
}

export function isSameHead(a: NamedHead, b: NamedHead): boolean {
  return a[0] === b[0] && equal(a[1], b[1])
}
