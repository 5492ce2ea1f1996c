/**
 * To whom a circle's secret may be sealed, who is in it, and whether it is stale.
 *
 * Source: sync/SPEC.md 2.1, 2.2.  Twin: sync/entitled.py.
 */

import { equal } from "../crypto/bytes.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import { type Circle, recipients, type Shape } from "./circles.ts"
import { type Device, type Invite, isOpen, type State } from "./state.ts"

export const WITH_RECOVERY: ReadonlySet<string> = new Set(["centre", "desk", "private"])
export const WITH_MEMBERS_INVITES: ReadonlySet<string> = new Set(["door", "dispatch", "own"])

/** [from, up to but without]; null: still. */
export type Span = readonly [from: number, until: number | null]

/** The circle as it is after entry `at`. */
export function proposed(circle: Circle, at: number): Shape {
  const { kind, desk } = circle
  return { kind, desk, members: circle.members.at(at) ?? [], devices: circle.devices.at(at) ?? [] }
}

/** Sealing keys to which the circle's secret may be sealed after entry `at`. The desk, if any, is known. */
export function entitled(state: State, shape: Shape, at: number): ByteSet {
  const keys = new ByteSet(directDevices(state, shape, at).map((device) => device.sealKey))
  for (const invite of entitledInvites(state, shape, at)) keys.add(invite.sealKey)
  const root = state.root.at(at)
  if (root && WITH_RECOVERY.has(shape.kind)) keys.add(root.sealKey)
  const desk = shape.desk && state.public.get(shape.desk)
  if (desk) keys.add(desk.newest(at).circleKey)
  return keys
}

/** Is the device in the direct column? */
export function isDirect(state: State, shape: Shape, device: Uint8Array, at: number): boolean {
  if (shape.kind === "desk") return includes(shape.devices, device) && state.isStaff(device, at)
  if (!state.isActive(device, at)) return false
  return shape.kind === "centre" || includes(shape.members, state.devices.get(device)!.member)
}

/** Direct, or a principal of its desk, up through the lead desks. */
export function isPrincipal(state: State, circle: Circle, device: Uint8Array, at: number): boolean {
  return ranks(state, circle, at).some((rank) => isDirect(state, proposed(rank, at), device, at))
}

/** Has it a desk, and is the device a principal of that? */
export function isViaDesk(state: State, circle: Circle, device: Uint8Array, at: number): boolean {
  const desk = circle.desk && state.public.get(circle.desk)
  return !!desk && isPrincipal(state, desk, device, at)
}

/** The circle, its desk, that desk's lead desk, and so on, as far as they are opened. */
export function ranks(state: State, circle: Circle, at: number): Circle[] {
  const found: Circle[] = []
  let rank: Circle | undefined = circle
  while (rank && rank.opened <= at) {
    found.push(rank)
    rank = rank.desk ? state.public.get(rank.desk) : undefined
  }
  return found
}

/**
 * Is some recipient of its newest epoch not entitled any more?
 *
 * desks: what was found out of desks at this index and state, for who asks of many circles.
 */
export function isStale(state: State, circle: Circle, at: number, desks: Desks = new ByteMap()): boolean {
  const desk = deskOf(state, circle, at, desks)
  const shape = proposed(circle, at)
  return !recipients(circle.newest(at), at).every((key) => isSoundKey(state, shape, key, desk, at))
}

/** When the device was a principal of the circle, oldest first, not touching each other. */
export function principalSpans(state: State, circle: Circle, device: Uint8Array): Span[] {
  const known = state.devices.get(device)
  if (!known) return []
  const turns = [...turnsOf(state, circle, known)].sort((a, b) => a - b)
  const spans: [number, number | null][] = []
  for (const [place, start] of turns.entries()) {
    if (!isPrincipal(state, circle, device, start)) continue
    const after = turns[place + 1] ?? null
    const last = spans.at(-1)
    if (last && last[1] === start) last[1] = after
    else spans.push([start, after])
  }
  return spans
}

function directDevices(state: State, shape: Shape, at: number): Device[] {
  return namedDevices(state, shape)
    .filter((key) => isDirect(state, shape, key, at))
    .map((key) => state.devices.get(key)!)
}

function namedDevices(state: State, shape: Shape): readonly Uint8Array[] {
  if (shape.kind === "centre") return state.devices.keys()
  if (shape.kind === "desk") return shape.devices
  return shape.members.flatMap((member) => state.members.get(member)?.devices ?? [])
}

function entitledInvites(state: State, shape: Shape, at: number): Invite[] {
  return namedInvites(state, shape)
    .map((key) => state.invites.get(key)!)
    .filter((invite) => isEntitledInvite(shape, invite, at))
}

function namedInvites(state: State, shape: Shape): readonly Uint8Array[] {
  if (shape.kind === "centre") return state.invites.keys()
  return shape.members.flatMap((member) => state.members.get(member)?.invites ?? [])
}

function isEntitledInvite(shape: Shape, invite: Invite, at: number): boolean {
  if (!isOpen(invite, at)) return false
  return shape.kind === "centre" || (WITH_MEMBERS_INVITES.has(shape.kind) && includes(shape.members, invite.member))
}

function isEntitledKey(state: State, shape: Shape, key: Uint8Array, at: number): boolean {
  const owner = state.owners.get(key)
  if (owner?.type === "device") return isDirect(state, shape, owner.key, at)
  if (owner?.type === "invite") return isEntitledInvite(shape, owner, at)
  const root = state.root.at(at)
  return root !== undefined && equal(root.sealKey, key) && WITH_RECOVERY.has(shape.kind)
}

/**
 * A desk as those below it see it.
 *
 * epochs: by circle key; of two with one key, the earlier. soundFrom: all recipients from this epoch on are entitled.
 */
type Desk = { readonly epochs: ByteMap<number>; readonly soundFrom: number }

/** What was found out of desks, by their ids. */
export type Desks = ByteMap<Desk>

/** The circle's desk; the lead desks are judged first, so no chain of desks is too long. */
function deskOf(state: State, circle: Circle, at: number, desks: Desks): Desk | null {
  let sound: Desk | null = null
  for (const desk of ranks(state, circle, at).slice(1).reverse()) {
    const lead: Desk | null = sound
    sound = desks.getOrMake(desk.id, () => judgeDesk(state, desk, lead, at))
  }
  return sound
}

function judgeDesk(state: State, desk: Circle, lead: Desk | null, at: number): Desk {
  const epochs = new ByteMap<number>()
  for (const epoch of desk.epochs.toReversed()) if (epoch.opened <= at) epochs.set(epoch.circleKey, epoch.number)
  if (desk.isShredded(at)) return { epochs, soundFrom: desk.epochs.length + 1 }
  const shape = proposed(desk, at)
  let lastBad = 0
  for (const [key, line] of desk.sealedTo.entries()) {
    const number = line.at(at) ?? 0
    if (number > lastBad && !isSoundKey(state, shape, key, lead, at)) lastBad = number
  }
  return { epochs, soundFrom: lastBad + 1 }
}

function isSoundKey(state: State, shape: Shape, key: Uint8Array, desk: Desk | null, at: number): boolean {
  const number = desk?.epochs.get(key)
  return desk && number !== undefined ? number >= desk.soundFrom : isEntitledKey(state, shape, key, at)
}

/** Every index at which the device may have become or ceased to be a principal. */
function turnsOf(state: State, circle: Circle, device: Device): Set<number> {
  const turns = new Set([device.enrolled, ...(device.revoked === null ? [] : [device.revoked])])
  for (const [start] of state.members.get(device.member)!.standing.spans()) turns.add(start)
  let rank: Circle | undefined = circle
  while (rank) {
    turns.add(rank.opened)
    for (const [start] of rank.members.spans()) turns.add(start)
    for (const [start] of rank.devices.spans()) turns.add(start)
    rank = rank.desk ? state.public.get(rank.desk) : undefined
  }
  return turns
}

function includes(keys: readonly Uint8Array[], key: Uint8Array): boolean {
  return keys.some((known) => equal(known, key))
}
