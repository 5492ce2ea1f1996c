/**
 * One contact with the server, carried out: asks `decide` what to do, does it, tells the contact what came of it.
 *
 * Whatever cuts it off, the next contact goes on from what is in the vault. Between any two waits for the network the
 * device is this contact's alone; while it waits, and at its rests, a save may come between, so what is held is looked
 * at anew after every round.
 * Source: sync/SPEC.md 6 to 8.  Twin: sync/exchange.py.
 */

import { toHex } from "../crypto/bytes.ts"
import { type Action, decide } from "./client.ts"
import * as contact from "./contact.ts"
import { type Contact, NEW_CONTACT, type Tip } from "./contact.ts"
import { ChainActions } from "./exchange_chains.ts"
import { DirectoryActions } from "./exchange_directory.ts"
import { LogActions, type Pace } from "./exchange_log.ts"
import type { Holdings } from "./holdings.ts"
import type { Outlook } from "./outlook.ts"
import { RefusedError, type Transport } from "./transport.ts"

/** However much a server finds to tell, a contact ends. */
export const MOST_ROUNDS = 1_000
const NOT_KNOWN: ReadonlySet<string> = new Set(["unknown_device", "unknown_centre"])

/** What a contact came to. because: what waits; alarm: why it was stopped. Neither: "synced". */
export class Report {
  readonly because: readonly string[]
  readonly alarm: string | null

  constructor(because: readonly string[], alarm: string | null = null) {
    this.because = because
    this.alarm = alarm
  }

  get synced(): boolean {
    return this.because.length === 0 && this.alarm === null
  }
}

/** For one contact. */
export class Exchange {
  readonly #held: Holdings
  readonly #outlook: Outlook
  readonly #server: Transport
  readonly #pace: Pace
  readonly #directory: DirectoryActions
  readonly #chains: ChainActions
  readonly #log: LogActions
  #contact: Contact

  constructor(held: Holdings, outlook: Outlook, server: Transport, pace: Pace) {
    this.#held = held
    this.#outlook = outlook
    this.#server = server
    this.#pace = pace
    this.#directory = new DirectoryActions(held, outlook, server, pace)
    this.#chains = new ChainActions(held, outlook)
    this.#log = new LogActions(held, server, this.#chains, pace)
    this.#contact = { ...NEW_CONTACT, session: server.isSignedIn ? "open" : "none" }
  }

  /**
   * Until there is nothing left to do.
   *
   * Throws OfflineError, RefusedError: the server is not there, or cannot now; the reason of the way's signal.
   */
  async run(): Promise<Report> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#contact = contact.looked(this.#contact, await this.#outlook.look(this.#log.lost.length))
      for (const action of decide(this.#contact)) {
        if (action.do === "rest") return new Report(action.because)
        if (action.do === "stop") {
          await this.#held.alarm(action.code)
          return new Report([], action.code)
        }
        await this.#follow(await this.#tried(action))
      }
      await this.#pace.rest()
    }
    return new Report(["unfinished"])
  }

  /** New alarms are kept. */
  async #follow(after: Contact): Promise<void> {
    for (const code of after.alarms.slice(this.#contact.alarms.length)) await this.#held.alarm(code)
    this.#contact = after
  }

  async #tried(action: Action): Promise<Contact> {
    try {
      return await this.#done(action)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      if (error.code === "no_session" && action.do !== "sign_in") return contact.sessionEnded(this.#contact)
      if (error.code === "revoked") return contact.toldRevoked(this.#contact)
      throw error
    }
  }

  async #done(action: Action): Promise<Contact> {
    const now = this.#contact
    switch (action.do) {
      case "sign_in":
        return this.#signIn()
      case "ask_heads":
        return this.#askHeads()
      case "fetch_entries":
        return this.#directory.fetchEntries(now, action.after)
      case "fetch_chain":
        return this.#directory.fetchChain(now)
      case "take_entries":
        return this.#directory.takeEntries(now)
      case "fetch_statements":
        return this.#directory.fetchStatements(now, action.circle)
      case "hand_back_entries":
        return this.#directory.handBackEntries(now, action.after)
      case "renew":
        return this.#directory.renew(now, action.circles)
      case "pull":
        return this.#log.pull(now, action.after, action.backfill)
      case "take_runs":
        return this.#log.takeRuns(now)
      case "hand_back_runs":
        return this.#log.handBackRuns(now)
      case "push":
        return this.#log.push(now, action.runs)
      case "stop":
      case "rest":
        return now
      default:
        await this.#chains.do(action)
        return now
    }
  }

  async #signIn(): Promise<Contact> {
    try {
      await this.#server.signIn(this.#held.signing)
    } catch (error) {
      const isUnknown = error instanceof RefusedError && NOT_KNOWN.has(error.code)
      if (isUnknown && this.#held.isEnrolled) return contact.notKnown(this.#contact)
      throw error
    }
    return contact.signedIn(this.#contact)
  }

  async #askHeads(): Promise<Contact> {
    const ends = await this.#server.heads()
    const heads: Record<string, Tip> = {}
    for (const { circle, sequence, id } of ends) {
      await this.#chains.join(circle, [sequence, id])
      heads[toHex(circle)] = { sequence, id: toHex(id) }
    }
    return contact.headsCame(this.#contact, heads)
  }
}
