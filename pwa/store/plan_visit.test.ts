import { describe, expect, it } from "vitest"
import type { RecordPicture } from "./picture.ts"
import { cancelAsked, changeAsked, newPlan, planAsked, planOf } from "./plan_visit.ts"

const [ME, FELLOW] = ["a1".repeat(16), "b2".repeat(16)] as const
const PLAN = newPlan("ca", "d1", [ME, FELLOW], 1_000)

describe("a planned visit", () => {
  it("names who goes, the first as the main visitor, and is made by whoever plans it", () => {
    const asked = planAsked({ ...PLAN, place: "縁側" }, ME, "dd")

    expect(asked.record.slice(0, 16)).toBe(ME.slice(0, 16))
    expect(asked.where).toEqual({ case: "ca", dispatch: "d1" })
    expect(asked.put).toEqual({
      dispatch: "dd",
      status: "planned",
      place_kind: "home",
      planned_start: 1_000,
      announced: "told_family",
      place_text: "縁側",
      purpose: ["relationship"],
      participants: [
        { role: "main", member: ME },
        { role: "accompany", member: FELLOW },
      ],
    })
  })

  it("is changed in nothing but what was changed", () => {
    expect(changeAsked("v", PLAN, { ...PLAN, start: 2_000 }).put).toEqual({ planned_start: 2_000 })
    expect(changeAsked("v", PLAN, PLAN).put).toEqual({})
  })

  it("reads back as it was planned", () => {
    const { put } = planAsked(PLAN, ME, null)

    expect(planOf({ fields: put } as unknown as RecordPicture, "ca", "d1", 5)).toEqual(PLAN)
    expect(planOf({ fields: {} } as unknown as RecordPicture, "ca", "d1", 5).start).toBe(5)
  })

  it("is called off with a reason", () => {
    expect(cancelAsked("v", PLAN, "weather").put).toEqual({ status: "cancelled", cancel_reason: "weather" })
  })
})
