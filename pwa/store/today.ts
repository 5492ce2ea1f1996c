/** A supporter's day, computed from the records of this device. */

import { dayAfter } from "./business_days.ts"
import type { CirclePicture, Id, Plain, RecordPicture } from "./picture.ts"

/** A house somebody is sent to. */
export interface Sent {
  readonly dispatch: CirclePicture
  readonly caseId: Id
}

/** Dispatches that somebody is in, one for each. */
export function sentTo(circles: Iterable<CirclePicture>, member: Id): Sent[] {
  const own = [...circles].filter(
    ({ kind, isClosed, members }) => kind === "dispatch" && !isClosed && members.includes(member),
  )
  return own.flatMap((dispatch) => (dispatch.case === null ? [] : [{ dispatch, caseId: dispatch.case }]))
}

const AHEAD: ReadonlySet<Plain> = new Set(["planned", "prepared", "departed", "arrived"])

/** Visits that are still to be made by somebody, the next first. */
export function visitsAhead(visits: Iterable<RecordPicture>, member: Id): RecordPicture[] {
  const ahead = [...visits].filter(
    ({ fields }) => AHEAD.has(fields.status ?? "") && isToGo(fields.participants, member),
  )
  return ahead.sort((one, other) => startOf(one) - startOf(other))
}

function isToGo(participants: Plain | undefined, member: Id): boolean {
  if (!Array.isArray(participants) || participants.length === 0) return true
  return participants.some((each) => (each as { member?: Id }).member === member)
}

function startOf({ fields }: RecordPicture): number {
  return typeof fields.planned_start === "number" ? fields.planned_start : Number.POSITIVE_INFINITY
}

export interface Due {
  readonly on: string
  readonly until?: string | null
}

const OPEN: ReadonlySet<Plain> = new Set(["open", "snoozed", "handed_over"])
const SOON = 7 // days

/** Follow-ups that are open and due within a week, or past their day; promised ones first, then by their day. */
export function followUpsDue(followUps: Iterable<RecordPicture>, member: Id, today: string): RecordPicture[] {
  const until = dayAfter(today, SOON)
  const due = [...followUps].filter(({ fields }) => {
    const isOurs = fields.assignee === undefined || fields.assignee === member
    return OPEN.has(fields.state ?? "") && isOurs && (dueOf(fields.due)?.on ?? "") <= until
  })
  return due.sort((one, other) => rankOf(one) - rankOf(other) || onOf(one).localeCompare(onOf(other)))
}

export function dueOf(value: Plain | undefined): Due | null {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as unknown as Due) : null
}

export function isLate(followUp: RecordPicture, today: string): boolean {
  const due = dueOf(followUp.fields.due)
  return due !== null && (due.until ?? due.on) < today
}

function rankOf({ fields }: RecordPicture): number {
  return fields.promised === true ? 0 : 1
}

function onOf({ fields }: RecordPicture): string {
  return dueOf(fields.due)?.on ?? "9999"
}

/** What must not happen at a house, by what the door says. isStopped: nobody goes there now. */
export interface Care {
  readonly preferences: readonly RecordPicture[]
  readonly rule: string | null
  readonly isRefused: boolean
  readonly isStopped: boolean
}

const RULES = ["normal", "two_persons", "with_professional", "no_home", "suspend"]
const NO: ReadonlySet<Plain> = new Set(["refused", "withdrawn"])

/** Of the records of one case. */
export function careOf(
  preferences: readonly RecordPicture[],
  flags: readonly RecordPicture[],
  consents: readonly RecordPicture[],
): Care {
  const rules = flags.filter(({ fields }) => fields.level !== "cleared").map(({ fields }) => fields.visit_rule)
  const rule = RULES.findLast((each) => rules.includes(each)) ?? null
  const isRefused = consents.some(({ fields }) => fields.matter === "visit" && NO.has(fields.state ?? ""))
  const isStopped = isRefused || rule === "suspend" || rule === "no_home"
  return { preferences, rule: rule === "normal" ? null : rule, isRefused, isStopped }
}
