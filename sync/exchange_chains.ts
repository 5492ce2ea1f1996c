/**
 * The part of a contact that mends and closes our own chains. Nothing here talks to anybody; all of it is durable.
 *
 * Source: sync/SPEC.md 6, 7.  Twin: sync/exchange_chains.py.
 */

import { equal, fromHex } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import type { Run, RunHead } from "../crypto/run.ts"
import type { Action } from "./client.ts"
import type { Holdings } from "./holdings.ts"
import type { Outlook } from "./outlook.ts"
import { lastOf, type OwnChain, type Pen, type Place, rechain } from "./own_chain.ts"
import type { PushAnswer } from "./transport.ts"

const EMPTY = new Uint8Array(0)

/** What is done to one of our own chains. */
export type ChainAction = Extract<
  Action,
  { readonly do: "mark_sent" | "bury" | "rechain" | "write_drafts" | "close_run" | "acknowledge" }
>

/** On the chains of one device. */
export class ChainActions {
  readonly #held: Holdings
  readonly #outlook: Outlook

  constructor(held: Holdings, outlook: Outlook) {
    this.#held = held
    this.#outlook = outlook
  }

  do(action: ChainAction): Promise<void> {
    const chain = this.#held.chain(fromHex(action.circle))
    switch (action.do) {
      case "mark_sent":
        return this.#markSent(chain, fromHex(action.id))
      case "bury":
        return this.#bury(chain, fromHex(action.id), action.code)
      case "rechain":
        return this.#rechain(chain)
      case "write_drafts":
        return this.#writeDrafts(chain)
      case "close_run":
        return this.close(chain)
      case "acknowledge":
        return this.#acknowledge(chain)
    }
  }

  /**
   * A change at the end of a chain; its id. In the vault first, then shown.
   *
   * Throws ProtocolError "too_large"; VaultFullError: it is not saved, and nothing has changed.
   */
  async save(chain: OwnChain, pen: Pen, plaintext: Uint8Array): Promise<Uint8Array> {
    await this.#makeRoom(chain, pen, plaintext)
    const change = await chain.write(pen, plaintext)
    await this.#held.keepChain(chain)
    await this.#held.ledger.add(chain.provisional(change))
    return change.id
  }

  /** Sign the open run. */
  async close(chain: OwnChain): Promise<void> {
    const run = await chain.close(this.#held.signing, this.#held.ledger.log.heads(chain.circle))
    await this.#held.keepChain(chain)
    if (run) await this.#held.ledger.add(run)
  }

  /** The circle and the closed run that ends with a change. */
  find(id: Uint8Array): readonly [circle: Uint8Array, run: Run] {
    for (const chain of this.#held.chains.values()) {
      const run = chain.closed.find((each) => equal(lastOf(each).id, id))
      if (run) return [chain.circle, run]
    }
    throw new RangeError("no closed run ends so")
  }

  /** The server took a run into its log, or holds it apart. False: it cannot have, those before it are missing. */
  async sent(circle: Uint8Array, run: Run, answer: PushAnswer): Promise<boolean> {
    const chain = this.#held.chain(circle)
    const [first] = chain.closed
    if (!first || !equal(first.raw, run.raw)) return false
    if (answer.status === "quarantined") await this.#setApart(chain, run, answer.code ?? "cut_off")
    else await this.#markSent(chain, lastOf(run).id)
    return true
  }

  /** The server's end of our chain is where we go on, if it gave it to us. */
  async join(circle: Uint8Array, tip: Place): Promise<void> {
    const [chain, head] = [this.#held.chain(circle), this.#held.logged.get(tip[1])]
    const isHere = tip[0] === chain.sent[0] && equal(tip[1], chain.sent[1])
    if (head === undefined || tip[0] < chain.sent[0] || isHere) return
    chain.sent = tip
    chain.sentHead = head
    await this.#held.keepChain(chain)
  }

  /** First into the log, then out of the outbox: after a crash between they are in both, and asking mends that. */
  async #markSent(chain: OwnChain, id: Uint8Array): Promise<void> {
    const place = chain.closed.findIndex((run) => equal(lastOf(run).id, id))
    await this.#held.keepSent(chain.closed.slice(0, place + 1))
    chain.takeSent(id)
    await this.#held.keepChain(chain)
  }

  async #setApart(chain: OwnChain, run: Run, code: string): Promise<void> {
    await this.#held.keepSent([run])
    await this.#takeOut(chain, run, code)
  }

  async #bury(chain: OwnChain, id: Uint8Array, code: string): Promise<void> {
    await this.#takeOut(chain, this.find(id)[1], code)
    await this.#held.reloadRuns()
  }

  async #takeOut(chain: OwnChain, run: Run, code: string): Promise<void> {
    const texts = run.changes.map((change) => chain.texts.get(change.id) ?? EMPTY)
    await this.#held.bury(chain.circle, run, texts, code)
    chain.drop(lastOf(run).id)
    chain.forgetTexts(run)
    await this.#held.keepChain(chain)
  }

  async #rechain(chain: OwnChain): Promise<void> {
    const penOf = async (head: RunHead, floor: number): Promise<Pen | null> => {
      const at = { index: head.headIndex, hash: head.headHash }
      const kept = await this.#outlook.penAt(chain.circle, head.epoch, at)
      if (kept && kept.head.index >= floor) return kept
      const now = await this.#pen(chain.circle)
      return now && now.head.index >= floor ? now : null
    }
    await rechain(chain, this.#held.signing, this.#held.logged, penOf)
    await this.#held.keepChain(chain)
    await this.#held.reloadRuns()
  }

  /** Each leaves the drafts in the same moment in which its change is in the vault. */
  async #writeDrafts(chain: OwnChain): Promise<void> {
    const pen = await this.#outlook.pen(chain.circle)
    for (let [draft] = chain.drafts; draft; [draft] = chain.drafts) {
      await this.#makeRoom(chain, pen, draft.plaintext)
      chain.drafts.shift()
      await this.save(chain, pen, draft.plaintext)
    }
  }

  async #makeRoom(chain: OwnChain, pen: Pen, plaintext: Uint8Array): Promise<void> {
    if (!chain.takes(pen, plaintext)) await this.close(chain)
  }

  async #acknowledge(chain: OwnChain): Promise<void> {
    await chain.write(this.#outlook.ackPen(chain.circle), EMPTY)
    await this.close(chain)
  }

  async #pen(circle: Uint8Array): Promise<Pen | null> {
    try {
      return await this.#outlook.pen(circle)
    } catch (error) {
      if (error instanceof ProtocolError) return null
      throw error
    }
  }
}
