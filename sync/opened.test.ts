import { expect, it, vi } from "vitest"
import { Founded, type LocalDevice, reopened, vaults } from "../tests/sync/local_device.ts"
import type { MemoryVault } from "./vault_files.ts"

const openings = vi.fn()

vi.mock("../crypto/content.ts", async (original) => {
  const content = await original<typeof import("../crypto/content.ts")>()
  return {
    ...content,
    openChange: (...given: Parameters<typeof content.openChange>) => {
      openings()
      return content.openChange(...given)
    },
  }
})

const CHANGES = 6

/** A device with a vault in which runs of its own and of another are, and nothing else that was written. */
async function written(): Promise<LocalDevice> {
  const founded = await Founded.of(await vaults(2))
  const [own, other] = founded.devices as [LocalDevice, LocalDevice]
  const where = await founded.openCase()
  for (const device of [own, other]) {
    for (let i = 0; i < CHANGES / 2; i++) {
      await device.book
        .writing(where)
        .put(device.book.newId(), "extract", { text: `${i}本目の木` })
        .save()
    }
    const sent = await device.send()
    if (device === other) await own.receive(sent)
  }
  return own
}

const filesOf = (device: LocalDevice) => device.held.files as MemoryVault
const stateOf = (device: LocalDevice) => device.held.ledger.merge.toJson()

/** Closed and opened; the state and how many changes were opened for it. */
async function unlocked(device: LocalDevice): Promise<[state: string, opened: number, again: LocalDevice]> {
  openings.mockClear()
  const again = await reopened(device)
  return [stateOf(again), openings.mock.calls.length, again]
}

it("opens no change a second time, and says the same", async () => {
  const device = await written()
  const [before, opened, again] = await unlocked(device)
  await again.held.keepOpened()
  const [after, openedAgain] = await unlocked(again)

  expect([CHANGES, 0]).toEqual([opened, openedAgain])
  expect(after).toBe(before)
})

it("keeps what was opened sealed like everything else", async () => {
  const device = await written()
  await device.held.keepOpened()
  const values = [...filesOf(device).disk].filter(([name]) => name.startsWith("opened."))
  const text = values.map(([, sealed]) => new TextDecoder().decode(sealed)).join()

  expect(values.length).toBeGreaterThan(0)
  expect(text).not.toContain("本目の木")
})

it.each(["log.00000001", "log.00000002"])("does without what is kept when it is not of %s any more", async (name) => {
  const device = await written()
  await device.held.keepOpened()
  const state = stateOf(device)
  const [first, second] = ["opened.00000001", "opened.00000002"]
  const [one, other] = [await filesOf(device).get(first), await filesOf(device).get(second)]
  await filesOf(device).putAll([
    [first, name === "log.00000001" ? other! : one!],
    [second, name === "log.00000001" ? other! : one!],
  ])
  const [after, opened, again] = await unlocked(device)

  expect(after).toBe(state)
  expect(opened).toBe(CHANGES / 2)
  expect((await filesOf(again).names("opened.")).length).toBe(1)
})

it("opens anew what was opened with another secret than the directory speaks of", async () => {
  const device = await written()
  vi.spyOn(device.held.ledger, "commitment").mockReturnValue(new Uint8Array(32))
  await device.held.keepOpened()
  const [after, opened] = await unlocked(device)

  expect(after).toBe(stateOf(device))
  expect(opened).toBe(CHANGES)
})

it("keeps nothing of a list in which a change waits for more", async () => {
  const device = await written()
  const [id] = device.held.ledger.merge.changes().map((change) => change.id)
  device.held.ledger.pending.add(id!)
  await device.held.keepOpened()

  expect((await filesOf(device).names("opened.")).length).toBe(1)
})
