/** What a device holds, as the page is told of it. Reads only. */

import { toHex } from "../../crypto/bytes.ts"
import { unpack } from "../../crypto/encoding.ts"
import type { Book, Review } from "../../sync/book.ts"
import type { CircleView } from "../../sync/circles.ts"
import type { Device } from "../../sync/device.ts"
import { decodeEdits } from "../../sync/edits.ts"
import type { Part } from "../../sync/merge.ts"
import type { StandingValue, View } from "../../sync/register.ts"
import { DELETED, isOf, type Judged } from "../../sync/writes.ts"
import type {
  Cell,
  CircleKind,
  CirclePicture,
  DevicePicture,
  Id,
  MemberPicture,
  PeoplePicture,
  Plain,
  RecordPicture,
  RecordType,
  RefusedPicture,
  ReviewPicture,
  Role,
  Standing,
  WaitingPicture,
  Whereabouts,
} from "../store/picture.ts"
import { toPlain } from "./plain.ts"

/** Where the records are whose changes the server is not known to have, by `placeOf`. */
export type Unsent = ReadonlyMap<string, Whereabouts>

export function placeOf(record: Id, type: RecordType): string {
  return `${type}/${record}`
}

/** A record; null when nothing of it stands (any more). */
export function recordPicture(
  device: Device,
  record: Uint8Array,
  type: RecordType,
  unsent: Unsent,
): RecordPicture | null {
  const parts = device.book.parts(record, type).filter((part) => !part.isDeleted)
  const views = parts.flatMap((part) => part.views).filter(({ key }) => key.field !== DELETED)
  const written = writtenIn(device, record, views)
  if (!written) return null
  const id = toHex(record)
  return {
    id,
    type,
    circles: circlesOf(parts),
    case: caseOf(device, parts),
    by: written.by,
    at: written.at,
    last: written.last,
    fields: fieldsOf(views),
    open: views.filter(isForAPerson).map((view) => cell(device, view)),
    where: unsent.get(placeOf(id, type)) ?? "sent",
    isLate: type === "visit_note" && written.changes.some((change) => device.book.isLate(change)),
  }
}

/** By whom and when a record was begun, with which changes, and when it was last written in. */
interface Written {
  readonly by: Id
  readonly at: number
  readonly last: number
  readonly changes: readonly Uint8Array[]
}

/** What whoever made the record wrote goes first, whatever others say and when. */
function writtenIn({ book }: Device, record: Uint8Array, views: readonly View[]): Written | null {
  const isBefore = (one: Judged, other: Judged) => {
    const [isMade, isOtherMade] = [isOf(record, one.member), isOf(record, other.member)]
    return isMade === isOtherMade ? one.at < other.at : isMade
  }
  let [first, last]: [Judged | null, number] = [null, 0]
  let begun: readonly Uint8Array[] = []
  const known = new Map<Uint8Array | undefined, Judged | null>() // most records were written by one change
  for (const { values, requests } of views) {
    for (const { changes } of requests.length > 0 ? [...values, ...requests] : values) {
      const lone = changes.length === 1 ? changes[0] : undefined
      const change: Judged | null = (lone && known.get(lone)) ?? earliest(book, changes)
      if (lone) known.set(lone, change)
      if (change && (!first || isBefore(change, first))) [first, begun] = [change, changes]
      last = Math.max(last, change?.at ?? 0)
    }
  }
  return first && { by: toHex(first.member), at: first.at, last, changes: begun }
}

function earliest(book: Book, changes: readonly Uint8Array[]): Judged | null {
  const written = changes.flatMap((change) => book.change(change) ?? [])
  return written.reduce<Judged | null>((first, each) => (first && first.at <= each.at ? first : each), null)
}

function circlesOf(parts: readonly Part[]): Partial<Record<CircleKind, Id>> {
  return Object.fromEntries(parts.map((part) => [part.circleKind, toHex(part.circle)]))
}

function caseOf({ core: { held } }: Device, parts: readonly Part[]): Id | null {
  const views = parts.map((part) => held.directory.circle(part.circle, held.head))
  const found = views.find((view) => view?.case)?.case
  return found ? toHex(found) : null
}

function fieldsOf(views: readonly View[]): Record<string, Plain> {
  const fields: Record<string, Plain> = {}
  for (const { key, shown } of views) {
    if (!shown || shown.value === null) continue
    if (key.element === null) fields[key.field] ??= toPlain(shown.value)
    else if (shown.value === true) fields[key.field] = [...listOf(fields[key.field]), toPlain(unpack(key.element))]
  }
  return fields
}

function listOf(plain: Plain | undefined): readonly Plain[] {
  return Array.isArray(plain) ? plain : []
}

function isForAPerson({ status, requests }: View): boolean {
  return status === "conflict" || status === "decided" || requests.length > 0
}

/** One register with everything that stands in it. */
export function cell(device: Device, { key, status, shown, values, requests }: View): Cell {
  return {
    key: key.text,
    field: key.field,
    element: key.element === null ? null : toPlain(unpack(key.element)),
    circle: toHex(key.circle),
    status,
    shown: shown ? toPlain(shown.value) : undefined,
    values: values.map((each) => standing(device, each)),
    requests: requests.map((each) => standing(device, each)),
  }
}

/** The first to write the value. */
function standing({ book }: Device, { value, changes }: StandingValue): Standing {
  const first = earliest(book, changes)
  return {
    value: toPlain(value),
    changes: changes.map(toHex),
    by: first ? toHex(first.member) : "",
    device: first ? toHex(first.device) : "",
    at: first?.at ?? 0,
  }
}

/** Records that wait here, or were refused. */
export function unsentRecords(device: Device): Unsent {
  const found = new Map<string, Whereabouts>()
  const note = (text: Uint8Array, where: Whereabouts) => {
    for (const { id, type } of recordsIn(text)) found.set(placeOf(id, type), where)
  }
  for (const letter of device.deadLetters()) for (const text of letter.texts) note(text, "refused")
  for (const chain of device.core.held.chains.values()) {
    for (const [, text] of chain.texts.entries()) note(text, "here")
    for (const { plaintext } of chain.drafts) note(plaintext, "here")
  }
  return found
}

function recordsIn(text: Uint8Array): { readonly id: Id; readonly type: RecordType }[] {
  if (text.length === 0) return []
  return decodeEdits(text).edits.map(({ record, type }) => ({ id: toHex(record), type }))
}

export function refusedPictures(device: Device): RefusedPicture[] {
  return device.deadLetters().map(({ id, circle, code, at, texts }) => {
    return { id: toHex(id), circle: toHex(circle), code, at, records: texts.flatMap(recordsIn) }
  })
}

export async function waitingPictures(device: Device): Promise<WaitingPicture[]> {
  const drafts = await device.drafts()
  return drafts.map(({ circle, draft, code }) => ({ circle: toHex(circle), code, records: recordsIn(draft.plaintext) }))
}

export function reviewPictures(device: Device): ReviewPicture[] {
  return device.book.reviews().map(reviewPicture)
}

export function reviewPicture({ note, author, state, reviews, unseen }: Review): ReviewPicture {
  const stands = state as ReviewPicture["state"]
  return { note: toHex(note), by: toHex(author), state: stands, reviews: reviews.map(toHex), unseen: unseen.length }
}

/** Everybody and every circle the device knows of. */
export async function peoplePicture(device: Device): Promise<PeoplePicture> {
  const { held } = device.core
  const { directory, head } = held
  const me = toHex(device.member)
  const views = directory.circles().flatMap((circle) => directory.circle(circle, head) ?? [])
  const open = views.filter(({ shredded }) => !shredded)
  return {
    me: {
      centre: toHex(held.identity.centre),
      member: me,
      device: toHex(device.key),
      role: (directory.role(device.member, head) ?? "supporter") as Role,
      duties: directory.duties(device.member, head),
    },
    members: device.people.members().map(({ id }) => memberPicture(device, id)),
    circles: await Promise.all(open.map((view) => circlePicture(device, view))),
    invites: directory
      .invites(head)
      .map(({ key, member, expires }) => ({ key: toHex(key), member: toHex(member), expires })),
    policy: Object.fromEntries(Object.entries(directory.policy(head)).map(([name, value]) => [name, toPlain(value)])),
  }
}

function memberPicture(device: Device, id: Uint8Array): MemberPicture {
  const { directory, head } = device.core.held
  const post = device.book.value(id, "member_profile", "post")
  return {
    id: toHex(id),
    name: device.people.name(id),
    post: typeof post === "string" ? post : "",
    role: device.people.role(id),
    duties: directory.duties(id, head),
    devices: device.people.devices().flatMap((each) => {
      return toHex(each.member) === toHex(id) ? [devicePicture(device, each.key, each.member)] : []
    }),
  }
}

function devicePicture(device: Device, key: Uint8Array, member: Uint8Array): DevicePicture {
  const { directory, head } = device.core.held
  const name = device.book.value(profileOf(key), "device_profile", "name")
  return {
    key: toHex(key),
    name: typeof name === "string" ? name : toHex(key).slice(0, 8),
    member: toHex(member),
    isActive: directory.isActive(key, head),
    isThis: toHex(key) === toHex(device.key),
  }
}

/** The record in which a device says what it is called. */
export function profileOf(key: Uint8Array): Uint8Array {
  return key.slice(0, 16)
}

async function circlePicture({ core: { held } }: Device, view: CircleView): Promise<CirclePicture> {
  const isPrincipal = held.directory.principal(view.id, held.key, held.head)
  return {
    id: toHex(view.id),
    kind: view.kind,
    case: view.case && toHex(view.case),
    desk: view.desk && toHex(view.desk),
    members: view.members.map(toHex),
    devices: view.devices.map(toHex),
    isStale: held.directory.stale(view.id, held.head),
    isClosed: view.closed,
    opens: isPrincipal && (await held.keyring.newest(view.id)) !== null,
  }
}
