/**
 * The secrets of circles that one owner's keys open: by a seal, by a desk's key, or back through the locks.
 *
 * Source: crypto/SPEC.md 5, sync/SPEC.md 3.2.  Twin: sync/keyring.py.
 */

import { equal, uint } from "../crypto/bytes.ts"
import { checkEpoch, type EpochSecret, openSeal } from "../crypto/circle.ts"
import type { SealingKey } from "../crypto/keys.ts"
import { ByteMap, textOf } from "./byte_map.ts"
import type { CircleView, Epoch } from "./circles.ts"
import type { Directory } from "./directory.ts"
import { codeOf } from "./entries.ts"

const UNUSABLE = "bad_commitment"

/** reason: a code of crypto 5.5 or 5.6. */
export type Wrong = { readonly circle: Uint8Array; readonly epoch: number; readonly reason: string }

/** What a device, an invite or the recovery key can open. */
export class Keyring {
  readonly directory: Directory
  readonly #own = new ByteMap<SealingKey>()
  readonly #secrets = new Map<string, EpochSecret>()
  readonly #tried = new Set<string>()
  readonly #complaints = new Map<string, Wrong>()
  /** One opening at a time, so that none takes another's unfinished attempt for a failed one. */
  #turn: Promise<void> = Promise.resolve()

  constructor(directory: Directory, ...sealing: readonly SealingKey[]) {
    this.directory = directory
    for (const key of sealing) this.#own.set(key.public, key)
  }

  /** Everything found wrong; each is to be said in a `seal.bad`, and the circle to be renewed. */
  get complaints(): readonly Wrong[] {
    return [...this.#complaints.values()]
  }

  /**
   * The secret of an epoch, for reading; null if nothing that opens here leads to it.
   *
   * It fits the commitment in the directory. An epoch whose circle key or lock is wrong is still given for reading.
   */
  async secret(circle: Uint8Array, epoch: number): Promise<EpochSecret | null> {
    const known = this.#remembered(circle, epoch)
    if (known) return known
    const turn = this.#turn.then(() => this.#openRanks(circle))
    this.#turn = turn.catch(() => undefined)
    await turn
    return this.#remembered(circle, epoch)
  }

  /** The secret to write under; null if there is none, or if the epoch is complained of. */
  async newest(circle: Uint8Array): Promise<EpochSecret | null> {
    const view = this.#view(circle)
    if (!view) return null
    const secret = await this.secret(circle, view.epoch)
    return this.#complaints.has(placeText(circle, view.epoch)) ? null : secret
  }

  /**
   * The epoch the next one's lock has to hold; null if it cannot be made here.
   *
   * The newest that opens here and is right, whatever others complain of; below it only what is complained of.
   */
  async toLock(circle: Uint8Array): Promise<number | null> {
    const view = this.#view(circle)
    if (!view) return null
    const named = new Set(this.directory.complaints(circle).map((complaint) => complaint.epoch))
    for (let number = view.epoch; number > 0; number--) {
      const secret = await this.secret(circle, number)
      const isWrong = this.#complaints.has(placeText(circle, number))
      if (secret && !isWrong) return number
      if (!named.has(number) && !isWrong) return null
    }
    return (await this.secret(circle, view.epoch)) ? view.epoch : null
  }

  #view(circle: Uint8Array): CircleView | null {
    return this.directory.circle(circle, this.directory.head.index)
  }

  #ranks(circle: Uint8Array): CircleView[] {
    const found: CircleView[] = []
    for (let view = this.#view(circle); view; view = view.desk ? this.#view(view.desk) : null) found.push(view)
    return found
  }

  async #openRanks(circle: Uint8Array): Promise<void> {
    for (const rank of this.#ranks(circle).reverse()) await this.#openCircle(rank)
  }

  /** Newest epoch first, so that what the locks give is there when its turn comes. */
  async #openCircle(view: CircleView): Promise<void> {
    for (let number = view.epoch; number > 0; number--) {
      const epoch = this.directory.epoch(view.id, number)
      if (epoch && !this.#remembered(view.id, number)) await this.#openEpoch(view, epoch)
    }
  }

  async #openEpoch(view: CircleView, epoch: Epoch): Promise<void> {
    for (const [, recipient, sealed] of [...epoch.seals]) {
      const opener = await this.#opener(view, recipient)
      const attempt = placeText(view.id, epoch.number) + textOf(sealed)
      if (!opener || this.#tried.has(attempt)) continue
      this.#tried.add(attempt)
      try {
        const secret = await openSeal(sealed, this.directory.centre, view.id, view.kind, epoch.number, opener)
        if (await this.#take(view.id, epoch, secret)) return
      } catch (error) {
        this.#complain(view.id, epoch.number, codeOf(error))
      }
    }
  }

  async #opener(view: CircleView, recipient: Uint8Array): Promise<SealingKey | null> {
    const own = this.#own.get(recipient)
    if (own) return own
    const desk = view.desk && this.#view(view.desk)
    if (!desk) return null
    for (let number = desk.epoch; number > 0; number--) {
      const epoch = this.directory.epoch(desk.id, number)
      const secret = this.#remembered(desk.id, number)
      if (epoch && secret && equal(epoch.circleKey, recipient)) return secret.circleKey()
    }
    return null
  }

  /** Check a secret and keep it, and those that its lock and theirs lead back to. */
  async #take(circle: Uint8Array, newest: Epoch, secret: EpochSecret): Promise<boolean> {
    let taken = false
    let epoch: Epoch | null = newest
    let found: EpochSecret | null = secret
    while (epoch && found) {
      const earlier: Epoch | null = epoch.after === null ? null : this.directory.epoch(circle, epoch.after)
      const [code, before]: Checked = await checked(found, epoch, earlier)
      if (code !== null) this.#complain(circle, epoch.number, code)
      if (code === UNUSABLE) return taken
      this.#secrets.set(secretText(circle, epoch), found)
      taken = true
      epoch = earlier
      found = before
    }
    return taken
  }

  #complain(circle: Uint8Array, epoch: number, reason: string): void {
    this.#complaints.set(placeText(circle, epoch), { circle, epoch, reason })
  }

  #remembered(circle: Uint8Array, number: number): EpochSecret | null {
    const epoch = this.directory.epoch(circle, number)
    return epoch ? (this.#secrets.get(secretText(circle, epoch)) ?? null) : null
  }
}

type Checked = readonly [code: string | null, earlier: EpochSecret | null]

async function checked(secret: EpochSecret, epoch: Epoch, earlier: Epoch | null): Promise<Checked> {
  const locked = earlier ? ([earlier.number, earlier.commitment] as const) : null
  try {
    return [null, await checkEpoch(secret, epoch.commitment, epoch.circleKey, epoch.lock, locked)]
  } catch (error) {
    return [codeOf(error), null]
  }
}

function placeText(circle: Uint8Array, epoch: number): string {
  return textOf(circle, uint(epoch, 4))
}

function secretText(circle: Uint8Array, epoch: Epoch): string {
  return placeText(circle, epoch.number) + textOf(epoch.commitment)
}
