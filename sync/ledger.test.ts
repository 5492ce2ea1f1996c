/** From runs to records: what waits for a key, what cannot be read, what is undone; and nobody sees a half of it. */

import { beforeEach, describe, expect, it } from "vitest"
import type { Run } from "../crypto/run.ts"
import { Founded, type LocalDevice, reopened, saidByRoot, vaults } from "../tests/sync/local_device.ts"
import { dictionary } from "./dictionary.ts"
import { Directory } from "./directory.ts"
import { Keyring } from "./keyring.ts"
import { Ledger } from "./ledger.ts"
import { lastOf } from "./own_chain.ts"
import { type MemoryVault, VaultFullError } from "./vault_files.ts"
import type { Where } from "./writing.ts"

const RECORD = new Uint8Array(16).fill(7)
const NOTHING_SAID = { cutoffs: [], letins: [], revoked: [], given: [], rebuilt: false, alarms: [] }

let office: Founded
let own: LocalDevice
let other: LocalDevice
let where: Where

beforeEach(async () => {
  office = await Founded.of(await vaults(2), 21)
  where = await office.openCase()
  ;[own, other] = office.devices as [LocalDevice, LocalDevice]
})

async function write(device: LocalDevice, ...texts: readonly string[]): Promise<Run[]> {
  for (const text of texts) {
    await device.book.writing(where).put(device.book.newId(), "visit", { place_text: text }).save()
  }
  return device.send()
}

function many(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `縁側 ${i}`)
}

/** How many records there are each time anybody could look, until the work is done. */
async function watched(device: LocalDevice, work: Promise<unknown>): Promise<Set<number>> {
  const counts = new Set<number>()
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  while (!isDone) {
    counts.add(device.book.records("visit").length)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await done
  return counts
}

describe("the ledger", () => {
  it("opens what was locked once a key for it comes", async () => {
    const { directory, sealing } = own.held
    const [run] = await write(other, "縁側")
    const keyring = new Keyring(directory, sealing)
    const secret = keyring.secret.bind(keyring)
    keyring.secret = async () => null
    const ledger = new Ledger(directory, keyring, dictionary())
    await ledger.add(run!)

    expect([[...ledger.locked], ledger.merge.records()]).toEqual([[lastOf(run!).id], []])
    keyring.secret = secret
    await ledger.rejudge({ ...directory.head, ...NOTHING_SAID })
    expect([ledger.locked.size, ledger.merge.records().length]).toEqual([0, 1])
  })

  it("sets aside one change that says nothing readable, and no other", async () => {
    const chain = other.held.chain(where.dispatch!)
    const pen = await other.outlook.pen(chain.circle)
    const rubbish = await chain.write(pen, new Uint8Array(40).fill(9))
    await own.receive(await write(other, "縁側"))

    expect(own.book.records("visit").length).toBe(1)
    expect(own.book.uncounted().map(({ change, code }) => [change, code])).toEqual([[rubbish.id, "malformed"]])
    await expect(own.book.read(rubbish.id)).rejects.toMatchObject({ code: "malformed" })
    expect((await reopened(own)).book.uncounted().map(({ code }) => code)).toEqual(["malformed"])
  })

  it("takes in all that came at once, as far as anybody can see", async () => {
    const runs = await write(other, ...many(300))
    await own.held.keepRuns(runs.map((run, i) => ({ cursor: i, index: 1, run: run.raw })))

    expect(await watched(own, own.held.ledger.addAll(own.held.came))).toEqual(new Set([0]))
    expect(own.book.records("visit").length).toBe(300)
  })

  it("is never seen empty while everything is judged anew", async () => {
    await own.receive(await write(other, ...many(300)))

    expect(await watched(own, own.held.reloadRuns())).toEqual(new Set([300]))
  })

  it("shows what a person has to decide, and lets go of it when it is decided", async () => {
    await own.book.writing(where).put(RECORD, "visit", { place_text: "縁側" }).save()
    await other.book.writing(where).put(RECORD, "visit", { place_text: "土間" }).save()
    await own.receive(await other.send())
    const [conflict] = own.book.conflicts()

    expect([...own.held.ledger.open.keys()]).toEqual([conflict!.key.text])
    await own.book.resolve(conflict!, "玄関")
    expect([own.held.ledger.open.size, own.book.value(RECORD, "visit", "place_text")]).toEqual([0, "玄関"])
  })
})

describe("a void entry", () => {
  it("takes with it what was written under it, and what was written before stands", async () => {
    await write(own, "縁側")
    const member = other.held.member
    office.frames.push(await own.say((draft) => draft.say({ kind: "member.role", member, role: "staff", duties: [] })))
    const under = await write(own, "土間")
    const { hash } = own.held.directory.entry(own.held.head)
    const voiding = await saidByRoot(office.recovery, own, (draft) => draft.say({ kind: "void", entries: [hash] }))

    expect(await watched(own, own.held.takeEntries([voiding]))).not.toContain(0)
    expect(own.book.records("visit").length).toBe(1)
    expect(own.book.uncounted().map(({ change, code }) => [change, code])).toEqual([
      [lastOf(under[0]!).id, "head_void"],
    ])
    expect((await reopened(own)).held.ledger.merge.toJson()).toEqual(own.held.ledger.merge.toJson())
  })
})

describe("changing over to another chain", () => {
  /** Our chain, and another with the same beginning; what was sent under entries that both share. */
  async function parted(): Promise<readonly [Directory, readonly Run[]]> {
    const before = await write(own, "縁側")
    const member = new Uint8Array(16).fill(3)
    await own.say((draft) => draft.say({ kind: "member.add", member, role: "staff", duties: [] }))
    await write(own, "土間")
    const directory = new Directory(own.held.identity.centre)
    await other.say((draft) => draft.say({ kind: "member.add", member, role: "supporter", duties: [] }))
    await directory.take(other.held.directory.entries.map(({ raw }, i) => [raw, other.held.directory.statements(i)]))
    return [directory, before]
  }

  const framesOf = (directory: Directory) => {
    return directory.entries.map(({ raw }, i) => [raw, directory.statements(i)] as const)
  }

  it("goes on behind what was sent under entries that both share", async () => {
    const [directory, before] = await parted()
    await own.held.changeOver(framesOf(directory), directory)
    const chain = own.held.chain(where.dispatch!)

    expect([chain.sent, chain.sentHead]).toEqual([[1, lastOf(before[0]!).id], 1])
    expect([own.held.standing.generation, own.held.head]).toEqual([2, 2])
    expect(own.book.records("visit").length).toBe(1)
    const again = await reopened(own)
    expect([again.held.directory.head, again.held.chain(where.dispatch!).sent]).toEqual([directory.head, chain.sent])
    expect(again.held.ledger.merge.toJson()).toBe(own.held.ledger.merge.toJson())
  })

  it("is done whole, or not at all when nothing more fits", async () => {
    const [directory] = await parted()
    const [vault, state] = [own.held.files as MemoryVault, own.held.ledger.merge.toJson()]
    const head = own.held.directory.head
    vault.room = 0

    await expect(own.held.changeOver(framesOf(directory), directory)).rejects.toBeInstanceOf(VaultFullError)
    expect([own.held.standing.generation, own.held.directory.head, own.held.ledger.merge.toJson()]).toEqual([
      1,
      head,
      state,
    ])
    vault.room = Number.POSITIVE_INFINITY
    await own.held.changeOver(framesOf(directory), directory)
    expect((await reopened(own)).held.directory.head).toEqual(directory.head)
  })
})
