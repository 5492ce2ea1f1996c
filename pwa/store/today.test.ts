import { expect, it } from "vitest"
import type { CirclePicture, Plain, RecordPicture } from "./picture.ts"
import { careOf, followUpsDue, isLate, sentTo, visitsAhead } from "./today.ts"

const AOBA = "aa"
const KAJIURA = "bb"

function picture(type: string, fields: Record<string, Plain>, id = "01"): RecordPicture {
  return { id, type, circles: {}, case: "cc", by: AOBA, at: 1, last: 1, fields, open: [], where: "sent", isLate: false }
}

function dispatch(members: string[], isClosed = false): CirclePicture {
  const none = { desk: null, devices: [], isStale: false, opens: true }
  return { id: members.join(), kind: "dispatch", case: "cc", members, isClosed, ...none }
}

it("shows the houses somebody is sent to, and none where the dispatch has ended", () => {
  const circles = [dispatch([AOBA]), dispatch([KAJIURA]), dispatch([AOBA, KAJIURA], true)]

  expect(sentTo(circles, AOBA).map((each) => each.dispatch.id)).toEqual([AOBA])
})

it("shows visits that are still to be made, the next first", () => {
  const visits = [
    picture("visit", { status: "planned", planned_start: 200 }, "later"),
    picture("visit", { status: "ended", planned_start: 50 }, "over"),
    picture("visit", { status: "planned", planned_start: 100, participants: [{ role: "main", member: AOBA }] }, "next"),
    picture(
      "visit",
      { status: "planned", planned_start: 90, participants: [{ role: "main", member: KAJIURA }] },
      "other",
    ),
  ]

  expect(visitsAhead(visits, AOBA).map(({ id }) => id)).toEqual(["next", "later"])
})

it("puts a promised day before all others, and shows nothing that is done", () => {
  const followUps = [
    picture("follow_up", { state: "open", due: { on: "2026-06-01" } }, "plain"),
    picture("follow_up", { state: "open", due: { on: "2026-06-03" }, promised: true }, "promised"),
    picture("follow_up", { state: "done", due: { on: "2026-06-01" } }, "done"),
    picture("follow_up", { state: "open", due: { on: "2026-07-01" } }, "far"),
  ]

  expect(followUpsDue(followUps, AOBA, "2026-06-01").map(({ id }) => id)).toEqual(["promised", "plain"])
})

it("is late only when the whole window has passed", () => {
  const window = picture("follow_up", { due: { on: "2026-06-01", until: "2026-06-05" } })

  expect(isLate(window, "2026-06-05")).toBe(false)
  expect(isLate(window, "2026-06-06")).toBe(true)
})

it("stops visits where somebody said not to come, whatever the rule", () => {
  const refused = picture("consent", { matter: "visit", state: "refused" })
  const other = picture("consent", { matter: "photo", state: "refused" })

  expect(careOf([], [], [refused]).isStopped).toBe(true)
  expect(careOf([], [], [other]).isStopped).toBe(false)
})

it("shows the most careful rule of all flags that are not cleared", () => {
  const flags = [
    picture("risk_flag", { level: "notice", visit_rule: "two_persons" }),
    picture("risk_flag", { level: "cleared", visit_rule: "suspend" }),
  ]

  expect(careOf([], flags, [])).toMatchObject({ rule: "two_persons", isStopped: false })
})
