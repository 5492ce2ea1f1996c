/**
 * A device's state as named values, every one sealed under its own name by the vault.
 *
 * A value is there whole or as it was before, whatever moment the page or the machine is killed in. One tab at a time.
 * Source: crypto/SPEC.md 12.  Twin: sync/vault_files.py.
 */

import type { Bytes } from "../crypto/bytes.ts"
import { EngawaError } from "../crypto/errors.ts"
import { type Random, systemRandom } from "../crypto/keys.ts"
import { type Cost, DEFAULT_COST, openValue, sealValue, unwrap, valueKey, wrap } from "../crypto/vault.ts"

const WRAPPED = "vault" // the vault's secret under the passphrase
const NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/
export const SECRET_SIZE = 32

/** Another tab or process holds this state. */
export class VaultInUseError extends EngawaError {
  override name = "VaultInUseError"
}

/** There is no state in this place, or already one where there should be none. */
export class NoVaultError extends EngawaError {
  override name = "NoVaultError"
}

/** There is no room for more (QuotaExceededError). What was there is there. */
export class VaultFullError extends EngawaError {
  override name = "VaultFullError"
}

/** It was closed or erased, and opens nothing any more. */
export class VaultClosedError extends EngawaError {
  override name = "VaultClosedError"
}

/** Name and value. */
export type Named = readonly [name: string, value: Uint8Array]

/**
 * An unlocked vault; `close` it in the end. Names are of the form `word.word`, in lower case.
 *
 * Throws from every method: VaultClosedError after `close` or `erase`; RangeError for a name of another form.
 */
export interface VaultFiles {
  /** Names of the values that begin with a prefix, ascending. */
  names(prefix: string): Promise<string[]>

  /**
   * A value; null if there is none.
   *
   * Throws ProtocolError: "truncated", "wrong_key" (altered, or another value's).
   */
  get(name: string): Promise<Uint8Array | null>

  /** Durable when it resolves. Throws VaultFullError; nothing has changed then. */
  put(name: string, value: Uint8Array): Promise<void>

  /** All of them or none, durable when it resolves; of one name the last. Throws VaultFullError; nothing has changed then. */
  putAll(values: readonly Named[]): Promise<void>

  /** Gone when it resolves; nothing happens if there is no such value. */
  drop(name: string): Promise<void>

  /** The secret first: what may be left of the rest opens never again. Closes it. */
  erase(): Promise<void>

  /** Another tab may open it now. */
  close(): Promise<void>
}

/** Throws RangeError unless a value may have this name. For those who keep values. */
export function checkName(name: string): void {
  if (!NAME.test(name) || name === WRAPPED || name === "lock") throw new RangeError(name)
}

/** Sealed values by name: what a disk would hold. */
export type MemoryDisk = Map<string, Bytes>

const disksInUse = new WeakSet<MemoryDisk>()

/** A vault in memory. Use `make` or `open`. room: bytes that its disk may hold. */
export class MemoryVault implements VaultFiles {
  readonly disk: MemoryDisk
  room = Number.POSITIVE_INFINITY
  #key: Bytes | null
  readonly #random: Random

  private constructor(disk: MemoryDisk, key: Bytes, random: Random) {
    this.disk = disk
    this.#key = key
    this.#random = random
  }

  /**
   * An empty vault on a disk that has none.
   *
   * Throws VaultInUseError; NoVaultError when there is one.
   */
  static async make(
    disk: MemoryDisk,
    passphrase: string,
    random: Random = systemRandom,
    cost: Cost = DEFAULT_COST,
  ): Promise<MemoryVault> {
    return locked(disk, async () => {
      if (disk.has(WRAPPED)) throw new NoVaultError()
      const secret = random(SECRET_SIZE)
      const wrapped = await wrap(secret, passphrase, null, cost, random)
      disk.set(WRAPPED, wrapped)
      return new MemoryVault(disk, await valueKey(secret), random)
    })
  }

  /**
   * The vault on a disk.
   *
   * Throws NoVaultError, VaultInUseError; ProtocolError: those of `unwrap`.
   */
  static async open(disk: MemoryDisk, passphrase: string, random: Random = systemRandom): Promise<MemoryVault> {
    const wrapped = disk.get(WRAPPED)
    if (!wrapped) throw new NoVaultError()
    return locked(disk, async () => {
      return new MemoryVault(disk, await valueKey(await unwrap(wrapped, passphrase)), random)
    })
  }

  async names(prefix: string): Promise<string[]> {
    this.#unlocked()
    return [...this.disk.keys()].filter((name) => name.startsWith(prefix) && name !== WRAPPED).sort()
  }

  async get(name: string): Promise<Uint8Array | null> {
    checkName(name)
    const [key, sealed] = [this.#unlocked(), this.disk.get(name)]
    return sealed ? openValue(key, name, sealed) : null
  }

  put(name: string, value: Uint8Array): Promise<void> {
    return this.putAll([[name, value]])
  }

  async putAll(values: readonly Named[]): Promise<void> {
    const key = this.#unlocked()
    for (const [name] of values) checkName(name)
    const sealed = await Promise.all(
      values.map(async ([name, value]) => [name, await sealValue(key, name, value, this.#random)] as const),
    )
    this.#unlocked()
    const after = new Map([...this.disk, ...sealed])
    const size = [...after.values()].reduce((sum, value) => sum + value.length, 0)
    if (size > this.room) throw new VaultFullError()
    for (const [name, value] of sealed) this.disk.set(name, value)
  }

  async drop(name: string): Promise<void> {
    checkName(name)
    this.#unlocked()
    this.disk.delete(name)
  }

  async erase(): Promise<void> {
    this.#unlocked()
    this.disk.clear()
    await this.close()
  }

  async close(): Promise<void> {
    if (this.#key) disksInUse.delete(this.disk)
    this.#key = null
  }

  #unlocked(): Bytes {
    if (!this.#key) throw new VaultClosedError()
    return this.#key
  }
}

/** Take the disk's lock, and keep it if all goes well. */
async function locked(disk: MemoryDisk, open: () => Promise<MemoryVault>): Promise<MemoryVault> {
  if (disksInUse.has(disk)) throw new VaultInUseError()
  disksInUse.add(disk)
  try {
    return await open()
  } catch (error) {
    disksInUse.delete(disk)
    throw error
  }
}
