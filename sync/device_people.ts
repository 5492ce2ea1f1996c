/**
 * Who is in the centre: members, invitations, devices, a lost device shut out.
 *
 * Source: sync/SPEC.md 3.1, 3.2.  Twin: sync/device_people.py.
 */

import { equal, toHex } from "../crypto/bytes.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { Invite, inviteLink } from "../crypto/invite.ts"
import type { Book } from "./book.ts"
import { ByteMap } from "./byte_map.ts"
import type { CircleView } from "./circles.ts"
import type { Core, Saying } from "./device_core.ts"
import { WITH_MEMBERS_INVITES } from "./entitled.ts"
import type { PolicyValues, Role } from "./shapes.ts"
import type { Device, Member, Invite as OpenInvite } from "./state.ts"
import type { CentreStatement } from "./statements.ts"
import { type ChainEnd, RefusedError } from "./transport.ts"

/** Ms. */
export const WEEK = 7 * 86_400_000
const TRIES = 4
const EMPTY = new Uint8Array(0)

/** What a member is called. */
export type Called = { readonly name?: string | undefined; readonly post?: string | undefined }

/**
 * What a device that was shut out could open, as far as we know, and whom it brought in.
 *
 * brought: devices that its invites enrolled. stale: circles that are still to be renewed by their principals.
 */
export type Exposure = {
  readonly device: Uint8Array
  readonly circles: readonly Uint8Array[]
  readonly brought: readonly Uint8Array[]
  readonly stale: readonly Uint8Array[]
}

/**
 * Of a centre, as one device may change them.
 *
 * What changes something appends one entry, and throws ProtocolError with the code of the directory or the server,
 * OfflineError.
 */
export class People {
  readonly #core: Core
  readonly #book: Book

  constructor(core: Core, book: Book) {
    this.#core = core
    this.#book = book
  }

  // Members

  /** Everybody who was ever added. */
  members(): Member[] {
    return this.#core.held.directory.members(this.#core.held.head)
  }

  /** Null: no longer one. */
  role(member: Uint8Array): Role | null {
    return this.#core.held.directory.role(member, this.#core.held.head)
  }

  /** What a member is called; the first digits of the id, if nobody has said. */
  name(member: Uint8Array): string {
    const name = this.#book.value(member, "member_profile", "name")
    return typeof name === "string" ? name : toHex(member).slice(0, 8)
  }

  /** A new member; what they are called is written where only the centre's devices read it. */
  async add(role: Role, duties: readonly string[] = [], called: Called = {}): Promise<Uint8Array> {
    const member = this.#core.means.random(16)
    await this.#core.append((draft) => draft.say({ kind: "member.add", member, role, duties: duties.toSorted() }))
    await this.call(member, called)
    return member
  }

  /** Give a member a name. */
  async call(member: Uint8Array, { name, post }: Called): Promise<void> {
    const given = { ...(name === undefined ? {} : { name }), ...(post === undefined ? {} : { post }) }
    if (Object.keys(given).length === 0) return
    const writing = this.#book.writing(this.#book.where())
    await writing.put(member, "member_profile", { member, ...given }).save()
  }

  /** Another role, other duties. */
  change(member: Uint8Array, role: Role, duties: readonly string[] = []): Promise<void> {
    return this.#renewing({ kind: "member.role", member, role, duties: duties.toSorted() })
  }

  /** In peace: what they wrote before counts, also if it comes later. */
  end(member: Uint8Array): Promise<void> {
    return this.#renewing({ kind: "member.end", member })
  }

  /** Settings of the app; `rights`: [[type, field, [who…]]…]. */
  setPolicy(values: PolicyValues): Promise<void> {
    return this.#core.append((draft) => draft.say({ kind: "policy", values }))
  }

  // Invitations

  /** Those that are open. */
  invites(): OpenInvite[] {
    return this.#core.held.directory.invites(this.#core.held.head)
  }

  /** A link by which one device can enrol for a member; what it needs at once is sealed to it. expires: ms. */
  async invite(member: Uint8Array, expires?: number): Promise<string> {
    const { means, held } = this.#core
    const invite = Invite.generate(held.identity.centre, means.random)
    const [named, sealKey] = [await invite.signing(), (await invite.sealing()).public]
    const until = expires ?? means.clock() + WEEK
    return this.#core.talk(async (core) => {
      await core.append(async (draft) => {
        await draft.say({ kind: "invite.open", invite: named.public, sealKey, member, expires: until })
        for (const circle of await this.#circlesForInvites(member)) await draft.admit(circle)
        await draft.renewStale()
      })
      return this.#link(invite)
    })
  }

  /** It opens nothing any more, not even what it could open yesterday, of what is written from now on. */
  cancel(invite: Uint8Array): Promise<void> {
    return this.#renewing({ kind: "invite.cancel", invite })
  }

  // Devices

  /** Every device that was ever enrolled. */
  devices(): Device[] {
    return this.#core.held.directory.devices(this.#core.held.head)
  }

  /**
   * Shut out a device. What counts of it is what the server holds now; the rest goes into quarantine.
   *
   * One entry: the revocation, a cut-off in every circle it wrote in, new epochs of all that opens here. Circles that
   * do not open here are left stale, for their own principals to renew.
   */
  revoke(device: Uint8Array): Promise<Exposure> {
    return this.#core.talk(async (core) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const ends = await this.#endsOf(core, device)
        try {
          const stale = await core.append((draft) => shutOut(draft, device, ends))
          return { device, circles: this.#circlesOf(device), brought: this.#broughtBy(device), stale }
        } catch (error) {
          if (!(error instanceof RefusedError) || error.code !== "cutoff_behind") throw error
        }
      }
      throw new ProtocolError("cutoff_behind")
    })
  }

  /** Say this, and renew what it leaves stale. */
  async #renewing(...statements: readonly CentreStatement[]): Promise<void> {
    await this.#core.append(async (draft) => {
      for (const statement of statements) await draft.say(statement)
      await draft.renewStale()
    })
  }

  /** Of those that are sealed to a member's invites, what opens here. */
  async #circlesForInvites(member: Uint8Array): Promise<Uint8Array[]> {
    const { directory, keyring, key, head } = this.#core.held
    const opened: Uint8Array[] = []
    for (const id of directory.circles()) {
      const view = directory.circle(id, head)
      const isOurs = view !== null && isForInvites(view, member) && directory.principal(id, key, head)
      if (isOurs && (await keyring.newest(id)) !== null) opened.push(id)
    }
    return opened
  }

  /** Of its chains: what the server says, or what is held here where that goes further. Nobody's word alone. */
  async #endsOf(core: Core, device: Uint8Array): Promise<ChainEnd[]> {
    const ends = new ByteMap<ChainEnd>()
    for (const end of await core.signedIn((server) => server.heads(device))) ends.set(end.circle, end)
    const { log } = core.held.ledger
    for (const circle of log.circles()) {
      const [sequence, id] = log.heads(circle).get(device) ?? [0, EMPTY]
      if (sequence > (ends.get(circle)?.sequence ?? 0)) ends.set(circle, { circle, sequence, id, statement: ZERO_HASH })
    }
    return ends.values().filter((end) => this.#mayCutOff(end))
  }

  /** Nothing counts in a circle that was shredded, or whose opening is void, and nothing can be said on it. */
  #mayCutOff({ circle, statement }: ChainEnd): boolean {
    const { directory, head } = this.#core.held
    const view = directory.circle(circle, head)
    return view ? !view.shredded : !equal(statement, ZERO_HASH)
  }

  #circlesOf(device: Uint8Array): Uint8Array[] {
    const { directory } = this.#core.held
    return directory.circles().filter((circle) => directory.wasPrincipal(circle, device))
  }

  #broughtBy(device: Uint8Array): Uint8Array[] {
    const opened = this.#core.held.directory.device(device, this.#core.held.head)?.opened ?? []
    const isByIt = ({ invite }: Device) => invite !== null && opened.some((one) => equal(one, invite))
    return this.devices()
      .filter(isByIt)
      .map(({ key }) => key)
  }

  #link(invite: Invite): Promise<string> {
    const { directory, identity } = this.#core.held
    const { key: root, sealKey: rootSeal } = directory.root(0)!
    const { index: headIndex, hash: headHash } = directory.head
    return inviteLink({ invite, root, rootSeal, headIndex, headHash, server: identity.origin })
  }
}

/** Gives the circles left stale. */
async function shutOut(draft: Saying, device: Uint8Array, ends: readonly ChainEnd[]): Promise<Uint8Array[]> {
  await draft.say({ kind: "device.revoke", device })
  const head = draft.directory.head.index
  for (const { circle, statement, id } of ends) {
    if (draft.directory.circle(circle, head)) await draft.cutOff(circle, device, id)
    else draft.cutOffUnseen(circle, statement, device, id)
  }
  return draft.renewStale()
}

function isForInvites(view: CircleView, member: Uint8Array): boolean {
  if (view.closed || view.shredded) return false
  const names = view.members.some((each) => equal(each, member))
  return view.kind === "centre" || (WITH_MEMBERS_INVITES.has(view.kind) && names)
}
