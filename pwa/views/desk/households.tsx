/** The households this member may read. */

import { Screen } from "../../parts/sheet.tsx"
import { caseRecord, householdOfCase, labelOfCase, ofCase, personName } from "../../store/households.ts"
import type { Id } from "../../store/picture.ts"
import { address } from "../../store/route.ts"
import { circles, now, people, shown } from "../../store/store.ts"
import { ago } from "../../words/days.ts"
import { say } from "../../words/desk.ts"
import { choiceName } from "../../words/records.ts"

const AT_THE_DESK: ReadonlySet<string> = new Set(["professional", "staff", "admin"])

export function Households() {
  const words = say().households
  const cases = caseIds()
  const role = people.value?.me.role ?? "supporter"
  return (
    <Screen
      title={words.title}
      aside={
        AT_THE_DESK.has(role) && (
          <a class="button main" href={address("new-household")}>
            {words.create}
          </a>
        )
      }
    >
      {cases.length === 0 && <p>{words.none}</p>}
      <ul class="stack">
        {cases.map((id) => (
          <li key={id}>
            <Household id={id} />
          </li>
        ))}
      </ul>
    </Screen>
  )
}

function Household({ id }: { readonly id: Id }) {
  const words = say().households
  const persons = ofCase("person", id)
  const names = persons.flatMap((person) => personName(person) ?? [])
  const status = shown<string>(caseRecord.value.get(id), "status")
  const last = Math.max(0, ...ofCase("visit_note", id).map((note) => note.at))
  return (
    <a class="sheet" href={address("household", id)}>
      <span class="row apart">
        <strong>{labelOfCase(id)}</strong>
        <span class="soft">{shown<string>(householdOfCase.value.get(id), "area")}</span>
      </span>
      <span class="row soft">
        <span>{words.people(persons.length)}</span>
        <span>{names.length > 0 ? names.join("・") : words.noName}</span>
        {status && <span>{choiceName("CaseStatus", status)}</span>}
        {last > 0 && <span>{ago(last, now.value)}</span>}
      </span>
    </a>
  )
}

/** Of every case of which this device reads something, by name. */
function caseIds(): Id[] {
  const open = [...circles.value.values()].filter(({ case: id, opens }) => id !== null && opens)
  const ids = new Set(open.map(({ case: id }) => id!))
  return [...ids].sort((one, other) => labelOfCase(one).localeCompare(labelOfCase(other), "ja"))
}
