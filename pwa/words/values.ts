/** Any value of any kind, in the reader's words. */

import type { Kind } from "../../sync/dictionary.ts"
import type { Id, Plain } from "../store/picture.ts"
import { language } from "./both.ts"
import { longDay, momentOf } from "./days.ts"
import { choiceName, fieldsOfPart } from "./records.ts"

/** What an id stands for, or null where nobody knows. */
export type Naming = (id: Id) => string | null

/** kind: of a field of a newer version, undefined: then as it is. */
export function valueText(kind: Kind | undefined, value: Plain | undefined, naming: Naming): string {
  if (value === undefined || value === null) return "—"
  switch (kind?.kind) {
    case "bool":
      return yesOrNo(value === true)
    case "enum":
      return choiceName(kind.name, value)
    case "date":
      return longDay(String(value))
    case "moment":
      return momentOf(Number(value))
    case "id":
    case "key":
    case "change":
      return naming(String(value)) ?? String(value).slice(0, 8)
    case "list":
      return Array.isArray(value) ? listText(value.map((each) => valueText(kind.of, each, naming))) : String(value)
    case "struct":
      return structText(kind.name, kind.fields, value, naming)
    default:
      return Array.isArray(value) ? listText(value.map(String)) : String(value)
  }
}

function structText(name: string, kinds: Readonly<Record<string, Kind>>, value: Plain, naming: Naming): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return String(value)
  const held = value as Readonly<Record<string, Plain>>
  const known = fieldsOfPart(name).filter((field) => held[field.name] !== undefined && held[field.name] !== null)
  const texts = known.map((field) => [field[language.value], valueText(kinds[field.name], held[field.name], naming)])
  return texts.map(([label, text]) => `${label}: ${text}`).join(language.value === "ja" ? "、" : ", ")
}

function listText(texts: readonly string[]): string {
  return texts.join(language.value === "ja" ? "・" : ", ")
}

function yesOrNo(yes: boolean): string {
  if (language.value === "ja") return yes ? "はい" : "いいえ"
  return yes ? "Yes" : "No"
}
