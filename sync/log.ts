/**
 * Every run a device holds, and the verdict on each change: what `validity.judge` gives, kept up delivery by delivery.
 *
 * Bytes are only added. One bad change never stops the rest; a pending one is released when what it waits for arrives.
 * Source: sync/SPEC.md 4.1, 6.  Twin: sync/log.py.
 */

import { compare, equal, uint } from "../crypto/bytes.ts"
import type { ChangeHeader } from "../crypto/change.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { type Change, isAcknowledgement, type KnownHead, parseRun, type Run, verifyRun } from "../crypto/run.ts"
import { ByteMap, ByteSet, textOf } from "./byte_map.ts"
import type { Applied, Directory } from "./directory.ts"
import {
  follows,
  isSameHead,
  judgeCutoffs,
  judgeHeads,
  type LeadsTo,
  type NamedHead,
  oldestOf,
  type Verdict,
  verdictOf,
} from "./validity.ts"

/** The floor of a chain's first change. */
const BEFORE_ALL = -1

/** Several changes with one number. Both branches count until a cut-off names one; the device enrols again. */
export type Fork = {
  readonly circle: Uint8Array
  readonly device: Uint8Array
  readonly sequence: number
  readonly ids: readonly Uint8Array[]
}

/**
 * A change. heads: of the runs it stands in; counting: the indices of those under which it counts, ascending.
 *
 * floor: of its ancestors' heads; null while one is missing.
 */
type Held = {
  readonly change: Change
  readonly heads: NamedHead[]
  floor: number | null
  code: string | null
  counting: readonly number[]
  isJudged: boolean
  unreadable: string | null
}

/**
 * A change that a cut-off or let-in names, and its ancestors, as far as they are held.
 *
 * first: the earliest of them; sought: the id of the one before it, null when there is none.
 */
type Lineage = { sought: Uint8Array | null; first: ChangeHeader | null; readonly spared: ByteSet }

/** Device and number and every change that has it. */
type Numbered = { readonly header: ChangeHeader; readonly ids: Uint8Array[] }

/** The runs of one centre. Its directory is taken in first: give every `Applied` to `rejudge`. */
export class Log {
  readonly directory: Directory
  readonly #runs = new ByteMap<Map<string, Run>>()
  readonly #held = new ByteMap<Held>()
  readonly #next = new ByteMap<Uint8Array[]>()
  readonly #chains = new ByteMap<ByteMap<Uint8Array[]>>()
  readonly #numbers = new Map<string, Numbered>()
  readonly #forked = new Map<string, Numbered>()
  readonly #redated = new ByteSet()
  readonly #named = new ByteMap<ByteMap<(readonly [KnownHead, Run])[]>>()
  readonly #waiting = new ByteMap<ByteSet>()
  readonly #lineages = new ByteMap<Lineage>()
  readonly #sought = new ByteMap<Lineage[]>()

  constructor(directory: Directory) {
    this.directory = directory
  }

  /**
   * Take in a run; none twice. Gives the changes whose verdict, or counting heads, are new or moved.
   *
   * Throws ProtocolError: those of crypto 6.7, "wrong_place", "bad_key", "bad_signature"; nothing is kept then.
   */
  async add(data: Uint8Array): Promise<Uint8Array[]> {
    const run = await parseRun(data)
    if (!equal(run.head.centre, this.directory.centre)) throw new ProtocolError("wrong_place")
    await verifyRun(run)
    return this.addRun(run)
  }

  /** Take in a run that was verified. See `add`. */
  addRun(run: Run): Uint8Array[] {
    const { circle, headIndex, headHash } = run.head
    const runs = this.#runs.getOrMake(circle, () => new Map<string, Run>())
    const signed = textOf(run.signed)
    if (runs.has(signed)) return []
    runs.set(signed, run)
    const touched = new ByteSet()
    for (const change of run.changes) this.#place(change, [headIndex, headHash], touched)
    for (const known of run.head.known) {
      if (this.#held.has(known.id)) continue
      const named = this.#named.getOrMake(circle, () => new ByteMap())
      named.getOrMake(known.id, () => []).push([known, run])
    }
    return this.#judge(touched)
  }

  /** What rule 5 says of a change that was to be opened: a code of crypto 6.5 or "malformed". */
  refuse(change: Uint8Array, code: string): Uint8Array[] {
    const held = this.#held.get(change)!
    const before = held.code ?? held.unreadable
    held.unreadable = code
    return (held.code ?? code) === before ? [] : [change]
  }

  /**
   * After a directory entry, or late statement bytes. Gives the changes whose verdict, or counting heads, moved.
   *
   * Only what the entry can touch is looked at: what waited for it, cut-offs and let-ins by device and circle,
   * circles whose history came late; all, when an entry was voided.
   */
  rejudge(applied: Applied): Uint8Array[] {
    const touched = new ByteSet(applied.rebuilt ? this.#held.keys() : [])
    for (const circle of applied.given) touchChains(this.#chains.get(circle)?.values() ?? [], touched)
    for (const [circle, device] of applied.cutoffs) {
      touchChains([this.#chains.get(circle)?.get(device) ?? []], touched)
    }
    for (const device of applied.revoked) {
      touchChains(
        this.#chains.values().map((chains) => chains.get(device) ?? []),
        touched,
      )
    }
    for (const [, change] of applied.letins) touchChains([this.#lineage(change).spared], touched)
    touchChains([this.#waiting.get(applied.hash) ?? []], touched)
    this.#waiting.delete(applied.hash)
    return this.#judge(touched)
  }

  /** Null if the change is not held. */
  verdict(change: Uint8Array): Verdict | null {
    const held = this.#held.get(change)
    return held ? verdictOf(held.code ?? held.unreadable) : null
  }

  /** The change itself, its body sealed; null if it is not held. */
  change(change: Uint8Array): Change | null {
    return this.#held.get(change)?.change ?? null
  }

  /** Indices of the heads under which a change counts, oldest first; several only if its device signed it anew. */
  countingHeads(change: Uint8Array): readonly number[] {
    const held = this.#held.get(change)!
    return held.unreadable === null ? held.counting : []
  }

  /** The changes of a circle that count, in no particular order. */
  counting(circle: Uint8Array): Change[] {
    const ids = this.#chains.get(circle)?.values().flat() ?? []
    return ids.filter((id) => this.#isCounting(id)).map((id) => this.#held.get(id)!.change)
  }

  /** As they came. */
  runs(circle: Uint8Array): Run[] {
    return [...(this.#runs.get(circle)?.values() ?? [])]
  }

  /** Those of which a run is held. */
  circles(): Uint8Array[] {
    return this.#runs.keys()
  }

  /** [sequence, id] of the newest change of each device whose ancestors are all held; of two, the smaller id. */
  heads(circle: Uint8Array): ByteMap<readonly [sequence: number, id: Uint8Array]> {
    const newest = new ByteMap<readonly [number, Uint8Array]>()
    for (const [device, chain] of this.#chains.get(circle)?.entries() ?? []) {
      const whole = chain.map((id) => this.#held.get(id)!).filter((held) => held.floor !== null)
      const [last] = whole.map((held) => held.change).sort(newestFirst)
      if (last) newest.set(device, [last.header.sequence, last.id])
    }
    return newest
  }

  /**
   * Heads that a counting run names and that are not held, each once, by device, number and id.
   *
   * An acknowledgement needs no right, so one of a device that was not in the circle, or is cut off, names nothing.
   */
  missing(circle: Uint8Array): KnownHead[] {
    const lacking = new Map<string, KnownHead>()
    for (const naming of this.#named.get(circle)?.values() ?? []) {
      for (const [known, run] of naming) if (this.#vouches(run)) lacking.set(headText(known), known)
    }
    return [...lacking.values()].sort(
      (a, b) => compare(a.device, b.device) || a.sequence - b.sequence || compare(a.id, b.id),
    )
  }

  /** Every number that a device used twice in one circle. */
  get forks(): Fork[] {
    return [...this.#forked.values()].map(({ header: { circle, device, sequence }, ids }) => {
      return { circle, device, sequence, ids: ids.toSorted(compare) }
    })
  }

  /** Changes that their device signed under more than one head: as alarming as a fork. */
  get redated(): Uint8Array[] {
    return this.#redated.values()
  }

  /** Put a change into its chain, or under one more head. */
  #place(change: Change, head: NamedHead, touched: ByteSet): void {
    const held = this.#held.get(change.id) ?? this.#hold(change, touched)
    if (held.heads.some((known) => isSameHead(known, head))) return
    held.heads.push(head)
    if (held.heads.length > 1) this.#redated.add(change.id)
    if (this.directory.indexOf(head[1]) === null) this.#waiting.getOrMake(head[1], () => new ByteSet()).add(change.id)
    touched.add(change.id)
    this.#settle(held, touched)
  }

  #hold(change: Change, touched: ByteSet): Held {
    const held: Held = { change, heads: [], floor: null, code: null, counting: [], isJudged: false, unreadable: null }
    const { circle, device, previous } = change.header
    this.#held.set(change.id, held)
    this.#chains
      .getOrMake(circle, () => new ByteMap())
      .getOrMake(device, () => [])
      .push(change.id)
    this.#number(change)
    this.#next.getOrMake(previous, () => []).push(change.id)
    this.#named.get(circle)?.delete(change.id)
    const sought = this.#sought.get(change.id) ?? []
    this.#sought.delete(change.id)
    for (const lineage of sought) touchChains([this.#walk(lineage)], touched)
    return held
  }

  #number(change: Change): void {
    const { header } = change
    const number = textOf(header.circle, header.device, uint(header.sequence, 4))
    const numbered = this.#numbers.get(number) ?? { header, ids: [] }
    numbered.ids.push(change.id)
    this.#numbers.set(number, numbered)
    if (numbered.ids.length > 1) this.#forked.set(number, numbered)
  }

  /** Work out the floor of a change, and of those behind it as far as it moves. */
  #settle(first: Held, touched: ByteSet): void {
    const queue = [first]
    for (let held = queue.pop(); held; held = queue.pop()) {
      held.floor = this.#floor(held.change)
      if (held.floor === null) continue
      touched.add(held.change.id)
      for (const id of this.#next.get(held.change.id) ?? []) {
        const follower = this.#held.get(id)!
        if (this.#floor(follower.change) !== follower.floor) queue.push(follower)
      }
    }
  }

  #floor(change: Change): number | null {
    if (equal(change.header.previous, ZERO_HASH)) return BEFORE_ALL
    const before = this.#held.get(change.header.previous)
    if (!before || before.floor === null || !follows(change.header, before.change.header)) return null
    return Math.max(before.floor, oldestOf(before.heads))
  }

  #judge(touched: ByteSet): Uint8Array[] {
    const moved: Uint8Array[] = []
    for (const id of touched) {
      const held = this.#held.get(id)!
      const code = held.floor === null ? "ancestor_missing" : this.#code(held, held.heads)
      const counting = code === null ? this.#counting(held) : []
      if (!held.isJudged || code !== held.code || counting.join() !== held.counting.join()) moved.push(id)
      Object.assign(held, { code, counting, isJudged: true })
    }
    return moved
  }

  #counting(held: Held): readonly number[] {
    const one = held.heads.length === 1
    const counting = one ? held.heads : held.heads.filter((head) => this.#code(held, [head]) === null)
    return counting.map(([index]) => index).sort((a, b) => a - b)
  }

  #code(held: Held, heads: readonly NamedHead[]): string | null {
    return judgeHeads(this.directory, held.change, heads, held.floor ?? BEFORE_ALL, this.#leads(held.change))
  }

  #vouches(run: Run): boolean {
    return run.changes.some((change) => this.#isCounting(change.id) && this.#isHeard(run, change))
  }

  #isHeard(run: Run, change: Change): boolean {
    if (!isAcknowledgement(change)) return true
    const { circle, device, headIndex } = run.head
    if (!this.directory.principal(circle, device, headIndex)) return false
    const [cutoffs, letins] = [this.directory.cutoffs(circle, device), this.directory.letins(circle)]
    return judgeCutoffs(cutoffs, letins, headIndex, this.#leads(change)) === null
  }

  #leads(change: Change): LeadsTo {
    return (target) => this.#lineage(target).spared.has(change.id)
  }

  #isCounting(id: Uint8Array): boolean {
    const held = this.#held.get(id)!
    return held.code === null && held.unreadable === null
  }

  #lineage(target: Uint8Array): Lineage {
    const known = this.#lineages.get(target)
    if (known) return known
    const lineage: Lineage = { sought: target, first: null, spared: new ByteSet() }
    this.#lineages.set(target, lineage)
    this.#walk(lineage)
    return lineage
  }

  /** From what is sought back to the first change, or to the next one missing. Gives what it found. */
  #walk(lineage: Lineage): Uint8Array[] {
    const found: Uint8Array[] = []
    for (let held = this.#soughtBy(lineage); held; held = this.#soughtBy(lineage)) {
      const { header, id } = held.change
      if (lineage.first && !follows(lineage.first, header)) {
        lineage.sought = null
        break
      }
      found.push(id)
      lineage.spared.add(id)
      lineage.first = header
      lineage.sought = equal(header.previous, ZERO_HASH) ? null : header.previous
    }
    if (lineage.sought) this.#sought.getOrMake(lineage.sought, () => []).push(lineage)
    return found
  }

  #soughtBy(lineage: Lineage): Held | undefined {
    return lineage.sought ? this.#held.get(lineage.sought) : undefined
  }
}

function touchChains(chains: Iterable<Iterable<Uint8Array>>, touched: ByteSet): void {
  for (const chain of chains) for (const id of chain) touched.add(id)
}

function newestFirst(a: Change, b: Change): number {
  return b.header.sequence - a.header.sequence || compare(a.id, b.id)
}

function headText(known: KnownHead): string {
  return textOf(known.device, uint(known.sequence, 4), known.id)
}
