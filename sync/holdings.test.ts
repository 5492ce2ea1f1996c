/** What is held is what is in the vault: after every stop, when nothing more fits, and opened again. */

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compare, toHex } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import type { Run } from "../crypto/run.ts"
import { seeded } from "../tests/sync/centre.ts"
import { begin, Founded, LocalDevice, PASSPHRASE, reopened, vaults } from "../tests/sync/local_device.ts"
import { newStanding, packValue, STANDING } from "./device_values.ts"
import { Holdings } from "./holdings.ts"
import { MemoryVault, type Named, type VaultFiles, VaultFullError } from "./vault_files.ts"
import type { Where } from "./writing.ts"

/** A vault in which one putting goes wrong: nothing fits, or the power goes just before or just after it. */
class FailingVault implements VaultFiles {
  readonly vault: MemoryVault
  readonly #how: "full" | "before" | "after"
  #left: number

  constructor(vault: MemoryVault, how: "full" | "before" | "after", puttings: number) {
    this.vault = vault
    this.#how = how
    this.#left = puttings
  }

  get hasFailed(): boolean {
    return this.#left < 0
  }

  /** From now on everything goes well. */
  mend(): void {
    this.#left = Number.POSITIVE_INFINITY
  }

  async putAll(values: readonly Named[]): Promise<void> {
    this.#left--
    if (this.#left !== -1) return this.vault.putAll(values)
    if (this.#how === "full") throw new VaultFullError()
    if (this.#how === "after") await this.vault.putAll(values)
    await this.vault.close()
    throw new Error("the power is gone")
  }

  put = (name: string, value: Uint8Array) => this.putAll([[name, value]])
  names = (prefix: string) => this.vault.names(prefix)
  get = (name: string) => this.vault.get(name)
  drop = (name: string) => this.vault.drop(name)
  erase = () => this.vault.erase()
  close = () => this.vault.close()
}

/** What two devices of one centre do; `other` is never interrupted. */
type World = { own: LocalDevice; readonly other: LocalDevice; readonly where: Where; readonly saved: Uint8Array[] }
type Step = (world: World) => Promise<unknown>

const RECORDS = [1, 2, 3].map((number) => new Uint8Array(16).fill(number))

async function write({ own, where, saved }: World, record: number, text: string): Promise<void> {
  const done = await own.book.writing(where).put(RECORDS[record]!, "visit", { place_text: text }).save()
  saved.push(...done.flatMap(({ change }) => change ?? []))
}

async function hear({ own, other, where }: World, record: number, text: string): Promise<void> {
  await other.book.writing(where).put(RECORDS[record]!, "visit", { place_text: text }).save()
  await own.receive(await other.send())
}

async function buryOne({ own, where }: World): Promise<void> {
  const run = await own.close(where.dispatch!)
  if (!run) return
  const chain = own.held.chain(where.dispatch!)
  await own.held.bury(chain.circle, run, chain.texts.values(), "cut_off")
}

async function waitWithOne({ own, where }: World): Promise<void> {
  const chain = own.held.chain(where.door!)
  chain.drafts.push({ id: own.means.random(16), plaintext: own.means.random(20) })
  await own.held.keepChain(chain)
}

async function addMember({ own }: World): Promise<void> {
  for (const chain of own.held.chains.values()) await own.close(chain.circle)
  await own.say((draft) =>
    draft.say({ kind: "member.add", member: own.means.random(16), role: "supporter", duties: [] }),
  )
}

async function getAhead({ own }: World): Promise<void> {
  own.held.standing.cursor += 1
  own.held.standing.whole.add(own.means.random(16))
  await own.held.keepStanding()
}

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(2), fc.string({ maxLength: 8 })).map(
      ([n, text]): Step =>
        (world) =>
          write(world, n, text.normalize("NFC")),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(2).map(
      (n): Step =>
        (world) =>
          hear(world, n, "土間"),
    ),
  },
  fc.constantFrom<Step>(
    buryOne,
    waitWithOne,
    addMember,
    getAhead,
    ({ own }) => own.send(),
    ({ own, where }) => own.close(where.dispatch!),
    ({ own }) => own.held.alarm("fork", own.means.random(32)),
  ),
)
const STEPS = fc.array(STEP, { minLength: 1, maxLength: 14 })

/** Two devices that have just begun: what lies on their disks, and where to write. */
const founded = (async () => {
  const office = await Founded.of(await vaults(2))
  const where = await office.openCase()
  return [office.devices.map(({ held }) => (held.files as MemoryVault).disk), where] as const
})()

/** The same devices each time, the first with a vault that will fail. */
async function world(
  how: "full" | "before" | "after",
  puttings = Number.POSITIVE_INFINITY,
): Promise<readonly [World, FailingVault]> {
  const [disks, where] = await founded
  const [one, two] = disks.map((disk) => MemoryVault.open(new Map(disk), PASSPHRASE, seeded(2)))
  const failing = new FailingVault(await one!, how, puttings)
  return [
    { own: await LocalDevice.load(failing, 3), other: await LocalDevice.load(await two!, 5), where, saved: [] },
    failing,
  ]
}

/** Everything a person, the client engine or the next contact could see of a device. */
async function seen({ held, outlook, book }: LocalDevice): Promise<unknown> {
  const look = await outlook.look(0)
  return {
    look: { ...look, own: look.own.filter((own) => own.sent.sequence + own.closed.length + own.open + own.drafts > 0) },
    state: held.ledger.merge.toJson(),
    conflicts: book.conflicts(),
    uncounted: book.uncounted(),
    standing: packValue(STANDING, held.standing),
    letters: held.letters.toSorted((one, other) => compare(one.id, other.id)),
    arrived: held.arrived
      .entries()
      .map(([id, index]) => [toHex(id), index])
      .sort(),
    logged: held.logged
      .entries()
      .map(([id, index]) => [toHex(id), index])
      .sort(),
    texts: held.chains.values().flatMap((chain) => chain.texts.keys().map(toHex)),
  }
}

/** From what lies on the disk, whoever else holds it. */
async function onDisk(vault: MemoryVault): Promise<LocalDevice> {
  return LocalDevice.load(await MemoryVault.open(new Map(vault.disk), PASSPHRASE), 4)
}

describe("holdings", () => {
  it("are the same when the vault is opened again", async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        const [devices, { vault }] = await world("full")
        for (const step of steps) await step(devices)

        expect(await seen(await onDisk(vault))).toEqual(await seen(devices.own))
      }),
      { numRuns: 30 },
    )
  })

  it("lose nothing that was said to be saved, whichever putting the power goes at", async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, fc.nat(25), fc.boolean(), async (steps, puttings, isAfter) => {
        const [devices, failing] = await world(isAfter ? "after" : "before", puttings)
        await stepThrough(devices, steps)
        const again = await onDisk(failing.vault)

        expect(devices.saved.filter((id) => !again.held.ledger.log.change(id))).toEqual([])
        await expect(goOn({ ...devices, own: again })).resolves.toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  it("are what the vault has when nothing more fits, whichever putting that is, and go on when there is room", async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, fc.nat(25), async (steps, puttings) => {
        const [devices, failing] = await world("full", puttings)
        const left = await stepThrough(devices, steps)

        expect(await seen(devices.own)).toEqual(await seen(await onDisk(failing.vault)))
        failing.mend()
        for (const step of left) await step(devices)
        await goOn(devices)
        expect(await seen(devices.own)).toEqual(await seen(await onDisk(failing.vault)))
      }),
      { numRuns: 60 },
    )
  })

  it("are not to be loaded from a vault in which no device was made whole", async () => {
    const [vault] = await vaults(1)

    await expect(Holdings.load(vault!, seeded(1), () => 0)).rejects.toMatchObject({ code: "truncated" })
  })

  it("begin with nothing: no entry, no member", async () => {
    const [vault] = await vaults(1)
    await begin(vault!, new Uint8Array(16), seeded(1))
    const held = await Holdings.load(vault!, seeded(1), () => 0)

    expect([held.head, held.isEnrolled, packValue(STANDING, held.standing)]).toEqual([
      -1,
      false,
      packValue(STANDING, newStanding()),
    ])
    expect(() => held.member).toThrow(new ProtocolError("not_enrolled"))
  })

  it("take no run that is of another centre, not signed, or cut, and raise one alarm for each code", async () => {
    const [devices] = await world("full")
    const strangers = await Founded.of(await vaults(1), 77)
    const theirs = await written({ ...devices, own: strangers.devices[0]!, where: await strangers.openCase() })
    const [run] = await written({ ...devices, own: devices.other })
    const forged = run!.raw.map((byte, i) => (i === run!.raw.length - 1 ? byte ^ 1 : byte))
    const pulled = [theirs[0]!.raw, forged, run!.raw.slice(0, 100), forged, run!.raw]
    await devices.own.held.keepRuns(pulled.map((raw, i) => ({ cursor: i, index: 0, run: raw })))

    expect(devices.own.held.standing.alarms.map(({ code }) => code)).toEqual([
      "wrong_place",
      "bad_signature",
      "truncated",
    ])
    expect(devices.own.held.came.map(({ raw }) => raw)).toEqual([run!.raw])
  })

  it("keep a run once, however often it comes", async () => {
    const [devices, { vault }] = await world("full")
    const runs = await written({ ...devices, own: devices.other })
    await devices.own.receive([...runs, ...runs])
    await devices.own.receive(runs)

    expect((await devices.own.held.heldRuns()).map(({ raw }) => raw)).toEqual(runs.map(({ raw }) => raw))
    expect((await vault.names("log.")).length).toBe(1)
  })

  it("take a dead letter's place when it is buried again, and forget it when it was dealt with", async () => {
    const [devices, { vault }] = await world("full")
    const [run] = await written(devices)
    const circle = devices.where.dispatch!
    await devices.own.held.bury(circle, run!, [new Uint8Array(0), RECORDS[1]!], "revoked")
    await devices.own.held.bury(circle, run!, [RECORDS[1]!], "cut_off")
    const [letter, ...others] = devices.own.held.letters

    expect([letter!.code, letter!.texts, others]).toEqual(["cut_off", [RECORDS[1]], []])
    await devices.own.held.unbury(letter!)
    expect((await onDisk(vault)).held.letters).toEqual([])
  })

  it("hold the entries before one that fails, and no more", async () => {
    const [vault] = await vaults(1, 40)
    const founded = await Founded.of(await vaults(1))
    const joined = founded.devices[0]!
    const more = await joined.say((draft) =>
      draft.say({ kind: "member.add", member: RECORDS[1]!, role: "staff", duties: [] }),
    )
    const cut = [more[0].map((byte, i) => (i === more[0].length - 1 ? byte ^ 1 : byte)), more[1]] as const
    await begin(vault!, joined.held.identity.centre, seeded(40))
    const late = await LocalDevice.load(vault!, 41)

    await expect(late.held.takeEntries([...founded.frames, cut])).rejects.toMatchObject({ code: "bad_signature" })
    expect(late.held.head).toBe(0)
    const again = await reopened(late)
    expect(again.held.head).toBe(0)
    await again.held.takeEntries([more])
    expect((await reopened(again)).held.head).toBe(1)
  })

  it("name their keys in no text of an identity", async () => {
    const [devices] = await world("full")
    const { identity } = devices.own.held
    const told = [`${identity}`, JSON.stringify(identity), JSON.stringify({ ...identity })].join()

    expect(told).toContain(toHex(identity.centre))
    expect(told.includes(toHex(identity.signing)) || told.includes([...identity.signing].join())).toBe(false)
  })
})

/** Until one goes wrong; the steps behind that one. */
async function stepThrough(devices: World, steps: readonly Step[]): Promise<readonly Step[]> {
  for (const [i, step] of steps.entries()) {
    try {
      await step(devices)
    } catch (error) {
      const { hasFailed } = devices.own.held.files as FailingVault
      if (!hasFailed) throw error
      return steps.slice(i + 1)
    }
  }
  return []
}

/** Write, send, and hear from the other. */
async function goOn(devices: World): Promise<void> {
  await write(devices, 0, "縁側")
  await devices.own.send()
  await hear(devices, 1, "玄関")
}

async function written(devices: World): Promise<Run[]> {
  await write(devices, 0, "縁側")
  return devices.own.send()
}
