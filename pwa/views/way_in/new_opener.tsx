/** How a new notebook is to be opened: by a passphrase or, where the device has it, by a fingerprint and a PIN. */

import { type Signal, useSignal } from "@preact/signals"
import { Chips, TextField } from "../../parts/controls.tsx"
import type { NewOpener } from "../../store/host.ts"
import { isPin, isPossible, LONGEST_PIN, makePasskey, SHORTEST_PIN } from "../../store/passkey.ts"
import { say } from "../../words/way_in.ts"
import { isUsable, NewPassphrase } from "./passphrase_field.tsx"

export interface Choosing {
  readonly way: Signal<"passphrase" | "passkey">
  readonly passphrase: Signal<string>
  readonly again: Signal<string>
  readonly pin: Signal<string>
  readonly pinAgain: Signal<string>
}

export function useChoosing(): Choosing {
  return {
    way: useSignal<"passphrase" | "passkey">("passphrase"),
    passphrase: useSignal(""),
    again: useSignal(""),
    pin: useSignal(""),
    pinAgain: useSignal(""),
  }
}

export function isChosen(choosing: Choosing): boolean {
  return choosing.way.value === "passphrase" ? isUsable(choosing) : isPinChosen(choosing)
}

/** Asks for the finger where that is the way. label: of the notebook. Throws as `makePasskey`. */
export async function newOpener(choosing: Choosing, label: string): Promise<NewOpener> {
  if (choosing.way.value === "passphrase") return { passphrase: choosing.passphrase.value }
  return makePasskey(label, choosing.pin.value)
}

export function NewOpenerFields({ choosing }: { readonly choosing: Choosing }) {
  const words = say()
  const { way } = choosing
  return (
    <>
      {isPossible.value && (
        <Chips
          legend={words.way}
          options={[
            { value: "passphrase", label: words.passphrase },
            { value: "passkey", label: words.fingerAndPin },
          ]}
          chosen={way.value}
          onChoose={(chosen) => {
            way.value = chosen
          }}
        />
      )}
      {way.value === "passphrase" ? <NewPassphrase {...choosing} /> : <NewPin {...choosing} />}
    </>
  )
}

/** A new PIN, twice, and what becomes of the notebook without the finger. */
export function NewPin({ pin, pinAgain }: Pick<Choosing, "pin" | "pinAgain">) {
  const words = say()
  const isWrong = pin.value.length >= SHORTEST_PIN && !isPin(pin.value)
  const isOther = pinAgain.value !== "" && pinAgain.value !== pin.value
  return (
    <>
      <PinField
        label={words.pin}
        help={words.pinHelp(SHORTEST_PIN)}
        wrong={isWrong ? words.pinPlain : undefined}
        pin={pin}
      />
      <PinField label={words.pinAgain} wrong={isOther ? words.pinDiffers : undefined} pin={pinAgain} />
    </>
  )
}

export function isPinChosen({ pin, pinAgain }: Pick<Choosing, "pin" | "pinAgain">): boolean {
  return isPin(pin.value) && pin.value === pinAgain.value
}

interface PinFieldProps {
  readonly label: string
  readonly help?: string
  readonly wrong?: string | undefined
  readonly pin: Signal<string>
}

/** Digits, typed on the phone's number pad. */
export function PinField({ label, help, wrong, pin }: PinFieldProps) {
  return (
    <TextField
      type="password"
      digits
      required
      max={LONGEST_PIN}
      label={label}
      {...(help === undefined ? {} : { help })}
      wrong={wrong}
      value={pin.value}
      onType={(text) => {
        pin.value = text
      }}
    />
  )
}
