/** Where records differ: a person decides; what a rule decided meanwhile can be turned back. For the desk. */

import { useSignal } from "@preact/signals"
import { dictionary } from "../../../sync/dictionary.ts"
import { Button, TextField } from "../../parts/controls.tsx"
import { Sides, textOf, Writer } from "../../parts/difference.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { allOf, type Difference, differencesIn, mayDecide } from "../../store/differences.ts"
import { labelOfCase } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import type { Plain } from "../../store/picture.ts"
import { address } from "../../store/route.ts"
import { people, recordsOf } from "../../store/store.ts"
import { say } from "../../words/desk.ts"
import { fieldName, kindOf, typeName } from "../../words/records.ts"

export function Differences() {
  const words = say().differences
  const { toDecide, decided, asked } = differencesIn(allOf(Object.keys(dictionary().types), recordsOf))
  return (
    <Screen title={words.title} wide>
      <p>{toDecide.length + decided.length + asked.length === 0 ? words.none : words.intro}</p>
      <Group title={words.toDecide} differences={toDecide} />
      <Group title={words.asked} differences={asked} areAsked />
      <Group title={words.decided} differences={decided} />
    </Screen>
  )
}

interface GroupProps {
  readonly title: string
  readonly differences: readonly Difference[]
  readonly areAsked?: boolean
}

function Group({ title, differences, areAsked }: GroupProps) {
  if (differences.length === 0) return null
  return (
    <section class="stack">
      <h2>
        {title} {differences.length}
      </h2>
      {differences.map((each) => (
        <Sheet key={each.cell.key}>
          <About {...each} />
          {areAsked ? <Requests difference={each} /> : <Choices difference={each} />}
        </Sheet>
      ))}
    </section>
  )
}

function About({ record, cell, policy }: Difference) {
  const words = say().differences
  const why = cell.status === "decided" ? words.policy[policy as keyof typeof words.policy] : ""
  return (
    <>
      <h3>
        {typeName(record.type)} › {fieldName(record.type, cell.field)}
      </h3>
      <p class="row soft">
        {record.case && <a href={address("household", record.case)}>{labelOfCase(record.case)}</a>}
        <a href={address("history", record.type, record.id)}>{words.history}</a>
        {why}
      </p>
    </>
  )
}

function Choices({ difference }: { readonly difference: Difference }) {
  const words = say().differences
  const { record, cell } = difference
  const me = people.value?.me
  const decide = (value: Plain) => void host.decide(record.id, record.type, cell.key, value)
  return (
    <>
      <Sides difference={difference}>
        {({ value }) =>
          me && mayDecide(difference, value, me) ? (
            <Button onPress={() => decide(value)}>
              {cell.status === "decided" && JSON.stringify(value) !== JSON.stringify(cell.shown)
                ? words.turnBack
                : words.take}
            </Button>
          ) : (
            <p class="soft">{words.notYours}</p>
          )
        }
      </Sides>
      {kindOf(record.type, cell.field)?.kind === "text" && cell.element === null && (
        <Answer difference={difference} onAnswer={decide} />
      )}
    </>
  )
}

/** Neither of them: what is right, in words. */
function Answer({
  difference,
  onAnswer,
}: {
  readonly difference: Difference
  readonly onAnswer: (value: Plain) => void
}) {
  const words = say().differences
  const isOpen = useSignal(false)
  const text = useSignal(difference.cell.values.map(({ value }) => textOf(difference, value)).join("\n"))
  if (!isOpen.value) {
    return (
      <Button
        look="plain"
        onPress={() => {
          isOpen.value = true
        }}
      >
        {words.other}
      </Button>
    )
  }
  return (
    <>
      <TextField
        long
        label={words.other}
        value={text.value}
        onType={(typed) => {
          text.value = typed
        }}
      />
      <Button look="main" disabled={text.value.trim() === ""} onPress={() => onAnswer(text.value.trim())}>
        {words.take}
      </Button>
    </>
  )
}

function Requests({ difference }: { readonly difference: Difference }) {
  const { record, cell } = difference
  return (
    <ul class="stack">
      {cell.requests.map((asked) => (
        <li key={asked.changes[0]} class="row apart">
          <span>{textOf(difference, asked.value)}</span>
          <Writer {...asked} />
          <Button onPress={() => void host.decide(record.id, record.type, cell.key, asked.value)}>
            {say().differences.allow}
          </Button>
        </li>
      ))}
    </ul>
  )
}
