/** One difference, side by side: who wrote what, when, on which device; differing words marked. */

import type { ComponentChildren } from "preact"
import { differingWords, type Passage } from "../../sync/words.ts"
import type { Difference } from "../store/differences.ts"
import { deviceName, nameOf } from "../store/names.ts"
import type { Plain, Standing } from "../store/picture.ts"
import { memberName } from "../store/store.ts"
import { momentOf } from "../words/days.ts"
import { say } from "../words/desk.ts"
import { kindOf } from "../words/records.ts"
import { valueText } from "../words/values.ts"
import { Badge } from "./sheet.tsx"

export interface SidesProps {
  readonly difference: Difference
  /** What can be done about one of them. */
  readonly children: (standing: Standing) => ComponentChildren
}

export function Sides({ difference, children }: SidesProps) {
  const { cell } = difference
  const texts = cell.values.map(({ value }) => textOf(difference, value))
  return (
    <div class="beside">
      {cell.values.map((standing, at) => (
        <div class="sheet" key={standing.changes[0]}>
          {isShown(difference, standing) && <Badge tone="good">{say().differences.shownNow}</Badge>}
          <p class="pre">
            <Marked passages={passagesOf(texts, at)} />
          </p>
          <Writer {...standing} />
          {children(standing)}
        </div>
      ))}
    </div>
  )
}

export function Writer({ by, device, at }: Standing) {
  const name = deviceName(device)
  return (
    <p class="soft">
      {say().when(memberName(by), momentOf(at))}
      {name && <> · {say().history.device(name)}</>}
    </p>
  )
}

/** A value of the register, in words. */
export function textOf({ record, cell }: Difference, value: Plain): string {
  if (value === null) return say().differences.cleared
  const kind = kindOf(record.type, cell.field)
  if (cell.element === null) return valueText(kind, value, nameOf)
  return `${valueText(kind, cell.element, nameOf)}: ${valueText({ kind: "bool" }, value, nameOf)}`
}

function isShown({ cell }: Difference, { value }: Standing): boolean {
  return cell.status === "decided" && JSON.stringify(value) === JSON.stringify(cell.shown)
}

function passagesOf(texts: readonly string[], at: number): readonly Passage[] {
  const [one, other] = texts
  if (texts.length !== 2 || one === undefined || other === undefined) return [{ text: texts[at] ?? "", differs: false }]
  return differingWords(one, other)[at] ?? []
}

function Marked({ passages }: { readonly passages: readonly Passage[] }) {
  return <>{passages.map(({ text, differs }, at) => (differs ? <mark key={`${at} ${text}`}>{text}</mark> : text))}</>
}
