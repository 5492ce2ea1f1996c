/** A form for any record type, from the dictionary: for what needs no hand-made screen. */

import type { Kind } from "../../sync/dictionary.ts"
import type { Id, Plain } from "../store/picture.ts"
import { language } from "../words/both.ts"
import { dayOf, startOf, timeOf } from "../words/days.ts"
import { choicesOf, type FieldForm, fieldsOfPart } from "../words/records.ts"
import { Button, Chips, ManyChips, type Option, TextField } from "./controls.tsx"
import { Sheet } from "./sheet.tsx"

/** What an id may be, for a field that names a record or a member. */
export type Choices = (field: string) => readonly Option<Id>[]

export interface FieldInputProps {
  readonly field: FieldForm
  readonly kind: Kind
  readonly value: Plain | undefined
  readonly choices: Choices
  readonly onChange: (value: Plain) => void
}

const LONG = 200 // characters from which a text gets several lines

export function FieldInput({ field, kind, value, choices, onChange }: FieldInputProps) {
  const label = field[language.value]
  const help = field.help?.[language.value]
  const given = help ? { label, help } : { label }
  switch (kind.kind) {
    case "text":
      return <TextField {...given} long={kind.max > LONG} max={kind.max} value={textOf(value)} onType={onChange} />
    case "int":
      return (
        <TextField
          {...given}
          type="number"
          value={textOf(value)}
          onType={(text) => onChange(text === "" ? null : clamp(Number.parseInt(text, 10), kind.min, kind.max))}
        />
      )
    case "date":
      return <TextField {...given} type="date" value={textOf(value)} onType={(day) => onChange(day || null)} />
    case "moment":
      return <Moment label={label} value={value} onChange={onChange} />
    case "bool":
      return <YesNo label={label} value={value} onChange={onChange} />
    case "enum":
      return <Chips legend={label} options={choicesOf(kind.name)} chosen={textOf(value)} onChoose={onChange} />
    case "id":
    case "key":
    case "change":
      return <Chips legend={label} options={choices(field.name)} chosen={textOf(value)} onChoose={onChange} />
    case "list":
      return <List field={field} of={kind.of} max={kind.max} value={value} choices={choices} onChange={onChange} />
    case "struct":
      return (
        <Struct
          name={kind.name}
          kinds={kind.fields}
          label={label}
          value={value}
          choices={choices}
          onChange={onChange}
        />
      )
  }
}

function YesNo({
  label,
  value,
  onChange,
}: {
  label: string
  value: Plain | undefined
  onChange: (value: Plain) => void
}) {
  const words = language.value === "ja" ? ["はい", "いいえ"] : ["Yes", "No"]
  const options = [
    { value: "yes", label: words[0]! },
    { value: "no", label: words[1]! },
  ]
  const chosen = typeof value === "boolean" ? (value ? "yes" : "no") : undefined
  return <Chips legend={label} options={options} chosen={chosen} onChoose={(given) => onChange(given === "yes")} />
}

function Moment({
  label,
  value,
  onChange,
}: {
  label: string
  value: Plain | undefined
  onChange: (value: Plain) => void
}) {
  const at = typeof value === "number" ? value : null
  const [day, time] = at === null ? ["", "00:00"] : [dayOf(at), timeOf(at)]
  const set = (newDay: string, newTime: string) => {
    const [hours = 0, minutes = 0] = newTime.split(":").map(Number)
    onChange(newDay === "" ? null : startOf(newDay) + (hours * 60 + minutes) * 60_000)
  }
  return (
    <div class="beside">
      <TextField type="date" label={label} value={day} onType={(given) => set(given, time)} />
      <TextField type="time" label={label} value={time} onType={(given) => set(day, given)} />
    </div>
  )
}

interface ListProps {
  readonly field: FieldForm
  readonly of: Kind
  readonly max: number
  readonly value: Plain | undefined
  readonly choices: Choices
  readonly onChange: (value: Plain) => void
}

function List({ field, of, max, value, choices, onChange }: ListProps) {
  const label = field[language.value]
  const items = Array.isArray(value) ? value : []
  if (of.kind === "enum" || of.kind === "id") {
    const options = of.kind === "enum" ? choicesOf(of.name) : choices(field.name)
    return (
      <ManyChips
        legend={label}
        options={options}
        chosen={items.map(String)}
        onChoose={(chosen) => onChange([...chosen])}
      />
    )
  }
  return (
    <Sheet label={label}>
      <strong>{label}</strong>
      {items.map((item, at) => (
        <div key={`${field.name} ${at + 1}`} class="stack">
          <FieldInput
            field={field}
            kind={of}
            value={item}
            choices={choices}
            onChange={(changed) => onChange(items.with(at, changed))}
          />
          <Button look="plain" label={`${label} ${at + 1} ✕`} onPress={() => onChange(items.toSpliced(at, 1))}>
            ✕
          </Button>
        </div>
      ))}
      {items.length < max && (
        <Button onPress={() => onChange([...items, of.kind === "struct" ? {} : ""])}>＋ {label}</Button>
      )}
    </Sheet>
  )
}

interface StructProps {
  readonly name: string
  readonly kinds: Readonly<Record<string, Kind>>
  readonly label: string
  readonly value: Plain | undefined
  readonly choices: Choices
  readonly onChange: (value: Plain) => void
}

function Struct({ name, kinds, label, value, choices, onChange }: StructProps) {
  const held =
    value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, Plain>) : {}
  return (
    <Sheet label={label}>
      <strong>{label}</strong>
      {fieldsOfPart(name).map((field) => {
        const kind = kinds[field.name]
        return kind ? (
          <FieldInput
            key={field.name}
            field={field}
            kind={kind}
            value={held[field.name]}
            choices={choices}
            onChange={(changed) => onChange(without({ ...held, [field.name]: changed }))}
          />
        ) : null
      })}
    </Sheet>
  )
}

/** What was emptied is left out. */
function without(held: Readonly<Record<string, Plain>>): Plain {
  return Object.fromEntries(Object.entries(held).filter(([, value]) => value !== null && value !== ""))
}

function textOf(value: Plain | undefined): string {
  return value === undefined || value === null ? "" : String(value)
}

function clamp(given: number, min: number, max: number): number {
  return Number.isNaN(given) ? min : Math.min(max, Math.max(min, given))
}
