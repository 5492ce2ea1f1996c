/** A device against a server in memory: what may overlap, what may be cut off, and that nothing is lost by it. */

import fc from "fast-check"
import { beforeEach, describe, expect, it } from "vitest"
import type { Random } from "../crypto/keys.ts"
import { seeded } from "../tests/sync/centre.ts"
import { Server, type Way } from "../tests/sync/server.ts"
import { Device } from "./device.ts"
import type { Means } from "./device_core.ts"
import { OfflineError, Transport } from "./transport.ts"
import { type MemoryDisk, MemoryVault, NoVaultError, VaultClosedError, VaultFullError } from "./vault_files.ts"

const PASSPHRASE = "縁側 の 犬"
const CHEAP = { memoryKib: 8, passes: 1 }
const ORIGIN = "https://engawa.example"

/** A device with its vault and its way to the server. */
type Held = { readonly device: Device; readonly vault: MemoryVault; readonly way: Way }

/** A centre with a desk's device, and one of a supporter who was sent somewhere. */
class Scene {
  readonly server = new Server()
  readonly random: Random
  dispatch!: Uint8Array
  desk!: Held
  phone!: Held
  #now = 1_790_000_000_000

  constructor(seed = 1) {
    this.random = seeded(seed)
  }

  static async set(seed = 1): Promise<Scene> {
    const scene = new Scene(seed)
    scene.desk = await scene.found()
    const { circles, people } = scene.desk.device
    const member = await people.add("supporter")
    const opened = await circles.openCase(circles.ofKind("desk")[0]!.id)
    scene.dispatch = await circles.dispatch(opened.id, [member])
    scene.phone = await scene.enrol(await people.invite(member))
    await scene.phone.device.sync()
    return scene
  }

  async found(): Promise<Held> {
    const [way, vault] = [this.server.way(), await this.vault()]
    return { device: (await Device.found(vault, ORIGIN, this.means(way)))[0], vault, way }
  }

  async enrol(link: string): Promise<Held> {
    const [way, vault] = [this.server.way(), await this.vault()]
    return { device: await Device.enrol(vault, link, this.means(way)), vault, way }
  }

  /** What another machine finds on a copy of a device's disk. */
  async onCopyOf(disk: MemoryDisk): Promise<Held> {
    const way = this.server.way()
    const vault = await MemoryVault.open(new Map(disk), PASSPHRASE, this.random)
    return { device: await Device.open(vault, this.means(way)), vault, way }
  }

  vault(): Promise<MemoryVault> {
    return MemoryVault.make(new Map(), PASSPHRASE, this.random, CHEAP)
  }

  means(way: Way): Partial<Means> {
    const clock = () => {
      this.#now += 1_000
      return this.#now
    }
    return { random: this.random, clock, connect: (origin, centre) => new Transport(origin, centre, way.fetch) }
  }

  /** A visit's place in words; the change. */
  async write({ device }: Held, text: string): Promise<Uint8Array | null> {
    const writing = device.book.writing({ dispatch: this.dispatch })
    const [saved] = await writing.put(device.book.newId(), "visit", { place_text: text }).save()
    return saved!.change
  }

  /** Every place that a device shows. */
  texts({ device }: Held): string[] {
    const values = device.book.records("visit").map((visit) => device.book.value(visit, "visit", "place_text"))
    return values.map(String).sort()
  }

  unsent({ device }: Held): Uint8Array[] {
    return device.core.held.chain(this.dispatch).unsent.map(({ id }) => id)
  }

  /** Numbers of the changes of the phone in the server's log, in its order. */
  numbers(): number[] {
    const runs = this.server.runs.filter((run) => run.head.circle.toString() === this.dispatch.toString())
    return runs.flatMap((run) => run.changes.map(({ header }) => header.sequence))
  }
}

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing",
    (reason: unknown) => reason,
  )

let scene: Scene

beforeEach(async () => {
  scene = await Scene.set()
})

describe("saving while a contact waits for the network", () => {
  it.each([
    ["/heads", ["一", "二"]],
    ["/directory", ["一", "二"]],
    ["/pull", ["一", "二"]],
    ["/push", ["一", "二"]],
  ])("is durable while %s hangs, and the contact ends right", async (path, texts) => {
    const { desk, phone } = scene
    await scene.write(phone, "一")
    await scene.write(desk, "机")
    await desk.device.sync()
    await desk.device.people.add("supporter")
    const letGo = phone.way.hold(path)
    const hangs = phone.way.until(path)
    const contact = phone.device.sync()
    await hangs
    const saved = await scene.write(phone, "二")
    const found = await scene.onCopyOf(phone.vault.disk)
    const before = scene.unsent(found)
    letGo()
    const report = await contact
    await desk.device.sync()

    expect(before).toContainEqual(saved)
    expect(report).toMatchObject({ because: [], alarm: null })
    expect(scene.texts(desk)).toEqual([...texts, "机"].sort())
    expect(scene.texts(phone)).toEqual(scene.texts(desk))
    expect([phone.device.alarms(), desk.device.alarms()]).toEqual([[], []])
  })

  it("numbers what is saved during a push behind what is being pushed", async () => {
    const { phone } = scene
    await scene.write(phone, "一")
    const letGo = phone.way.hold("/push")
    const hangs = phone.way.until("/push")
    const contact = phone.device.sync()
    await hangs
    for (const text of ["二", "三"]) await scene.write(phone, text)
    letGo()
    await contact

    expect(scene.numbers()).toEqual([1, 2, 3])
    expect(phone.device.core.held.ledger.log.forks).toEqual([])
    expect(phone.device.unsent()).toBe(0)
  })

  it("goes on while a directory entry is on its way, and is closed under the head it was begun under", async () => {
    const { desk } = scene
    await desk.device.sync()
    const before = desk.device.core.held.head
    const letGo = desk.way.hold("/directory")
    const hangs = desk.way.until("/directory")
    const added = desk.device.people.add("staff")
    await hangs
    await scene.write(desk, "机")
    letGo()
    await added
    const run = scene.server.runs.find((each) => each.head.circle.toString() === scene.dispatch.toString())

    expect([run?.head.headIndex, desk.device.core.held.head]).toEqual([before, before + 1])
    expect(scene.texts(desk)).toEqual(["机"])
  })

  it("fails alone when the vault is full", async () => {
    const { desk, phone } = scene
    await scene.write(phone, "一")
    const letGo = phone.way.hold("/push")
    const hangs = phone.way.until("/push")
    const contact = phone.device.sync()
    await hangs
    phone.vault.room = 0
    const failed = await reasonOf(scene.write(phone, "二"))
    phone.vault.room = Number.POSITIVE_INFINITY
    letGo()
    const { synced } = await contact
    await desk.device.sync()

    expect(failed).toBeInstanceOf(VaultFullError)
    expect(synced).toBe(true)
    expect([scene.texts(phone), scene.texts(desk)]).toEqual([["一"], ["一"]])
  })

  it("comes to the same on both devices, whatever hangs whenever", async () => {
    const step = fc.record({
      who: fc.constantFrom("desk", "phone" as const),
      path: fc.constantFrom("/heads", "/directory", "/pull", "/push"),
      saves: fc.nat(3),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.nat(), async (steps, seed) => {
        const fresh = await Scene.set(seed)
        let written = 0
        for (const { who, path, saves } of steps) {
          const held = fresh[who as "desk"]
          await fresh.write(held, `${++written}`)
          const letGo = held.way.hold(path)
          const contact = held.device.sync()
          await Promise.race([held.way.until(path), contact])
          for (let i = 0; i < saves; i++) await fresh.write(held, `${++written}`)
          letGo()
          await contact
        }
        for (const held of [fresh.desk, fresh.phone, fresh.desk]) await held.device.sync()

        expect(fresh.texts(fresh.phone)).toEqual(fresh.texts(fresh.desk))
        expect(fresh.texts(fresh.desk)).toHaveLength(written)
        expect([fresh.desk.device.alarms(), fresh.phone.device.alarms()]).toEqual([[], []])
      }),
      { numRuns: 8 },
    )
  })
})

describe("one device", () => {
  it("numbers what is saved at the same time, and during a contact, one behind the other", async () => {
    const { desk, phone } = scene
    const texts = Array.from({ length: 12 }, (_, i) => `${i}`)
    const saves = texts.map((text) => scene.write(phone, text))
    const contacts = [phone.device.sync(), phone.device.sync()]
    saves.push(...texts.map((text) => scene.write(phone, `${text} again`)))
    await Promise.all([...saves, ...contacts])
    await phone.device.sync()
    await desk.device.sync()

    expect(scene.numbers()).toEqual(Array.from({ length: 24 }, (_, i) => i + 1))
    expect(scene.texts(desk)).toHaveLength(24)
    expect(scene.texts(desk)).toEqual(scene.texts(phone))
  })

  it("talks to the server in one contact at a time", async () => {
    const { phone } = scene
    const letGo = phone.way.hold("/pull")
    const first = phone.way.asked.length
    const hangs = phone.way.until("/pull")
    const contacts = [phone.device.sync(), phone.device.sync()]
    await hangs
    const during = phone.way.asked.slice(first)
    letGo()
    const reports = await Promise.all(contacts)

    expect(during).toEqual(["/heads", "/directory", "/pull"])
    expect(phone.way.asked.slice(first)).toEqual([...during, ...during])
    expect(reports.map(({ synced }) => synced)).toEqual([true, true])
  })

  it("asks nothing of the server when it has nothing to say", async () => {
    const { desk } = scene
    const asked = desk.way.asked.length

    expect(await desk.device.core.append(async () => "nothing to do")).toBe("nothing to do")
    expect(desk.way.asked.length).toBe(asked)
  })

  it("is not begun in a vault that holds another", async () => {
    const { phone } = scene
    await phone.device.close()
    const again = await MemoryVault.open(phone.vault.disk, PASSPHRASE)
    const before = new Map(phone.vault.disk)
    const reason = await reasonOf(Device.found(again, ORIGIN, scene.means(scene.server.way())))

    expect(reason).toBeInstanceOf(NoVaultError)
    expect(phone.vault.disk).toEqual(before)
    expect(await reasonOf(again.get("identity"))).toBeInstanceOf(VaultClosedError)
  })

  it("leaves its vault to others when the server does not answer its founding", async () => {
    const [vault, way] = [await scene.vault(), scene.server.way()]
    way.isCut = true
    const reason = await reasonOf(Device.found(vault, ORIGIN, scene.means(way)))

    expect(reason).toBeInstanceOf(OfflineError)
    expect(await reasonOf(vault.names(""))).toBeInstanceOf(VaultClosedError)
  })

  it("forgets everything when it is erased", async () => {
    const { phone } = scene
    await phone.device.erase()

    expect(phone.vault.disk.size).toBe(0)
    expect(await reasonOf(scene.write(phone, "一"))).toBeInstanceOf(VaultClosedError)
  })
})

describe("a call that is not wanted any more", () => {
  it("ends with the signal's reason in the middle of a push, and what it sent is not sent twice", async () => {
    const { phone, desk } = scene
    await scene.write(phone, "一")
    const [stop, letGo, hangs] = [new AbortController(), phone.way.hold("/push"), phone.way.until("/push")]
    const contact = reasonOf(phone.device.under(stop.signal).sync())
    await hangs
    stop.abort("enough")
    const reason = await contact
    const before = phone.device.unsent()
    letGo()
    const { synced } = await phone.device.sync()
    await desk.device.sync()

    expect([reason, before, synced]).toEqual(["enough", 1, true])
    expect(scene.numbers()).toEqual([1])
    expect(scene.texts(desk)).toEqual(["一"])
  })

  it("leaves the queue, and holds up nobody behind it", async () => {
    const { phone } = scene
    const [stop, letGo, hangs] = [new AbortController(), phone.way.hold("/pull"), phone.way.until("/pull")]
    const first = phone.device.sync()
    const second = reasonOf(phone.device.under(stop.signal).people.add("staff"))
    const third = phone.device.sync()
    await hangs
    stop.abort("enough")
    const reason = await second
    letGo()

    expect(reason).toBe("enough")
    expect([(await first).synced, (await third).synced]).toEqual([true, true])
  })

  it("does not begin under a signal that was aborted before", async () => {
    const { phone } = scene
    const under = phone.device.under(AbortSignal.abort("before"))
    const asked = phone.way.asked.length

    expect([await reasonOf(under.sync()), await reasonOf(under.save(scene.dispatch, []))]).not.toContain("nothing")
    expect(await reasonOf(under.wait())).toBe("before")
    expect(phone.way.asked.length).toBe(asked)
  })

  it("of an enrolment goes on when the vault is opened again", async () => {
    const { people } = scene.desk.device
    const link = await people.invite(await people.add("supporter"))
    const [stop, way, vault] = [new AbortController(), scene.server.way(), await scene.vault()]
    way.hold("/directory")
    const hangs = way.until("/directory")
    const enrolment = reasonOf(Device.enrol(vault, link, scene.means(way), { signal: stop.signal }))
    await hangs
    stop.abort("enough")
    const reason = await enrolment
    const again = await scene.onCopyOf(vault.disk)
    const { synced } = await again.device.sync()

    expect([reason, synced]).toEqual(["enough", true])
  })

  it("is ended by closing, while what is being saved is saved", async () => {
    const { phone } = scene
    await scene.write(phone, "一")
    phone.way.hold("/push")
    const hangs = phone.way.until("/push")
    const contact = reasonOf(phone.device.sync())
    await hangs
    const saving = scene.write(phone, "二")
    await phone.device.close()
    const saved = await saving
    const again = await scene.onCopyOf(phone.vault.disk)

    expect(await contact).toMatchObject({ name: "AbortError" })
    expect(scene.unsent(again)).toContainEqual(saved)
    expect(scene.texts(again)).toEqual(["一", "二"])
  })
})

describe("a first contact", () => {
  it("tells how far it has come, phase by phase, to the end of each", async () => {
    const { desk, phone } = scene
    for (let i = 0; i < 3; i++) {
      await scene.write(phone, `${i}`)
      await phone.device.sync()
    }
    const link = await desk.device.people.invite(phone.device.member)
    const told: [string, number, number | null][] = []
    const [way, vault] = [scene.server.way(), await scene.vault()]
    const progress = (phase: string, done: number, total: number | null) => void told.push([phase, done, total])
    const second = await Device.enrol(vault, link, scene.means(way), { progress })
    const entries = told.length
    await second.sync(progress)
    const last = (phase: string) => told.filter(([each]) => each === phase).at(-1)
    const runs = scene.server.runs.length

    expect(entries).toBeGreaterThan(0)
    expect(told[0]).toEqual(["directory", 0, second.core.held.head])
    expect([last("pull"), last("judge")]).toEqual([
      ["pull", runs, runs],
      ["judge", runs, runs],
    ])
    for (const [, done, total] of told) expect(done).toBeLessThanOrEqual(total ?? done)
  })
})
