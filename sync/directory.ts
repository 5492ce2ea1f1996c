/**
 * The directory: what its chain of entries says at every index of root, members, devices, invites, policy and circles.
 *
 * Source: sync/SPEC.md 2.  Twin: sync/directory.py.
 */

import { equal } from "../crypto/bytes.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import type { Value } from "../crypto/encoding.ts"
import type { Entry } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { ByteMap, type ByteSet } from "./byte_map.ts"
import { Chain } from "./chain.ts"
import type { Circle, CircleView, Complaint, Cutoff, Epoch, Letin, Shape } from "./circles.ts"
import {
  type Desks,
  entitled,
  isDirect,
  isPrincipal,
  isStale,
  isViaDesk,
  principalSpans,
  proposed,
  type Span,
} from "./entitled.ts"
import type { Held, Said } from "./entries.ts"
import { authorOf, sayInFull } from "./judging.ts"
import type { Role } from "./shapes.ts"
import { type Device, type Invite, isOpen, type Member, type Root, rightsKey, type State } from "./state.ts"

export type { Alarm, Applied, Frame, Head } from "./chain.ts"

/** Answers to "is it stale?" for one circle. */
const MAX_REMEMBERED = 1_024
const EMPTY = new Uint8Array(0)

/**
 * What one device, or the server, knows of a centre.
 *
 * Queries take `at`, an index up to the head's, and answer as after that entry; what they give is to be read, not
 * changed. Circles whose statements were not given are not known.
 */
export class Directory extends Chain {
  // People

  root(at: number): Root | null {
    return this.state.root.at(at) ?? null
  }

  member(member: Uint8Array, at: number): Member | null {
    return this.state.isKnownMember(member, at) ? this.state.members.get(member)! : null
  }

  members(at: number): Member[] {
    return this.state.members.values().filter((member) => member.added <= at)
  }

  role(member: Uint8Array, at: number): Role | null {
    return this.state.role(member, at)
  }

  duties(member: Uint8Array, at: number): readonly string[] {
    return this.state.standing(member, at).duties
  }

  device(device: Uint8Array, at: number): Device | null {
    return this.state.isKnownDevice(device, at) ? this.state.devices.get(device)! : null
  }

  devices(at: number): Device[] {
    return this.state.devices.values().filter((device) => device.enrolled <= at)
  }

  isActive(device: Uint8Array, at: number): boolean {
    return this.state.isActive(device, at)
  }

  isStaff(device: Uint8Array, at: number): boolean {
    return this.state.isStaff(device, at)
  }

  isAdmin(device: Uint8Array, at: number): boolean {
    return this.state.isAdmin(device, at)
  }

  invite(invite: Uint8Array, at: number): Invite | null {
    const known = this.state.invites.get(invite)
    return known && known.opened <= at ? known : null
  }

  /** Those that are open. */
  invites(at: number): Invite[] {
    return this.state.invites.values().filter((invite) => isOpen(invite, at))
  }

  /** Settings by name. */
  policy(at: number): { readonly [name: string]: Value } {
    const settings = [...this.state.settings].map(([name, line]) => [name, line.at(at)] as const)
    return Object.fromEntries(settings.filter((setting): setting is [string, Value] => setting[1] !== undefined))
  }

  /** Who may write a field by policy; null where the dictionary's word holds. */
  rights(type: string, field: string, at: number): readonly string[] | null {
    return this.state.rights.get(rightsKey(type, field))?.at(at) ?? null
  }

  // Circles

  /** Ids of all that are known. */
  circles(): Uint8Array[] {
    const hashed = this.state.hashed.keys().filter((circle) => !this.state.public.has(circle))
    return [...this.state.public.keys(), ...hashed]
  }

  circle(circle: Uint8Array, at: number): CircleView | null {
    return this.#circle(circle, at)?.view(at) ?? null
  }

  epoch(circle: Uint8Array, number: number): Epoch | null {
    return this.state.circle(circle)?.epoch(number) ?? null
  }

  /** The epoch the next one's lock has to hold: the newest of which nobody complained. The circle is known. */
  soundEpoch(circle: Uint8Array): number {
    return this.#known(circle).soundEpoch()
  }

  /** What the next statement on the circle names as `previous`. The circle is known. */
  lastStatement(circle: Uint8Array): Uint8Array {
    return this.#known(circle).last
  }

  /** The index from which a statement of a newer version stops judging there. */
  frozen(circle: Uint8Array): number | null {
    return this.state.circle(circle)?.frozen ?? null
  }

  entitled(circle: Uint8Array, at: number): Uint8Array[] {
    const known = this.#circle(circle, at)
    return known ? entitled(this.state, proposed(known, at), at).values() : []
  }

  direct(circle: Uint8Array, device: Uint8Array, at: number): boolean {
    const known = this.#circle(circle, at)
    return known !== null && isDirect(this.state, proposed(known, at), device, at)
  }

  viaDesk(circle: Uint8Array, device: Uint8Array, at: number): boolean {
    const known = this.#circle(circle, at)
    return known !== null && isViaDesk(this.state, known, device, at)
  }

  principal(circle: Uint8Array, device: Uint8Array, at: number): boolean {
    const known = this.#circle(circle, at)
    return known !== null && isPrincipal(this.state, known, device, at)
  }

  /** At any index. */
  wasPrincipal(circle: Uint8Array, device: Uint8Array): boolean {
    return this.principalSpans(circle, device).length > 0
  }

  /** [from, up to but without] for each time the device was a principal, oldest first; no end: it still is. */
  principalSpans(circle: Uint8Array, device: Uint8Array): Span[] {
    const known = this.state.circle(circle)
    return known ? principalSpans(this.state, known, device) : []
  }

  /** Is the newest epoch sealed to anybody no longer entitled? A circle not known is not stale. */
  stale(circle: Uint8Array, at: number): boolean {
    const known = this.#circle(circle, at)
    if (!known) return false
    const index = Math.min(at, this.head.index)
    const remembered = known.staleAt.get(index)
    if (remembered !== undefined) return remembered
    if (known.staleAt.size >= MAX_REMEMBERED) known.staleAt.clear()
    const stale = isStale(this.state, known, index)
    known.staleAt.set(index, stale)
    return stale
  }

  /** Every cut-off on the device in this circle, oldest first; a revocation that names none cuts all. */
  cutoffs(circle: Uint8Array, device: Uint8Array): Cutoff[] {
    const found = (this.state.circle(circle)?.cutoffs ?? []).filter((cutoff) => equal(cutoff.device, device))
    const revoked = this.state.devices.get(device)?.revoked ?? null
    if (revoked !== null && !found.some((cutoff) => cutoff.index === revoked)) {
      found.push({ index: revoked, device, last: null })
    }
    return found.sort((a, b) => a.index - b.index)
  }

  letins(circle: Uint8Array): readonly Letin[] {
    return this.state.circle(circle)?.letins ?? []
  }

  complaints(circle: Uint8Array): readonly Complaint[] {
    return this.state.circle(circle)?.complaints ?? []
  }

  /**
   * The keys a circle of this shape must be sealed to in the next entry, if `author` says `said` in it.
   *
   * said: statements that stand in full, with their digests. Changes nothing.
   * Throws ProtocolError: what the directory would say of these statements.
   */
  entitledAfter(author: Uint8Array, said: readonly Said[], shape: Shape): ByteSet {
    return this.#whatIf(author, said, (state, at) => entitled(state, shape, at))
  }

  /**
   * Open circles that would be stale after such an entry, desks first, lead desks before theirs. Changes nothing.
   *
   * Throws ProtocolError: what the directory would say of these statements.
   */
  staleAfter(author: Uint8Array, said: readonly Said[]): Uint8Array[] {
    return this.#whatIf(author, said, staleCircles)
  }

  #whatIf<T>(author: Uint8Array, said: readonly Said[], ask: (state: State, at: number) => T): T {
    const entry = this.#draftEntry(author)
    const held: Held = {
      entry,
      said,
      fault: null,
      founds: this.centre,
      enrolmentCode: null,
      given: new ByteMap(),
      settled: false,
    }
    try {
      sayInFull(this.state, held, authorOf(this.state, held))
      return ask(this.state, entry.index)
    } finally {
      this.state.journal.takeBack()
    }
  }

  /** The next entry, as far as judging looks at it. */
  #draftEntry(author: Uint8Array): Entry {
    const { index, hash } = this.head
    return {
      centre: this.centre,
      index: index + 1,
      previous: hash,
      author,
      time: 0,
      statements: [],
      body: EMPTY,
      signature: EMPTY,
      hash: ZERO_HASH,
      raw: EMPTY,
    }
  }

  #known(circle: Uint8Array): Circle {
    const known = this.state.circle(circle)
    if (!known) throw new ProtocolError("unknown_circle")
    return known
  }

  #circle(circle: Uint8Array, at: number): Circle | null {
    const known = this.state.circle(circle)
    return known && known.opened <= at ? known : null
  }
}

function staleCircles(state: State, at: number): Uint8Array[] {
  const hashed = state.hashed.values().filter((circle) => !state.public.has(circle.id))
  const desks: Desks = new ByteMap()
  return [...state.public.values(), ...hashed]
    .filter((circle) => !circle.isShredded(at) && !circle.closed.at(at) && isStale(state, circle, at, desks))
    .map((circle) => circle.id)
}
