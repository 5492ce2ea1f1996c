/** Writing, reading and reviewing records, and what a device says of itself to the client engine. */

import { beforeEach, describe, expect, it } from "vitest"
import { toHex } from "../crypto/bytes.ts"
import type { Value } from "../crypto/encoding.ts"
import { Founded, type LocalDevice, reopened, vaults } from "../tests/sync/local_device.ts"
import { EVERY } from "./contact.ts"
import { encodeEdits } from "./edits.ts"
import { lastOf } from "./own_chain.ts"
import { MAX_SEEN } from "./writes.ts"
import type { Where } from "./writing.ts"

const RECORD = new Uint8Array(16).fill(7)
const VISIT = new Uint8Array(16).fill(8)
const NOTE = {
  visit: VISIT,
  mode: "home_visit",
  person_contact_level: "none",
  family_contact_level: "doorstep",
  met_persons: [],
  next_step: "wait",
  person_agreed_next: "not_asked",
  risk_quick: "none_seen",
}

let own: LocalDevice
let other: LocalDevice
let where: Where

beforeEach(async () => {
  const office = await Founded.of(await vaults(2), 31)
  where = await office.openCase()
  ;[own, other] = office.devices as [LocalDevice, LocalDevice]
})

const put = (device: LocalDevice, fields: { readonly [name: string]: Value }) => {
  return device.book.writing(where).put(RECORD, "visit", fields).save()
}

describe("writing", () => {
  it("puts each field into the circle that is its home, one change a circle", async () => {
    const writing = own.book.writing(where)
    const saved = await writing
      .put(RECORD, "visit", { place_text: "縁側" })
      .put(RECORD, "household", { label: "角の家" })
      .save()

    expect(saved.map(({ circle }) => circle)).toEqual([where.dispatch, where.case])
    expect(own.book.value(RECORD, "household", "label")).toBe("角の家")
    expect(await writing.save()).toEqual([])
  })

  it("adds and takes out elements of a set", async () => {
    await put(own, { purpose: ["watch", "family_talk"] })
    await own.book.writing(where).drop(RECORD, "visit", "purpose", "watch").save()

    expect(own.book.elements(RECORD, "visit", "purpose")).toEqual(["family_talk"])
  })

  it.each([
    ["not_home", { centre: new Uint8Array(16) }, "visit", { place_text: "縁側" }],
    ["not_home", Object.create({ dispatch: RECORD }), "visit", { place_text: "縁側" }],
    ["bad_value", undefined, "visit", { place_text: 7 }],
    ["bad_value", undefined, "visit", { nowhere: "縁側" }],
    ["bad_value", undefined, "constructor", { name: "縁側" }],
    ["bad_value", undefined, "visit", { purpose: "no list" }],
  ])("takes nothing that would not count: %s", async (code, at: Where | undefined, type, fields) => {
    const writing = own.book.writing(at ?? where)

    expect(() => writing.put(RECORD, type, fields)).toThrow(expect.objectContaining({ code }))
    expect(await writing.save()).toEqual([])
  })

  it("takes nothing its author may not say", async () => {
    const roles = await Founded.of(await vaults(2, 50), 51, ["admin", "supporter"])
    const writing = roles.devices[1]!.book.writing({ centre: roles.centre })

    expect(() => writing.put(RECORD, "member_profile", { name: "雪" })).toThrow(
      expect.objectContaining({ code: "not_entitled" }),
    )
  })

  it("submits what is once said once, and not another text in its place", async () => {
    const note = own.book.newId()
    await own.book.writing(where).put(note, "visit_note", NOTE).save()
    const again = own.book.writing(where).put(note, "visit_note", { mode: "home_visit" })

    expect(() => again.put(note, "visit_note", { mode: "phone" })).toThrow(expect.objectContaining({ code: "exists" }))
    expect(await again.save()).toEqual([])
  })

  it("is written over what was seen, so that it stands alone", async () => {
    await put(own, { place_text: "縁側" })
    await put(other, { place_text: "土間" })
    await own.receive(await other.send())
    await put(own, { place_text: "玄関" })

    expect(own.book.conflicts()).toEqual([])
    expect(own.book.value(RECORD, "visit", "place_text")).toBe("玄関")
  })

  it("crosses out what is seen; an edit that was not seen brings it back", async () => {
    await put(own, { place_text: "縁側" })
    await own.book.writing(where).crossOut(RECORD, "visit", "entered twice").save()
    expect(own.book.records("visit")).toEqual([])
    await put(other, { place_text: "土間" })
    await own.receive(await other.send())

    expect(own.book.records("visit")).toEqual([RECORD])
  })

  it("crosses out more than one change can name, so many at a time", async () => {
    const elements = Array.from({ length: MAX_SEEN + 10 }, (_, i) =>
      new Uint8Array(16)
        .fill(0)
        .with(0, i & 255)
        .with(1, i >> 8),
    )
    for (const element of elements) {
      await own.book
        .writing(where)
        .put(RECORD, "case", { involved: [element] })
        .save()
    }
    await own.book.writing(where).crossOut(RECORD, "case", "entered twice").save()
    expect(own.book.records("case")).toEqual([RECORD])
    await own.book.writing(where).crossOut(RECORD, "case", "entered twice").save()

    expect(own.book.records("case")).toEqual([])
  })

  it("waits as a draft where nothing may be written, behind a draft that waits already", async () => {
    const strange = own.means.random(16)
    const edits = [
      { record: RECORD, type: "visit", writes: [{ field: "place_text", element: null, value: "縁側", over: [] }] },
    ]
    const [first, second] = [await own.save(strange, edits), await own.save(strange, edits)]

    expect([first, second]).toEqual([
      { circle: strange, change: null, code: "unknown_circle" },
      { circle: strange, change: null, code: "circle_stale" },
    ])
    expect((await reopened(own)).held.chain(strange).drafts.length).toBe(2)
  })
})

describe("the book", () => {
  it("finds the circles of a case, and one's own in it", () => {
    const found = own.book.where(where.of!, where.dispatch!)

    const { of: _, ...expected } = where
    expect(found).toEqual(expected)
    expect(Object.keys(other.book.where(where.of!)).sort()).toEqual(["case", "centre", "desk", "door"])
    expect(other.book.where(where.of!, null, own.held.member).own).toEqual(where.own)
    expect(Object.keys(own.book.where()).sort()).toEqual(["centre", "desk"])
  })

  it("shows both sides of a conflict to everybody alike, and one value after a person decided", async () => {
    await put(own, { place_text: "縁側" })
    await put(other, { place_text: "土間" })
    const [ours, theirs] = [await own.send(), await other.send()]
    await own.receive(theirs)
    await other.receive(ours)

    expect(own.book.value(RECORD, "visit", "place_text")).toBeNull()
    expect(own.book.conflicts()).toEqual(other.book.conflicts())
    await other.book.resolve(other.book.conflicts()[0]!, "玄関")
    await own.receive(await other.send())
    expect([own.book.conflicts(), own.book.value(RECORD, "visit", "place_text")]).toEqual([[], "玄関"])
  })

  it("says who wrote a change, and reads it whether it counts or not", async () => {
    const [saved] = await put(own, { place_text: "縁側" })
    const read = await own.book.read(saved!.change!)

    expect(own.book.change(saved!.change!)?.member).toEqual(own.held.member)
    expect(read?.edits[0]?.writes[0]).toEqual({ field: "place_text", element: null, value: "縁側", over: [] })
    expect(await own.book.read(RECORD)).toBeNull()
  })

  it("tells what came after its author's part had ended", async () => {
    await put(other, { place_text: "縁側" })
    const runs = await other.send()
    const { member } = other.held
    await own.say(async (draft) => {
      await draft.say({ kind: "member.end", member })
      await draft.renewStale()
    })
    await own.receive(runs)

    expect([own.book.isLate(lastOf(runs[0]!).id), own.book.isLate(RECORD)]).toEqual([true, false])
    expect(own.book.value(RECORD, "visit", "place_text")).toBe("縁側")
  })
})

describe("a review", () => {
  const ids = (notes: readonly { readonly note: Uint8Array; readonly state: string }[]) => {
    return notes.map(({ note, state }) => [toHex(note), state])
  }

  let note: Uint8Array

  beforeEach(async () => {
    note = own.book.newId()
    await own.book.writing(where).put(note, "visit_note", NOTE).save()
    await other.receive(await own.send())
  })

  it("is of exactly the changes its reviewer saw; one that comes later says so by itself", async () => {
    expect(ids(other.book.reviewQueue())).toEqual([[toHex(note), "new"]])
    await other.book.review(note, "accepted")
    expect(other.book.reviewOf(note)).toMatchObject({ state: "accepted", author: own.held.member, unseen: [] })
    expect(other.book.reviewQueue()).toEqual([])
    const addendum = own.book.newId()
    await own.book.writing(where).put(addendum, "addendum", { target: note, text: "訂正" }).save()
    await other.receive(await own.send())

    expect(ids(other.book.reviewQueue())).toEqual([[toHex(note), "changed"]])
    expect(other.book.reviewOf(note).unseen).toEqual(other.book.changesOfNote(VISIT, [addendum]))
  })

  it("is for notes of which something opens here", () => {
    expect(() => other.book.reviewOf(VISIT)).toThrow(expect.objectContaining({ code: "unknown_circle" }))
  })
})

describe("the outlook", () => {
  it("tells where every chain ends and what waits, by circle", async () => {
    await put(own, { place_text: "縁側" })
    const run = (await own.close(where.dispatch!))!
    await put(own, { place_text: "土間" })
    const { own: chains, pending, missing, revoked, lost } = await own.outlook.look(3)

    expect(chains).toEqual([
      {
        circle: toHex(where.dispatch!),
        sent: { sequence: 0, id: "00".repeat(32) },
        behind: "00".repeat(32),
        closed: [{ id: toHex(lastOf(run).id), size: run.raw.length }],
        open: 1,
        drafts: 0,
        adrift: false,
        trouble: null,
        renewable: false,
        acknowledge: false,
      },
    ])
    expect([pending, missing, revoked, lost]).toEqual([0, [], false, 3])
  })

  it("asks for every circle until a device knows its seats, and for circles newly given", async () => {
    const before = await own.outlook.look(0)
    own.held.standing.seated = own.outlook.seats()
    for (const circle of own.held.directory.circles()) own.held.standing.whole.add(circle)
    await own.held.keepStanding()
    const after = await own.outlook.look(0)

    expect([before.lacking, before.fresh.length]).toEqual([[EVERY], 6])
    expect([after.lacking, after.fresh]).toEqual([[], []])
  })

  it("says what is missing: a change behind which others came", async () => {
    await put(other, { place_text: "縁側" })
    await other.send()
    await put(other, { place_text: "土間" })
    const later = await other.send()
    await own.receive(later)
    const { pending, missing } = await own.outlook.look(0)

    expect([pending, missing]).toEqual([1, [toHex(where.dispatch!)]])
    expect(own.book.records("visit")).toEqual([])
  })

  it("knows its trouble in a circle that another device's end left stale, and that it may renew it", async () => {
    const { member } = other.held
    await own.say((draft) => draft.say({ kind: "member.end", member }))
    const saved = await put(own, { place_text: "縁側" })
    const [chain] = (await own.outlook.look(0)).own

    expect(saved[0]).toMatchObject({ change: null, code: "circle_stale" })
    expect(chain).toMatchObject({ drafts: 1, trouble: "circle_stale", renewable: true })
    await expect(own.outlook.pen(where.dispatch!)).rejects.toMatchObject({ code: "circle_stale" })
  })

  it("acknowledges the head that ended its part, with a pen that needs no key", async () => {
    await put(other, { place_text: "縁側" })
    await other.send()
    const { dispatch } = where
    const frame = await own.say((draft) => draft.close(dispatch!))
    await other.held.takeEntries([frame])
    const [chain] = (await other.outlook.look(0)).own
    const pen = other.outlook.ackPen(dispatch!)

    expect([chain!.acknowledge, await other.outlook.trouble(dispatch!)]).toEqual([true, "circle_closed"])
    expect([pen.secret, pen.head]).toEqual([null, other.held.directory.head])
    expect(
      (await other.outlook.penAt(dispatch!, 1, { index: 1, hash: other.held.directory.entry(1).hash }))?.epoch,
    ).toBe(1)
    expect(await other.outlook.penAt(dispatch!, 1, other.held.directory.head)).toBeNull()
  })

  it("sees a run adrift that was written under an entry of another chain", async () => {
    const chain = own.held.chain(where.dispatch!)
    const pen = await own.outlook.pen(where.dispatch!)
    const edits = [
      { record: RECORD, type: "visit", writes: [{ field: "place_text", element: null, value: "縁", over: [] }] },
    ]
    await chain.write({ ...pen, head: { index: 1, hash: new Uint8Array(32) } }, encodeEdits(1, 1, edits))

    expect((await own.outlook.look(0)).own[0]!.adrift).toBe(true)
  })
})
