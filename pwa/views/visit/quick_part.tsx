/** The thirty seconds: chips, from the ladder to the next step. */

import { Chips, ManyChips, TextField } from "../../parts/controls.tsx"
import { Sheet } from "../../parts/sheet.tsx"
import { Urgent } from "../../parts/urgent.tsx"
import { ofCase, personLabel } from "../../store/households.ts"
import { now } from "../../store/store.ts"
import { suggestedDay, type VisitForm } from "../../store/visit_form.ts"
import { say } from "../../words/day.ts"
import { dayOf, startOf, timeOf } from "../../words/days.ts"
import { choicesOf, fieldName } from "../../words/records.ts"

export interface PartProps {
  readonly form: VisitForm
  readonly change: (part: Partial<VisitForm>) => void
}

export function QuickPart({ form, change }: PartProps) {
  const words = say().visit
  return (
    <>
      <TextField
        label={words.line}
        help={words.lineHelp}
        max={200}
        value={form.line}
        onType={(line) => change({ line })}
      />
      <Choice form={form} change={change} name="mode" field="mode" of="Mode" />
      <Choice form={form} change={change} name="person" field="person_contact_level" of="PersonContact" />
      <Choice form={form} change={change} name="family" field="family_contact_level" of="FamilyContact" />
      {form.mode === "home_visit" && (
        <Choice form={form} change={change} name="door" field="door_result" of="DoorResult" />
      )}
      {(form.door === "turned_down" || form.refusedBy !== null) && <RefusalAtTheDoor form={form} change={change} />}
      <ManyChips
        legend={fieldName("visit_note", "actions")}
        options={choicesOf("Action")}
        chosen={form.actions}
        onChoose={(actions) => change({ actions })}
      />
      <Met form={form} change={change} />
      <Times form={form} change={change} />
      <Next form={form} change={change} />
      <Choice form={form} change={change} name="risk" field="risk_quick" of="RiskQuick" />
      {form.risk === "urgent" && <Urgent />}
    </>
  )
}

interface ChoiceProps extends PartProps {
  readonly name: "mode" | "person" | "family" | "door" | "agreed" | "risk"
  readonly field: string
  /** The choices' name in the dictionary. */
  readonly of: string
}

function Choice({ form, change, name, field, of }: ChoiceProps) {
  return (
    <Chips
      legend={fieldName("visit_note", field)}
      options={choicesOf(of)}
      chosen={form[name]}
      onChoose={(chosen) => change({ [name]: chosen })}
    />
  )
}

/** 「来ないで」: whose words they are; what follows is said before it is saved. */
function RefusalAtTheDoor({ form, change }: PartProps) {
  const words = say().visit
  const persons = ofCase("person", form.caseId)
  const whose = persons.map((person) => ({ value: person.id, label: personLabel(person, persons) }))
  const options = [{ value: "", label: words.refusalNo }, ...whose]
  return (
    <Sheet tone="care">
      <Chips
        legend={words.refusalAsk}
        help={words.whose}
        options={options}
        chosen={form.refusedBy ?? ""}
        onChoose={(person) => change({ refusedBy: person === "" ? null : person })}
      />
      {form.refusedBy && <strong>{words.refusalEffect}</strong>}
    </Sheet>
  )
}

function Met({ form, change }: PartProps) {
  const persons = ofCase("person", form.caseId)
  if (persons.length === 0) return null
  return (
    <ManyChips
      legend={fieldName("visit_note", "met_persons")}
      options={persons.map((person) => ({ value: person.id, label: personLabel(person, persons) }))}
      chosen={form.met}
      onChoose={(met) => change({ met })}
    />
  )
}

function Times({ form, change }: PartProps) {
  const words = say().visit
  const [day, time] = [dayOf(form.end), timeOf(form.end)]
  const at = (newDay: string, newTime: string) => {
    const [hours = 0, minutes = 0] = newTime.split(":").map(Number)
    const end = startOf(newDay) + (hours * 60 + minutes) * 60_000
    if (Number.isFinite(end)) change({ end })
  }
  return (
    <Sheet>
      <TextField type="date" label={words.when} value={day} onType={(given) => at(given, time)} />
      <TextField type="time" label={fieldName("visit_note", "end")} value={time} onType={(given) => at(day, given)} />
      <TextField
        type="number"
        label={words.minutes}
        value={String(form.minutes)}
        onType={(text) => change({ minutes: Math.min(1_440, Math.max(0, Number.parseInt(text, 10) || 0)) })}
      />
    </Sheet>
  )
}

function Next({ form, change }: PartProps) {
  const words = say().visit
  const today = dayOf(now.value)
  return (
    <>
      <Chips
        legend={fieldName("visit_note", "next_step")}
        options={choicesOf("NextStep")}
        chosen={form.next}
        onChoose={(next) => change({ next, nextOn: suggestedDay(next, today) })}
      />
      {form.nextOn !== "" && (
        <TextField type="date" label={words.nextOn} value={form.nextOn} onType={(nextOn) => change({ nextOn })} />
      )}
      <Choice form={form} change={change} name="agreed" field="person_agreed_next" of="AgreedNext" />
      {form.nextOn !== "" && (
        <label class="row">
          <input
            type="checkbox"
            checked={form.promised}
            onChange={(event) => change({ promised: event.currentTarget.checked })}
          />
          {words.promised}
        </label>
      )}
    </>
  )
}
