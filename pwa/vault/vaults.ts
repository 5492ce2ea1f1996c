/**
 * The vaults of this browser, and one of them unlocked: sealed values by name in IndexedDB.
 *
 * A card says what a person may see before unlocking, and how the vault's secret is wrapped. One tab at a time has a vault
 * open: it holds the vault's Web Lock, which the browser lets go when the tab dies.
 * Source: crypto/SPEC.md 12.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb"
import { toHex } from "../../crypto/bytes.ts"
import { systemRandom } from "../../crypto/keys.ts"
import { type Cost, DEFAULT_COST, openValue, sealValue, unwrap, valueKey, wrap } from "../../crypto/vault.ts"
import {
  checkName,
  type Named,
  NoVaultError,
  SECRET_SIZE,
  VaultClosedError,
  type VaultFiles,
  VaultFullError,
  VaultInUseError,
} from "../../sync/vault_files.ts"
import type { NewOpener, NewPasskey, Opener, Passkey } from "../store/host.ts"

const DATABASE = "engawa"
const VERSION = 1
/** Of the first wrong guess, ms; doubled by each further one. */
const PAUSE = 1_000
const LONGEST_PAUSE = 15 * 60_000
const FREE_GUESSES = 3

/** passphrase, passkey: the secret, wrapped; one of them at least. */
interface Card {
  readonly id: string
  readonly label: string
  readonly passphrase: Uint8Array | null
  readonly passkey: (Passkey & { readonly wrapped: Uint8Array }) | null
  readonly wrong: number
  readonly pausedUntil: number
}

interface Schema extends DBSchema {
  vaults: { key: string; value: Card }
  values: { key: string; value: Uint8Array }
}

type Database = IDBPDatabase<Schema>

/** A guess that is not taken yet. until: ms. */
export class PausedError extends Error {
  readonly until: number

  constructor(until: number) {
    super("paused")
    this.until = until
  }
}

/** All of this browser. */
export class Vaults {
  readonly #database: Database
  readonly #clock: () => number
  readonly #cost: Cost

  private constructor(database: Database, clock: () => number, cost: Cost) {
    this.#database = database
    this.#clock = clock
    this.#cost = cost
  }

  /** cost: of one guess at a passphrase. */
  static async open(clock: () => number = Date.now, cost: Cost = DEFAULT_COST): Promise<Vaults> {
    const database = await openDB<Schema>(DATABASE, VERSION, {
      upgrade(fresh) {
        fresh.createObjectStore("vaults", { keyPath: "id" })
        fresh.createObjectStore("values")
      },
      blocking: (_old, _new, event) => (event.target as IDBDatabase).close(),
    })
    return new Vaults(database, clock, cost)
  }

  cards(): Promise<Card[]> {
    return this.#database.getAll("vaults")
  }

  /** An empty vault. It is listed from now on. */
  async make(label: string, opener: NewOpener): Promise<IndexedVault> {
    const id = toHex(systemRandom(16))
    const unlock = await takeLock(id)
    const secret = systemRandom(SECRET_SIZE)
    const opened = await this.#wrapped(secret, opener)
    await this.#keep({ id, label, passphrase: null, passkey: null, wrong: 0, pausedUntil: 0, ...opened })
    return new IndexedVault(id, this.#database, await valueKey(secret), unlock)
  }

  /**
   * Throws NoVaultError, PausedError, VaultInUseError; ProtocolError: those of `unwrap`. A wrong guess is counted before
   * it is looked at, so that killing the tab gives no free ones.
   */
  async unlock(id: string, opener: Opener): Promise<IndexedVault> {
    const unlock = await takeLock(id)
    try {
      const secret = await this.#guess(id, opener)
      return new IndexedVault(id, this.#database, await valueKey(secret), unlock)
    } catch (error) {
      unlock()
      throw error
    }
  }

  /** A second way in, or another passphrase. Throws as `unlock`, but for the lock. */
  async rewrap(id: string, opener: Opener, change: (secret: Uint8Array) => Promise<Partial<Card>>): Promise<void> {
    const secret = await this.#guess(id, opener)
    await this.#keep({ ...(await this.#card(id)), ...(await change(secret)) })
  }

  /** Throws NoVaultError where nothing else opens it. */
  async removePasskey(id: string): Promise<void> {
    const card = await this.#card(id)
    if (!card.passphrase) throw new NoVaultError(id)
    await this.#keep({ ...card, passkey: null })
  }

  async passkeyOf(id: string): Promise<Passkey | null> {
    return (await this.#card(id)).passkey
  }

  /** Resolves when no other tab has it open any more. */
  async released(id: string): Promise<void> {
    await navigator.locks.request(`engawa/${id}`, () => undefined)
  }

  /** The secret first, then what it sealed. */
  async forget(id: string): Promise<void> {
    await this.#database.delete("vaults", id)
    await this.#database.delete("values", within(id, ""))
  }

  async #guess(id: string, opener: Opener): Promise<Uint8Array> {
    const card = await this.#card(id)
    if (card.pausedUntil > this.#clock()) throw new PausedError(card.pausedUntil)
    const wrong = card.wrong + 1
    const pause = wrong > FREE_GUESSES ? Math.min(PAUSE * 2 ** (wrong - FREE_GUESSES), LONGEST_PAUSE) : 0
    await this.#keep({ ...card, wrong, pausedUntil: this.#clock() + pause })
    const secret = await unwrapBy(card, opener)
    await this.#keep({ ...card, wrong: 0, pausedUntil: 0 })
    return secret
  }

  #wrapped(secret: Uint8Array, opener: NewOpener): Promise<Partial<Card>> {
    if ("passphrase" in opener) return wrapByPassphrase(secret, opener.passphrase, this.#cost)
    return wrapByPasskey(secret, opener, this.#cost)
  }

  async #card(id: string): Promise<Card> {
    const card = await this.#database.get("vaults", id)
    if (!card) throw new NoVaultError(id)
    return card
  }

  async #keep(card: Card): Promise<void> {
    const transaction = this.#database.transaction("vaults", "readwrite", { durability: "strict" })
    await fully(() => [transaction.store.put(card), transaction.done])
  }
}

/** A vault that is open. */
export class IndexedVault implements VaultFiles {
  readonly id: string
  readonly #database: Database
  readonly #unlock: () => void
  #key: Uint8Array | null

  constructor(id: string, database: Database, key: Uint8Array, unlock: () => void) {
    this.id = id
    this.#database = database
    this.#key = key
    this.#unlock = unlock
  }

  async names(prefix: string): Promise<string[]> {
    this.#unlocked()
    const keys = await this.#database.getAllKeys("values", within(this.id, prefix))
    return keys.map((key) => key.slice(this.id.length + 1))
  }

  async get(name: string): Promise<Uint8Array | null> {
    checkName(name)
    const key = this.#unlocked()
    const sealed = await this.#database.get("values", place(this.id, name))
    return sealed ? openValue(key, name, sealed) : null
  }

  put(name: string, value: Uint8Array): Promise<void> {
    return this.putAll([[name, value]])
  }

  async putAll(values: readonly Named[]): Promise<void> {
    const key = this.#unlocked()
    for (const [name] of values) checkName(name)
    const sealed = await Promise.all(
      values.map(async ([name, value]) => [name, await sealValue(key, name, value)] as const),
    )
    this.#unlocked()
    const transaction = this.#database.transaction("values", "readwrite", { durability: "strict" })
    await fully(() => {
      const puts = sealed.map(([name, value]) => transaction.store.put(value, place(this.id, name)))
      return [...puts, transaction.done]
    })
  }

  async drop(name: string): Promise<void> {
    checkName(name)
    this.#unlocked()
    const transaction = this.#database.transaction("values", "readwrite", { durability: "strict" })
    await Promise.all([transaction.store.delete(place(this.id, name)), transaction.done])
  }

  async erase(): Promise<void> {
    this.#unlocked()
    await this.#database.delete("vaults", this.id)
    await this.#database.delete("values", within(this.id, ""))
    await this.close()
  }

  async close(): Promise<void> {
    this.#key = null
    this.#unlock()
  }

  #unlocked(): Uint8Array {
    if (!this.#key) throw new VaultClosedError()
    return this.#key
  }
}

/** The secret under a PIN and what a passkey gave. */
export async function wrapByPasskey(secret: Uint8Array, { passkey, prf, pin }: NewPasskey, cost = DEFAULT_COST) {
  return { passkey: { ...passkey, wrapped: await wrap(secret, pin, prf, cost) } }
}

/** The secret under another passphrase. */
export async function wrapByPassphrase(secret: Uint8Array, passphrase: string, cost = DEFAULT_COST) {
  return { passphrase: await wrap(secret, passphrase, null, cost) }
}

async function unwrapBy(card: Card, opener: Opener): Promise<Uint8Array> {
  if ("passphrase" in opener) {
    if (!card.passphrase) throw new NoVaultError(card.id)
    return unwrap(card.passphrase, opener.passphrase)
  }
  if (!card.passkey) throw new NoVaultError(card.id)
  return unwrap(card.passkey.wrapped, opener.pin, opener.prf)
}

function place(id: string, name: string): string {
  return `${id}/${name}`
}

function within(id: string, prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(place(id, prefix), place(id, `${prefix}\uffff`))
}

/** What the browser says of a full disk, in our words. */
async function fully(begin: () => readonly Promise<unknown>[]): Promise<void> {
  try {
    await Promise.all(begin())
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") throw new VaultFullError()
    throw error
  }
}

/** Taken until the function it gives is called, or the tab dies. Throws VaultInUseError. */
function takeLock(id: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`engawa/${id}`, { ifAvailable: true }, (lock) => {
        if (lock === null) throw new VaultInUseError(id)
        return new Promise<void>((unlock) => resolve(unlock))
      })
      .catch(reject)
  })
}
