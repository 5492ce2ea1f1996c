/** A record as text: every field that says something, under its name, in the order of its form. */

import { dictionary } from "../../sync/dictionary.ts"
import { nameOf } from "../store/names.ts"
import type { RecordPicture } from "../store/picture.ts"
import { fieldName, fieldsOf } from "../words/records.ts"
import { valueText } from "../words/values.ts"

export interface RecordTextProps {
  readonly record: RecordPicture
  /** Only these; all, unless given. */
  readonly fields?: readonly string[]
  readonly except?: readonly string[]
}

export function RecordText({ record, fields, except = [] }: RecordTextProps) {
  const known = fields ?? fieldsOf(record.type).map((field) => field.name)
  const said = known.filter((name) => !except.includes(name) && isSaid(record.fields[name]))
  return (
    <dl class="said">
      {said.map((name) => (
        <div key={name}>
          <dt>{fieldName(record.type, name)}</dt>
          <dd class="pre">{textOf(record, name)}</dd>
        </div>
      ))}
    </dl>
  )
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
}

function textOf(record: RecordPicture, field: string): string {
  const rule = dictionary().field(record.type, field)
  const kind = rule?.each ? ({ kind: "list", of: rule.kind, max: 0 } as const) : rule?.kind
  return valueText(kind, record.fields[field], nameOf)
}
