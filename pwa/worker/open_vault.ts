/** A vault that is open, with the device in it: in contact, and telling the page what moves. */

import { utf8 } from "../../crypto/bytes.ts"
import type { Device } from "../../sync/device.ts"
import { VaultFullError } from "../../sync/vault_files.ts"
import type { Watcher } from "../store/host.ts"
import type { IndexedVault } from "../vault/vaults.ts"
import { Contacts } from "./contacts.ts"
import { SearchIndex } from "./search.ts"
import { noteFull, storagePicture } from "./storage.ts"
import { Teller } from "./teller.ts"

/** When a contact last ended well, ms. 「最終受信」 */
const RECEIVED = "app.received"
/** Bytes that are left for notes before anything else. */
const ROOM = 256 * 1024 ** 2

export class OpenVault {
  readonly files: IndexedVault
  readonly device: Device
  readonly index = new SearchIndex()
  contacts: Contacts | null = null
  #teller: Teller | null = null
  #received: number | null
  #keeping: Promise<void> = Promise.resolve()

  private constructor(files: IndexedVault, device: Device, received: number | null) {
    this.files = files
    this.device = device
    this.#received = received
  }

  static async of(files: IndexedVault, device: Device): Promise<OpenVault> {
    const received = await files.get(RECEIVED)
    return new OpenVault(files, device, received && Number(new TextDecoder().decode(received)))
  }

  get id(): string {
    return this.files.id
  }

  /** Tell all of it, then stay in contact and tell what moves. */
  async watch(watcher: Watcher): Promise<void> {
    await this.contacts?.stop()
    const teller = new Teller(this.device, watcher, this.index)
    teller.received = this.#received
    this.#teller = teller
    await teller.tell()
    this.contacts = new Contacts(this.device, {
      contact: (contact) => {
        teller.contact = contact
        void teller.tell()
      },
      received: () => this.#note(teller),
    })
    this.contacts.start()
    this.#keepOpened()
  }

  /** Do what saves something; the page is told before this resolves, and the server as soon as there is a way. */
  async saving<T>(work: () => Promise<T>): Promise<T> {
    const done = await this.keeping(work)
    await this.#teller?.tell()
    this.contacts?.nudge()
    return done
  }

  /** The same for what only this device is to know. */
  async keeping<T>(work: () => Promise<T>): Promise<T> {
    try {
      const done = await work()
      noteFull(false)
      return done
    } catch (error) {
      if (error instanceof VaultFullError) {
        noteFull(true)
        void this.#teller?.tell()
      }
      throw error
    }
  }

  /** Sign what is unsent. */
  async closeRuns(): Promise<void> {
    await this.device.core.alone(async ({ held, chains }) => {
      for (const chain of held.chains.values()) await chains.close(chain)
    })
  }

  async close(): Promise<void> {
    await this.contacts?.stop()
    this.index.clear()
    await this.device.close()
  }

  /** The next unlocking is quicker then. Where there is little room, or the vault is closed meanwhile, it is not. */
  #keepOpened(): void {
    this.#keeping = this.#keeping
      .then(async () => {
        const { free } = await storagePicture()
        if (free === null || free >= ROOM) await this.device.core.held.keepOpened()
      })
      .catch(() => undefined)
  }

  async #note(teller: Teller): Promise<void> {
    this.#received = Date.now()
    teller.received = this.#received
    await this.files.put(RECEIVED, utf8(String(this.#received)))
    this.#keepOpened()
  }
}
