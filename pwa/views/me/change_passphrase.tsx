/** Another passphrase for the notebook that is open; a first one, where a fingerprint and a PIN opened it so far. */

import { useSignal } from "@preact/signals"
import { Button } from "../../parts/controls.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { Refusal, type VaultCard } from "../../store/host.ts"
import { host } from "../../store/link.ts"
import { say } from "../../words/me.ts"
import { OpeningField, OtherWay, useOpening } from "../way_in/opening.tsx"
import { isUsable, NewPassphrase } from "../way_in/passphrase_field.tsx"

export function ChangePassphrase({ vault }: { readonly vault: VaultCard }) {
  const words = say()
  const opening = useOpening(vault)
  const [passphrase, again] = [useSignal(""), useSignal("")]
  const trouble = useSignal<string | null>(null)
  const isDone = useSignal(false)
  const change = async () => {
    trouble.value = null
    try {
      await opening.with((opener) => host.changePassphrase(opener, passphrase.value))
      isDone.value = true
      for (const typed of [opening.typed, passphrase, again]) typed.value = ""
    } catch (error) {
      trouble.value = error instanceof Refusal ? error.code : "unexpected"
    }
  }
  return (
    <details class="sheet">
      <summary>{words.passphrase}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void change()
        }}
      >
        <OpeningField opening={opening} label={words.oldPassphrase} />
        <OtherWay opening={opening} />
        <NewPassphrase passphrase={passphrase} again={again} />
        <Trouble code={trouble.value} />
        {isDone.value && <p role="status">{words.changed}</p>}
        <Button type="submit" disabled={!isUsable({ passphrase, again }) || !opening.isReady}>
          {words.change}
        </Button>
      </form>
    </details>
  )
}
