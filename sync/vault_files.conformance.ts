/**
 * What every vault promises, as facts that hold or throw: for any implementation, under any test runner, in a browser.
 *
 *   for (const { name, holds } of VAULT_FACTS) it(name, () => holds(new Place()))
 *
 * Source: sync/vault_files.ts.
 */

import { equal, toHex, utf8 } from "../crypto/bytes.ts"
import { type EngawaError, ProtocolError } from "../crypto/errors.ts"
import { NoVaultError, VaultClosedError, type VaultFiles, VaultFullError, VaultInUseError } from "./vault_files.ts"

/** A place in which there is no vault yet; each fact wants a fresh one. */
export type VaultPlace = {
  /** An empty vault there. Throws NoVaultError when there is one. */
  make(): Promise<VaultFiles>
  /** The vault there, with the right passphrase or a wrong one. Throws NoVaultError, VaultInUseError, ProtocolError. */
  open(isRight?: boolean): Promise<VaultFiles>
  /** What lies there, sealed, by name. The vault is closed. */
  dump(): Promise<ReadonlyMap<string, Uint8Array>>
  /** Put bytes there as they are, past the vault. It is closed. */
  tamper(name: string, sealed: Uint8Array): Promise<void>
  /** From now on nothing more fits. Left out: that cannot be brought about here. */
  fill?(vault: VaultFiles): void
}

export type VaultFact = { readonly name: string; readonly holds: (place: VaultPlace) => Promise<void> }

const WORD = utf8("縁側の記録")
const [BEFORE, AFTER] = [utf8("before"), utf8("after")]

/** In any order, each in a place of its own. */
export const VAULT_FACTS: readonly VaultFact[] = [
  fact("a value is there after opening again", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", WORD)
    const again = await reopened(place, vault)

    same(WORD, await again.get("chain.aa"))
    same(null, await again.get("chain.bb"))
  }),
  fact("a value of nothing is a value", async (place) => {
    const vault = await place.make()
    await vault.put("standing", new Uint8Array(0))

    same(new Uint8Array(0), await (await reopened(place, vault)).get("standing"))
  }),
  fact("a large value comes back whole", async (place) => {
    const vault = await place.make()
    const large = new Uint8Array(5_000_000).map((_, i) => i % 251)
    await vault.put("log.00000001", large)

    same(large, await (await reopened(place, vault)).get("log.00000001"))
  }),
  fact("a value is replaced whole", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", WORD)
    await vault.put("chain.aa", AFTER)

    same(AFTER, await vault.get("chain.aa"))
  }),
  fact("bytes changed after putting them, or after getting them, change nothing", async (place) => {
    const vault = await place.make()
    const given = Uint8Array.from(WORD)
    await vault.put("chain.aa", given)
    given.fill(0)
    const got = await vault.get("chain.aa")
    got!.fill(0)

    same(WORD, await vault.get("chain.aa"))
  }),
  fact("names with a prefix come in ascending order, and the vault's own is not among them", async (place) => {
    const vault = await place.make()
    for (const name of ["log.00000010", "log.00000009", "logged", "chain.aa", "standing"]) await vault.put(name, WORD)

    sameNames(["log.00000009", "log.00000010"], await vault.names("log."))
    sameNames(["log.00000009", "log.00000010", "logged"], await vault.names("log"))
    sameNames(["chain.aa", "log.00000009", "log.00000010", "logged", "standing"], await vault.names(""))
    sameNames([], await vault.names("vau"))
  }),
  fact("many values are put at once, of one name the last", async (place) => {
    const vault = await place.make()
    const many = Array.from({ length: 200 }, (_, i) => [`log.${i + 1000}`, utf8(`${i}`)] as const)
    await vault.putAll([...many, ["log.1000", AFTER], ["standing", WORD]])
    const again = await reopened(place, vault)

    same(AFTER, await again.get("log.1000"))
    same(utf8("199"), await again.get("log.1199"))
    same(WORD, await again.get("standing"))
    await again.putAll([])
  }),
  fact("of many values with one bad name none is put", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", BEFORE)

    await refuses(RangeError, () =>
      vault.putAll([
        ["chain.aa", AFTER],
        ["Chain", AFTER],
      ]),
    )
    same(BEFORE, await vault.get("chain.aa"))
  }),
  fact("what is dropped is gone, and dropping what is not there is nothing", async (place) => {
    const vault = await place.make()
    await vault.put("dead.aa", WORD)
    await vault.drop("dead.aa")
    await vault.drop("dead.aa")
    const again = await reopened(place, vault)

    same(null, await again.get("dead.aa"))
    sameNames([], await again.names("dead."))
  }),
  fact("no name is taken that could be another's place", async (place) => {
    const vault = await place.make()
    for (const name of ["", "vault", "lock", "../chain", "chain/aa", "Chain", "chain.aa~", "chain.", "chain.a\n"]) {
      await refuses(RangeError, () => vault.put(name, WORD))
      await refuses(RangeError, () => vault.get(name))
      await refuses(RangeError, () => vault.drop(name))
    }
  }),
  fact("nothing lies there in the clear", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", WORD)
    await vault.close()
    const sealed = [...(await place.dump()).values()].map(toHex)

    if (sealed.length < 2) throw new Error("the vault's secret and a value were to lie there")
    if (sealed.some((hex) => hex.includes(toHex(WORD)))) throw new Error("a value lies in the clear")
  }),
  fact("one value is never sealed to the same bytes twice", async (place) => {
    const vault = await place.make()
    await vault.putAll([
      ["chain.aa", WORD],
      ["chain.bb", WORD],
    ])
    await vault.close()
    const before = await place.dump()
    const again = await place.open()
    await again.put("chain.aa", WORD)
    await again.close()
    const after = await place.dump()

    differ(before.get("chain.aa")!, before.get("chain.bb")!)
    differ(before.get("chain.aa")!, after.get("chain.aa")!)
  }),
  fact("a value moved to another name does not open", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", WORD)
    await vault.close()
    await place.tamper("chain.bb", (await place.dump()).get("chain.aa")!)
    const again = await place.open()

    await refusesWith("wrong_key", () => again.get("chain.bb"))
    same(WORD, await again.get("chain.aa"))
  }),
  fact("an altered value and a cut one do not open", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", WORD)
    await vault.close()
    const sealed = (await place.dump()).get("chain.aa")!
    await place.tamper(
      "chain.aa",
      sealed.map((byte, i) => (i === sealed.length - 1 ? byte ^ 1 : byte)),
    )
    await place.tamper("chain.bb", sealed.slice(0, 27))
    const again = await place.open()

    await refusesWith("wrong_key", () => again.get("chain.aa"))
    await refusesWith("truncated", () => again.get("chain.bb"))
  }),
  fact("a wrong passphrase opens nothing and leaves the lock", async (place) => {
    await (await place.make()).close()

    await refusesWith("wrong_passphrase", () => place.open(false))
    await (await place.open()).close()
  }),
  fact("one state is never held twice", async (place) => {
    await place.make()

    await refuses(VaultInUseError, () => place.open())
  }),
  fact("a state is never made over another, nor opened where there is none", async (place) => {
    await refuses(NoVaultError, () => place.open())
    await (await place.make()).close()

    await refuses(NoVaultError, () => place.make())
  }),
  fact("a closed vault gives and takes nothing", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", BEFORE)
    await vault.close()
    await vault.close()

    await refuses(VaultClosedError, () => vault.get("chain.aa"))
    await refuses(VaultClosedError, () => vault.put("chain.aa", AFTER))
    await refuses(VaultClosedError, () => vault.drop("chain.aa"))
    await refuses(VaultClosedError, () => vault.names(""))
    await refuses(VaultClosedError, () => vault.erase())
    same(BEFORE, await (await place.open()).get("chain.aa"))
  }),
  fact("an erased state holds nothing", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", WORD)
    await vault.erase()

    await refuses(VaultClosedError, () => vault.get("chain.aa"))
    sameNames([], [...(await place.dump()).keys()])
    await refuses(NoVaultError, () => place.open())
    await (await place.make()).close()
  }),
  fact("a full vault takes all of what is put or nothing, and says so", async (place) => {
    const vault = await place.make()
    await vault.put("chain.aa", BEFORE)
    if (!place.fill) return
    place.fill(vault)

    await refuses(VaultFullError, () =>
      vault.putAll([
        ["chain.aa", AFTER],
        ["log.00000001", new Uint8Array(1_000_000)],
      ]),
    )
    same(BEFORE, await vault.get("chain.aa"))
    sameNames(["chain.aa"], await vault.names(""))
    await vault.drop("chain.aa")
  }),
]

function fact(name: string, holds: (place: VaultPlace) => Promise<void>): VaultFact {
  return { name, holds }
}

async function reopened(place: VaultPlace, vault: VaultFiles): Promise<VaultFiles> {
  await vault.close()
  return place.open()
}

function same(expected: Uint8Array | null, actual: Uint8Array | null): void {
  const isSame = expected && actual ? equal(expected, actual) : expected === actual
  if (!isSame) throw new Error(`expected ${textOf(expected)}, got ${textOf(actual)}`)
}

function differ(one: Uint8Array, other: Uint8Array): void {
  if (equal(one, other)) throw new Error("the same bytes twice")
}

function sameNames(expected: readonly string[], actual: readonly string[]): void {
  if (JSON.stringify(expected) !== JSON.stringify(actual)) throw new Error(`expected ${expected}, got ${actual}`)
}

async function refuses(kind: typeof EngawaError | typeof RangeError, ask: () => Promise<unknown>): Promise<void> {
  const error = await refusal(ask)
  if (!(error instanceof kind)) throw new Error(`expected ${kind.name}, got ${error}`)
}

async function refusesWith(code: string, ask: () => Promise<unknown>): Promise<void> {
  const error = await refusal(ask)
  if (!(error instanceof ProtocolError) || error.code !== code) throw new Error(`expected ${code}, got ${error}`)
}

async function refusal(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    await ask()
  } catch (error) {
    return error
  }
  throw new Error("nothing was refused")
}

function textOf(bytes: Uint8Array | null): string {
  return bytes ? `${bytes.length} bytes` : "nothing"
}
