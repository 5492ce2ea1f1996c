/** Search over everything this member may read: in this device alone, as fast as one types. */

import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { TextField } from "../../parts/controls.tsx"
import { Screen } from "../../parts/sheet.tsx"
import type { Found } from "../../store/host.ts"
import { labelOfCase } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import { address } from "../../store/route.ts"
import { record } from "../../store/store.ts"
import { say } from "../../words/desk.ts"
import { fieldName, typeName } from "../../words/records.ts"

const MOST = 100

export function Search() {
  const words = say().search
  const asked = useSignal("")
  const found = useSignal<readonly Found[]>([])
  useEffect(() => {
    let isWanted = true
    void host.search(asked.value, MOST).then((given) => {
      if (isWanted) found.value = given
    })
    return () => {
      isWanted = false
    }
  }, [asked.value])
  return (
    <Screen title={words.title}>
      <TextField
        type="search"
        label={words.asked}
        help={words.help}
        value={asked.value}
        onType={(text) => {
          asked.value = text
        }}
      />
      <p role="status">
        {asked.value === "" ? "" : found.value.length === 0 ? words.none : words.found(found.value.length)}
      </p>
      <ul class="stack">
        {found.value.map((each) => (
          <li key={`${each.record} ${each.field} ${each.before}`}>
            <Hit {...each} />
          </li>
        ))}
      </ul>
    </Screen>
  )
}

function Hit({ record: id, type, field, before, match, after }: Found) {
  const held = record(type, id)
  return (
    <a class="sheet" href={placeOf(type, id, held?.case ?? null)}>
      <span class="soft">
        {labelOfCase(held?.case ?? null)} {typeName(type)} › {fieldName(type, field)}
      </span>
      <span>
        {before}
        <mark>{match}</mark>
        {after}
      </span>
    </a>
  )
}

/** The screen that shows a record best. */
function placeOf(type: string, id: string, ofCase: string | null): string {
  if (type === "visit_note") return address("note", id)
  return ofCase ? address("household", ofCase) : address("history", type, id)
}
