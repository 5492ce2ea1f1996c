/** Where records differ: for a person to decide, decided meanwhile by a policy, or asked for. */

import { dictionary } from "../../sync/dictionary.ts"
import type { Cell, Id, Me, Plain, RecordPicture, RecordType } from "./picture.ts"

/** One register of one record. policy: of its field. */
export interface Difference {
  readonly record: RecordPicture
  readonly cell: Cell
  readonly policy: string
}

export interface Differences {
  /** Two values, none of which is shown as the value. */
  readonly toDecide: readonly Difference[]
  /** One is shown by a rule, until a person says otherwise. */
  readonly decided: readonly Difference[]
  /** Somebody asked for a state which only others may set. */
  readonly asked: readonly Difference[]
}

/** Newest first. */
export function differencesIn(records: Iterable<RecordPicture>): Differences {
  const all = [...records].flatMap((record) => record.open.map((cell) => differenceOf(record, cell)))
  const newest = all.sort((one, other) => lastOf(other.cell) - lastOf(one.cell))
  return {
    toDecide: newest.filter(({ cell }) => cell.status === "conflict"),
    decided: newest.filter(({ cell }) => cell.status === "decided"),
    asked: newest.filter(({ cell }) => cell.requests.length > 0),
  }
}

/** May this member write the answer? For a value that is less careful, or a state, only those named by the field. */
export function mayDecide({ cell, record }: Difference, value: Plain, me: Me): boolean {
  const rule = dictionary().field(record.type, cell.field)
  if (!rule) return false
  const who = [me.role, ...me.duties]
  if (!rule.write.some((each) => who.includes(each))) return false
  const isChoiceOfPolicy = JSON.stringify(value) === JSON.stringify(cell.shown)
  return rule.policy !== "careful" || isChoiceOfPolicy || rule.decide.some((each) => who.includes(each))
}

function differenceOf(record: RecordPicture, cell: Cell): Difference {
  return { record, cell, policy: dictionary().field(record.type, cell.field)?.policy ?? "ask" }
}

function lastOf(cell: Cell): number {
  return Math.max(...[...cell.values, ...cell.requests].map(({ at }) => at))
}

/** Every record of the types given. */
export function allOf(
  types: readonly RecordType[],
  recordsOf: (type: RecordType) => ReadonlyMap<Id, RecordPicture>,
): RecordPicture[] {
  return types.flatMap((type) => [...recordsOf(type).values()])
}
