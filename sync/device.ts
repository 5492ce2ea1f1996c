/**
 * A device of Engawa as a library: the whole client, for the app, programs and tests.
 *
 *     const [device, recovery] = await Device.found(vault, location.origin)
 *     const member = await device.people.add("supporter", [], { name: "三枝" })
 *     const phone = await Device.enrol(otherVault, await device.people.invite(member))
 *     const opened = await device.circles.openCase(desk)
 *     const dispatch = await device.circles.dispatch(opened.id, [member])
 *     await phone.sync()
 *     const writing = phone.book.writing(phone.book.where(opened.id, dispatch))
 *     await writing.put(phone.book.newId(), "visit", { status: "planned" }).save()
 *     const { synced } = await phone.sync()
 *
 * Everything that comes from the server is verified; what a server does wrong is an alarm by name. What a call saved is
 * in the vault when it resolves. Calls may overlap: what changes the device goes one by one, and a save does not wait
 * for the network. Source: sync/SPEC.md.  Twin: sync/device.py.
 */

import type { RecoveryKey } from "../crypto/recovery.ts"
import { Book } from "./book.ts"
import { Circles } from "./device_circles.ts"
import { Core, type Means, meansOf } from "./device_core.ts"
import { People } from "./device_people.ts"
import type { Alarm, DeadLetter } from "./device_values.ts"
import { decodeEdits, type Edit } from "./edits.ts"
import { type Beginning, enrol, type Founding, finish, found, lettingGo } from "./enrolment.ts"
import type { Report } from "./exchange.ts"
import type { Progress } from "./exchange_log.ts"
import { Holdings } from "./holdings.ts"
import type { Draft } from "./own_chain.ts"
import type { Transport } from "./transport.ts"
import type { VaultFiles } from "./vault_files.ts"
import type { Saved } from "./writing.ts"

/** A draft that waits. code: why it cannot be written now; null: it can. */
export type Waiting = { readonly circle: Uint8Array; readonly draft: Draft; readonly code: string | null }

/** Use `found`, `enrol` or `open`, and `close` it in the end. */
export class Device {
  readonly core: Core
  readonly book: Book
  readonly people: People
  readonly circles: Circles

  private constructor(core: Core) {
    this.core = core
    this.book = new Book(core)
    this.people = new People(core, this.book)
    this.circles = new Circles(core)
  }

  /**
   * A new centre on a server, its first admin and this device; and the recovery key, which is given this once.
   *
   * files: an unlocked vault with nothing in it, the device's from now on; closed if this fails.
   * Throws NoVaultError, OfflineError, RefusedError: then there is no centre.
   */
  static async found(
    files: VaultFiles,
    origin: string,
    given: Partial<Means> = {},
    founding: Founding = {},
  ): Promise<[Device, RecoveryKey]> {
    const means = meansOf(given)
    const [held, recovery] = await found(files, origin, means, founding)
    return [new Device(Core.of(held, means)), recovery]
  }

  /**
   * A device for whom the link invites. Cut off in the middle, `open` goes on.
   *
   * files: as in `found`.
   * Throws NoVaultError, OfflineError; ProtocolError: those of `readLink`; what the server says.
   */
  static async enrol(
    files: VaultFiles,
    link: string,
    given: Partial<Means> = {},
    beginning: Beginning = {},
  ): Promise<Device> {
    const means = meansOf(given)
    return new Device(Core.of(await enrol(files, link, means, beginning), means))
  }

  /**
   * The device whose state is in an unlocked vault; closed if this fails.
   *
   * Throws ProtocolError "truncated" if it was never made whole; as `enrol` if that was not done yet.
   */
  static async open(files: VaultFiles, given: Partial<Means> = {}, beginning: Beginning = {}): Promise<Device> {
    const means = meansOf(given)
    return lettingGo(files, async () => {
      const held = await Holdings.load(files, means.random, means.clock)
      await finish(held, means, beginning)
      return new Device(Core.of(held, means))
    })
  }

  /** The same device, whose calls end with the signal's reason once it is aborted. Nothing is lost then. */
  under(signal: AbortSignal): Device {
    return new Device(this.core.under(signal))
  }

  /** Everything is in the vault already; another tab may open it now. Calls on their way to the server end. */
  close(): Promise<void> {
    return this.core.close(() => this.core.held.files.close())
  }

  /** This device forgets everything, keys first. What it had not handed in is lost. */
  erase(): Promise<void> {
    return this.core.close(() => this.core.held.files.erase())
  }

  // Who

  /** This device. */
  get key(): Uint8Array {
    return this.core.held.key
  }

  /** Who holds it. */
  get member(): Uint8Array {
    return this.core.held.member
  }

  // Contact

  /**
   * One contact with the server, until there is nothing left to do.
   *
   * Throws OfflineError, RefusedError (it cannot now). Nothing is lost then; the next contact goes on.
   */
  sync(progress?: Progress): Promise<Report> {
    return this.core.sync(progress)
  }

  /** Until the server has something that we lack; false: it ended the wait. Throws OfflineError, RefusedError. */
  wait(): Promise<boolean> {
    return this.core.signedIn((server) => this.#isBehind(server))
  }

  /**
   * Write edits in a circle: in the vault when it resolves; see `book.writing` for more ease.
   *
   * Throws ProtocolError: "malformed", "too_large".
   */
  save(circle: Uint8Array, edits: readonly Edit[], at?: number): Promise<Saved> {
    return this.core.save(circle, edits, at)
  }

  // What waits, what went wrong

  /** What could not be written yet. */
  async drafts(): Promise<Waiting[]> {
    const waiting: Waiting[] = []
    for (const { circle, drafts } of this.core.held.chains.values()) {
      for (const draft of drafts) waiting.push({ circle, draft, code: await this.core.outlook.trouble(circle) })
    }
    return waiting
  }

  /** Changes and drafts that the server is not known to have. 「未送信」 */
  unsent(): number {
    const chains = this.core.held.chains.values()
    return chains.reduce((count, chain) => count + chain.unsent.length + chain.drafts.length, 0)
  }

  /** Runs the server refused or holds apart, with what they say. */
  deadLetters(): DeadLetter[] {
    return [...this.core.held.letters]
  }

  /** Write what a dead letter says anew, as new changes; the letter is done with. */
  rewrite(letter: DeadLetter): Promise<Saved[]> {
    const read = letter.texts.map(decodeEdits)
    return this.core.alone(async (core) => {
      const saved: Saved[] = []
      for (const { edits, at } of read) saved.push(await core.save(letter.circle, edits, at))
      await core.held.unbury(letter)
      return saved
    })
  }

  /** What a person has to see, in the order in which it came. */
  alarms(): Alarm[] {
    return [...this.core.held.standing.alarms]
  }

  /** It was seen. It comes again if its cause does. */
  dismiss(alarm: Alarm): Promise<void> {
    return this.core.alone(async ({ held }) => {
      held.standing.alarms = held.standing.alarms.filter((each) => each !== alarm)
      await held.keepStanding()
    })
  }

  async #isBehind(server: Transport): Promise<boolean> {
    const { held } = this.core
    for await (const [cursor, index] of server.live()) {
      if (cursor > held.standing.cursor || index > held.head) return true
    }
    return false
  }
}
