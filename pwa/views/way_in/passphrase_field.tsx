/** A new passphrase, twice, with its strength shown honestly. */

import type { Signal } from "@preact/signals"
import { TextField } from "../../parts/controls.tsx"
import { SHORTEST, strengthOf } from "../../store/strength.ts"
import { say } from "../../words/way_in.ts"

export interface NewPassphraseProps {
  readonly passphrase: Signal<string>
  readonly again: Signal<string>
}

export function NewPassphrase({ passphrase, again }: NewPassphraseProps) {
  const words = say()
  const { value } = passphrase
  const isShort = value !== "" && [...value].length < SHORTEST
  const isOther = again.value !== "" && again.value !== value
  return (
    <>
      <TextField
        type="password"
        autocomplete="new-password"
        required
        label={words.passphrase}
        help={words.passphraseHelp}
        wrong={isShort ? words.short(SHORTEST) : undefined}
        value={value}
        onType={(text) => {
          passphrase.value = text
        }}
      />
      {value !== "" && !isShort && (
        <p class="row" role="status">
          <meter
            min={0}
            max={3}
            low={2}
            high={3}
            optimum={3}
            value={{ weak: 1, fair: 2, good: 3 }[strengthOf(value)]}
          />
          {words.strength[strengthOf(value)]}
        </p>
      )}
      <TextField
        type="password"
        autocomplete="new-password"
        required
        label={words.again}
        wrong={isOther ? words.differs : undefined}
        value={again.value}
        onType={(text) => {
          again.value = text
        }}
      />
    </>
  )
}

export function isUsable({ passphrase, again }: NewPassphraseProps): boolean {
  return [...passphrase.value].length >= SHORTEST && passphrase.value === again.value
}
