/** A household comes in: begun with what is known, which may be very little. */

import { type Signal, useSignal } from "@preact/signals"
import { Button, Chips, TextField } from "../../parts/controls.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { host } from "../../store/link.ts"
import { type NewPerson, newHousehold } from "../../store/new_household.ts"
import { go } from "../../store/route.ts"
import { circles, people } from "../../store/store.ts"
import { say } from "../../words/desk.ts"
import { choicesOf } from "../../words/records.ts"

export function NewHousehold() {
  const words = say().created
  const label = useSignal("")
  const area = useSignal("")
  const knows = useSignal("unknown")
  const persons = useSignal<readonly NewPerson[]>([{ alias: "", band: "" }])
  const isBusy = useSignal(false)
  const desk = [...circles.value.values()].find(({ kind, opens }) => kind === "desk" && opens)
  const me = people.value?.me
  if (!desk || !me) return <Screen title={words.title}>{words.noDesk}</Screen>
  const begin = async () => {
    isBusy.value = true
    const opened = await host.openCase(desk.id, [])
    const named = persons.value.map((person, at) => ({ ...person, alias: person.alias || `${words.unknown}${at + 1}` }))
    const given = { label: label.value, area: area.value, persons: named, knows: knows.value }
    await host.write(newHousehold(given, opened.id, me.member))
    go("household", opened.id)
  }
  return (
    <Screen title={words.title}>
      <p>{words.intro}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void begin()
        }}
      >
        <Text label={words.label} signal={label} />
        <Text label={words.area} signal={area} />
        <fieldset class="stack">
          <legend>{words.people}</legend>
          {persons.value.map((person, at) => (
            <Person
              key={`person ${at + 1}`}
              person={person}
              onChange={(changed) => {
                persons.value = persons.value.with(at, changed)
              }}
            />
          ))}
          <Button
            onPress={() => {
              persons.value = [...persons.value, { alias: "", band: "" }]
            }}
          >
            {words.addPerson}
          </Button>
        </fieldset>
        <Chips
          legend={words.knows}
          options={choicesOf("KnowsOfSupport")}
          chosen={knows.value}
          onChoose={(chosen) => {
            knows.value = chosen
          }}
        />
        <Button look="main" wide type="submit" disabled={isBusy.value}>
          {words.save}
        </Button>
      </form>
    </Screen>
  )
}

function Text({ label, signal }: { readonly label: string; readonly signal: Signal<string> }) {
  return (
    <TextField
      required
      label={label}
      max={40}
      value={signal.value}
      onType={(text) => {
        signal.value = text
      }}
    />
  )
}

interface PersonProps {
  readonly person: NewPerson
  readonly onChange: (person: NewPerson) => void
}

function Person({ person, onChange }: PersonProps) {
  const words = say().created
  return (
    <Sheet>
      <TextField label={words.alias} max={40} value={person.alias} onType={(alias) => onChange({ ...person, alias })} />
      <Chips
        legend={words.band}
        options={choicesOf("AgeBand")}
        chosen={person.band}
        onChoose={(band) => onChange({ ...person, band })}
      />
    </Sheet>
  )
}
