/**
 * Is the chain a server serves a continuation of our own? Rolled back or forked, it is refused, or the root settled it.
 *
 * Source: sync/SPEC.md 3.7.  Twin: sync/compare.py.
 */

import { equal } from "../crypto/bytes.ts"
import { type Entry, parseEntry } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import type { Frame } from "./chain.ts"
import { Directory } from "./directory.ts"
import { readEntry, voidsOf } from "./entries.ts"

/** directory: the one to change over to. */
export type Comparison =
  | { readonly outcome: "same" | "ahead" | "rolled_back" | "forked" }
  | { readonly outcome: "changed_over"; readonly directory: Directory }

/**
 * Compare with the whole other chain, from its founding on. Changes nothing in our own.
 *
 * "ahead": ours is its beginning, take in the rest; "changed_over": the root of the last common entry voided ours.
 * Throws ProtocolError: those of crypto 7.3 for an entry that cannot be read.
 */
export async function compare(own: Directory, frames: readonly Frame[]): Promise<Comparison> {
  const others = await Promise.all(frames.map(([entry]) => parseEntry(entry)))
  const shared = common(own, others)
  if (shared === own.entries.length) return { outcome: shared === others.length ? "same" : "ahead" }
  if (shared === others.length) return { outcome: "rolled_back" }
  if (await isSettled(own, shared, frames.slice(shared))) {
    const directory = await taken(own.centre, frames)
    if (directory) return { outcome: "changed_over", directory }
  }
  return { outcome: "forked" }
}

/** How many entries the chains share, from the founding on; a hash fixes all before it. */
function common(own: Directory, others: readonly Entry[]): number {
  const ours = own.entries
  const shorter = Math.min(ours.length, others.length)
  const parting = ours.findIndex((entry, index) => index < shorter && !equal(entry.hash, others[index]!.hash))
  return parting === -1 ? shorter : parting
}

/**
 * Has the root, which our side has not replaced, voided our side? Signatures are looked at when the chain is taken.
 *
 * Once our side has another root, an old paper key must not lead us away by itself: a person has to decide.
 */
async function isSettled(own: Directory, shared: number, frames: readonly Frame[]): Promise<boolean> {
  const root = own.root(shared - 1)
  const now = own.root(own.head.index)
  const ours = own.entry(shared).hash
  if (!root || !now || !equal(root.key, now.key) || !equal(root.sealKey, now.sealKey)) return false
  for (const [entry] of frames) {
    const held = await readEntry(entry, [], true)
    const names = voidsOf(held).some((hash) => equal(hash, ours))
    if (equal(held.entry.author, root.key) && names) return true
  }
  return false
}

async function taken(centre: Uint8Array, frames: readonly Frame[]): Promise<Directory | null> {
  const other = new Directory(centre)
  try {
    await other.take(frames)
    return other
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
