/**
 * The directory as a chain: entries in, all or none, judged in order; late bytes; `void`, which judges all anew.
 *
 * Bytes are read and digested first, which takes time; then everything is judged in one go.
 * Source: sync/SPEC.md 3.5, 3.6.  Twin: sync/chain.py.
 */

import { equal } from "../crypto/bytes.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import type { Entry } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import type { Author } from "./authority.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import { checkReadable, digestsOf, type Held, readEntry, readGiven, voidsOf } from "./entries.ts"
import { authorOf, type Heard, hear, judgeEntry } from "./judging.ts"
import { State } from "./state.ts"
import type { Statement } from "./statements.ts"

/** An entry and the bytes of those of its hashed statements that this reader gets. */
export type Frame = readonly [entry: Uint8Array, statements: readonly Uint8Array[]]

/** index: -1 before the founding. */
export type Head = { readonly index: number; readonly hash: Uint8Array }

/** A hashed statement that has no effect. circle: the one it speaks of, if that can be read. */
export type Alarm = {
  readonly index: number
  readonly digest: Uint8Array
  readonly circle: Uint8Array | null
  readonly code: string
}

/**
 * What an entry, or late bytes of a statement, can have changed in what counts.
 *
 * cutoffs: [circle, device]; letins: [circle, change]; revoked: devices; given: circles whose history came late;
 * rebuilt: an entry was voided, so anything may have changed; alarms: statements it kept aside.
 */
export type Applied = {
  readonly index: number
  readonly hash: Uint8Array
  readonly cutoffs: readonly (readonly [circle: Uint8Array, device: Uint8Array])[]
  readonly letins: readonly (readonly [circle: Uint8Array, change: Uint8Array])[]
  readonly revoked: readonly Uint8Array[]
  readonly given: readonly Uint8Array[]
  readonly rebuilt: boolean
  readonly alarms: readonly Alarm[]
}

/** complete: all statements are given and must hold (the server); trusted: the hash is vouched for, nothing is verified. */
export type Manner = { readonly complete?: boolean; readonly trusted?: boolean }

/** Everything that judging makes, to be put back whole if a new judging fails. */
type Judged = {
  readonly state: State
  readonly authors: Map<number, Author>
  readonly heard: ByteMap<Heard[]>
  readonly void: Set<number>
}

const NOWHERE = new Uint8Array(0)

/** Entries from the founding on, and the state they make. */
export class Chain {
  readonly centre: Uint8Array
  readonly #held: Held[] = []
  readonly #indexByHash = new ByteMap<number>()
  #judged: Judged = startAnew()

  constructor(centre: Uint8Array) {
    this.centre = centre
  }

  /** The newest entry. */
  get head(): Head {
    const last = this.#held.at(-1)
    return last ? headOf(last) : { index: -1, hash: ZERO_HASH }
  }

  /** Every entry of the chain, void or not. */
  get entries(): readonly Entry[] {
    return this.#held.map((held) => held.entry)
  }

  /** One entry of the chain. */
  entry(index: number): Entry {
    return this.#held[index]!.entry
  }

  /** The bytes that were given for hashed statements of an entry. */
  statements(index: number): Uint8Array[] {
    return this.#held[index]!.given.values().map((given) => given.data)
  }

  /** Where an entry stands; null if it is not in this chain. */
  indexOf(hash: Uint8Array): number | null {
    return this.#indexByHash.get(hash) ?? null
  }

  /** Has the entry been voided, or has it fallen with one that was? */
  isVoid(index: number): boolean {
    return this.#judged.void.has(index)
  }

  /** Hashed statements kept aside, by index. */
  get alarms(): readonly Alarm[] {
    const heard = this.#judged.heard.values().flat()
    return alarmsOf(heard.sort((a, b) => a.index - b.index || a.position - b.position))
  }

  /**
   * Take in the next entry, or refuse it whole.
   *
   * statements: bytes of its hashed statements, any order. complete: all must be there and hold (the server); else
   * one that fails is kept aside. trusted: the entry's hash is vouched for, no signature is checked.
   * Throws ProtocolError with the code of the first failure, in the order of SPEC 3.5; nothing has changed then.
   */
  async apply(entry: Uint8Array, statements: readonly Uint8Array[] = [], manner: Manner = {}): Promise<Applied> {
    const held = await readEntry(entry, statements, manner.trusted)
    const complete = manner.complete ?? false
    this.#checkPlace(held, this.head)
    checkReadable(held)
    const author = authorOf(this.state, held)
    if (voidsOf(held).length > 0 && author.isRoot) return this.#takeAnew([held], complete)
    const heard = this.#judge(held, author, complete)
    this.#append(held)
    return appliedBy(held, heard)
  }

  /**
   * Take in entries up to the head they came from. One that fails is passed over if the root voids it later on.
   *
   * Throws ProtocolError as `apply`; what came before the failing entry holds.
   */
  async take(frames: readonly Frame[], manner: Manner = {}): Promise<Applied[]> {
    const trusted = manner.trusted ?? false
    const applied: Applied[] = []
    for (let place = 0; place < frames.length; ) {
      try {
        applied.push(await this.apply(...frames[place]!, { trusted }))
        place += 1
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        const rescued = await this.#upToVoid(frames.slice(place), trusted)
        if (rescued.length === 0) throw error
        applied.push(this.#takeAnew(rescued, false))
        place += rescued.length
      }
    }
    return applied
  }

  /**
   * Bytes of a hashed statement of an entry that is held. The outcome is as if they had been there at once.
   *
   * Throws ProtocolError: "too_large", "statement_stray".
   */
  async give(index: number, statement: Uint8Array): Promise<Applied> {
    const given = await readGiven(statement)
    const held = this.#held[index]!
    if (!digestsOf(held).some((digest) => equal(digest, given.digest))) throw new ProtocolError("statement_stray")
    const none = nothingBy(this.head)
    if (held.given.has(given.digest)) return none
    held.given.set(given.digest, given)
    const author = this.#judged.authors.get(index)
    if (!author) return none
    const heard = held.said.flatMap(([said, digest], position) =>
      said === null && equal(digest, given.digest) ? [{ index, position, author, given, code: null }] : [],
    )
    this.#hearLate(given.circle, heard)
    return { ...none, given: given.circle === null ? [] : [given.circle], alarms: alarmsOf(heard) }
  }

  /** For the queries, and for those who ask what an entry would do; not to be changed by others. */
  protected get state(): State {
    return this.#judged.state
  }

  #checkPlace(held: Held, head: Head): void {
    if (!equal(held.entry.centre, this.centre)) throw new ProtocolError("wrong_place")
    const follows = held.entry.index === head.index + 1 && equal(held.entry.previous, head.hash)
    if (!follows) throw new ProtocolError("head_moved")
  }

  #append(held: Held): void {
    this.#indexByHash.set(held.entry.hash, this.#held.length)
    this.#held.push(held)
  }

  /** All of the entry holds, or nothing. */
  #judge(held: Held, author: Author, complete: boolean): Heard[] {
    const heard = this.#judgeOrTakeBack(held, author, complete)
    this.state.journal.keep()
    this.#judged.authors.set(held.entry.index, author)
    for (const said of heard) this.#judged.heard.getOrMake(said.given.circle ?? NOWHERE, () => []).push(said)
    return heard
  }

  #judgeOrTakeBack(held: Held, author: Author, complete: boolean): Heard[] {
    try {
      return judgeEntry(this.state, held, author, complete)
    } catch (error) {
      this.state.journal.takeBack()
      throw error
    }
  }

  #hearLate(circle: Uint8Array | null, late: readonly Heard[]): void {
    const listed = this.#judged.heard.getOrMake(circle ?? NOWHERE, () => [])
    const isNewest = listed.length === 0 || listed.at(-1)!.index < late[0]!.index
    listed.push(...late)
    let heard = late
    if (!isNewest && circle !== null) {
      listed.sort((a, b) => a.index - b.index || a.position - b.position)
      this.state.forgetHashed(circle)
      heard = listed
    }
    for (const said of heard) hear(this.state, said)
    if (circle !== null) this.state.hashed.get(circle)?.staleAt.clear()
    this.state.journal.keep()
  }

  /** Append entries of which the last is the root's and holds a `void`, and judge the whole chain under it. */
  #takeAnew(fresh: readonly Held[], complete: boolean): Applied {
    const last = fresh.at(-1)!
    last.settled = true
    const founding = this.#held[0]?.entry.hash
    if (founding && voidsOf(last).some((hash) => equal(hash, founding))) throw new ProtocolError("not_entitled")
    const former = this.#judged
    for (const held of fresh) this.#append(held)
    try {
      this.#judgeAnew(complete)
    } catch (error) {
      this.#judged = former
      for (const held of fresh) {
        this.#held.pop()
        this.#indexByHash.delete(held.entry.hash)
      }
      throw error
    }
    return { ...nothingBy(headOf(last)), rebuilt: true, alarms: this.alarms }
  }

  /** From the founding on, without what is void. What fails falls; the newest entry, which asks for it, holds. */
  #judgeAnew(complete: boolean): void {
    this.#judged = startAnew()
    const voided = this.#namedVoid()
    for (const held of this.#held.slice(0, -1)) {
      if (voided.has(held.entry.hash)) this.#judged.void.add(held.entry.index)
      else this.#judgeAgain(held)
    }
    const last = this.#held.at(-1)!
    this.#judge(last, rootOf(last), complete)
  }

  #judgeAgain(held: Held): void {
    try {
      checkReadable(held)
      this.#judge(held, held.settled ? rootOf(held) : authorOf(this.state, held), false)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      if (!held.settled) this.#judged.void.add(held.entry.index)
    }
  }

  /** Newest first, because a `void` that a later one names has named nothing. */
  #namedVoid(): ByteSet {
    const named = new ByteSet()
    for (const held of this.#held.toReversed()) {
      if (!held.settled || named.has(held.entry.hash)) continue
      for (const hash of voidsOf(held)) named.add(hash)
    }
    return named
  }

  /**
   * The failing entry, which is the first, and those after it up to the root's `void` that names it; else none.
   *
   * Hashes and signatures alone are looked at, and which key is the root's.
   */
  async #upToVoid(frames: readonly Frame[], trusted: boolean): Promise<Held[]> {
    const coming: Held[] = []
    let head = this.head
    let root = this.state.root.at(head.index)?.key ?? NOWHERE
    for (const frame of frames) {
      const held = await this.#follower(frame, head, trusted)
      if (!held) return []
      coming.push(held)
      head = headOf(held)
      if (!equal(held.entry.author, root)) continue
      const voids = voidsOf(held)
      held.settled = voids.length > 0
      if (voids.some((hash) => equal(hash, coming[0]!.entry.hash))) return coming
      root = replacementOf(held) ?? root
    }
    return []
  }

  async #follower(frame: Frame, head: Head, trusted: boolean): Promise<Held | null> {
    try {
      const held = await readEntry(...frame, trusted)
      this.#checkPlace(held, head)
      return held
    } catch (error) {
      if (error instanceof ProtocolError) return null
      throw error
    }
  }
}

function startAnew(): Judged {
  return { state: new State(), authors: new Map(), heard: new ByteMap(), void: new Set() }
}

function headOf(held: Held): Head {
  return { index: held.entry.index, hash: held.entry.hash }
}

/** The author of an entry that the root was found to have written. */
function rootOf(held: Held): Author {
  const { author: key, index } = held.entry
  return { key, index, judgedAt: Math.max(index - 1, 0), isRoot: true }
}

function replacementOf(held: Held): Uint8Array | null {
  for (const [said] of held.said) if (said?.kind === "root.replace") return said.root
  return null
}

function alarmsOf(heard: readonly Heard[]): Alarm[] {
  return heard.flatMap(({ index, given, code }) =>
    code === null ? [] : [{ index, digest: given.digest, circle: given.circle, code }],
  )
}

function nothingBy(head: Head): Applied {
  return { ...head, cutoffs: [], letins: [], revoked: [], given: [], rebuilt: false, alarms: [] }
}

function appliedBy(held: Held, heard: readonly Heard[]): Applied {
  const late = heard.filter(({ code }) => code === null).map(({ given }) => given.statement)
  const said = [...held.said.map(([statement]) => statement), ...late].filter((statement) => statement !== null)
  return {
    ...nothingBy(headOf(held)),
    cutoffs: said.flatMap((s: Statement) => (s.kind === "circle.cutoff" ? [[s.circle, s.device] as const] : [])),
    letins: said.flatMap((s: Statement) => (s.kind === "circle.letin" ? [[s.circle, s.change] as const] : [])),
    revoked: said.flatMap((s: Statement) => (s.kind === "device.revoke" ? [s.device] : [])),
    alarms: alarmsOf(heard),
  }
}
