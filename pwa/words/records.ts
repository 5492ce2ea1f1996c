/** The dictionary's own words: what a type, a field, a part and a choice are called. Generated, never written twice. */

import { dictionary, type Kind } from "../../sync/dictionary.ts"
import { CHOICES, FORMS, PARTS } from "../../sync/records/dictionary.ts"
import type { Plain, RecordType } from "../store/picture.ts"
import { language } from "./both.ts"

interface Named {
  readonly ja: string
  readonly en: string
  readonly help?: Named
}

export interface FieldForm extends Named {
  readonly name: string
  readonly required?: boolean
  readonly quick?: boolean
}

interface Form extends Named {
  readonly fields: readonly FieldForm[]
}

interface Choice extends Named {
  readonly value: string | boolean
}

const forms: Readonly<Record<string, Form>> = FORMS
const parts: Readonly<Record<string, readonly FieldForm[]>> = PARTS
const choices: Readonly<Record<string, readonly Choice[]>> = CHOICES

export function typeName(type: RecordType): string {
  const form = forms[type]
  return form ? form[language.value] : type
}

/** The fields of a type in the order of its form; of an unknown type, none. */
export function fieldsOf(type: RecordType): readonly FieldForm[] {
  return forms[type]?.fields ?? []
}

/** The fields of a part, such as one segment of a note. */
export function fieldsOfPart(part: string): readonly FieldForm[] {
  return parts[part] ?? []
}

export function fieldName(type: RecordType, field: string): string {
  const found = fieldsOf(type).find((each) => each.name === field)
  return found ? found[language.value] : field
}

/** The word beside a field that helps to fill it in; empty if it needs none. */
export function fieldHelp(type: RecordType, field: string): string {
  return fieldsOf(type).find((each) => each.name === field)?.help?.[language.value] ?? ""
}

/** The kind of a field's value (of one element, for a set); undefined for a field of a newer version. */
export function kindOf(type: RecordType, field: string): Kind | undefined {
  return dictionary().field(type, field)?.kind
}

/** The choices of an enum, in the order to offer them. */
export function choicesOf(name: string): readonly { readonly value: string; readonly label: string }[] {
  return (choices[name] ?? []).map((choice) => ({ value: String(choice.value), label: choice[language.value] }))
}

export function choiceName(name: string, value: Plain | undefined): string {
  const found = choices[name]?.find((choice) => choice.value === value)
  return found ? found[language.value] : String(value ?? "")
}
