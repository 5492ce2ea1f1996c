/**
 * What the device told the page: signals, from which every screen is computed. Only `link.ts` writes them.
 *
 * Views import this and the other files of `store/`; they never touch the vault or the wire.
 */

import { batch, computed, signal } from "@preact/signals"
import type {
  CirclePicture,
  Id,
  MemberPicture,
  PeoplePicture,
  RecordPicture,
  RecordType,
  ReviewPicture,
  SyncPicture,
} from "./picture.ts"

export type Gone = { readonly id: Id; readonly type: RecordType; readonly gone: true }

const NOTHING: ReadonlyMap<Id, RecordPicture> = new Map()

const RESTING: SyncPicture = {
  doing: "waiting",
  because: [],
  unsent: 0,
  received: null,
  progress: null,
  waiting: [],
  refused: [],
  alarms: [],
  storage: { isPersistent: false, free: null, isFull: false },
}

const byType = signal<ReadonlyMap<RecordType, ReadonlyMap<Id, RecordPicture>>>(new Map())

/** null while no vault is open. */
export const people = signal<PeoplePicture | null>(null)
export const sync = signal<SyncPicture>(RESTING)
export const reviews = signal<ReadonlyMap<Id, ReviewPicture>>(new Map())

/** Now, ms; moves every half minute, and when the page is shown again. */
export const now = signal(Date.now())

export const members = computed<ReadonlyMap<Id, MemberPicture>>(() => index(people.value?.members ?? []))
export const circles = computed<ReadonlyMap<Id, CirclePicture>>(() => index(people.value?.circles ?? []))

/** Every record of a type that is not crossed out. */
export function recordsOf(type: RecordType): ReadonlyMap<Id, RecordPicture> {
  return byType.value.get(type) ?? NOTHING
}

export function record(type: RecordType, id: Id): RecordPicture | undefined {
  return recordsOf(type).get(id)
}

/** What a field shows; undefined while nothing is, or while it is in conflict. */
export function shown<T>(picture: RecordPicture | undefined, field: string): T | undefined {
  return picture?.fields[field] as T | undefined
}

export function memberName(id: Id | undefined): string {
  if (id === undefined) return ""
  return members.value.get(id)?.name ?? id.slice(0, 8)
}

/** Take in what changed. */
export function takeRecords(changed: readonly (RecordPicture | Gone)[]): void {
  const types = new Map<RecordType, Map<Id, RecordPicture>>()
  for (const one of changed) {
    const held = types.get(one.type) ?? new Map(recordsOf(one.type))
    types.set(one.type, held)
    if ("gone" in one) held.delete(one.id)
    else held.set(one.id, one)
  }
  byType.value = new Map([...byType.value, ...types])
}

export function takeReviews(given: readonly ReviewPicture[]): void {
  reviews.value = new Map(given.map((each) => [each.note, each]))
}

/** The vault was closed: nothing of it stays in the page. */
export function forgetAll(): void {
  batch(() => {
    byType.value = new Map()
    people.value = null
    reviews.value = new Map()
    sync.value = RESTING
  })
}

function index<T extends { readonly id: Id }>(given: readonly T[]): ReadonlyMap<Id, T> {
  return new Map(given.map((each) => [each.id, each]))
}
