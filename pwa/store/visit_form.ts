/**
 * A visit while it is being written, and what is saved of it: the note, the visit, the next step, a refusal at the door.
 *
 * All of it is one save; each field goes into the circle that is its home.
 */

import { dayAfter } from "./business_days.ts"
import type { Asked } from "./host.ts"
import { newId } from "./ids.ts"
import type { Id, Plain } from "./picture.ts"

export interface Segment {
  readonly kind: string
  readonly about: readonly Id[]
  readonly source: string
  readonly certainty: string
  readonly text: string
}

/** Empty text: not chosen yet. */
export interface VisitForm {
  readonly note: Id
  readonly caseId: Id
  readonly dispatch: Id
  readonly visit: Id | null
  readonly mode: string
  readonly person: string
  readonly family: string
  readonly door: string
  readonly actions: readonly string[]
  readonly met: readonly Id[]
  /** ms: when it ended. */
  readonly end: number
  readonly minutes: number
  readonly next: string
  /** YYYY-MM-DD, or empty. */
  readonly nextOn: string
  readonly agreed: string
  readonly promised: boolean
  readonly risk: string
  readonly line: string
  readonly refusedBy: Id | null
  readonly segments: readonly Segment[]
  readonly ownSegments: readonly Segment[]
}

const HALF_AN_HOUR = 30 // minutes
const MINUTE = 60_000
/** What a next step is followed up by. */
const FOLLOWED: Readonly<Record<string, string>> = {
  next_visit: "visit",
  call: "call",
  letter: "letter",
  consult_centre: "agency",
  wait: "wait_ends",
}
const DAYS_AHEAD: Readonly<Record<string, number>> = { next_visit: 14, call: 7, letter: 7, consult_centre: 1, wait: 28 }

/** A new form: what is most often true is chosen already. */
export function newVisitForm(me: Id, caseId: Id, dispatch: Id, visit: Id | null, now: number): VisitForm {
  return {
    note: newId(me),
    caseId,
    dispatch,
    visit,
    mode: "home_visit",
    person: "",
    family: "",
    door: "",
    actions: [],
    met: [],
    end: now,
    minutes: HALF_AN_HOUR,
    next: "",
    nextOn: "",
    agreed: "",
    promised: false,
    risk: "",
    line: "",
    refusedBy: null,
    segments: [],
    ownSegments: [],
  }
}

export function newSegment(kind: string): Segment {
  return { kind, about: [], source: "self_observed", certainty: "saw", text: "" }
}

/** What has to be chosen before it is submitted, by the names of the form. */
export function missing(form: VisitForm): (keyof VisitForm)[] {
  const asked: (keyof VisitForm)[] = ["person", "family", "next", "agreed", "risk"]
  if (form.mode === "home_visit") asked.splice(2, 0, "door")
  return asked.filter((name) => form[name] === "")
}

/** The day a next step is meant for, unless somebody says otherwise. today: YYYY-MM-DD. */
export function suggestedDay(next: string, today: string): string {
  const days = DAYS_AHEAD[next]
  return days === undefined ? "" : dayAfter(today, days)
}

/** Everything that is saved. member: who writes. dispatchRecord: what they are sent for, if it is known. */
export function visitAsked(form: VisitForm, member: Id, dispatchRecord: Id | null): Asked[] {
  const where = { case: form.caseId, dispatch: form.dispatch }
  const visit = form.visit ?? newId(member)
  const asked: Asked[] = [visitRecord(form, visit, member, dispatchRecord), noteRecord(form, visit)]
  const kind = FOLLOWED[form.next]
  if (kind && form.nextOn !== "") asked.push(followUp(form, kind))
  if (form.refusedBy) asked.push(refusal(form.refusedBy, member, where))
  if (form.risk === "urgent") asked.push({ record: newId(member), type: "risk_flag", where, put: { level: "urgent" } })
  return asked
}

/** Facts that say something. */
export function spoken(segments: readonly Segment[]): Segment[] {
  return segments.filter(({ text }) => text.trim() !== "")
}

function visitRecord(form: VisitForm, visit: Id, member: Id, dispatchRecord: Id | null): Asked {
  const status = form.refusedBy || form.door === "turned_down" ? "turned_away" : "ended"
  const actual = { status, actual_start: form.end - form.minutes * MINUTE, actual_end: form.end }
  const went = { went: [{ role: "main", member }] }
  const planned = { purpose: ["relationship"], announced: "unannounced", place_kind: "home" }
  const of: Record<string, Plain> = dispatchRecord ? { dispatch: dispatchRecord } : {}
  const put = form.visit ? { ...actual, ...went } : { ...of, ...planned, ...actual, ...went }
  return { record: visit, type: "visit", where: { case: form.caseId, dispatch: form.dispatch }, put }
}

function noteRecord(form: VisitForm, visit: Id): Asked {
  const facts = spoken(form.segments).map((segment) => segmentValue(segment, "shareable"))
  const own = spoken(form.ownSegments).map((segment) => segmentValue(segment, "reviewer"))
  const put: Record<string, Plain> = {
    visit,
    mode: form.mode,
    person_contact_level: form.person,
    family_contact_level: form.family,
    actions: [...form.actions],
    met_persons: form.met.map((person) => ({ person })),
    start: form.end - form.minutes * MINUTE,
    end: form.end,
    next_step: form.next,
    person_agreed_next: form.agreed,
    risk_quick: form.risk,
    segments: facts,
  }
  if (form.door !== "") put.door_result = form.door
  if (form.nextOn !== "") put.next_on = form.nextOn
  if (form.line.trim() !== "") put.title = form.line.trim()
  if (own.length > 0) put.own_segments = own
  return { record: form.note, type: "visit_note", where: { case: form.caseId, dispatch: form.dispatch }, put }
}

function segmentValue({ kind, about, source, certainty, text }: Segment, share: string): Plain {
  return { kind, about: [...about], source, certainty, text: text.trim(), share_class: share }
}

function followUp(form: VisitForm, kind: string): Asked {
  const put = {
    kind,
    note: form.note,
    due: { on: form.nextOn },
    promised: form.promised,
    priority: "normal",
    state: "open",
  }
  return { record: newId(form.note), type: "follow_up", where: { case: form.caseId, dispatch: form.dispatch }, put }
}

/** Heard at the door: it holds at once, whoever heard it. */
function refusal(person: Id, member: Id, where: Asked["where"]): Asked {
  return { record: newId(member), type: "consent", where, put: { subject: person, matter: "visit", state: "refused" } }
}
