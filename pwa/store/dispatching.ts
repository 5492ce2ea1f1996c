/** Sending members to a house: who can go, what speaks against it, and what is written. Source: domain 3.2. */

import type { Asked } from "./host.ts"
import { newId } from "./ids.ts"
import type { CirclePicture, Id, MemberPicture, RecordPicture } from "./picture.ts"

export interface NewDispatch {
  readonly members: readonly Id[]
  readonly purpose: string
  readonly plan: string
  /** YYYY-MM-DD. */
  readonly from: string
  readonly until: string
  readonly wish: string
}

/** What a person has to know before the tap; none of it is silent, none of it decides for them. */
export type Warning = "wishMissing" | "two" | "suspended"

/** Members with a role who have a device that can read. */
export function whoCanGo(members: readonly MemberPicture[]): MemberPicture[] {
  return members.filter(({ role, devices }) => role !== null && devices.some(({ isActive }) => isActive))
}

export function warnings(given: Pick<NewDispatch, "members" | "wish">, flags: readonly RecordPicture[]): Warning[] {
  const rules = flags.map((flag) => flag.fields.visit_rule)
  const isAlone = given.members.length < 2
  return [
    ...(given.wish === "expressed" || given.wish === "agreed" ? [] : (["wishMissing"] as const)),
    ...(rules.includes("two_persons") && isAlone ? (["two"] as const) : []),
    ...(rules.includes("suspend") || rules.includes("no_home") ? (["suspended"] as const) : []),
  ]
}

/** What is written beside the circle: in the case why, in the dispatch what they are to do. */
export function dispatchAsked(given: NewDispatch, caseId: Id, dispatch: Id, me: Id): Asked {
  return {
    record: newId(me),
    type: "dispatch",
    where: { case: caseId, dispatch },
    put: {
      requested_by: "centre",
      person_wish: given.wish,
      kind: ["home"],
      purpose: given.purpose,
      plan: given.plan,
      period_from: given.from,
      period_until: given.until,
      supporters: [...given.members],
      state: "both_agreed",
    },
  }
}

/** Dispatches of a case that have not ended. */
export function currentDispatches(circles: Iterable<CirclePicture>, caseId: Id): CirclePicture[] {
  const ofCase = [...circles].filter((circle) => circle.kind === "dispatch" && circle.case === caseId)
  return ofCase.filter(({ isClosed, members }) => !isClosed && members.length > 0)
}
