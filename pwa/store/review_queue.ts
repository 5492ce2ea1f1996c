/** What waits for a reviewer, in the order in which it should be read. Source: the centre's targets, domain 3.4. */

import { dayOf, startOf } from "../words/days.ts"
import { dayAfter, workingDaysAfter } from "./business_days.ts"
import type { Id, RecordPicture, ReviewPicture } from "./picture.ts"

export type Concern = "urgent" | "concern" | "none_seen"

/** since: when the note was written; due: by when it should be read; ms. */
export interface InQueue {
  readonly note: RecordPicture
  readonly review: ReviewPicture
  readonly concern: Concern
  readonly since: number
  readonly due: number
}

const HOUR = 3_600_000
const ORDER: Readonly<Record<Concern, number>> = { urgent: 0, concern: 1, none_seen: 2 }

/** Urgent ones first, then those with a concern, then the oldest. Accepted ones, and those that wait for an answer by their author, are not in it. */
export function reviewQueue(notes: ReadonlyMap<Id, RecordPicture>, reviews: Iterable<ReviewPicture>): InQueue[] {
  const waiting = [...reviews].flatMap((review) => {
    const note = notes.get(review.note)
    return note && review.state !== "accepted" && review.state !== "question" ? [inQueue(note, review)] : []
  })
  return waiting.sort((one, other) => ORDER[one.concern] - ORDER[other.concern] || one.since - other.since)
}

/** Those whose author has been asked something and has not answered. */
export function askedNotes(notes: ReadonlyMap<Id, RecordPicture>, reviews: Iterable<ReviewPicture>): InQueue[] {
  const asked = [...reviews].filter(({ state }) => state === "question")
  return asked.flatMap((review) => {
    const note = notes.get(review.note)
    return note ? [inQueue(note, review)] : []
  })
}

export function concernOf(note: RecordPicture): Concern {
  const concern = note.fields.risk_quick
  return concern === "urgent" || concern === "concern" ? concern : "none_seen"
}

function inQueue(note: RecordPicture, review: ReviewPicture): InQueue {
  const concern = concernOf(note)
  return { note, review, concern, since: note.at, due: dueOf(concern, note.at) }
}

/** Within the hour; by the end of the next working day; by the end of the fifth. */
function dueOf(concern: Concern, since: number): number {
  if (concern === "urgent") return since + HOUR
  return startOf(dayAfter(workingDaysAfter(dayOf(since), concern === "concern" ? 1 : 5)))
}
