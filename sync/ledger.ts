/**
 * From runs to records: verdicts followed into the merge, change by change, and what is still open for a person.
 *
 * Changes are opened first, which takes time; then everything that follows is done in one go, so that whoever reads
 * meanwhile sees what was before or what is after.
 * Source: sync/SPEC.md 4, 5.  Twin: sync/ledger.py.
 */

import { equal, uint } from "../crypto/bytes.ts"
import type { ChangeHeader } from "../crypto/change.ts"
import type { EpochSecret } from "../crypto/circle.ts"
import { openChange } from "../crypto/content.ts"
import { type Change, isAcknowledgement, type Run } from "../crypto/run.ts"
import { ByteSet, textOf } from "./byte_map.ts"
import { type Capacity, capacities } from "./capacity.ts"
import type { Applied } from "./chain.ts"
import type { Dictionary } from "./dictionary.ts"
import type { Directory } from "./directory.ts"
import { decodeEdits, type Plaintext } from "./edits.ts"
import { codeOf } from "./entries.ts"
import type { Keyring } from "./keyring.ts"
import { Log } from "./log.ts"
import { type Keys, Merge } from "./merge.ts"
import type { Opened } from "./opened.ts"
import type { View } from "./register.ts"
import type { Judged } from "./writes.ts"

/** Changes opened at the same time. */
const BATCH = 256

/** What a change says; null: no key opens it here; a text: the code of what is wrong with it. */
type Reading = Plaintext | string | null
/** By circle and epoch. */
type Secrets = Map<string, Promise<EpochSecret | null>>

/**
 * What the changes a device holds add up to.
 *
 * pending: changes that may count when more is known. locked: that count as far as can be seen, but no key opens them
 * here (yet). open: registers in which a person has something to decide, by the text of their key: values in conflict,
 * or decided by a policy only, or asked for. watch: told of the registers that moved, each time.
 */
export class Ledger {
  readonly log: Log
  merge: Merge
  readonly pending = new ByteSet()
  readonly locked = new ByteSet()
  readonly open = new Map<string, View>()
  watch: ((touched: Keys) => void) | null = null
  readonly #directory: Directory
  readonly #keyring: Keyring
  readonly #dictionary: Dictionary
  readonly #capacities = new Map<string, readonly Capacity[]>()

  constructor(directory: Directory, keyring: Keyring, dictionary: Dictionary) {
    this.log = new Log(directory)
    this.merge = new Merge(dictionary)
    this.#directory = directory
    this.#keyring = keyring
    this.#dictionary = dictionary
  }

  /** Take in a run whose signature was verified, or which is our own. */
  async add(run: Run): Promise<void> {
    await this.addAll([run])
  }

  /** The same for many, which opens their changes side by side. opened: what some of them say, by `readLog`. */
  async addAll(runs: readonly Run[], opened: Opened = NOTHING_OPENED): Promise<void> {
    await this.#follow(
      runs.flatMap((run) => this.log.addRun(run)),
      opened,
    )
  }

  /** After a directory entry, or late bytes of a statement. */
  async rejudge(applied: Applied): Promise<void> {
    await this.#follow(this.log.rejudge(applied))
    if (applied.rebuilt) await this.#mergeAnew()
    await this.#follow(this.locked)
  }

  /**
   * What a change says; null if no key opens it here.
   *
   * Throws ProtocolError: those of crypto 6.5, "malformed".
   */
  async read(change: Change): Promise<Plaintext | null> {
    const secret = await this.#keyring.secret(change.header.circle, change.header.epoch)
    return secret && (await opened(secret, change))
  }

  /** What ties the secret of an epoch, as the directory has it; empty if it knows none. */
  commitment({ circle, epoch }: Pick<ChangeHeader, "circle" | "epoch">): Uint8Array {
    return this.#directory.epoch(circle, epoch)?.commitment ?? NO_COMMITMENT
  }

  /** Changes that do not count, with why. */
  uncounted(): (readonly [change: Change, code: string])[] {
    const ids = this.log.circles().flatMap((circle) => this.log.runs(circle).flatMap((run) => run.ids))
    return [...new ByteSet(ids)].flatMap((id) => {
      const [verdict, change] = [this.log.verdict(id), this.log.change(id)]
      return change && verdict && verdict.code !== null ? [[change, verdict.code] as const] : []
    })
  }

  async #follow(moved: Iterable<Uint8Array>, opened: Opened = NOTHING_OPENED): Promise<void> {
    const ids = [...new ByteSet(moved)]
    const readings = await this.#readings(ids, opened)
    this.#capacities.clear()
    for (const [i, id] of ids.entries()) this.#note(this.#weigh(id, readings[i] ?? null))
  }

  async #readings(ids: readonly Uint8Array[], opened: Opened = NOTHING_OPENED): Promise<Reading[]> {
    const secrets: Secrets = new Map()
    const readings: Reading[] = []
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH).map((id) => this.#reading(id, secrets, opened))
      readings.push(...(await Promise.all(batch)))
    }
    return readings
  }

  /** Of a change that is to be merged. What was opened once is not opened again. */
  async #reading(id: Uint8Array, secrets: Secrets, known: Opened): Promise<Reading> {
    const change = this.log.change(id)
    if (!change || isAcknowledgement(change) || !this.log.verdict(id)?.counts) return null
    const merged = this.merge.change(id)
    if (merged) return merged
    try {
      const secret = await this.#secret(change, secrets)
      const said = known.get(change)
      if (secret && said && equal(said.commitment, this.commitment(change.header))) return decodeEdits(said.text)
      return secret && (await opened(secret, change))
    } catch (error) {
      return codeOf(error)
    }
  }

  /** Asked for once each: where no key opens a circle, every asking looks at all its seals. */
  #secret({ header: { circle, epoch } }: Change, secrets: Secrets): Promise<EpochSecret | null> {
    const place = textOf(circle, uint(epoch, 4))
    const secret = secrets.get(place) ?? this.#keyring.secret(circle, epoch)
    secrets.set(place, secret)
    return secret
  }

  #weigh(id: Uint8Array, read: Reading): Keys {
    const [change, verdict] = [this.log.change(id), this.log.verdict(id)]
    this.pending.delete(id)
    this.locked.delete(id)
    if (!change || !verdict) return NO_KEYS
    if (verdict.isPending) this.pending.add(id)
    if (isAcknowledgement(change)) return NO_KEYS
    if (!verdict.counts) return this.merge.remove(id)
    if (typeof read === "string") {
      this.log.refuse(id, read)
      return this.merge.remove(id)
    }
    if (read === null) {
      this.locked.add(id)
      return this.merge.remove(id)
    }
    return this.merge.add(this.#judged(change, read))
  }

  #judged(change: Change, read: Plaintext): Judged {
    const { circle, device: key } = change.header
    const heads = this.log.countingHeads(change.id)
    const [view, device] = [this.#directory.circle(circle, heads[0]!), this.#directory.device(key, heads[0]!)]
    const { member } = device!
    const held = this.#capacitiesOf(member, heads)
    const { at, version, edits } = read
    return { id: change.id, circle, circleKind: view!.kind, device: key, member, capacities: held, at, version, edits }
  }

  /** The same ones for all that is followed in one go, in which no entry comes. */
  #capacitiesOf(member: Uint8Array, heads: readonly number[]): readonly Capacity[] {
    const place = `${textOf(member)}${heads.join()}`
    const held = this.#capacities.get(place) ?? capacities(this.#directory, member, heads)
    this.#capacities.set(place, held)
    return held
  }

  #note(touched: Keys): void {
    this.watch?.(touched)
    for (const [text, key] of touched) {
      if (this.merge.isPlain(key)) {
        this.open.delete(text)
        continue
      }
      const view = this.merge.register(key)
      const isOpen = view.status === "conflict" || view.status === "decided" || view.requests.length > 0
      if (isOpen) this.open.set(text, view)
      else this.open.delete(text)
    }
  }

  /** An entry was voided: roles and rights at every head may be others now. */
  async #mergeAnew(): Promise<void> {
    const counting = this.log.circles().flatMap((circle) => this.log.counting(circle).map(({ id }) => id))
    const readings = await this.#readings(counting)
    this.merge = new Merge(this.#dictionary)
    this.open.clear()
    this.#capacities.clear()
    for (const [i, id] of counting.entries()) this.#note(this.#weigh(id, readings[i] ?? null))
  }
}

const NO_KEYS: Keys = new Map()
const NO_COMMITMENT: Uint8Array = new Uint8Array(0)
const NOTHING_OPENED: Opened = new Map()

async function opened(secret: EpochSecret, change: Change): Promise<Plaintext> {
  return decodeEdits(await openChange(secret, change.header, change.body))
}
