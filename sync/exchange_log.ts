/**
 * The part of a contact that follows the log: runs in, runs out, runs back.
 *
 * Source: sync/SPEC.md 6 to 8.  Twin: sync/exchange_log.py.
 */

import { fromHex, toHex } from "../crypto/bytes.ts"
import { SIGNATURE_SIZE } from "../crypto/contexts.ts"
import type { Run } from "../crypto/run.ts"
import { ByteSet } from "./byte_map.ts"
import type { Contact, PushResult, Tip } from "./contact.ts"
import * as contact from "./contact.ts"
import type { ChainActions } from "./exchange_chains.ts"
import type { Holdings } from "./holdings.ts"
import { lastOf } from "./own_chain.ts"
import { OfflineError, type PushAnswer, type Transport } from "./transport.ts"
import { judgeHead } from "./validity.ts"
import { PUSH_BYTES, PUSH_RUNS, type PulledRun } from "./wire.ts"

/** Of a pull, before they are put in the vault: so many, or one so large. */
const [KEEP_RUNS, KEEP_BYTES] = [1_000, 1024 ** 2]
/** Refusals that rest on statements on circles, of which either side may lack some. */
const BY_STATEMENTS: ReadonlySet<string> = new Set([
  "circle_closed",
  "not_principal",
  "old_epoch",
  "epoch_unknown",
  "circle_stale",
])
/** Cursors; a server's log that was put back goes on at least so much further. */
const LEAP = 2 ** 20
/** Judged and opened at a time, before others have their turn. */
const TAKE_RUNS = 100

/** What a contact is at: entries, runs that come, runs that are judged and opened, runs that go. */
export type Phase = "directory" | "pull" | "judge" | "push"
/** How far it is with it. total: null where nobody knows. */
export type Progress = (phase: Phase, done: number, total: number | null) => void
/** How a contact goes along. rest: whoever waits to save may; it throws the reason if nobody wants the contact now. */
export type Pace = { readonly tell: Progress; readonly rest: () => Promise<void> }

/** For one contact; each action gives the contact after it. lost: runs the server, asked for all, did not have. */
export class LogActions {
  lost: Run[] = []
  readonly #held: Holdings
  readonly #server: Transport
  readonly #chains: ChainActions
  readonly #pace: Pace
  #isAll = false
  #isRecount = false

  constructor(held: Holdings, server: Transport, chains: ChainActions, pace: Pace) {
    this.#held = held
    this.#server = server
    this.#chains = chains
    this.#pace = pace
  }

  /** What came is in the vault; the cursor stands behind it. */
  async pull(now: Contact, after: number, backfill: readonly string[]): Promise<Contact> {
    const held = this.#held
    const signatures = new ByteSet()
    const part: PulledRun[] = []
    const before = held.standing.cursor
    this.#isRecount = before > after
    const take = async (pulled: PulledRun): Promise<void> => {
      part.push(pulled)
      signatures.add(pulled.run.slice(-SIGNATURE_SIZE))
      if (signatures.size % TAKE_RUNS === 0) this.#pace.tell("pull", signatures.size, null)
      if (part.length >= KEEP_RUNS || pulled.run.length >= KEEP_BYTES) await this.#keep(part, after)
    }
    if (before === 0) await this.#markWhole(held.directory.circles())
    const complete = await this.#pulled(after, backfill.map(fromHex), take, part)
    this.#pace.tell("pull", signatures.size, signatures.size)
    this.#isAll = after === 0
    if (this.#isAll) this.lost = (await held.heldRuns()).filter((run) => !signatures.has(run.signature))
    held.standing.cursor = complete
    await this.#markWhole(this.#isAll ? held.directory.circles() : backfill.map(fromHex))
    const named = held.came.reduce((newest, run) => Math.max(newest, run.head.headIndex), -1)
    const asked = this.#isAll ? [...now.held.fresh, ...now.held.missing] : backfill
    const wasPutBack = complete < before || complete >= before + LEAP
    return contact.runsCame(now, named, asked, !this.#isAll && wasPutBack)
  }

  async takeRuns(now: Contact): Promise<Contact> {
    await this.#addAll()
    for (const [circle, tip] of Object.entries(now.heads ?? {})) {
      await this.#chains.join(fromHex(circle), [tip.sequence, fromHex(tip.id)])
    }
    const held = this.#held
    const unsent = new ByteSet(held.chains.values().flatMap((chain) => chain.unsent.map((change) => change.id)))
    for (const { ids, device } of held.ledger.log.forks) {
      const isOwn = ids.some((id) => unsent.has(id)) // chained anew before anybody sees it
      if (!isOwn) await held.alarm("fork", device)
    }
    for (const change of held.ledger.log.redated) await held.alarm("fork", change)
    return contact.runsTaken(now, this.#isAll)
  }

  /** Bytes as they were, in the order of their chains; what the server does with each is its own affair. */
  async handBackRuns(now: Contact): Promise<Contact> {
    for (const batch of batches(this.lost)) await this.#server.push(batch)
    return contact.runsHandedBack(now)
  }

  async push(now: Contact, runs: readonly string[]): Promise<Contact> {
    const places = runs.map((id) => this.#chains.find(fromHex(id)))
    this.#pace.tell("push", 0, places.length)
    const answers = await this.#server.push(places.map(([, run]) => run.raw))
    const results: PushResult[] = []
    for (const [i, [circle, run]] of places.entries()) results.push(await this.#result(circle, run, answers[i]!))
    this.#pace.tell("push", places.length, places.length)
    return contact.pushed(now, results)
  }

  async #result(circle: Uint8Array, run: Run, answer: PushAnswer): Promise<PushResult> {
    const { id, header } = lastOf(run)
    const last: Tip = { sequence: header.sequence, id: toHex(id) }
    const named = { circle: toHex(circle), last }
    if (answer.status === "refused" || !(await this.#chains.sent(circle, run, answer))) {
      return { ...named, status: "refused", code: await this.#heard(run, answer.code ?? "chain_gap") }
    }
    return { ...named, status: answer.status === "quarantined" ? "quarantined" : "accepted", code: answer.code }
  }

  /**
   * A server that lacks statements (it was put back) denies what it should know. The run waits; all are compared, so
   * that one of us learns better: the server by what is handed back, or this device.
   */
  async #heard({ head }: Run, code: string): Promise<string> {
    const { directory, standing } = this.#held
    const own = judgeHead(directory, head.circle, head.device, head.epoch, head.headIndex)
    if (!BY_STATEMENTS.has(code) || own !== null) return code
    standing.seated = new ByteSet()
    await this.#held.keepStanding()
    return "restoring"
  }

  /** Every run through `take`, and what is left of the part put in the vault, whatever happens. */
  async #pulled(
    after: number,
    backfill: readonly Uint8Array[],
    take: (pulled: PulledRun) => Promise<void>,
    part: PulledRun[],
  ): Promise<number> {
    let complete: number | null
    try {
      const whole = backfill.map((circle) => [circle, 0] as const)
      complete = await this.#server.pull(after, whole, take)
    } finally {
      await this.#keep(part, after)
    }
    if (complete === null) throw new OfflineError("truncated")
    return complete
  }

  /** A part leaves `came` when it is taken in: whatever stops this, the rest is taken in next time. */
  async #addAll(): Promise<void> {
    const held = this.#held
    let done = 0
    while (held.came.length > 0) {
      const part = held.came.slice(0, TAKE_RUNS)
      this.#pace.tell("judge", done, done + held.came.length)
      await held.ledger.addAll(part)
      held.came.splice(0, part.length)
      done += part.length
      await this.#pace.rest()
    }
    if (done > 0) this.#pace.tell("judge", done, done)
  }

  /** The cursor follows in the part of a pull that goes on behind it; not when all is asked for once more. */
  async #keep(part: PulledRun[], start: number): Promise<void> {
    const kept = part.splice(0)
    await this.#held.keepRuns(kept)
    const cursors = kept.map((pulled) => pulled.cursor).filter((cursor) => cursor > start)
    if (cursors.length === 0 || this.#isRecount) return
    this.#held.standing.cursor = cursors.reduce((newest, cursor) => Math.max(newest, cursor))
    await this.#held.keepStanding()
  }

  /** What the cursor covers from the beginning: what is known while it is 0, and what was asked for since. */
  async #markWhole(circles: readonly Uint8Array[]): Promise<void> {
    const { directory, key, standing } = this.#held
    for (const circle of circles) if (directory.wasPrincipal(circle, key)) standing.whole.add(circle)
    await this.#held.keepStanding()
  }
}

function* batches(runs: readonly Run[]): Generator<Uint8Array[]> {
  let batch: Uint8Array[] = []
  let size = 0
  for (const { raw } of runs) {
    size += 4 + raw.length
    if (batch.length > 0 && (batch.length === PUSH_RUNS || size > PUSH_BYTES)) {
      yield batch
      batch = []
      size = 4 + raw.length
    }
    batch.push(raw)
  }
  if (batch.length > 0) yield batch
}
