/** The vaults of a browser: each keeps what every vault promises, and none knows of another. */

import "fake-indexeddb/auto"
import { openDB } from "idb"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { ProtocolError } from "../../crypto/errors.ts"
import { VAULT_FACTS, type VaultPlace } from "../../sync/vault_files.conformance.ts"
import { NoVaultError, type VaultFiles } from "../../sync/vault_files.ts"
import { type IndexedVault, PausedError, Vaults } from "./vaults.ts"

const CHEAP = { memoryKib: 8, passes: 1 }
const RIGHT = { passphrase: "合言葉" }
const WRONG = { passphrase: "合言" }

/** What Web Locks do within one page. */
class Locks {
  readonly #taken = new Set<string>()

  async request(name: string, ...given: [unknown, unknown?]): Promise<unknown> {
    const hold = given.at(-1) as (lock: object | null) => unknown
    if (this.#taken.has(name)) return hold(null)
    this.#taken.add(name)
    try {
      return await hold({})
    } finally {
      this.#taken.delete(name)
    }
  }
}

let now = 0

function vaults(): Promise<Vaults> {
  return Vaults.open(() => now, CHEAP)
}

beforeEach(async () => {
  vi.stubGlobal("navigator", { locks: new Locks() })
  now = 1_000_000
  for (const card of await (await vaults()).cards()) await (await vaults()).forget(card.id)
})

class BrowserPlace implements VaultPlace {
  id = ""

  async make(): Promise<VaultFiles> {
    const all = await vaults()
    if (this.id !== "" && (await all.cards()).some(({ id }) => id === this.id)) throw new NoVaultError()
    const vault = await all.make("ノート", RIGHT)
    this.id = vault.id
    return vault
  }

  async open(isRight = true): Promise<VaultFiles> {
    return (await vaults()).unlock(this.id, isRight ? RIGHT : WRONG)
  }

  async dump(): Promise<ReadonlyMap<string, Uint8Array>> {
    const database = await openDB("engawa")
    const keys = (await database.getAllKeys("values")) as string[]
    const own = keys.filter((key) => key.startsWith(`${this.id}/`))
    const pairs = own.map(async (key) => [key.slice(this.id.length + 1), await database.get("values", key)] as const)
    const card = await database.get("vaults", this.id)
    const secret = card ? [["vault", card.passphrase] as const] : []
    return new Map([...secret, ...(await Promise.all(pairs))])
  }

  async tamper(name: string, sealed: Uint8Array): Promise<void> {
    await (await openDB("engawa")).put("values", sealed, `${this.id}/${name}`)
  }
}

describe("a vault in a browser", () => {
  it.each(VAULT_FACTS.map(({ name, holds }) => [name, holds] as const))("%s", async (_name, holds) => {
    await expect(holds(new BrowserPlace())).resolves.toBeUndefined()
  })
})

describe("the vaults of one browser", () => {
  it("do not open with each other's passphrase, and forget each other's values", async () => {
    const all = await vaults()
    const [one, other] = [
      await all.make("ノート1", { passphrase: "青" }),
      await all.make("ノート2", { passphrase: "赤" }),
    ]
    await one.put("standing", Uint8Array.of(1))
    await other.put("standing", Uint8Array.of(2))
    await closed(one, other)

    await expect(all.unlock(one.id, { passphrase: "赤" })).rejects.toThrow(ProtocolError)
    await all.forget(one.id)
    const again = await all.unlock(other.id, { passphrase: "赤" })

    expect(await again.get("standing")).toEqual(Uint8Array.of(2))
    expect((await all.cards()).map(({ label }) => label)).toEqual(["ノート2"])
  })

  it("take a fourth wrong guess only after a pause that grows", async () => {
    const all = await vaults()
    const vault = await all.make("ノート", RIGHT)
    await closed(vault)
    for (let guess = 0; guess < 4; guess++)
      await expect(all.unlock(vault.id, WRONG)).rejects.toThrow("wrong_passphrase")

    await expect(all.unlock(vault.id, RIGHT)).rejects.toThrow(PausedError)
    now += 2_000
    await expect(all.unlock(vault.id, WRONG)).rejects.toThrow("wrong_passphrase")
    now += 2_000
    await expect(all.unlock(vault.id, RIGHT)).rejects.toThrow(PausedError)
    now += 2_000
    await expect(all.unlock(vault.id, RIGHT)).resolves.toBeDefined()
  })
})

async function closed(...open: readonly IndexedVault[]): Promise<void> {
  for (const vault of open) await vault.close()
}
