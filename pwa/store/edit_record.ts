/** What an edited record writes: fields that were changed, elements that were added or taken out, nothing else. */

import { dictionary, type FieldRule } from "../../sync/dictionary.ts"
import type { Asked } from "./host.ts"
import type { Me, Plain, RecordPicture } from "./picture.ts"

export function mayWrite(rule: FieldRule, me: Me): boolean {
  return rule.write.some((who) => who === me.role || me.duties.includes(who))
}

/** fields: as they shall be. */
export function changed(held: RecordPicture, fields: Readonly<Record<string, Plain>>): Asked {
  const put: Record<string, Plain> = {}
  const drop: Record<string, readonly Plain[]> = {}
  for (const [field, value] of Object.entries(fields)) {
    const rule = dictionary().field(held.type, field)
    if (!rule || isSame(value, held.fields[field])) continue
    if (!rule.each) put[field] = value === "" ? null : value
    else {
      const [before, after] = [listOf(held.fields[field]), listOf(value)]
      const added = after.filter((one) => !before.some((other) => isSame(one, other)))
      const taken = before.filter((one) => !after.some((other) => isSame(one, other)))
      if (added.length > 0) put[field] = added
      if (taken.length > 0) drop[field] = taken
    }
  }
  const { case: caseId, circles } = held
  const where = { ...(caseId ? { case: caseId } : {}), ...(circles.dispatch ? { dispatch: circles.dispatch } : {}) }
  return { record: held.id, type: held.type, where, put, drop }
}

function isSame(one: Plain | undefined, other: Plain | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function listOf(value: Plain | undefined): readonly Plain[] {
  return Array.isArray(value) ? value : []
}
