/**
 * Who may say what on the centre: members, invites, devices, policy, root. A statement is checked, then it holds.
 *
 * Source: sync/SPEC.md 3.1.  Twin: sync/authority.py.
 */

import { equal } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { checkSealingKey, checkSigningKey } from "../crypto/public_key.ts"
import { MARK_SIZE } from "./shapes.ts"
import type { Invite, State } from "./state.ts"
import {
  type CentreFound,
  type CentreStatement,
  type DeviceAdd,
  type DeviceEnrol,
  type DeviceRevoke,
  type InviteCancel,
  type InviteOpen,
  type MemberAdd,
  type MemberEnd,
  type MemberRole,
  type Policy,
  type RootReplace,
  rightsOf,
  type Void,
} from "./statements.ts"

export const MAX_MEMBERS = 5_000
/** Ever. */
export const MAX_DEVICES = 10_000
/** So that with the open invites an epoch takes no more seals than a statement has room for. */
export const MAX_UNREVOKED = 1_400
export const MAX_OPEN_INVITES = 500

/** Who signed entry `index`. judgedAt: the index at which the author is judged; isRoot: was it the root there? */
export type Author = {
  readonly key: Uint8Array
  readonly index: number
  readonly judgedAt: number
  readonly isRoot: boolean
}

/** May it say what an admin may? */
export function isAdmin(state: State, author: Author): boolean {
  return author.isRoot || state.isAdmin(author.key, author.judgedAt)
}

/** May it say what staff may? */
export function isStaff(state: State, author: Author): boolean {
  return author.isRoot || state.isStaff(author.key, author.judgedAt)
}

/** Where a statement stands: its position, in an entry of which the rest is said in `Held`. */
export type Place = {
  readonly centre: Uint8Array
  readonly position: number
  readonly founds: Uint8Array | null
  readonly enrolmentCode: string | null
}

type Rule<S> = (state: State, author: Author, place: Place, said: S) => void

/**
 * One statement of SPEC 3.1, checked in its order; refused, it has changed nothing.
 *
 * Throws ProtocolError with a code of the table there; "quota_exceeded" last, at a limit of SPEC 9.
 */
export function sayOnCentre(state: State, author: Author, place: Place, statement: CentreStatement): void {
  const rule = RULES[statement.kind] as Rule<CentreStatement>
  rule(state, author, place, statement)
}

function found(state: State, author: Author, place: Place, said: CentreFound): void {
  require(author.index === 0 && place.position === 0 && equal(author.key, said.root), "not_entitled")
  require(place.founds !== null && equal(place.founds, place.centre), "wrong_centre")
  state.setRoot({ key: said.root, sealKey: said.rootSeal }, author.index)
}

function replaceRoot(state: State, author: Author, _place: Place, said: RootReplace): void {
  require(author.isRoot, "not_entitled")
  checkSigningKey(said.root)
  checkSealingKey(said.rootSeal)
  require(!state.used.has(said.root) && !state.used.has(said.rootSeal), "exists")
  state.setRoot({ key: said.root, sealKey: said.rootSeal }, author.index)
}

/** What it names is left out by the chain, before this entry is judged. */
function voidEntries(_state: State, author: Author, _place: Place, _said: Void): void {
  require(author.isRoot, "not_entitled")
}

function addMember(state: State, author: Author, _place: Place, said: MemberAdd): void {
  const byStaff = isStaff(state, author) && said.role === "supporter" && said.duties.length === 0
  require(isAdmin(state, author) || byStaff, "not_entitled")
  require(!state.marks.has(said.member.subarray(0, MARK_SIZE)), "exists")
  require(state.members.size < MAX_MEMBERS, "quota_exceeded")
  state.setStanding(said.member, { role: said.role, duties: said.duties }, author.index)
}

function setRole(state: State, author: Author, _place: Place, said: MemberRole): void {
  require(isAdmin(state, author), "not_entitled")
  const member = state.members.get(said.member)
  if (!member) throw new ProtocolError("unknown_member")
  closeInvites(state, member.invites, author.index)
  state.setStanding(said.member, { role: said.role, duties: said.duties }, author.index)
}

function endMember(state: State, author: Author, _place: Place, said: MemberEnd): void {
  require(isAdmin(state, author), "not_entitled")
  const member = state.members.get(said.member)
  if (!member) throw new ProtocolError("unknown_member")
  const opened = member.devices.flatMap((device) => state.devices.get(device)!.opened)
  closeInvites(state, [...member.invites, ...opened], author.index)
  state.setStanding(said.member, { role: null, duties: [] }, author.index)
}

function openInvite(state: State, author: Author, _place: Place, said: InviteOpen): void {
  const role = state.role(said.member, author.index)
  require(isAdmin(state, author) || (isStaff(state, author) && role === "supporter"), "not_entitled")
  require(role !== null, "unknown_member")
  checkSigningKey(said.invite)
  checkSealingKey(said.sealKey)
  require(!state.used.has(said.invite) && !state.used.has(said.sealKey), "exists")
  require(state.openInvites.size < MAX_OPEN_INVITES, "quota_exceeded")
  const { invite: key, sealKey, member, expires } = said
  state.addInvite({
    type: "invite",
    key,
    sealKey,
    member,
    opened: author.index,
    openedBy: author.key,
    expires,
    closed: null,
  })
}

function cancelInvite(state: State, author: Author, _place: Place, said: InviteCancel): void {
  const invite = state.invites.get(said.invite)
  require(isAdmin(state, author) || mayCancel(state, author, invite), "not_entitled")
  if (!invite || invite.closed !== null) throw new ProtocolError("invite_closed")
  state.closeInvite(invite, author.index)
}

function mayCancel(state: State, author: Author, invite: Invite | undefined): boolean {
  if (!invite) return false
  if (equal(invite.openedBy, author.key)) return true
  return isStaff(state, author) && state.role(invite.member, author.index) === "supporter"
}

function enrol(state: State, author: Author, place: Place, said: DeviceEnrol): void {
  require(place.position === 0 && equal(author.key, said.device), "not_entitled")
  const invite = state.invites.get(said.invite)
  if (!invite || invite.closed !== null) throw new ProtocolError("invite_closed")
  checkNewDevice(state, said.device, said.sealKey)
  if (place.enrolmentCode !== null) throw new ProtocolError(place.enrolmentCode)
  require(state.devices.size < MAX_DEVICES && state.unrevoked.size < MAX_UNREVOKED, "quota_exceeded")
  state.closeInvite(invite, author.index)
  addDeviceTo(state, invite.member, said.device, said.sealKey, author.index, said.invite)
}

function addDevice(state: State, author: Author, _place: Place, said: DeviceAdd): void {
  require(author.isRoot, "not_entitled")
  require(state.members.has(said.member), "unknown_member")
  checkNewDevice(state, said.device, said.sealKey)
  require(state.devices.size < MAX_DEVICES && state.unrevoked.size < MAX_UNREVOKED, "quota_exceeded")
  addDeviceTo(state, said.member, said.device, said.sealKey, author.index, null)
}

function addDeviceTo(
  state: State,
  member: Uint8Array,
  key: Uint8Array,
  sealKey: Uint8Array,
  enrolled: number,
  invite: Uint8Array | null,
): void {
  state.addDevice({ type: "device", key, member, sealKey, enrolled, invite, revoked: null, opened: [] })
}

function checkNewDevice(state: State, device: Uint8Array, sealKey: Uint8Array): void {
  checkSigningKey(device)
  checkSealingKey(sealKey)
  require(!state.used.has(device) && !state.used.has(sealKey), "exists")
}

function revokeDevice(state: State, author: Author, _place: Place, said: DeviceRevoke): void {
  require(isAdmin(state, author), "not_entitled")
  const device = state.devices.get(said.device)
  if (!device) throw new ProtocolError("unknown_device")
  require(device.revoked === null, "revoked")
  state.revokeDevice(device, author.index)
  closeInvites(state, device.opened, author.index)
}

function setPolicy(state: State, author: Author, _place: Place, said: Policy): void {
  require(isAdmin(state, author), "not_entitled")
  for (const [type, field, who] of rightsOf(said)) state.setRight(type, field, who, author.index)
  for (const [name, value] of Object.entries(said.values)) {
    if (name !== "rights") state.setSetting(name, value, author.index)
  }
}

function closeInvites(state: State, invites: readonly Uint8Array[], index: number): void {
  for (const invite of invites) state.closeInvite(state.invites.get(invite)!, index)
}

function require(holds: boolean, code: string): void {
  if (!holds) throw new ProtocolError(code)
}

const RULES: { readonly [K in CentreStatement["kind"]]: Rule<Extract<CentreStatement, { kind: K }>> } = {
  "centre.found": found,
  "root.replace": replaceRoot,
  void: voidEntries,
  "member.add": addMember,
  "member.role": setRole,
  "member.end": endMember,
  "invite.open": openInvite,
  "invite.cancel": cancelInvite,
  "device.enrol": enrol,
  "device.add": addDevice,
  "device.revoke": revokeDevice,
  policy: setPolicy,
}
