/**
 * What this device has written in one circle and the server may not have: drafts, an open run, closed runs.
 *
 * A change's number, bytes and id are fixed when it is written; a run's when it is closed. A draft is not a change yet.
 * Source: sync/SPEC.md 6, crypto/SPEC.md 6.  Twin: sync/own_chain.py.
 */

import { compare, equal } from "../crypto/bytes.ts"
import { changeId } from "../crypto/change.ts"
import type { EpochSecret } from "../crypto/circle.ts"
import { sealChange } from "../crypto/content.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import type { Random, SigningKey } from "../crypto/keys.ts"
import {
  type Change,
  closeRun,
  type KnownHead,
  MAX_CHANGES,
  MAX_KNOWN,
  MAX_RUN,
  parseRun,
  type Run,
  type RunHead,
  runMessage,
} from "../crypto/run.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import type { Head } from "./chain.ts"
import { decodeEdits, encodeEdits, type Write } from "./edits.ts"

/** Sequence number and id of a change. */
export type Place = readonly [sequence: number, id: Uint8Array]
export const NOTHING: Place = [0, ZERO_HASH]
const BESIDE_BODIES = 64 * 1024 // of a run, for known heads, lengths and the signature
const EMPTY = new Uint8Array(0)

/** Edits that nothing allowed to be written yet; what a change would hold. */
export type Draft = { readonly id: Uint8Array; readonly plaintext: Uint8Array }

/** With what, and under which head, a device writes in a circle. secret: null is enough for an acknowledgement. */
export type Pen = {
  readonly centre: Uint8Array
  readonly device: Uint8Array
  readonly head: Head
  readonly epoch: number
  readonly secret: EpochSecret | null
  readonly random: Random
}

/** A run that is not signed yet. head: without known heads. */
export type OpenRun = { readonly head: RunHead; readonly changes: Change[] }

/** What we last said of a device's head, and in the run that began with which number. */
export type SaidHead = readonly [id: Uint8Array, first: number]

/** The last change of a run: by its id a run is named. */
export function lastOf(run: Run): Change {
  return run.changes.at(-1)!
}

/**
 * The end of our chain in one circle.
 *
 * sent: the newest change in the server's log; sentHead: index of the head it was written under. texts: of unsent
 * changes, by id. said: of other devices' heads.
 */
export class OwnChain {
  readonly circle: Uint8Array
  sent: Place
  sentHead: number
  closed: Run[]
  open: OpenRun | null
  texts: ByteMap<Uint8Array>
  drafts: Draft[]
  said: ByteMap<SaidHead>

  constructor(
    circle: Uint8Array,
    sent: Place = NOTHING,
    sentHead = -1,
    closed: Run[] = [],
    open: OpenRun | null = null,
    texts = new ByteMap<Uint8Array>(),
    drafts: Draft[] = [],
    said = new ByteMap<SaidHead>(),
  ) {
    this.circle = circle
    this.sent = sent
    this.sentHead = sentHead
    this.closed = closed
    this.open = open
    this.texts = texts
    this.drafts = drafts
    this.said = said
  }

  /** The last change written, sent or not. */
  get newest(): Place {
    const unsent = this.open ? this.open.changes : (this.closed.at(-1)?.changes ?? [])
    const last = unsent.at(-1)
    return last ? [last.header.sequence, last.id] : this.sent
  }

  /** Index of the head under which that was written. */
  get newestHead(): number {
    return (this.open ?? this.closed.at(-1))?.head.headIndex ?? this.sentHead
  }

  /** What the first unsent change names as the one before; null when nothing is unsent. */
  get behind(): Uint8Array | null {
    return (this.closed[0] ?? this.open)?.head.previous ?? null
  }

  /** Changes in order: those of closed runs, then those of the open one. */
  get unsent(): Change[] {
    return [...this.closed.flatMap((run) => run.changes), ...(this.open?.changes ?? [])]
  }

  /** Of the runs they stand in. */
  get unsentHeads(): Head[] {
    const heads = [...this.closed, ...(this.open ? [this.open] : [])].map((run) => run.head)
    return heads.map((head) => ({ index: head.headIndex, hash: head.headHash }))
  }

  /** May the open run take one more change as it is? Else it is to be closed first. */
  takes(pen: Pen, plaintext: Uint8Array): boolean {
    if (!this.open) return true
    const { head, changes } = this.open
    const size = changes.reduce((sum, change) => sum + change.body.length + 3, 2 * plaintext.length)
    const isSame = head.epoch === pen.epoch && head.headIndex === pen.head.index
    return isSame && changes.length < MAX_CHANGES && size < MAX_RUN - BESIDE_BODIES
  }

  /**
   * A new change at the end of the open run, begun if there is none; empty: an acknowledgement. Not on disk yet.
   *
   * Throws ProtocolError: "too_large"; nothing has changed then.
   */
  async write(pen: Pen, plaintext: Uint8Array): Promise<Change> {
    const [sequence, previous] = this.newest
    const place = { centre: pen.centre, circle: this.circle, epoch: pen.epoch, device: pen.device, previous }
    const header = { ...place, sequence: sequence + 1 }
    const isEmpty = plaintext.length === 0 || !pen.secret
    const body = isEmpty ? EMPTY : await sealChange(pen.secret, header, plaintext, pen.random)
    const change: Change = { id: await changeId(header, body), header, body }
    const { index: headIndex, hash: headHash } = pen.head
    this.open ??= {
      head: { ...place, first: sequence + 1, headIndex, headHash, known: [], blobs: [] },
      changes: [],
    }
    this.open.changes.push(change)
    this.texts.set(change.id, plaintext)
    return change
  }

  /** A change of the open run as a run of its own, unsigned: to be judged and shown here, and never sent. */
  provisional(change: Change): Run {
    const { sequence: first, previous } = change.header
    const head = { ...this.open!.head, first, previous }
    const { id, body } = change
    return { head, bodies: [body], ids: [id], changes: [change], signed: id, signature: EMPTY, raw: EMPTY }
  }

  /** Sign the open run, if there is one. heads: newest change of each device in the circle that we hold. */
  async close(signing: SigningKey, heads: ByteMap<Place>): Promise<Run | null> {
    if (!this.open) return null
    const known = this.#news(heads.entries().filter(([device]) => !equal(device, signing.public)))
    const head = { ...this.open.head, known }
    const bodies = this.open.changes.map((change) => change.body)
    const signature = await signing.sign("run", await runMessage(head, bodies))
    const run = await parseRun(await closeRun(head, bodies, signature))
    for (const named of known) this.said.set(named.device, [named.id, head.first])
    this.closed.push(run)
    this.open = null
    return run
  }

  /** The server's log holds our closed runs up to the one that ends with this change. */
  takeSent(id: Uint8Array): Run[] {
    const count = this.closed.findIndex((run) => equal(lastOf(run).id, id)) + 1
    const taken = this.closed.slice(0, count)
    this.closed = this.closed.slice(count)
    for (const run of taken) {
      const last = lastOf(run)
      this.sent = [last.header.sequence, last.id]
      this.sentHead = run.head.headIndex
      this.forgetTexts(run)
    }
    return taken
  }

  /** Take out a closed run, named by its last change: it is not to be in the log. */
  drop(id: Uint8Array): Run {
    const run = this.closed.find((each) => equal(lastOf(each).id, id))
    if (!run) throw new RangeError("no closed run ends so")
    this.closed = this.closed.filter((each) => each !== run)
    return run
  }

  /** The texts of a run that is unsent no longer. */
  forgetTexts(run: Run): ByteMap<Uint8Array> {
    const texts = new ByteMap<Uint8Array>()
    for (const { id } of run.changes) {
      texts.set(id, this.texts.get(id) ?? EMPTY)
      this.texts.delete(id)
    }
    return texts
  }

  /** Heads that moved since we said them, the longest unsaid first, as many as a run can name. */
  #news(heads: readonly (readonly [Uint8Array, Place])[]): KnownHead[] {
    const moved = heads.flatMap(([device, [sequence, id]]) => {
      const [said, since] = this.said.get(device) ?? [EMPTY, 0]
      return equal(said, id) ? [] : [{ since, device, sequence, id }]
    })
    const named = moved.sort((a, b) => a.since - b.since || compare(a.device, b.device)).slice(0, MAX_KNOWN)
    return named
      .map(({ device, sequence, id }) => ({ device, sequence, id }))
      .sort((a, b) => compare(a.device, b.device))
  }
}

/**
 * With what to write what a run under `head` held, behind a change written under the entry with index `floor`.
 *
 * Null: nothing may be written there now.
 */
export type PenOf = (head: RunHead, floor: number) => Promise<Pen | null>

/**
 * Write every unsent change anew behind `sent`: new number, nonce and id. Gives the new id of each old one.
 *
 * logged: changes that the server turned out to have; they are unsent no longer. What no pen may write becomes drafts.
 * `over` of later changes that named an old id names the new one. If it throws, nothing has changed.
 */
export async function rechain(
  chain: OwnChain,
  signing: SigningKey,
  logged: Pick<ByteSet, "has">,
  penOf: PenOf,
): Promise<ByteMap<Uint8Array>> {
  const former = [
    ...chain.closed.map(({ head, changes }) => ({ head, changes, wasClosed: true })),
    ...(chain.open ? [{ ...chain.open, wasClosed: false }] : []),
  ]
  const ids = new ByteMap<Uint8Array>()
  const anew = new OwnChain(chain.circle, chain.sent, chain.sentHead)
  anew.drafts = [...chain.drafts]
  for (const [device, said] of chain.said.entries()) if (said[1] <= chain.sent[0]) anew.said.set(device, said)
  for (const { head, changes, wasClosed } of former) {
    const pen = await penOf(head, anew.newestHead)
    for (const change of changes) {
      if (logged.has(change.id)) continue
      const text = renamed(chain.texts.get(change.id)!, ids)
      if (pen) ids.set(change.id, (await anew.write(pen, text)).id)
      else if (text.length > 0) anew.drafts.push({ id: change.id.slice(0, 16), plaintext: text })
    }
    if (wasClosed) await anew.close(signing, placesOf(head.known))
  }
  const { closed, open, texts, drafts, said } = anew
  Object.assign(chain, { closed, open, texts, drafts, said })
  return ids
}

function placesOf(known: readonly KnownHead[]): ByteMap<Place> {
  const places = new ByteMap<Place>()
  for (const { device, sequence, id } of known) places.set(device, [sequence, id])
  return places
}

function renamed(text: Uint8Array, ids: ByteMap<Uint8Array>): Uint8Array {
  if (text.length === 0 || ids.size === 0) return text
  const { at, version, edits } = decodeEdits(text)
  const rewritten = edits.map((edit) => ({ ...edit, writes: edit.writes.map((write) => withOver(write, ids)) }))
  return encodeEdits(at, version, rewritten)
}

function withOver(write: Write, ids: ByteMap<Uint8Array>): Write {
  const over = new ByteSet(write.over.map((id) => ids.get(id) ?? id))
  return { ...write, over: over.values().sort(compare) }
}
