/**
 * The next directory entry in the making: statements with the right `previous`, secrets sealed to exactly the entitled.
 *
 * Source: sync/SPEC.md 3, crypto/SPEC.md 5.  Twin: sync/draft.py.
 */

import { compare, equal } from "../crypto/bytes.ts"
import { EpochSecret, sealEpoch } from "../crypto/circle.ts"
import type { CircleKind } from "../crypto/contexts.ts"
import { closeEntry, entryBody } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { type Random, type SigningKey, systemRandom } from "../crypto/keys.ts"
import { ByteMap, type ByteSet } from "./byte_map.ts"
import type { Frame, Head } from "./chain.ts"
import { type CircleView, PUBLIC_KINDS, recipients, type Shape } from "./circles.ts"
import type { Directory } from "./directory.ts"
import type { Said } from "./entries.ts"
import type { Keyring } from "./keyring.ts"
import type { Seal } from "./shapes.ts"
import { type CentreStatement, type CircleStatement, digestOf, statementBytes, statementMap } from "./statements.ts"

/** Lists of a circle; those not given stay as they are. */
export type Lists = { readonly members?: readonly Uint8Array[]; readonly devices?: readonly Uint8Array[] }
/** What a circle is opened with. */
export type Opening = Lists & { readonly case?: Uint8Array; readonly desk?: Uint8Array }

/**
 * One entry by one author, behind the directory's head as it is now. Await each step before the next.
 *
 * Say what is on the centre first, then on desks (lead desks first), then on the rest.
 */
export class Draft {
  readonly directory: Directory
  readonly author: Uint8Array
  readonly #head: Head
  readonly #keyring: Keyring
  readonly #random: Random
  readonly #centre: Said[] = []
  readonly #public: Said[] = []
  readonly #hashed: Uint8Array[] = []
  readonly #hashedDigests: Uint8Array[] = []
  readonly #last = new ByteMap<Uint8Array>()
  readonly #renewed = new ByteMap<EpochSecret>()

  constructor(keyring: Keyring, author: Uint8Array, random: Random = systemRandom) {
    this.directory = keyring.directory
    this.author = author
    this.#head = keyring.directory.head
    this.#keyring = keyring
    this.#random = random
  }

  /** A statement of SPEC 3.1. */
  async say(statement: CentreStatement): Promise<void> {
    this.#centre.push([statement, await digestOf(statement)])
  }

  /**
   * A new circle; its id is in the secret.
   *
   * Throws ProtocolError: what the directory would say of the statements so far.
   */
  async openCircle(kind: CircleKind, opening: Opening = {}): Promise<EpochSecret> {
    const shape = { kind, desk: opening.desk ?? null, ...sortedLists(opening) }
    const secret = EpochSecret.generate(this.directory.centre, this.#random(16), 1, this.#random)
    const seals = await sealTo(secret, kind, this.directory.entitledAfter(this.author, this.#inFull, shape))
    await this.#add(kind, {
      kind: "circle.open",
      circle: secret.circle,
      previous: null,
      circleKind: kind,
      case: opening.case ?? null,
      desk: shape.desk,
      members: shape.members,
      devices: shape.devices,
      commitment: await secret.commitment(),
      circleKey: (await secret.circleKey()).public,
      seals,
    })
    this.#renewed.set(secret.circle, secret)
    return secret
  }

  /**
   * A new epoch, under other lists if given, locked onto the newest that is right (`Keyring.toLock`).
   *
   * Throws ProtocolError: "unknown_circle"; "wrong_key" if the epoch to lock does not open here; what the directory
   * would say of the statements so far.
   */
  async renew(circle: Uint8Array, lists: Lists = {}): Promise<EpochSecret> {
    const view = this.#view(circle)
    const after = await this.#keyring.toLock(circle)
    const earlier = after === null ? null : await this.#keyring.secret(circle, after)
    if (after === null || !earlier) throw new ProtocolError("wrong_key")
    const shape = reshaped(view, lists)
    const secret = EpochSecret.generate(this.directory.centre, circle, view.epoch + 1, this.#random)
    await this.#add(view.kind, {
      kind: "circle.epoch",
      circle,
      previous: this.#previous(circle),
      epoch: secret.epoch,
      after,
      members: shape.members,
      devices: shape.devices,
      commitment: await secret.commitment(),
      circleKey: (await secret.circleKey()).public,
      lock: await secret.lock(earlier, this.#random),
      seals: await sealTo(secret, view.kind, this.directory.entitledAfter(this.author, this.#inFull, shape)),
    })
    this.#renewed.set(circle, secret)
    return secret
  }

  /**
   * Seals the newest epoch to everybody entitled who lacks one, under lists that may have grown.
   *
   * Throws ProtocolError: as `renew`.
   */
  async admit(circle: Uint8Array, lists: Lists = {}): Promise<void> {
    const view = this.#view(circle)
    const shape = reshaped(view, lists)
    const secret = this.#renewed.get(circle) ?? (await this.#keyring.newest(circle))
    if (!secret) throw new ProtocolError("wrong_key")
    const epoch = this.directory.epoch(circle, secret.epoch)
    const lacking = this.directory.entitledAfter(this.author, this.#inFull, shape)
    for (const key of epoch ? recipients(epoch, this.directory.head.index) : []) lacking.delete(key)
    const seals = await sealTo(secret, view.kind, lacking)
    const { members, devices } = shape
    const previous = this.#previous(circle)
    await this.#add(view.kind, { kind: "circle.seal", circle, previous, epoch: secret.epoch, members, devices, seals })
  }

  /**
   * A new epoch for every open circle that this entry would leave stale, desks before what is sealed to them.
   *
   * Gives those left stale: this author may not renew them, or their secret does not open here. Beside a `void`
   * nothing is renewed: what it leaves stale is known when it holds, and renewed in the next entry.
   */
  async renewStale(): Promise<Uint8Array[]> {
    const left: Uint8Array[] = []
    if (this.#centre.some(([said]) => said?.kind === "void")) return left
    for (const circle of this.directory.staleAfter(this.author, this.#inFull)) {
      if (this.#renewed.has(circle)) continue
      const opens = this.#mayRenew(circle) && (await this.#keyring.toLock(circle)) !== null
      if (opens) await this.renew(circle)
      else left.push(circle)
    }
    return left
  }

  /** The circle takes no more writes, until it is renewed. */
  async close(circle: Uint8Array): Promise<void> {
    const { kind } = this.#view(circle)
    await this.#add(kind, { kind: "circle.close", circle, previous: this.#previous(circle) })
  }

  /** Of what the device wrote under older heads, only `last` and its ancestors count; nothing, if null. */
  async cutOff(circle: Uint8Array, device: Uint8Array, last: Uint8Array | null, deliberate = false): Promise<void> {
    const { kind } = this.#view(circle)
    await this.#add(kind, {
      kind: "circle.cutoff",
      circle,
      previous: this.#previous(circle),
      device,
      last,
      deliberate,
    })
  }

  /** The change and its ancestors count in spite of older cut-offs. */
  async letIn(circle: Uint8Array, change: Uint8Array): Promise<void> {
    const { kind } = this.#view(circle)
    await this.#add(kind, { kind: "circle.letin", circle, previous: this.#previous(circle), change })
  }

  /** Nothing is written or judged there any more; the server destroys its bytes. */
  async shred(circle: Uint8Array): Promise<void> {
    const { kind } = this.#view(circle)
    await this.#add(kind, { kind: "circle.shred", circle, previous: this.#previous(circle) })
  }

  /** An epoch's seal, key or lock is wrong, by name. */
  async complain(circle: Uint8Array, epoch: number, reason: string): Promise<void> {
    const { kind } = this.#view(circle)
    await this.#add(kind, { kind: "seal.bad", circle, previous: this.#previous(circle), epoch, reason })
  }

  /** The signed entry and the bytes of its hashed statements. time: ms, for people only. */
  async frame(signing: SigningKey, time: number): Promise<Frame> {
    const { index, hash } = this.#head
    const inFull = this.#inFull.flatMap(([said]) => (said ? [statementMap(said)] : []))
    const statements = [...inFull, ...this.#hashedDigests]
    const body = entryBody(this.directory.centre, index + 1, hash, this.author, time, statements)
    return [await closeEntry(body, await signing.sign("entry", body)), this.#hashed]
  }

  get #inFull(): readonly Said[] {
    return [...this.#centre, ...this.#public]
  }

  #view(circle: Uint8Array): CircleView {
    const view = this.directory.circle(circle, this.directory.head.index)
    if (!view) throw new ProtocolError("unknown_circle")
    return view
  }

  #previous(circle: Uint8Array): Uint8Array {
    return this.#last.get(circle) ?? this.directory.lastStatement(circle)
  }

  async #add(kind: CircleKind, statement: CircleStatement): Promise<void> {
    const digest = await digestOf(statement)
    this.#last.set(statement.circle, digest)
    if (PUBLIC_KINDS.has(kind)) {
      this.#public.push([statement, digest])
    } else {
      this.#hashed.push(statementBytes(statement))
      this.#hashedDigests.push(digest)
    }
  }

  /** A device that enrols in this very entry is judged by it. */
  #mayRenew(circle: Uint8Array): boolean {
    const at = this.directory.head.index
    const root = this.directory.root(at)
    if (!root || equal(root.key, this.author) || !this.directory.isActive(this.author, at)) return true
    return this.directory.principal(circle, this.author, at)
  }
}

function sealTo(secret: EpochSecret, kind: CircleKind, keys: ByteSet): Promise<Seal[]> {
  const ordered = keys.values().sort(compare)
  return Promise.all(ordered.map(async (key) => [key, await sealEpoch(secret, kind, key)] as const))
}

function sortedLists({ members = [], devices = [] }: Lists): Required<Lists> {
  return { members: members.toSorted(compare), devices: devices.toSorted(compare) }
}

function reshaped(view: CircleView, lists: Lists): Shape {
  const { members, devices } = sortedLists({ members: view.members, devices: view.devices, ...lists })
  return { kind: view.kind, desk: view.desk, members, devices }
}
