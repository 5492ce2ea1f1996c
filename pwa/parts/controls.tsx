/** Buttons, chips, fields: large enough for a cold thumb, named for a screen reader. */

import type { ComponentChildren, JSX } from "preact"
import { useId } from "preact/hooks"

type Look = "main" | "plain" | "danger" | "normal"

export interface ButtonProps {
  readonly children: ComponentChildren
  readonly onPress?: () => void
  readonly look?: Look
  readonly wide?: boolean
  readonly type?: "button" | "submit"
  readonly disabled?: boolean
  readonly label?: string
  /** Of a switch: whether it is on. */
  readonly pressed?: boolean
}

export function Button(given: ButtonProps) {
  const { children, onPress, look = "normal", wide, type = "button", disabled, label, pressed } = given
  const names = ["button", look === "normal" ? "" : look, wide ? "wide" : ""].filter(Boolean).join(" ")
  return (
    <button type={type} class={names} disabled={disabled} onClick={onPress} aria-label={label} aria-pressed={pressed}>
      {children}
    </button>
  )
}

export interface Option<T extends string = string> {
  readonly value: T
  readonly label: string
}

export interface ChipsProps<T extends string> {
  readonly legend: ComponentChildren
  readonly help?: string
  readonly options: readonly Option<T>[]
  readonly chosen: T | undefined
  readonly onChoose: (value: T) => void
}

/** One of several. */
export function Chips<T extends string>({ legend, help, options, chosen, onChoose }: ChipsProps<T>) {
  const name = useId()
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      {help && <p class="soft">{help}</p>}
      <div class="chips">
        {options.map(({ value, label }) => (
          <label key={value} class="chip">
            <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export interface ManyChipsProps<T extends string> {
  readonly legend: ComponentChildren
  readonly help?: string
  readonly options: readonly Option<T>[]
  readonly chosen: readonly T[]
  readonly onChoose: (values: readonly T[]) => void
}

/** Any of many, in the order of the options. */
export function ManyChips<T extends string>({ legend, help, options, chosen, onChoose }: ManyChipsProps<T>) {
  const toggle = (value: T) => {
    const wanted = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]
    onChoose(options.map((option) => option.value).filter((each) => wanted.includes(each)))
  }
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      {help && <p class="soft">{help}</p>}
      <div class="chips">
        {options.map(({ value, label }) => (
          <label key={value} class="chip">
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export interface FieldProps {
  readonly label: ComponentChildren
  readonly help?: string | undefined
  readonly wrong?: string | undefined
  /** The control; it gets an id, and what describes it. */
  readonly children: (given: { readonly id: string; readonly "aria-describedby"?: string }) => JSX.Element
}

/** A labelled control, with what helps and what is wrong below the label. */
export function Field({ label, help, wrong, children }: FieldProps) {
  const id = useId()
  const described = [help ? `${id}-help` : "", wrong ? `${id}-wrong` : ""].filter(Boolean).join(" ")
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {help && (
        <p class="soft" id={`${id}-help`}>
          {help}
        </p>
      )}
      {children(described ? { id, "aria-describedby": described } : { id })}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}

export interface TextFieldProps {
  readonly label: ComponentChildren
  readonly value: string
  readonly onType: (value: string) => void
  readonly help?: string
  readonly wrong?: string | undefined
  /** Several lines. */
  readonly long?: boolean
  readonly max?: number
  readonly type?: "text" | "password" | "date" | "time" | "number" | "search"
  /** For the browser's own memory; "off" unless a password manager shall help. */
  readonly autocomplete?: AutoFill
  readonly required?: boolean
  /** Nothing but digits: the phone shows its number pad. */
  readonly digits?: boolean
}

type AutoFill = "off" | "new-password" | "current-password"

export function TextField(given: TextFieldProps) {
  const { label, value, onType, help, wrong, long, max, type = "text", autocomplete = "off", required = false } = given
  const limits = {
    required,
    ...(max === undefined ? {} : { maxLength: max }),
    ...(given.digits ? { inputMode: "numeric" as const } : {}),
  }
  const kind = { type: type as "text" } // the typings tell the kinds of input apart by their roles
  return (
    <Field label={label} help={help} wrong={wrong}>
      {(described) =>
        long ? (
          <textarea {...described} {...limits} value={value} onInput={(event) => onType(event.currentTarget.value)} />
        ) : (
          <input
            {...described}
            {...limits}
            {...kind}
            value={value}
            autocomplete={autocomplete}
            onInput={(event) => onType(event.currentTarget.value)}
          />
        )
      }
    </Field>
  )
}
