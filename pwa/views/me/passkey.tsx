/** A fingerprint and a PIN for the notebook that is open: added beside the passphrase, or taken away again. */

import { useSignal } from "@preact/signals"
import { Button } from "../../parts/controls.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { Refusal, type VaultCard } from "../../store/host.ts"
import { host } from "../../store/link.ts"
import { isPossible, makePasskey } from "../../store/passkey.ts"
import { say } from "../../words/me.ts"
import { isPinChosen, NewPin } from "../way_in/new_opener.tsx"
import { OpeningField, useOpening } from "../way_in/opening.tsx"

export interface PasskeyWayProps {
  readonly vault: VaultCard
  readonly onChanged: () => void
}

export function PasskeyWay({ vault, onChanged }: PasskeyWayProps) {
  const words = say()
  const trouble = useSignal<string | null>(null)
  const attempt = async (work: () => Promise<void>) => {
    trouble.value = null
    try {
      await work()
      onChanged()
    } catch (error) {
      trouble.value = error instanceof Refusal ? error.code : "unexpected"
    }
  }
  if (!vault.hasPasskey && !isPossible.value) return null
  return (
    <details class="sheet">
      <summary>{words.passkey}</summary>
      <div class="stack">
        {vault.hasPasskey ? (
          <>
            <p>{vault.hasPassphrase ? words.hasPasskey : words.onlyPasskey}</p>
            {vault.hasPassphrase && (
              <Button onPress={() => void attempt(() => host.removePasskey())}>{words.removePasskey}</Button>
            )}
          </>
        ) : (
          <Add vault={vault} attempt={attempt} />
        )}
        <Trouble code={trouble.value} />
      </div>
    </details>
  )
}

interface AddProps {
  readonly vault: VaultCard
  readonly attempt: (work: () => Promise<void>) => Promise<void>
}

function Add({ vault, attempt }: AddProps) {
  const words = say()
  const opening = useOpening(vault)
  const [pin, pinAgain] = [useSignal(""), useSignal("")]
  const add = () =>
    attempt(async () => {
      const added = await makePasskey(vault.label, pin.value)
      await opening.with((opener) => host.addPasskey(opener, added))
      added.prf.fill(0)
    })
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <p>{words.passkeyHelp}</p>
      <OpeningField opening={opening} label={words.oldPassphrase} />
      <NewPin pin={pin} pinAgain={pinAgain} />
      <Button type="submit" disabled={!opening.isReady || !isPinChosen({ pin, pinAgain })}>
        {words.addPasskey}
      </Button>
    </form>
  )
}
