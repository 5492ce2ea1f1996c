/**
 * The directory's state at every index: root, members, devices, invites, policy, circles. It judges nothing by itself.
 *
 * Source: sync/SPEC.md 2.  Twin: sync/state.py.
 */

import { equal } from "../crypto/bytes.ts"
import type { Value } from "../crypto/encoding.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import type { Circle } from "./circles.ts"
import { MARK_SIZE, type Role } from "./shapes.ts"
import { Journal, Timeline } from "./timeline.ts"

export type Root = { readonly key: Uint8Array; readonly sealKey: Uint8Array }
/** role: null after `member.end`. */
export type Standing = { readonly role: Role | null; readonly duties: readonly string[] }

/** added: index. devices, invites: keys, in the order in which they came. */
export type Member = {
  readonly id: Uint8Array
  readonly added: number
  readonly standing: Timeline<Standing>
  readonly devices: Uint8Array[]
  readonly invites: Uint8Array[]
}

/** enrolled, revoked: indices. invite: the one that brought it in, null: the root did. opened: invites it opened. */
export type Device = {
  readonly type: "device"
  readonly key: Uint8Array
  readonly member: Uint8Array
  readonly sealKey: Uint8Array
  readonly enrolled: number
  readonly invite: Uint8Array | null
  revoked: number | null
  readonly opened: Uint8Array[]
}

/** opened, closed: indices. openedBy: a device, or the root. expires: ms, for people only. */
export type Invite = {
  readonly type: "invite"
  readonly key: Uint8Array
  readonly sealKey: Uint8Array
  readonly member: Uint8Array
  readonly opened: number
  readonly openedBy: Uint8Array
  readonly expires: number
  closed: number | null
}

/** After entry `at`. */
export function isOpen(invite: Invite, at: number): boolean {
  return invite.opened <= at && (invite.closed === null || invite.closed > at)
}

/** Everything by id, with its history. Writers note in `journal` how to take back what they did. */
export class State {
  readonly journal = new Journal()
  readonly root = new Timeline<Root>()
  readonly members = new ByteMap<Member>()
  readonly marks = new ByteMap<Uint8Array>()
  readonly devices = new ByteMap<Device>()
  readonly invites = new ByteMap<Invite>()
  readonly unrevoked = new ByteMap<Device>()
  readonly openInvites = new ByteMap<Invite>()
  readonly admins = new ByteMap<true>()
  readonly settings = new Map<string, Timeline<Value>>()
  readonly rights = new Map<string, Timeline<readonly string[]>>()
  readonly public = new ByteMap<Circle>()
  readonly hashed = new ByteMap<Circle>()
  readonly cases = new ByteMap<Uint8Array[]>()
  readonly used = new ByteSet()
  readonly owners = new ByteMap<Device | Invite>()

  /** A circle at any index. An id that stands in full hides a hashed one, for all readers alike. */
  circle(circle: Uint8Array): Circle | undefined {
    return this.public.get(circle) ?? this.hashed.get(circle)
  }

  /** Was a circle with this id, whose statements stand as digests, opened at or before `at`? */
  hasHashed(circle: Uint8Array, at: number): boolean {
    const known = this.hashed.get(circle)
    return known !== undefined && known.opened <= at
  }

  /** As far as they are known here. */
  circlesOfCase(id: Uint8Array | null): Circle[] {
    const listed = id === null ? [] : (this.cases.get(id) ?? [])
    return listed.map((circle) => this.hashed.get(circle)!)
  }

  /** Added at or before `at`, whether it has a role or not. */
  isKnownMember(member: Uint8Array, at: number): boolean {
    const known = this.members.get(member)
    return known !== undefined && known.added <= at
  }

  /** Enrolled at or before `at`, revoked or not. */
  isKnownDevice(device: Uint8Array, at: number): boolean {
    const known = this.devices.get(device)
    return known !== undefined && known.enrolled <= at
  }

  /** Role and duties after entry `at`; no role for one who is not known. */
  standing(member: Uint8Array, at: number): Standing {
    return this.members.get(member)?.standing.at(at) ?? { role: null, duties: [] }
  }

  /** After entry `at`. */
  role(member: Uint8Array, at: number): Role | null {
    return this.standing(member, at).role
  }

  /** Enrolled, not revoked, and its member has a role. */
  isActive(device: Uint8Array, at: number): boolean {
    return this.#roleOfActive(device, at) !== null
  }

  /** Active, of a member who is staff or admin. */
  isStaff(device: Uint8Array, at: number): boolean {
    const role = this.#roleOfActive(device, at)
    return role === "staff" || role === "admin"
  }

  /** Active, of a member who is admin. */
  isAdmin(device: Uint8Array, at: number): boolean {
    return this.#roleOfActive(device, at) === "admin"
  }

  /** Is some admin device active? `at` is the newest index. */
  hasAdmin(at: number): boolean {
    return this.admins.keys().some((member) => this.members.get(member)!.devices.some((key) => this.isActive(key, at)))
  }

  /** The root from `index` on. */
  setRoot(root: Root, index: number): void {
    this.root.put(index, root, this.journal)
    this.#use(root.key, root.sealKey)
  }

  /** Role and duties from `index` on; a member not known yet is added. */
  setStanding(member: Uint8Array, standing: Standing, index: number): void {
    if (!this.members.has(member)) {
      this.members.set(member, { id: member, added: index, standing: new Timeline(), devices: [], invites: [] })
      this.journal.note(() => this.members.delete(member))
      this.#putKey(this.marks, member.subarray(0, MARK_SIZE), member)
    }
    this.members.get(member)!.standing.put(index, standing, this.journal)
    if (standing.role === "admin") this.#putKey(this.admins, member, true)
    else if (this.admins.has(member)) this.#dropKey(this.admins, member)
  }

  /** A device from its `enrolled` index on. */
  addDevice(device: Device): void {
    const { devices } = this.members.get(device.member)!
    devices.push(device.key)
    this.devices.set(device.key, device)
    this.journal.note(() => {
      this.devices.delete(device.key)
      devices.pop()
    })
    this.#putKey(this.unrevoked, device.key, device)
    this.#own(device)
  }

  /** Not active from `index` on. */
  revokeDevice(device: Device, index: number): void {
    device.revoked = index
    this.journal.note(() => {
      device.revoked = null
    })
    this.#dropKey(this.unrevoked, device.key)
  }

  /** An invite from its `opened` index on. */
  addInvite(invite: Invite): void {
    const opener = this.devices.get(invite.openedBy)
    const listed = [this.members.get(invite.member)!.invites, ...(opener ? [opener.opened] : [])]
    for (const keys of listed) keys.push(invite.key)
    this.invites.set(invite.key, invite)
    this.journal.note(() => {
      this.invites.delete(invite.key)
      for (const keys of listed) keys.pop()
    })
    this.#putKey(this.openInvites, invite.key, invite)
    this.#own(invite)
  }

  /** Not open from `index` on; one already closed stays as it was. */
  closeInvite(invite: Invite, index: number): void {
    if (invite.closed !== null) return
    invite.closed = index
    this.journal.note(() => {
      invite.closed = null
    })
    this.#dropKey(this.openInvites, invite.key)
  }

  /** A policy value from `index` on. */
  setSetting(name: string, value: Value, index: number): void {
    const line = this.settings.get(name) ?? new Timeline<Value>()
    this.settings.set(name, line)
    line.put(index, value, this.journal)
  }

  /** Who may write a field from `index` on. */
  setRight(type: string, field: string, who: readonly string[], index: number): void {
    const place = rightsKey(type, field)
    const line = this.rights.get(place) ?? new Timeline<readonly string[]>()
    this.rights.set(place, line)
    line.put(index, who, this.journal)
  }

  /** A circle from its `opened` index on. */
  addCircle(circle: Circle): void {
    this.#putKey(circle.public ? this.public : this.hashed, circle.id, circle)
    if (circle.public) this.#use(circle.epochs[0]!.circleKey)
    else if (circle.case !== null) {
      const listed = this.cases.getOrMake(circle.case, () => [])
      listed.push(circle.id)
      this.journal.note(() => listed.pop())
    }
  }

  /** The circle is to be made anew from its statements, some of which came late. */
  forgetHashed(circle: Uint8Array): void {
    const known = this.hashed.get(circle)
    this.hashed.delete(circle)
    if (!known || known.case === null) return
    const listed = this.cases.get(known.case)!
    listed.splice(
      listed.findIndex((id) => equal(id, circle)),
      1,
    )
  }

  /** No device or invite may come with the key of a circle whose statements stand in full. */
  useCircleKey(key: Uint8Array): void {
    this.#use(key)
  }

  #roleOfActive(device: Uint8Array, at: number): Role | null {
    const known = this.devices.get(device)
    if (!known || known.enrolled > at || (known.revoked !== null && known.revoked <= at)) return null
    return this.role(known.member, at)
  }

  #own(owner: Device | Invite): void {
    this.#use(owner.key, owner.sealKey)
    this.#putKey(this.owners, owner.sealKey, owner)
  }

  #use(...keys: Uint8Array[]): void {
    const fresh = keys.filter((key) => !this.used.has(key))
    for (const key of fresh) this.used.add(key)
    this.journal.note(() => {
      for (const key of fresh) this.used.delete(key)
    })
  }

  #putKey<V>(where: ByteMap<V>, key: Uint8Array, value: V): void {
    if (where.has(key)) return
    where.set(key, value)
    this.journal.note(() => where.delete(key))
  }

  #dropKey<V>(where: ByteMap<V>, key: Uint8Array): void {
    const value = where.get(key)!
    where.delete(key)
    this.journal.note(() => where.set(key, value))
  }
}

/** Where the rights of a field are kept: no name holds a stop. */
export function rightsKey(type: string, field: string): string {
  return `${type}.${field}`
}
