/** The vault in memory keeps what every vault promises. Twin: tests/sync/test_vault_files.py. */

import { describe, expect, it } from "vitest"
import type { Bytes } from "../crypto/bytes.ts"
import { seeded } from "../tests/sync/centre.ts"
import { CHEAP } from "../tests/sync/local_device.ts"
import { VAULT_FACTS, type VaultPlace } from "./vault_files.conformance.ts"
import { type MemoryDisk, MemoryVault, type VaultFiles } from "./vault_files.ts"

class MemoryPlace implements VaultPlace {
  readonly disk: MemoryDisk = new Map()
  readonly random = seeded(5)

  make(): Promise<VaultFiles> {
    return MemoryVault.make(this.disk, "合言葉", this.random, CHEAP)
  }

  open(isRight = true): Promise<VaultFiles> {
    return MemoryVault.open(this.disk, isRight ? "合言葉" : "合言", this.random)
  }

  async dump(): Promise<ReadonlyMap<string, Uint8Array>> {
    return new Map(this.disk)
  }

  async tamper(name: string, sealed: Uint8Array): Promise<void> {
    this.disk.set(name, sealed as Bytes)
  }

  fill(vault: VaultFiles): void {
    ;(vault as MemoryVault).room = 0
  }
}

describe("a vault in memory", () => {
  it.each(VAULT_FACTS.map(({ name, holds }) => [name, holds] as const))("%s", async (_name, holds) => {
    await expect(holds(new MemoryPlace())).resolves.toBeUndefined()
  })

  it("is held to as many promises as there are", () => {
    expect(VAULT_FACTS.length).toBe(20)
  })
})
