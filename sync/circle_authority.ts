/**
 * Who may say what on a circle: opening, epochs, seals, endings, cut-offs, let-ins. Checked, a statement holds.
 *
 * Source: sync/SPEC.md 3.2, 3.3, 3.4.  Twin: sync/circle_authority.py.
 */

import { ProtocolError } from "../crypto/errors.ts"
import { checkSealingKey } from "../crypto/public_key.ts"
import { type Author, isAdmin, isStaff } from "./authority.ts"
import { ByteSet } from "./byte_map.ts"
import { Circle, PUBLIC_KINDS, type Shape, sameKeys } from "./circles.ts"
import { entitled, isDirect, isPrincipal, isViaDesk, proposed } from "./entitled.ts"
import type { Seal } from "./shapes.ts"
import type { State } from "./state.ts"
import type {
  CircleClose,
  CircleCutoff,
  CircleEpoch,
  CircleLetin,
  CircleOpen,
  CircleSeal,
  CircleShred,
  CircleStatement,
  SealBad,
} from "./statements.ts"

export const MAX_PRIVATE_MEMBERS = 8
const UNDER_A_DESK: ReadonlySet<string> = new Set(["case", "door", "dispatch", "own"])
const NO_LATE_ADMISSION: ReadonlySet<string> = new Set(["dispatch", "own", "private"])

/** What an author is to a circle, at the index at which authors are judged. The root is all of it. */
export type Reach = {
  readonly author: Author
  readonly admin: boolean
  readonly staff: boolean
  readonly principal: boolean
  readonly direct: boolean
  readonly viaDesk: boolean
}

type Rule<S> = (state: State, by: Reach, circle: Circle, said: S) => void
type ByStatement = Exclude<CircleStatement, CircleOpen>

/** What the author was to the circle; nothing, if the circle was not there yet. */
export function reach(state: State, author: Author, circle: Circle): Reach {
  const known = { author, admin: isAdmin(state, author), staff: isStaff(state, author) }
  if (author.isRoot) return { ...known, principal: true, direct: true, viaDesk: true }
  const at = author.judgedAt
  if (circle.opened > at) return { ...known, principal: false, direct: false, viaDesk: false }
  const direct = isDirect(state, proposed(circle, at), author.key, at)
  const viaDesk = isViaDesk(state, circle, author.key, at)
  return { ...known, principal: direct || viaDesk, direct, viaDesk }
}

/**
 * The circle a `circle.open` makes; the caller keeps it. complete: every circle is known (the server).
 *
 * Throws ProtocolError: "bad_previous", "exists", "malformed", "not_entitled", "unknown_member", "unknown_device",
 * "unknown_circle", "case_taken" (only where complete), "bad_key", "bad_cover", in that order.
 */
export function openCircle(
  state: State,
  author: Author,
  said: CircleOpen,
  digest: Uint8Array,
  complete: boolean,
): Circle {
  require(said.previous === null, "bad_previous")
  require(!exists(state, said, author.index, complete), "exists")
  require(hasShape(said), "malformed")
  require(mayOpen(state, author, said), "not_entitled")
  checkKnown(state, said.members, said.devices, author.index)
  const desk = said.desk && state.public.get(said.desk)
  if (said.desk !== null && !(desk && isOpenDesk(desk, author.index))) throw new ProtocolError("unknown_circle")
  require(!(complete && isTaken(state, said, author.index)), "case_taken")
  checkSealingKey(said.circleKey)
  const { circleKind: kind, members, devices } = said
  checkCover(state, { kind, desk: said.desk, members, devices }, said.seals, author.index)
  return new Circle(said, author.index, digest)
}

/**
 * One statement of SPEC 3.2 other than `circle.open`, checked in its order; refused, it has changed nothing.
 *
 * Throws ProtocolError: "shredded", "bad_previous", then a code of the table there.
 */
export function sayOnCircle(state: State, author: Author, circle: Circle, said: ByStatement, digest: Uint8Array): void {
  require(circle.shredded === null, "shredded")
  require(said.previous !== null && sameKeys([said.previous], [circle.last]), "bad_previous")
  const rule = RULES[said.kind] as Rule<ByStatement>
  rule(state, reach(state, author, circle), circle, said)
  const former = circle.last
  circle.last = digest
  state.journal.note(() => {
    circle.last = former
  })
}

/** What stands in full asks only what does too: a reader who lacks a hashed circle decides as one who has it. */
function exists(state: State, said: CircleOpen, at: number, complete: boolean): boolean {
  if (said.circleKind === "centre" && state.public.values().some((circle) => circle.kind === "centre")) return true
  if (PUBLIC_KINDS.has(said.circleKind) && state.public.has(said.circle)) return true
  return (complete || !PUBLIC_KINDS.has(said.circleKind)) && state.hasHashed(said.circle, at)
}

function hasShape(said: CircleOpen): boolean {
  const { circleKind: kind, members } = said
  if (kind === "centre") {
    return said.case === null && said.desk === null && members.length === 0 && said.devices.length === 0
  }
  if (kind === "desk") return said.case === null && members.length === 0
  if (said.devices.length > 0) return false
  if (kind === "private") return said.desk === null && members.length >= 1 && members.length <= MAX_PRIVATE_MEMBERS
  return said.case !== null && said.desk !== null && (kind !== "own" || members.length === 1)
}

function mayOpen(state: State, author: Author, said: CircleOpen): boolean {
  if (said.circleKind === "centre") return author.isRoot && author.index === 0
  if (said.circleKind === "desk") return isAdmin(state, author)
  if (said.circleKind === "private") {
    const device = state.devices.get(author.key)
    return device !== undefined && new ByteSet(said.members).has(device.member)
  }
  if (author.isRoot) return true
  const desk = said.desk && state.public.get(said.desk)
  const at = author.judgedAt
  return !!desk && isStaff(state, author) && desk.opened <= at && isPrincipal(state, desk, author.key, at)
}

function isOpenDesk(circle: Circle, at: number): boolean {
  return circle.kind === "desk" && circle.opened <= at && !circle.isShredded(at) && !circle.closed.at(at)
}

/** One case and one door circle for each case, shredded ones aside; one open own circle for each case and member. */
function isTaken(state: State, said: CircleOpen, at: number): boolean {
  if (!["case", "door", "own"].includes(said.circleKind)) return false
  const rivals = state
    .circlesOfCase(said.case)
    .filter((circle) => circle.kind === said.circleKind && circle.shredded === null)
  if (said.circleKind !== "own") return rivals.length > 0
  return rivals.some((rival) => !rival.closed.at(at) && sameKeys(rival.members.at(at), said.members))
}

function renew(state: State, by: Reach, circle: Circle, said: CircleEpoch): void {
  const { index } = by.author
  require(by.principal, "not_entitled")
  require(!circle.closed.at(index) || mayClose(by, circle), "circle_closed")
  const newest = circle.epochs.at(-1)!.number
  require(said.epoch === newest + 1 && circle.mayLock(said.after), "bad_epoch")
  checkLists(by, circle, said.members, said.devices)
  checkKnown(state, said.members, said.devices, index)
  checkSealingKey(said.circleKey)
  checkCover(state, reshaped(circle, said), said.seals, index)
  circle.renew(said, index, state.journal)
  if (circle.public) state.useCircleKey(said.circleKey)
}

function admit(state: State, by: Reach, circle: Circle, said: CircleSeal): void {
  const { index } = by.author
  require(by.principal, "not_entitled")
  require(!circle.closed.at(index), "circle_closed")
  require(said.epoch === circle.epochs.at(-1)!.number, "bad_epoch")
  checkLists(by, circle, said.members, said.devices)
  require(onlyAdds(circle, said, index), "not_entitled")
  checkKnown(state, said.members, said.devices, index)
  const allowed = entitled(state, reshaped(circle, said), index)
  require(said.seals.every(([key]) => allowed.has(key)), "bad_cover")
  circle.admit(said.members, said.devices, said.seals, index, state.journal)
}

function close(state: State, by: Reach, circle: Circle, _said: CircleClose): void {
  require(circle.kind !== "centre" && mayClose(by, circle), "not_entitled")
  require(!circle.closed.at(by.author.index), "circle_closed")
  circle.closed.put(by.author.index, true, state.journal)
}

function cutOff(state: State, by: Reach, circle: Circle, said: CircleCutoff): void {
  require(by.admin || (by.staff && by.principal), "not_entitled")
  require(state.isKnownDevice(said.device, by.author.index), "unknown_device")
  circle.cutoffs.push({ index: by.author.index, device: said.device, last: said.last })
  state.journal.note(() => circle.cutoffs.pop())
}

function letIn(state: State, by: Reach, circle: Circle, said: CircleLetin): void {
  require(circle.kind === "private" ? by.direct : by.staff && by.principal, "not_entitled")
  circle.letins.push({ index: by.author.index, change: said.change })
  state.journal.note(() => circle.letins.pop())
}

function shred(state: State, by: Reach, circle: Circle, _said: CircleShred): void {
  require(by.admin && circle.kind !== "centre", "not_entitled")
  circle.shredded = by.author.index
  state.journal.note(() => {
    circle.shredded = null
  })
}

function complain(state: State, by: Reach, circle: Circle, said: SealBad): void {
  require(by.principal, "not_entitled")
  require(circle.epoch(said.epoch) !== null, "bad_epoch")
  const { index, key: author } = by.author
  circle.complaints.push({ index, epoch: said.epoch, reason: said.reason, author })
  state.journal.note(() => circle.complaints.pop())
}

/** And open again. */
function mayClose(by: Reach, circle: Circle): boolean {
  if (circle.kind === "desk") return by.admin
  return circle.kind === "private" ? by.direct : by.staff && by.principal
}

/** SPEC 3.4. Throws ProtocolError: "not_entitled", "late_admission". */
function checkLists(by: Reach, circle: Circle, members: readonly Uint8Array[], devices: readonly Uint8Array[]): void {
  const { index } = by.author
  if (!sameKeys(circle.devices.at(index), devices)) require(circle.kind === "desk" && by.admin, "not_entitled")
  const named = circle.members.at(index)
  if (sameKeys(named, members)) return
  require(mayChangeMembers(by, circle), "not_entitled")
  const before = new ByteSet(named)
  const added = members.some((member) => !before.has(member))
  require(!(added && NO_LATE_ADMISSION.has(circle.kind)), "late_admission")
}

function mayChangeMembers(by: Reach, circle: Circle): boolean {
  if (UNDER_A_DESK.has(circle.kind)) return by.staff && by.viaDesk
  return circle.kind === "private" && by.direct
}

function onlyAdds(circle: Circle, said: CircleSeal, at: number): boolean {
  const members = new ByteSet(said.members)
  const devices = new ByteSet(said.devices)
  const keepsMembers = (circle.members.at(at) ?? []).every((member) => members.has(member))
  return keepsMembers && (circle.devices.at(at) ?? []).every((device) => devices.has(device))
}

function reshaped(circle: Circle, said: CircleEpoch | CircleSeal): Shape {
  return { kind: circle.kind, desk: circle.desk, members: said.members, devices: said.devices }
}

function checkKnown(state: State, members: readonly Uint8Array[], devices: readonly Uint8Array[], at: number): void {
  require(members.every((member) => state.isKnownMember(member, at)), "unknown_member")
  require(devices.every((device) => state.isKnownDevice(device, at)), "unknown_device")
}

function checkCover(state: State, shape: Shape, seals: readonly Seal[], at: number): void {
  const allowed = entitled(state, shape, at)
  require(seals.length === allowed.size && seals.every(([key]) => allowed.has(key)), "bad_cover")
}

function require(holds: boolean, code: string): void {
  if (!holds) throw new ProtocolError(code)
}

const RULES: { readonly [K in ByStatement["kind"]]: Rule<Extract<ByStatement, { kind: K }>> } = {
  "circle.epoch": renew,
  "circle.seal": admit,
  "circle.close": close,
  "circle.cutoff": cutOff,
  "circle.letin": letIn,
  "circle.shred": shred,
  "seal.bad": complain,
}
