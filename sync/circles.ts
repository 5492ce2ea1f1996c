/**
 * What the directory holds of one circle, each thing with the index from which it holds.
 *
 * Source: sync/SPEC.md 2.  Twin: sync/circles.py.
 */

import { equal } from "../crypto/bytes.ts"
import type { CircleKind } from "../crypto/contexts.ts"
import { ByteMap } from "./byte_map.ts"
import type { Seal } from "./shapes.ts"
import type { CircleEpoch, CircleOpen } from "./statements.ts"
import { bisectRight, Journal, Timeline } from "./timeline.ts"

/** Their statements stand in full. */
export const PUBLIC_KINDS: ReadonlySet<string> = new Set(["centre", "desk"])

/** What decides who is entitled: a circle as it is, or as a statement would make it. */
export type Shape = {
  readonly kind: CircleKind
  readonly desk: Uint8Array | null
  readonly members: readonly Uint8Array[]
  readonly devices: readonly Uint8Array[]
}

/** A circle at one index. epoch: number of its newest. */
export type CircleView = Shape & {
  readonly id: Uint8Array
  readonly case: Uint8Array | null
  readonly epoch: number
  readonly closed: boolean
  readonly shredded: boolean
}

/** opened: index of its statement. after: the epoch in its lock; null in epoch 1. seals: [index, key, sealed]. */
export type Epoch = {
  readonly number: number
  readonly opened: number
  readonly after: number | null
  readonly commitment: Uint8Array
  readonly circleKey: Uint8Array
  readonly lock: Uint8Array | null
  readonly seals: (readonly [index: number, key: Uint8Array, sealed: Uint8Array])[]
}

/** last: id of the last change that counts; null: none does. */
export type Cutoff = { readonly index: number; readonly device: Uint8Array; readonly last: Uint8Array | null }
export type Letin = { readonly index: number; readonly change: Uint8Array }
/** A `seal.bad`. author: the device (or root) that said it. */
export type Complaint = {
  readonly index: number
  readonly epoch: number
  readonly reason: string
  readonly author: Uint8Array
}

/** One circle through time. opened: index of its `circle.open`; last: digest of its newest statement. */
export class Circle {
  readonly id: Uint8Array
  readonly kind: CircleKind
  readonly case: Uint8Array | null
  readonly desk: Uint8Array | null
  readonly opened: number
  last: Uint8Array
  readonly members = new Timeline<readonly Uint8Array[]>()
  readonly devices = new Timeline<readonly Uint8Array[]>()
  readonly epochs: Epoch[] = []
  readonly closed = new Timeline<boolean>()
  shredded: number | null = null
  frozen: number | null = null
  readonly cutoffs: Cutoff[] = []
  readonly letins: Letin[] = []
  readonly complaints: Complaint[] = []
  readonly sealedTo = new ByteMap<Timeline<number>>()
  readonly staleAt = new Map<number, boolean>()

  constructor(statement: CircleOpen, index: number, digest: Uint8Array) {
    this.id = statement.circle
    this.kind = statement.circleKind
    this.case = statement.case
    this.desk = statement.desk
    this.opened = index
    this.last = digest
    const journal = new Journal()
    this.#name(index, statement.members, statement.devices, journal)
    const { commitment, circleKey } = statement
    const first = { number: 1, opened: index, after: null, commitment, circleKey, lock: null, seals: [] }
    this.#addEpoch(first, statement.seals, journal)
  }

  /** Do its statements stand in full? */
  get public(): boolean {
    return PUBLIC_KINDS.has(this.kind)
  }

  /** The circle after entry `at`, which is not before its opening. */
  view(at: number): CircleView {
    return {
      id: this.id,
      kind: this.kind,
      case: this.case,
      desk: this.desk,
      members: this.members.at(at) ?? [],
      devices: this.devices.at(at) ?? [],
      epoch: this.newest(at).number,
      closed: this.closed.at(at) ?? false,
      shredded: this.isShredded(at),
    }
  }

  /** Its newest epoch after entry `at`, which is not before its opening. */
  newest(at: number): Epoch {
    return this.epochs[bisectRight(this.epochs, at, (epoch) => epoch.opened) - 1]!
  }

  /** Epochs count from 1 without a gap. */
  epoch(number: number): Epoch | null {
    return this.epochs[number - 1] ?? null
  }

  /** Is it shredded after entry `at`? */
  isShredded(at: number): boolean {
    return this.shredded !== null && this.shredded <= at
  }

  /** The newest epoch that no complaint names; the newest of all, if all are named. */
  soundEpoch(): number {
    const named = new Set(this.complaints.map((complaint) => complaint.epoch))
    return this.epochs.findLast((epoch) => !named.has(epoch.number))?.number ?? this.epochs.length
  }

  /** May the next epoch lock this one? The newest always; an earlier one, if all above it are complained of. */
  mayLock(epoch: number): boolean {
    const named = new Set(this.complaints.map((complaint) => complaint.epoch))
    const above = this.epochs.slice(epoch)
    return epoch >= 1 && epoch <= this.epochs.length && above.every((each) => named.has(each.number))
  }

  /** A new epoch under new lists; a closed circle is open again. */
  renew(statement: CircleEpoch, index: number, journal: Journal): void {
    this.#name(index, statement.members, statement.devices, journal)
    if (this.closed.at(index)) this.closed.put(index, false, journal)
    const { epoch: number, after, commitment, circleKey, lock } = statement
    this.#addEpoch({ number, opened: index, after, commitment, circleKey, lock, seals: [] }, statement.seals, journal)
  }

  /** Further seals on the newest epoch, under new lists. */
  admit(
    members: readonly Uint8Array[],
    devices: readonly Uint8Array[],
    seals: readonly Seal[],
    index: number,
    journal: Journal,
  ): void {
    this.#name(index, members, devices, journal)
    this.#seal(this.epochs.at(-1)!, seals, index, journal)
  }

  #name(index: number, members: readonly Uint8Array[], devices: readonly Uint8Array[], journal: Journal): void {
    if (!sameKeys(this.members.at(index), members)) this.members.put(index, members, journal)
    if (!sameKeys(this.devices.at(index), devices)) this.devices.put(index, devices, journal)
  }

  #addEpoch(epoch: Epoch, seals: readonly Seal[], journal: Journal): void {
    this.epochs.push(epoch)
    journal.note(() => this.epochs.pop())
    this.#seal(epoch, seals, epoch.opened, journal)
  }

  #seal(epoch: Epoch, seals: readonly Seal[], index: number, journal: Journal): void {
    const before = epoch.seals.length
    for (const [key, sealed] of seals) epoch.seals.push([index, key, sealed])
    journal.note(() => {
      epoch.seals.length = before
    })
    for (const [key] of seals) {
      this.sealedTo.getOrMake(key, () => new Timeline<number>()).put(index, epoch.number, journal)
    }
  }
}

/** Sealing keys this epoch's secret was sealed to, up to entry `at`. */
export function recipients(epoch: Epoch, at: number): Uint8Array[] {
  return epoch.seals.filter(([index]) => index <= at).map(([, key]) => key)
}

/** The same list of ids or keys? */
export function sameKeys(a: readonly Uint8Array[] | undefined, b: readonly Uint8Array[]): boolean {
  return a !== undefined && a.length === b.length && a.every((key, place) => equal(key, b[place]!))
}
