/**
 * Circles: desks, cases, doors, dispatches, what is a member's own; who is sent, who is let in, what is renewed.
 *
 * Source: sync/SPEC.md 3.2 to 3.4.  Twin: sync/device_circles.py.
 */

import { compare, equal } from "../crypto/bytes.ts"
import type { CircleKind } from "../crypto/contexts.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { parseRun, type Run } from "../crypto/run.ts"
import { ByteSet } from "./byte_map.ts"
import { type CircleView, recipients, sameKeys } from "./circles.ts"
import type { Core, Saying } from "./device_core.ts"
import type { Wrong } from "./keyring.ts"
import { lastOf } from "./own_chain.ts"
import type { RefusalCount } from "./transport.ts"
import type { QuarantinedRun } from "./wire.ts"

/** A case and the two circles it begins with. */
export type Case = { readonly id: Uint8Array; readonly circle: Uint8Array; readonly door: Uint8Array }

/** A run the server holds apart: whose, in which circle, why, since when (ms), how much. */
export type Quarantined = {
  readonly device: Uint8Array
  readonly circle: Uint8Array
  readonly code: string
  readonly time: number
  readonly changes: number
  readonly last: Uint8Array
  readonly run: Run
}

/**
 * Of a centre, as one device may change them.
 *
 * What changes something appends one entry, and throws ProtocolError with the code of the directory or the server,
 * OfflineError.
 */
export class Circles {
  readonly #core: Core

  constructor(core: Core) {
    this.#core = core
  }

  /** A circle as it is now. Throws ProtocolError "unknown_circle". */
  view(circle: Uint8Array): CircleView {
    const view = this.#core.held.directory.circle(circle, this.#core.held.head)
    if (!view) throw new ProtocolError("unknown_circle")
    return view
  }

  /** Those that are not shredded, of a case if one is given. */
  ofKind(kind: CircleKind, ofCase: Uint8Array | null = null): CircleView[] {
    const { directory, head } = this.#core.held
    const views = directory.circles().flatMap((circle) => directory.circle(circle, head) ?? [])
    return views.filter((view) => view.kind === kind && !view.shredded && (ofCase === null || isOf(view, ofCase)))
  }

  // Desks

  /** A desk for these devices, under a lead desk if there is one. */
  openDesk(devices: readonly Uint8Array[], lead?: Uint8Array): Promise<Uint8Array> {
    const under = lead ? { desk: lead } : {}
    return this.#core.append(async (draft) => (await draft.openCircle("desk", { ...under, devices })).circle)
  }

  /** Name a device in a desk, by somebody who compared its fingerprint. */
  seat(device: Uint8Array, desk: Uint8Array): Promise<void> {
    return this.#core.append((draft) => {
      return draft.admit(desk, { devices: new ByteSet([...this.view(desk).devices, device]).values() })
    })
  }

  /** It reads nothing that is written from now on, at the desk or under it. */
  unseat(device: Uint8Array, desk: Uint8Array): Promise<void> {
    return this.#core.append(async (draft) => {
      await this.#renewDesks(draft, this.view(desk).desk)
      await draft.renew(desk, { devices: this.view(desk).devices.filter((each) => !equal(each, device)) })
      await draft.renewStale()
    })
  }

  // Cases

  /** A case with its door. members: those who carry the whole case. */
  openCase(desk: Uint8Array, members: readonly Uint8Array[] = [], ofCase?: Uint8Array): Promise<Case> {
    const id = ofCase ?? this.#core.means.random(16)
    return this.#core.append(async (draft) => {
      await this.#renewDesks(draft, desk)
      const { circle } = await draft.openCircle("case", { case: id, desk, members })
      return { id, circle, door: (await draft.openCircle("door", { case: id, desk, members })).circle }
    })
  }

  /** Send members together: their circle, the door, and each one's own circle in this case. */
  dispatch(ofCase: Uint8Array, members: readonly Uint8Array[]): Promise<Uint8Array> {
    return this.#core.append(async (draft) => {
      const [door] = this.ofKind("door", ofCase)
      if (!door?.desk) throw new ProtocolError("unknown_circle")
      const { desk } = door
      const sent = new ByteSet([...door.members, ...members]).values().sort(compare)
      const open = this.ofKind("own", ofCase).filter((view) => !view.closed)
      const lackOwn = members.filter((member) => !open.some((view) => sameKeys(view.members, [member])))
      await this.#renewDesks(draft, desk)
      const { directory, head } = this.#core.held
      if (directory.stale(door.id, head)) await draft.renew(door.id, { members: sent })
      else if (!sameKeys(door.members, sent)) await draft.admit(door.id, { members: sent })
      for (const member of lackOwn) await draft.openCircle("own", { case: ofCase, desk, members: [member] })
      return (await draft.openCircle("dispatch", { case: ofCase, desk, members })).circle
    })
  }

  /**
   * In peace: its members leave it, and the door if nothing else sends them there. The desk can go on writing.
   *
   * What they wrote before counts, also if it comes later. Their own circles stay, for questions on what they wrote.
   */
  endDispatch(dispatch: Uint8Array): Promise<void> {
    return this.#core.append(async (draft) => {
      const ending = this.view(dispatch)
      await this.#renewDesks(draft, ending.desk)
      if (!ending.closed) await draft.renew(dispatch, { members: [] })
      for (const door of this.#ofCaseOf("door", ending)) {
        if (door.closed) continue
        const still = this.#sentOtherwise(ending)
        const leaving = new ByteSet(ending.members.filter((member) => !still.has(member)))
        await draft.renew(door.id, { members: door.members.filter((member) => !leaving.has(member)) })
      }
      await draft.renewStale()
    })
  }

  /** For a debrief, or a hidden link: these members alone, and the recovery key. */
  openPrivate(members: readonly Uint8Array[], ofCase?: Uint8Array): Promise<Uint8Array> {
    const named = ofCase ? { case: ofCase } : {}
    return this.#core.append(async (draft) => (await draft.openCircle("private", { ...named, members })).circle)
  }

  // Closing, cutting off, letting in

  /** It takes no more writes, until it is reopened. */
  close(circle: Uint8Array): Promise<void> {
    return this.#core.append((draft) => draft.close(circle))
  }

  /** By a new epoch; what waited there as drafts is written now. */
  async reopen(circle: Uint8Array): Promise<void> {
    await this.#core.append((draft) => draft.renew(circle))
  }

  /** The server destroys its bytes; in older backups they live on until those are gone. */
  shred(circle: Uint8Array): Promise<void> {
    return this.#core.append((draft) => draft.shred(circle))
  }

  /** Of what a device wrote under older heads, only `last` and its ancestors count. */
  cutOff(circle: Uint8Array, device: Uint8Array, last: Uint8Array | null, deliberate = false): Promise<void> {
    return this.#core.append((draft) => draft.cutOff(circle, device, last, deliberate))
  }

  /** A change and its ancestors count in spite of older cut-offs. */
  letIn(circle: Uint8Array, change: Uint8Array): Promise<void> {
    return this.#core.append((draft) => draft.letIn(circle, change))
  }

  /** New epochs for every stale circle that opens here; those that are still stale. */
  renewStale(): Promise<Uint8Array[]> {
    return this.#core.talk(async (core) => {
      const complaints = core.held.keyring.complaints.toSorted(byPlace)
      const fresh = complaints.filter((wrong) => !this.#isSaid(wrong))
      if (fresh.length > 0) await core.append((draft) => complain(draft, fresh))
      const broken = new ByteSet(complaints.filter((wrong) => this.#isNewest(wrong)).map(({ circle }) => circle))
      const stale = core.held.directory.staleAfter(core.held.key, [])
      if (broken.size === 0 && stale.length === 0) return []
      return core.append(async (draft) => {
        for (const circle of broken) await draft.renew(circle)
        return draft.renewStale()
      })
    })
  }

  /** Circles of ours to which somebody entitled has no key: who invites cannot give what does not open there. */
  async lacking(): Promise<Uint8Array[]> {
    const { directory, head } = this.#core.held
    const views = directory.circles().flatMap((circle) => directory.circle(circle, head) ?? [])
    const lacking: Uint8Array[] = []
    for (const view of views) {
      if (!view.closed && !view.shredded && (await this.#isLacking(view))) lacking.push(view.id)
    }
    return lacking
  }

  /** Give them the newest key, in one entry. */
  sealLacking(): Promise<void> {
    return this.#core.append(async (draft) => {
      for (const circle of await this.lacking()) await draft.admit(circle)
    })
  }

  // For staff

  /** Runs the server holds apart. Throws RefusedError, OfflineError. */
  async quarantine(): Promise<Quarantined[]> {
    const held = await this.#core.signedIn((server) => server.quarantine())
    return Promise.all(held.map(quarantined))
  }

  /** That the server refused runs: whose, where, why, how often. Throws RefusedError, OfflineError. */
  refusals(): Promise<RefusalCount[]> {
    return this.#core.signedIn((server) => server.refusals())
  }

  /** Stale ones above a circle, the highest first: else it would be sealed to a key that is just replaced. */
  async #renewDesks(draft: Saying, from: Uint8Array | null): Promise<void> {
    const { directory, key, head } = this.#core.held
    const above: Uint8Array[] = []
    for (let desk = from; desk; desk = this.view(desk).desk) above.unshift(desk)
    const stale = new ByteSet(directory.staleAfter(key, []))
    for (const desk of above) if (stale.has(desk) && directory.principal(desk, key, head)) await draft.renew(desk)
  }

  /** A stale one is to be renewed instead; then everybody gets it. */
  async #isLacking({ id, epoch: number }: CircleView): Promise<boolean> {
    const { directory, keyring, key, head } = this.#core.held
    const epoch = directory.epoch(id, number)
    const isOurs = directory.principal(id, key, head) && (await keyring.newest(id)) !== null
    if (!epoch || !isOurs || directory.stale(id, head)) return false
    const has = new ByteSet(recipients(epoch, head))
    return !directory.entitled(id, head).every((each) => has.has(each))
  }

  #ofCaseOf(kind: CircleKind, view: CircleView): CircleView[] {
    return view.case ? this.ofKind(kind, view.case) : []
  }

  /** Members whom another dispatch, or the whole case, still sends there. */
  #sentOtherwise(ending: CircleView): ByteSet {
    const dispatches = this.#ofCaseOf("dispatch", ending)
    const running = dispatches.filter((view) => !equal(view.id, ending.id) && !view.closed)
    return new ByteSet([...running, ...this.#ofCaseOf("case", ending)].flatMap((view) => view.members))
  }

  #isSaid({ circle, epoch }: Wrong): boolean {
    return this.#core.held.directory.complaints(circle).some((said) => said.epoch === epoch)
  }

  #isNewest({ circle, epoch }: Wrong): boolean {
    return this.view(circle).epoch === epoch
  }
}

function isOf(view: CircleView, ofCase: Uint8Array): boolean {
  return view.case !== null && equal(view.case, ofCase)
}

function byPlace(a: Wrong, b: Wrong): number {
  return compare(a.circle, b.circle) || a.epoch - b.epoch
}

async function complain(draft: Saying, wrong: readonly Wrong[]): Promise<void> {
  for (const { circle, epoch, reason } of wrong) await draft.complain(circle, epoch, reason)
}

async function quarantined({ run: raw, code, time }: QuarantinedRun): Promise<Quarantined> {
  const run = await parseRun(raw)
  const { device, circle } = run.head
  return { device, circle, code, time, changes: run.changes.length, last: lastOf(run).id, run }
}
