import { expect, it } from "vitest"
import type { Device } from "../../sync/device.ts"
import type { Where } from "../../sync/writing.ts"
import { Founded, type LocalDevice, vaults } from "../../tests/sync/local_device.ts"
import { reviewPictures } from "./pictures.ts"
import { Reviews } from "./reviews.ts"

const all = (device: LocalDevice) => reviewPictures(device as unknown as Device)

/** A device with a note, and the reviews as they are told after each deed, beside all of them looked at anew. */
async function begun() {
  const founded = await Founded.of(await vaults(1))
  const [device] = founded.devices as [LocalDevice]
  const where = await founded.openCase()
  const note = await noted(device, where)
  const reviews = new Reviews(device as unknown as Device)
  reviews.told([])
  const after = (record: Uint8Array, type: string) => [reviews.told([{ record, type }]), all(device)] as const
  return { device, where, note, after }
}

async function noted({ book }: LocalDevice, where: Where): Promise<Uint8Array> {
  const note = book.newId()
  await book.writing(where).put(note, "visit_note", { visit: book.newId(), title: "庭木" }).save()
  return note
}

it("tells of a new note, of its review and of what was added since, as if all were looked at anew", async () => {
  const { device, where, note, after } = await begun()
  const second = await noted(device, where)
  const [withSecond, expected] = after(second, "visit_note")

  expect(withSecond.length).toBe(2)
  expect(sorted(withSecond)).toEqual(sorted(expected))

  const review = await device.book.review(note, "accepted")
  const [reviewed, looked] = after(review, "review")

  expect(reviewed.map(({ state }) => state).sort()).toEqual(["accepted", "new"])
  expect(sorted(reviewed)).toEqual(sorted(looked))

  const addendum = device.book.newId()
  await device.book.writing(where).put(addendum, "addendum", { target: note, text: "手をふった" }).save()
  const [changed, anew] = after(addendum, "addendum")

  expect(changed.map(({ state }) => state).sort()).toEqual(["changed", "new"])
  expect(sorted(changed)).toEqual(sorted(anew))
})

it("tells of a note no longer that was crossed out", async () => {
  const { device, where, note, after } = await begun()
  await device.book.writing(where).crossOut(note, "visit_note", "mistaken").save()
  const [told, expected] = after(note, "visit_note")

  expect(told).toEqual(expected)
  expect(told).toEqual([])
})

function sorted<T extends { readonly note: string }>(reviews: readonly T[]): T[] {
  return reviews.toSorted((one, other) => (one.note < other.note ? -1 : 1))
}
