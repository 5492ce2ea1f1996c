/** The households of this device's cases, and what people call them. */

import { computed } from "@preact/signals"
import { say as sayDay } from "../words/day.ts"
import type { Id, RecordPicture } from "./picture.ts"
import { recordsOf, shown } from "./store.ts"

/** A household by the case it belongs to. */
export const householdOfCase = computed<ReadonlyMap<Id, RecordPicture>>(() => {
  const households = [...recordsOf("household").values()]
  return new Map(households.flatMap((each) => (each.case === null ? [] : [[each.case, each] as const])))
})

/** The case record of a case. */
export const caseRecord = computed<ReadonlyMap<Id, RecordPicture>>(() => {
  const cases = [...recordsOf("case").values()]
  return new Map(cases.flatMap((each) => (each.case === null ? [] : [[each.case, each] as const])))
})

/** 「B世帯」, or what the desk calls it to those it sends; where nobody said, the first digits of the case. */
export function labelOfCase(id: Id | null): string {
  if (id === null) return ""
  return shown<string>(householdOfCase.value.get(id), "label") ?? houseAlias(id) ?? id.slice(0, 6)
}

function houseAlias(id: Id): string | undefined {
  const persons = new Set(ofCase("person", id).map((person) => person.id))
  const found = ofCase("extract", id).find(
    ({ fields: { topic, about } }) => topic === "alias" && !persons.has(String(about)),
  )
  return shown<string>(found, "text")
}

/** Records of a type that belong to a case, oldest first. */
export function ofCase(type: string, id: Id): readonly RecordPicture[] {
  return [...recordsOf(type).values()].filter((each) => each.case === id).sort((one, other) => one.at - other.at)
}

/** What a person is called, as far as this device knows: by name, or as the desk's extract has it. */
export function personName(person: RecordPicture | undefined): string | null {
  if (!person) return null
  const full = [shown<string>(person, "family_name"), shown<string>(person, "given_name")].filter(Boolean).join(" ")
  const said = ["called", "alias_for_supporter"].map((field) => shown<string>(person, field))
  return full || (said.find(Boolean) ?? aliasOf(person.id))
}

/** The same, or 「人1」 where nobody knows: by its place among those of the house. */
export function personLabel(person: RecordPicture, among: readonly RecordPicture[]): string {
  return personName(person) ?? sayDay().person(among.findIndex(({ id }) => id === person.id) + 1)
}

function aliasOf(person: Id): string | null {
  const extracts = [...recordsOf("extract").values()]
  const found = extracts.find(({ fields }) => fields.topic === "alias" && fields.about === person)
  return shown<string>(found, "text") ?? null
}
