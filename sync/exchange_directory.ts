/**
 * The part of a contact that follows the directory: entries in, entries back, statements wanting, circles renewed.
 *
 * Source: sync/SPEC.md 3.7, 6, 7.  Twin: sync/exchange_directory.py.
 */

import { compare as compareBytes, equal, fromHex } from "../crypto/bytes.ts"
import { parseEntry } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { ByteSet } from "./byte_map.ts"
import type { Frame } from "./chain.ts"
import type { CircleView } from "./circles.ts"
import { compare } from "./compare.ts"
import * as contact from "./contact.ts"
import { type Contact, EVERY } from "./contact.ts"
import type { Directory } from "./directory.ts"
import { Draft } from "./draft.ts"
import { codeOf } from "./entries.ts"
import type { Pace } from "./exchange_log.ts"
import type { Holdings } from "./holdings.ts"
import type { Wrong } from "./keyring.ts"
import { GAPS, type Outlook } from "./outlook.ts"
import { OfflineError, RefusedError, type Transport } from "./transport.ts"
import type { GivenStatement } from "./wire.ts"

const HEAL_BYTES = 4 * 1024 ** 2

/** For one contact; each action gives the contact after it. */
export class DirectoryActions {
  readonly #held: Holdings
  readonly #outlook: Outlook
  readonly #server: Transport
  readonly #pace: Pace
  #frames: readonly Frame[] = []
  #other: Directory | null = null

  constructor(held: Holdings, outlook: Outlook, server: Transport, pace: Pace) {
    this.#held = held
    this.#outlook = outlook
    this.#server = server
    this.#pace = pace
  }

  async fetchEntries(now: Contact, after: number): Promise<Contact> {
    const [frames, head] = await this.#server.entries(after)
    this.#frames = frames
    this.#other = null
    const own = this.#held.directory
    if (head.index > own.head.index) {
      const [first] = frames
      if (!first) throw new OfflineError("truncated")
      const previous = await previousOf(first)
      if (typeof previous === "string") return contact.entriesTaken(now, previous)
      return contact.entriesCame(now, equal(previous, own.head.hash) ? "some" : "astray", head.index)
    }
    if (head.index < 0 || !equal(own.entry(head.index).hash, head.hash)) {
      return contact.entriesCame(now, "astray", head.index)
    }
    return contact.entriesCame(now, head.index === own.head.index ? "none" : "behind", head.index)
  }

  async fetchChain(now: Contact): Promise<Contact> {
    const [frames] = await this.#server.entries(-1)
    try {
      const found = await compare(this.#held.directory, frames)
      const isOther = found.outcome === "changed_over"
      this.#frames = isOther ? frames : frames.slice(this.#held.head + 1)
      this.#other = isOther ? found.directory : null
      return contact.chainCame(now, isOther || found.outcome === "ahead")
    } catch (error) {
      codeOf(error)
      return contact.chainCame(now, false)
    }
  }

  async takeEntries(now: Contact): Promise<Contact> {
    const count = this.#frames.length
    this.#pace.tell("directory", 0, count)
    try {
      if (this.#other) await this.#held.changeOver(this.#frames, this.#other)
      else await this.#held.takeEntries(this.#frames)
    } catch (error) {
      return contact.entriesTaken(now, codeOf(error))
    }
    const { standing } = this.#held
    const seats = this.#outlook.seats()
    standing.seated = new ByteSet([...standing.seated].filter((seat) => seats.has(seat)))
    await this.#held.keepStanding()
    this.#pace.tell("directory", count, count)
    return contact.entriesTaken(now, null)
  }

  async fetchStatements(now: Contact, circle: string): Promise<Contact> {
    if (circle === EVERY) {
      await this.#held.giveStatements(await this.#statementsOfAll())
      this.#held.standing.seated = this.#outlook.seats()
      await this.#held.keepStanding()
    } else {
      await this.#fetchCircle(fromHex(circle))
    }
    return contact.statementsCame(now, circle)
  }

  async handBackEntries(now: Contact, after: number): Promise<Contact> {
    const own = this.#held.directory
    const frames: Frame[] = []
    for (let index = after + 1; index <= own.head.index; index++) {
      frames.push([own.entry(index).raw, own.statements(index)])
    }
    try {
      for (const batch of batches(frames)) await this.#server.heal(batch)
    } catch (error) {
      if (error instanceof RefusedError && error.code !== "restoring") return contact.entriesHandedBack(now, error.code)
      throw error
    }
    return contact.entriesHandedBack(now, null)
  }

  /** In one entry. A complaint about a bad epoch goes ahead in its own, so that the next epoch leaves it out. */
  async renew(now: Contact, circles: readonly string[]): Promise<Contact> {
    const held = this.#held
    const wanted = circles.map(fromHex)
    const complaints = this.complaints(wanted)
    const draft = new Draft(held.keyring, held.key, held.random)
    try {
      for (const { circle, epoch, reason } of complaints) await draft.complain(circle, epoch, reason)
      for (const circle of complaints.length > 0 ? [] : this.#withDesks(wanted)) await draft.renew(circle)
      await this.#server.append(await draft.frame(held.signing, held.clock()))
    } catch (error) {
      const isRaceLost = error instanceof RefusedError && error.code === "head_moved"
      if (isRaceLost) return contact.renewalTried(now, [])
      if (error instanceof ProtocolError) return contact.renewalTried(now, circles)
      throw error
    }
    return contact.renewalTried(now, complaints.length > 0 ? [] : circles)
  }

  /** What our keys found wrong in these circles, and nobody has said yet. */
  complaints(circles: readonly Uint8Array[]): Wrong[] {
    const { keyring, directory } = this.#held
    return keyring.complaints
      .filter(({ circle }) => circles.some((wanted) => equal(wanted, circle)))
      .filter(({ circle, epoch }) => directory.complaints(circle).every((said) => said.epoch !== epoch))
      .sort((a, b) => compareBytes(a.circle, b.circle) || a.epoch - b.epoch)
  }

  /** Stale desks of ours go first: what is sealed to a stale desk stays stale. */
  #withDesks(wanted: readonly Uint8Array[]): Uint8Array[] {
    const { directory, key, head } = this.#held
    const desks = new ByteSet()
    for (const circle of wanted) {
      let view: CircleView | null = directory.circle(circle, head)
      while (view?.desk) {
        desks.add(view.desk)
        view = directory.circle(view.desk, head)
      }
    }
    const stale = directory.staleAfter(key, [])
    return [...stale.filter((desk) => desks.has(desk) && directory.principal(desk, key, head)), ...wanted]
  }

  async #fetchCircle(circle: Uint8Array): Promise<void> {
    await this.#held.giveStatements(await this.#statementsOf(circle))
    for (const alarm of this.#held.directory.alarms) {
      const isHere = alarm.circle !== null && equal(alarm.circle, circle)
      if (isHere && GAPS.has(alarm.code)) await this.#held.alarm(alarm.code, circle)
    }
  }

  /** None, if the server says that we have nothing to do with it. */
  async #statementsOf(circle: Uint8Array): Promise<GivenStatement[]> {
    try {
      return await this.#server.statements(circle)
    } catch (error) {
      if (error instanceof RefusedError && error.code === "unknown_circle") return []
      throw error
    }
  }

  async #statementsOfAll(): Promise<GivenStatement[]> {
    const [frames] = await this.#server.entries(-1)
    const given: GivenStatement[] = []
    for (const [index, [entry, statements]] of frames.slice(0, this.#held.head + 1).entries()) {
      if (!equal((await parseEntry(entry)).hash, this.#held.directory.entry(index).hash)) continue
      given.push(...statements.map((statement) => ({ index, statement })))
    }
    return given
  }
}

/** What an entry names as the one before it, or the code of what is wrong with its form. */
async function previousOf([entry]: Frame): Promise<Uint8Array | string> {
  try {
    return (await parseEntry(entry)).previous
  } catch (error) {
    return codeOf(error)
  }
}

function* batches(frames: readonly Frame[]): Generator<Frame[]> {
  let batch: Frame[] = []
  let size = 0
  for (const frame of frames) {
    const [entry, statements] = frame
    batch.push(frame)
    size += entry.length + statements.reduce((sum, statement) => sum + statement.length, 0)
    if (size < HEAL_BYTES) continue
    yield batch
    batch = []
    size = 0
  }
  if (batch.length > 0) yield batch
}
