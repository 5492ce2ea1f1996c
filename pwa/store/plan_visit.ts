/** A visit that is to be made: its day, hour, purpose and people; or a change of one that is planned. */

import type { Asked } from "./host.ts"
import { newId } from "./ids.ts"
import type { Id, Plain, RecordPicture } from "./picture.ts"

export interface VisitPlan {
  readonly caseId: Id
  readonly dispatch: Id
  /** ms. */
  readonly start: number
  readonly purpose: readonly string[]
  readonly announced: string
  readonly place: string
  readonly members: readonly Id[]
}

/** What is most often true: all who are sent together, so soon as nobody has to hurry. */
export function newPlan(caseId: Id, dispatch: Id, members: readonly Id[], start: number): VisitPlan {
  return { caseId, dispatch, start, purpose: ["relationship"], announced: "told_family", place: "", members }
}

/** A planned visit as it stands. start: where nothing stands. */
export function planOf(visit: RecordPicture, caseId: Id, dispatch: Id, start: number): VisitPlan {
  const { fields } = visit
  return {
    caseId,
    dispatch,
    start: typeof fields.planned_start === "number" ? fields.planned_start : start,
    purpose: listOf(fields.purpose).filter((each) => typeof each === "string"),
    announced: typeof fields.announced === "string" ? fields.announced : "",
    place: typeof fields.place_text === "string" ? fields.place_text : "",
    members: listOf(fields.participants).flatMap((each) => (each as { member?: Id }).member ?? []),
  }
}

/** A new visit; me: who plans it. dispatchRecord: what they are sent for, if it is known. */
export function planAsked(plan: VisitPlan, me: Id, dispatchRecord: Id | null): Asked {
  const put: Record<string, Plain> = {
    ...(dispatchRecord ? { dispatch: dispatchRecord } : {}),
    status: "planned",
    place_kind: "home",
    ...said(plan),
    purpose: [...plan.purpose],
    participants: plan.members.map((member, at) => ({ role: at === 0 ? "main" : "accompany", member })),
  }
  return { record: newId(me), type: "visit", where: whereOf(plan), put }
}

/** Only what was changed is written, over what was seen: so that a colleague's change elsewhere stays. */
export function changeAsked(visit: Id, before: VisitPlan, after: VisitPlan): Asked {
  const [old, fresh] = [said(before), said(after)]
  const put = Object.fromEntries(Object.entries(fresh).filter(([field, value]) => old[field] !== value))
  return { record: visit, type: "visit", where: whereOf(after), put }
}

/** It is not made. why: of the dictionary's reasons. */
export function cancelAsked(visit: Id, plan: VisitPlan, why: string): Asked {
  return { record: visit, type: "visit", where: whereOf(plan), put: { status: "cancelled", cancel_reason: why } }
}

function said({ start, announced, place }: VisitPlan): Record<string, Plain> {
  return { planned_start: start, announced, ...(place === "" ? {} : { place_text: place }) }
}

function whereOf({ caseId, dispatch }: VisitPlan): Asked["where"] {
  return { case: caseId, dispatch }
}

function listOf(plain: Plain | undefined): readonly Plain[] {
  return Array.isArray(plain) ? plain : []
}
