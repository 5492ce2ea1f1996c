/** How people met, visit by visit: a description over time, never a score. */

import { dictionary } from "../../sync/dictionary.ts"
import type { Id, RecordPicture } from "./picture.ts"

/** rung: from 0, in the order of the dictionary. at: ms. */
export interface Meeting {
  readonly note: Id
  readonly by: Id
  readonly at: number
  readonly level: string
  readonly rung: number
}

/** Rungs from the lowest, as the dictionary has them. */
export function rungs(): readonly string[] {
  const kind = dictionary().field("visit_note", "person_contact_level")?.kind
  return kind?.kind === "enum" ? kind.values : []
}

/** Of notes that say how the person was met, oldest first. */
export function meetings(notes: Iterable<RecordPicture>): Meeting[] {
  const levels = rungs()
  const found = [...notes].flatMap(({ id, by, at, fields }) => {
    const level = String(fields.person_contact_level ?? "")
    const when = typeof fields.end === "number" ? fields.end : at
    const rung = levels.indexOf(level)
    return rung < 0 ? [] : [{ note: id, by, at: when, level, rung }]
  })
  return found.sort((one, other) => one.at - other.at)
}
