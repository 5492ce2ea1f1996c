/** What opens a notebook that is there: its passphrase, or a PIN and a fingerprint. */

import { type Signal, useSignal } from "@preact/signals"
import { Button, TextField } from "../../parts/controls.tsx"
import type { Opener, VaultCard } from "../../store/host.ts"
import { byPasskey, SHORTEST_PIN } from "../../store/passkey.ts"
import { trouble } from "../../store/way_in.ts"
import { say } from "../../words/way_in.ts"
import { PinField } from "./new_opener.tsx"

export interface Opening {
  readonly way: Signal<"passphrase" | "passkey">
  readonly typed: Signal<string>
  readonly isReady: boolean
  /** Whether there is another way than the one shown. */
  readonly hasOther: boolean
  /** Asks for the finger where that is the way. Throws as `byPasskey`, and what `open` throws. */
  with<T>(open: (opener: Opener) => Promise<T>): Promise<T>
}

export function useOpening(vault: VaultCard): Opening {
  const way = useSignal<"passphrase" | "passkey">(vault.hasPasskey ? "passkey" : "passphrase")
  const typed = useSignal("")
  const isByPasskey = way.value === "passkey"
  return {
    way,
    typed,
    isReady: isByPasskey ? typed.value.length >= SHORTEST_PIN : typed.value !== "",
    hasOther: vault.hasPasskey && vault.hasPassphrase,
    with: (open) => (isByPasskey ? byPasskey(vault.id, typed.value, open) : open({ passphrase: typed.value })),
  }
}

/** label: of the passphrase, where it is not simply that. */
export function OpeningField({ opening, label }: { readonly opening: Opening; readonly label?: string }) {
  const words = say()
  if (opening.way.value === "passkey") return <PinField label={words.pin} pin={opening.typed} />
  return (
    <TextField
      type="password"
      autocomplete="current-password"
      label={label ?? words.passphrase}
      value={opening.typed.value}
      onType={(text) => {
        opening.typed.value = text
      }}
    />
  )
}

export function OtherWay({ opening }: { readonly opening: Opening }) {
  const words = say()
  if (!opening.hasOther) return null
  const isByPasskey = opening.way.value === "passkey"
  return (
    <Button
      look="plain"
      onPress={() => {
        opening.way.value = isByPasskey ? "passphrase" : "passkey"
        opening.typed.value = ""
        trouble.value = null
      }}
    >
      {isByPasskey ? words.usePassphrase : words.usePin}
    </Button>
  )
}
