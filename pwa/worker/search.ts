/**
 * Search over every text this device can read: local, instant, and as people type: without regard to width, case, or
 * whether a word stands in hiragana or katakana.
 */

import { dictionary, type Kind } from "../../sync/dictionary.ts"
import type { Found } from "../store/host.ts"
import type { Id, Plain, RecordPicture, RecordType } from "../store/picture.ts"

const AROUND = 24 // characters of the text beside what was found
const KATAKANA = /[\u30a1-\u30f6]/g
const TO_HIRAGANA = 0x60

/** places: for each character of `plain`, where in `text` it comes from; null: from the same place. */
interface Indexed {
  readonly record: Id
  readonly type: RecordType
  readonly field: string
  readonly text: string
  readonly plain: string
  readonly places: readonly number[] | null
}

/** Every text by record. What came since the last search is made ready by the next one. */
export class SearchIndex {
  readonly #texts = new Map<string, readonly Indexed[]>()
  readonly #fresh = new Map<string, RecordPicture>()

  put(picture: RecordPicture): void {
    this.#fresh.set(place(picture.id, picture.type), picture)
  }

  drop(record: Id, type: RecordType): void {
    this.#fresh.delete(place(record, type))
    this.#texts.delete(place(record, type))
  }

  clear(): void {
    this.#fresh.clear()
    this.#texts.clear()
  }

  /** Texts that contain every word asked for, at most `limit`; what was found is the first word. */
  find(asked: string, limit: number): Found[] {
    const [first, ...others] = asked.split(/\s+/u).map(plainOf).filter(Boolean)
    if (!first) return []
    this.#makeReady()
    const found: Found[] = []
    for (const texts of this.#texts.values()) {
      for (const each of texts) {
        const at = each.plain.indexOf(first)
        if (at < 0 || !others.every((word) => each.plain.includes(word))) continue
        found.push(around(each, at, first.length))
        if (found.length === limit) return found
      }
    }
    return found
  }

  #makeReady(): void {
    for (const [name, picture] of this.#fresh) this.#texts.set(name, indexed(picture))
    this.#fresh.clear()
  }
}

/** Narrow letters, lower case, hiragana. */
export function plainOf(text: string): string {
  const narrow = text.normalize("NFKC").toLowerCase()
  return narrow.replace(KATAKANA, (letter) => String.fromCharCode(letter.charCodeAt(0) - TO_HIRAGANA))
}

function place(record: Id, type: RecordType): string {
  return `${type}/${record}`
}

function indexed({ id, type, fields }: RecordPicture): Indexed[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const rule = dictionary().field(type, field)
    const texts = rule ? textsOf(rule.each ? { kind: "list", of: rule.kind, max: 0 } : rule.kind, value) : []
    return texts.map((text) => ({ record: id, type, field, text, ...folded(text) }))
  })
}

function textsOf(kind: Kind | undefined, value: Plain | undefined): string[] {
  if (kind === undefined || value === undefined || value === null) return []
  if (kind.kind === "text") return typeof value === "string" ? [value] : []
  if (kind.kind === "list") return Array.isArray(value) ? value.flatMap((each) => textsOf(kind.of, each)) : []
  if (kind.kind !== "struct" || typeof value !== "object" || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, each]) => textsOf(kind.fields[name], each))
}

function folded(text: string): Pick<Indexed, "plain" | "places"> {
  // Nearly every text is in this form already; then lower case and hiragana change letter for letter.
  const isNarrow = text.normalize("NFKC") === text && text.toLowerCase().length === text.length
  return isNarrow ? { plain: plainOf(text), places: null } : foldedByLetter(text)
}

function foldedByLetter(text: string): Pick<Indexed, "plain" | "places"> {
  const places: number[] = []
  let [plain, at] = ["", 0]
  for (const letter of text) {
    const part = plainOf(letter)
    plain += part
    for (let i = 0; i < part.length; i++) places.push(at)
    at += letter.length
  }
  return { plain, places }
}

function around({ record, type, field, text, places }: Indexed, at: number, length: number): Found {
  const [from, to] = places ? [places[at] ?? 0, places[at + length] ?? text.length] : [at, at + length]
  return {
    record,
    type,
    field,
    before: text.slice(Math.max(0, from - AROUND), from),
    match: text.slice(from, to),
    after: text.slice(to, to + AROUND),
  }
}
