/** What is written when a household comes in: the house, its people even if unknown, the case, what must not happen. */

import type { Asked } from "./host.ts"
import { newId } from "./ids.ts"
import type { Id, Plain } from "./picture.ts"

/** A person of whom little may be known. */
export interface NewPerson {
  readonly alias: string
  readonly band: string
}

/** knows: whether the person knows of this. */
export interface NewHousehold {
  readonly label: string
  readonly area: string
  readonly persons: readonly NewPerson[]
  readonly knows: string
}

/** Nobody is contacted, nothing is left at the door, until somebody says that it may be. */
const CAREFUL = { no_contact: false, voicemail_ok: false, leave_card_ok: false, logo_car_ok: false, uniform_ok: false }

/** lead: the member who took it in. */
export function newHousehold(given: NewHousehold, caseId: Id, lead: Id): Asked[] {
  const where = { case: caseId }
  const household = newId(lead)
  const known = { label: given.label, area: given.area, size_known: given.persons.length }
  const first: Asked = { record: household, type: "household", where, put: known }
  const persons = given.persons.map((person) => personAsked(person, household, where))
  const preferences = persons.map(({ record }) => preferenceAsked(record, given.knows, where))
  const status = { household, status: "received", lead_worker: lead, client_type: "family", care_level: "active" }
  return [first, ...persons, ...preferences, { record: newId(lead), type: "case", where, put: status }]
}

function personAsked({ alias, band }: NewPerson, household: Id, where: Asked["where"]): Asked {
  const put: Record<string, Plain> = { household, alias_for_supporter: alias, alive: "living" }
  return { record: newId(household), type: "person", where, put: band === "" ? put : { ...put, age_band: band } }
}

function preferenceAsked(person: Id, knows: string, where: Asked["where"]): Asked {
  return {
    record: newId(person),
    type: "contact_preference",
    where,
    put: { person, knows_of_support: knows, ...CAREFUL },
  }
}
