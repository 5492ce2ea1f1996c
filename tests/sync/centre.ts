/**
 * A centre with real keys, for tests: people, devices, circles, runs. Its directory is the server's (complete).
 *
 * Twin: tests/sync/centre.py.
 */

import { EpochSecret } from "../../crypto/circle.ts"
import { sealChange } from "../../crypto/content.ts"
import { type CircleKind, ZERO_HASH } from "../../crypto/contexts.ts"
import { closeEntry, entryBody } from "../../crypto/entry.ts"
import { Invite } from "../../crypto/invite.ts"
import { type Random, SealingKey, SigningKey } from "../../crypto/keys.ts"
import { RecoveryKey } from "../../crypto/recovery.ts"
import { closeRun, type KnownHead, parseRun, type Run, type RunHead, runMessage } from "../../crypto/run.ts"
import { textOf } from "../../sync/byte_map.ts"
import type { Applied, Frame } from "../../sync/chain.ts"
import { Directory } from "../../sync/directory.ts"
import { Draft, type Opening } from "../../sync/draft.ts"
import { Keyring } from "../../sync/keyring.ts"
import type { Role } from "../../sync/shapes.ts"
import { type CentreStatement, digestOf, type Statement, statementBytes, statementMap } from "../../sync/statements.ts"

/** Milliseconds. */
export const START = 1_790_000_000_000

/** Bytes that follow from a number: a small generator, good enough to tell keys apart. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return (size) => {
    const bytes = new Uint8Array(size)
    for (let i = 0; i < size; i++) {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
      bytes[i] = state >>> 24
    }
    return bytes
  }
}

/** Keys of a device (or of the root), the member it belongs to, and its keyring on the centre's directory. */
export type TestDevice = {
  readonly signing: SigningKey
  readonly sealing: SealingKey
  readonly member: Uint8Array
  readonly keyring: Keyring
  readonly key: Uint8Array
}

export type Writing = {
  readonly at?: number
  readonly epoch?: number
  readonly behind?: readonly [sequence: number, previous: Uint8Array]
  readonly known?: readonly KnownHead[]
}

/** Use `Centre.found()`. Everything that is said goes through `act`, and holds or throws. */
export class Centre {
  readonly random: Random
  readonly recovery: RecoveryKey
  readonly directory: Directory
  readonly frames: Frame[] = []
  readonly root: TestDevice
  readonly #chains = new Map<string, readonly [number, Uint8Array]>()
  admin!: TestDevice
  circle!: Uint8Array
  desk!: Uint8Array

  private constructor(random: Random, recovery: RecoveryKey, directory: Directory, root: TestDevice) {
    this.random = random
    this.recovery = recovery
    this.directory = directory
    this.root = root
  }

  static async found(seed = 1): Promise<Centre> {
    const random = seeded(seed)
    const recovery = RecoveryKey.generate(random)
    const directory = new Directory(await recovery.centre())
    const [signing, sealing] = [await recovery.signing(), await recovery.sealing()]
    const keyring = new Keyring(directory, sealing)
    const root = { signing, sealing, member: new Uint8Array(0), keyring, key: signing.public }
    const centre = new Centre(random, recovery, directory, root)
    await centre.#found()
    return centre
  }

  async #found(): Promise<void> {
    const { root } = this
    this.admin = await this.device(this.random(16))
    const { member, key, sealing } = this.admin
    const draft = this.draft(root)
    await draft.say({ kind: "centre.found", root: root.key, rootSeal: root.sealing.public })
    await draft.say({ kind: "member.add", member, role: "admin", duties: [] })
    await draft.say({ kind: "device.add", member, device: key, sealKey: sealing.public })
    this.circle = (await draft.openCircle("centre")).circle
    this.desk = (await draft.openCircle("desk", { devices: [key] })).circle
    await this.put(await draft.frame(root.signing, START))
  }

  get head(): number {
    return this.directory.head.index
  }

  /** Fresh keys, not enrolled yet. also: keys that open seals too (an invite's). */
  async device(member: Uint8Array, ...also: readonly SealingKey[]): Promise<TestDevice> {
    const signing = await SigningKey.generate(this.random)
    const sealing = await SealingKey.generate(this.random)
    return { signing, sealing, member, keyring: new Keyring(this.directory, sealing, ...also), key: signing.public }
  }

  draft(author: TestDevice): Draft {
    return new Draft(author.keyring, author.key, this.random)
  }

  async put(frame: Frame): Promise<Applied> {
    const applied = await this.directory.apply(...frame, { complete: true })
    this.frames.push(frame)
    return applied
  }

  /** One entry: what `act` says, and then (unless told not to) new epochs of what it leaves stale. */
  async act(author: TestDevice, act: (draft: Draft) => Promise<unknown>, renew = true): Promise<Applied> {
    const draft = this.draft(author)
    await act(draft)
    if (renew) await draft.renewStale()
    return this.put(await draft.frame(author.signing, START + 1_000 * this.frames.length))
  }

  async say(author: TestDevice, ...statements: readonly CentreStatement[]): Promise<Applied> {
    return this.act(author, async (draft) => {
      for (const statement of statements) await draft.say(statement)
    })
  }

  /** Any entry, allowed or not, behind the newest head; it goes nowhere by itself. */
  async frame(author: TestDevice, inFull: readonly Statement[], hashed: readonly Statement[] = []): Promise<Frame> {
    const { index, hash } = this.directory.head
    const maps = inFull.map(statementMap)
    const digests = await Promise.all(hashed.map(digestOf))
    const body = entryBody(this.directory.centre, index + 1, hash, author.key, START, [...maps, ...digests])
    return [await closeEntry(body, await author.signing.sign("entry", body)), hashed.map(statementBytes)]
  }

  /** A new member with one device. */
  async join(role: Role = "supporter"): Promise<TestDevice> {
    const member = this.random(16)
    await this.say(this.admin, { kind: "member.add", member, role, duties: [] })
    return this.enrol(await this.invite(member))
  }

  /** Opened, and the centre and what the member is in sealed to it. */
  async invite(member: Uint8Array): Promise<Invite> {
    const invite = Invite.generate(this.directory.centre, this.random)
    const [signing, sealing] = [await invite.signing(), await invite.sealing()]
    await this.act(this.admin, async (draft) => {
      await draft.say({
        kind: "invite.open",
        invite: signing.public,
        sealKey: sealing.public,
        member,
        expires: START,
      })
      await draft.admit(this.circle)
    })
    return invite
  }

  /** A new device: enrolled, and what its invite opened renewed in the same entry. */
  async enrol(invite: Invite): Promise<TestDevice> {
    const signing = await invite.signing()
    const { member } = this.directory.invite(signing.public, this.head)!
    const device = await this.device(member, await invite.sealing())
    const sealKey = device.sealing.public
    const signature = await invite.signEnrolment(device.key, sealKey)
    await this.say(device, { kind: "device.enrol", invite: signing.public, device: device.key, sealKey, signature })
    return device
  }

  /** A new circle under the first desk, unless told otherwise; a case id is made up where the kind wants one. */
  async open(kind: CircleKind, opening: Opening = {}, by = this.admin): Promise<Uint8Array> {
    const underDesk = ["case", "door", "dispatch", "own"].includes(kind)
    const whole = underDesk ? { case: this.random(16), desk: this.desk, ...opening } : opening
    let opened: EpochSecret | undefined
    await this.act(by, async (draft) => {
      opened = await draft.openCircle(kind, whole)
    })
    return opened!.circle
  }

  /** A signed run of one change for each plaintext; null is an acknowledgement. */
  async write(
    device: TestDevice,
    circle: Uint8Array,
    plaintexts: readonly (Uint8Array | null)[] = [new Uint8Array([1])],
    writing: Writing = {},
  ): Promise<Run> {
    const at = writing.at ?? this.head
    const chain = textOf(device.key, circle)
    const [sequence, previous] = writing.behind ?? this.#chains.get(chain) ?? [0, ZERO_HASH]
    const head: RunHead = {
      centre: this.directory.centre,
      circle,
      epoch: writing.epoch ?? this.directory.circle(circle, at)?.epoch ?? 1,
      device: device.key,
      first: sequence + 1,
      previous,
      headIndex: at,
      headHash: this.directory.entry(at).hash,
      known: writing.known ?? [],
      blobs: [],
    }
    const run = await this.sign(device, head, await this.#bodies(device, head, plaintexts))
    const last = run.changes.at(-1)!
    if (!writing.behind) this.#chains.set(chain, [last.header.sequence, last.id])
    return run
  }

  /** A run of these bodies, signed. */
  async sign(device: TestDevice, head: RunHead, bodies: readonly Uint8Array[]): Promise<Run> {
    const signature = await device.signing.sign("run", await runMessage(head, bodies))
    return parseRun(await closeRun(head, bodies, signature))
  }

  async #bodies(device: TestDevice, head: RunHead, plaintexts: readonly (Uint8Array | null)[]): Promise<Uint8Array[]> {
    const bodies: Uint8Array[] = []
    for (const plaintext of plaintexts) {
      const known = await device.keyring.secret(head.circle, head.epoch)
      const secret = known ?? new EpochSecret(head.centre, head.circle, head.epoch, new Uint8Array(32))
      const previous = bodies.length > 0 ? (await runMessage(head, bodies)).slice(-32) : head.previous
      const { centre, circle, epoch, device: key } = head
      const header = { centre, circle, epoch, device: key, sequence: head.first + bodies.length, previous }
      bodies.push(plaintext ? await sealChange(secret, header, plaintext, this.random) : new Uint8Array(0))
    }
    return bodies
  }
}
