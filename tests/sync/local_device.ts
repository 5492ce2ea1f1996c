/** Whole devices without a server, for tests: what one writes is carried to another by hand. Seeded. */

import type { EpochSecret } from "../../crypto/circle.ts"
import { type Random, SealingKey, SigningKey } from "../../crypto/keys.ts"
import { RecoveryKey } from "../../crypto/recovery.ts"
import type { Run } from "../../crypto/run.ts"
import { Book } from "../../sync/book.ts"
import type { Frame } from "../../sync/chain.ts"
import { IDENTITY, Identity, packValue } from "../../sync/device_values.ts"
import { dictionary } from "../../sync/dictionary.ts"
import { Directory } from "../../sync/directory.ts"
import { Draft } from "../../sync/draft.ts"
import { type Edit, encodeEdits } from "../../sync/edits.ts"
import { Holdings } from "../../sync/holdings.ts"
import { Keyring } from "../../sync/keyring.ts"
import { Outlook } from "../../sync/outlook.ts"
import type { Role } from "../../sync/shapes.ts"
import { MemoryVault, type VaultFiles } from "../../sync/vault_files.ts"
import type { PulledRun } from "../../sync/wire.ts"
import type { Saved, Where } from "../../sync/writing.ts"
import { START, seeded } from "./centre.ts"

export const PASSPHRASE = "縁側 の 猫"
export const CHEAP = { memoryKib: 8, passes: 1 }

/** A device with what `device_core` and `exchange_chains` do of a save. */
export class LocalDevice {
  readonly held: Holdings
  readonly means: { readonly random: Random }
  readonly outlook: Outlook
  readonly book: Book

  constructor(held: Holdings) {
    this.held = held
    this.means = { random: held.random }
    this.outlook = new Outlook(held)
    this.book = new Book(this)
  }

  static async load(files: VaultFiles, seed: number): Promise<LocalDevice> {
    let now = START
    return new LocalDevice(await Holdings.load(files, seeded(seed), () => (now += 1_000)))
  }

  async save(circle: Uint8Array, edits: readonly Edit[], at = START): Promise<Saved> {
    const plaintext = encodeEdits(at, dictionary().version, edits)
    const chain = this.held.chain(circle)
    const code = chain.drafts.length > 0 ? "circle_stale" : await this.outlook.trouble(circle)
    if (code !== null) {
      chain.drafts.push({ id: this.means.random(16), plaintext })
      await this.held.keepChain(chain)
      return { circle, change: null, code }
    }
    const pen = await this.outlook.pen(circle)
    if (!chain.takes(pen, plaintext)) await this.close(circle)
    const change = await chain.write(pen, plaintext)
    await this.held.keepChain(chain)
    await this.held.ledger.add(chain.provisional(change))
    return { circle, change: change.id, code: null }
  }

  /** Sign the open run. */
  async close(circle: Uint8Array): Promise<Run | null> {
    const chain = this.held.chain(circle)
    const run = await chain.close(this.held.signing, this.held.ledger.log.heads(circle))
    await this.held.keepChain(chain)
    if (run) await this.held.ledger.add(run)
    return run
  }

  /** Everything unsent, closed; it is in the server's log now. */
  async send(): Promise<Run[]> {
    const sent: Run[] = []
    for (const chain of this.held.chains.values()) {
      await this.close(chain.circle)
      const last = chain.closed.at(-1)
      if (!last) continue
      await this.held.keepSent(chain.closed)
      sent.push(...chain.takeSent(last.changes.at(-1)!.id))
      await this.held.keepChain(chain)
    }
    return sent
  }

  async receive(runs: readonly Run[]): Promise<void> {
    const index = this.held.head
    await this.held.keepRuns(runs.map((run, i): PulledRun => ({ cursor: i + 1, index, run: run.raw })))
    await this.held.ledger.addAll(this.held.came)
    this.held.came.length = 0
  }

  /** One entry, said by this device; it takes it in. */
  async say(build: (draft: Draft) => Promise<unknown>): Promise<Frame> {
    const draft = new Draft(this.held.keyring, this.held.key, this.held.random)
    await build(draft)
    const frame = await draft.frame(this.held.signing, START)
    await this.held.takeEntries([frame])
    return frame
  }
}

/** Fresh keys in a vault; of no centre yet that anybody knows. */
export async function begin(
  files: VaultFiles,
  centre: Uint8Array,
  random: Random,
): Promise<{ readonly device: Uint8Array; readonly sealKey: Uint8Array }> {
  const [signing, sealing] = [random(32), random(32)]
  const identity = new Identity(centre, "https://engawa.example", signing, sealing)
  await files.put("identity", packValue(IDENTITY, identity))
  return { device: (await SigningKey.from(signing)).public, sealKey: (await SealingKey.from(sealing)).public }
}

/** As many devices of one centre, each of a member of its own; `files` to `founded` of them. All sit at the one desk. */
export class Founded {
  readonly recovery: RecoveryKey
  readonly frames: Frame[]
  readonly devices: readonly LocalDevice[]
  readonly centre: Uint8Array
  readonly desk: Uint8Array

  private constructor(
    recovery: RecoveryKey,
    frames: Frame[],
    devices: readonly LocalDevice[],
    opened: readonly EpochSecret[],
  ) {
    this.recovery = recovery
    this.frames = frames
    this.devices = devices
    this.centre = opened[0]!.circle
    this.desk = opened[1]!.circle
  }

  static async of(vaults: readonly VaultFiles[], seed = 1, roles: readonly Role[] = []): Promise<Founded> {
    const random = seeded(seed)
    const recovery = RecoveryKey.generate(random)
    const centre = await recovery.centre()
    const root = await recovery.signing()
    const rootSeal = await recovery.sealing()
    const draft = new Draft(new Keyring(new Directory(centre), rootSeal), root.public, random)
    await draft.say({ kind: "centre.found", root: root.public, rootSeal: rootSeal.public })
    const keys: Uint8Array[] = []
    for (const [i, files] of vaults.entries()) {
      const { device, sealKey } = await begin(files, centre, random)
      const member = random(16)
      keys.push(device)
      await draft.say({ kind: "member.add", member, role: roles[i] ?? "admin", duties: ["coordinator", "reviewer"] })
      await draft.say({ kind: "device.add", member, device, sealKey })
    }
    const opened = [await draft.openCircle("centre"), await draft.openCircle("desk", { devices: keys })]
    const frame = await draft.frame(root, START)
    const devices: LocalDevice[] = []
    for (const [i, files] of vaults.entries()) {
      const device = await LocalDevice.load(files, seed + 100 + i)
      await device.held.takeEntries([frame])
      devices.push(device)
    }
    return new Founded(recovery, [frame], devices, opened)
  }

  /** A new case with everything in it, said by the first device; all take it in. */
  async openCase(): Promise<Where> {
    const [first, ...others] = this.devices
    const own = first!.held.member
    const members = this.devices.map((device) => device.held.member)
    const opening = { case: first!.held.random(16), desk: this.desk }
    const found: { [kind: string]: Uint8Array } = { centre: this.centre, desk: this.desk, of: opening.case }
    const frame = await first!.say(async (draft) => {
      found.case = (await draft.openCircle("case", opening)).circle
      found.door = (await draft.openCircle("door", opening)).circle
      found.dispatch = (await draft.openCircle("dispatch", { ...opening, members })).circle
      found.own = (await draft.openCircle("own", { ...opening, members: [own] })).circle
    })
    this.frames.push(frame)
    for (const other of others) await other.held.takeEntries([frame])
    return found
  }
}

/** The root's word behind a device's head; it is taken in by nobody yet. */
export async function saidByRoot(
  recovery: RecoveryKey,
  { held }: LocalDevice,
  build: (draft: Draft) => Promise<unknown>,
): Promise<Frame> {
  const root = await recovery.signing()
  const draft = new Draft(new Keyring(held.directory, await recovery.sealing()), root.public, held.random)
  await build(draft)
  return draft.frame(root, START)
}

/** Empty vaults in memory, with what lies on their disks. */
export async function vaults(count: number, seed = 1): Promise<MemoryVault[]> {
  const made: MemoryVault[] = []
  for (let i = 0; i < count; i++) made.push(await MemoryVault.make(new Map(), PASSPHRASE, seeded(seed + i), CHEAP))
  return made
}

/** Closed, and opened again from what is on its disk. */
export async function reopened(device: LocalDevice): Promise<LocalDevice> {
  const { disk } = device.held.files as MemoryVault
  await device.held.files.close()
  return LocalDevice.load(await MemoryVault.open(disk, PASSPHRASE, seeded(7)), 7)
}
