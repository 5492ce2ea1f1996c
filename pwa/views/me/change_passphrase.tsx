/** Another passphrase for the notebook that is open. */

import { useSignal } from "@preact/signals"
import { Button, TextField } from "../../parts/controls.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { Refusal } from "../../store/host.ts"
import { host } from "../../store/link.ts"
import { say } from "../../words/me.ts"
import { isUsable, NewPassphrase } from "../way_in/passphrase_field.tsx"

export function ChangePassphrase() {
  const words = say()
  const [old, passphrase, again] = [useSignal(""), useSignal(""), useSignal("")]
  const trouble = useSignal<string | null>(null)
  const isDone = useSignal(false)
  const change = async () => {
    trouble.value = null
    try {
      await host.changePassphrase({ passphrase: old.value }, passphrase.value)
      isDone.value = true
      for (const typed of [old, passphrase, again]) typed.value = ""
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
        <TextField
          type="password"
          autocomplete="current-password"
          label={words.oldPassphrase}
          value={old.value}
          onType={(text) => {
            old.value = text
          }}
        />
        <NewPassphrase passphrase={passphrase} again={again} />
        <Trouble code={trouble.value} />
        {isDone.value && <p role="status">{words.changed}</p>}
        <Button type="submit" disabled={!isUsable({ passphrase, again })}>
          {words.change}
        </Button>
      </form>
    </details>
  )
}
