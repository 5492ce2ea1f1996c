/** The notebooks of this browser; one is chosen and unlocked. None says anything about another. */

import { useSignal } from "@preact/signals"
import { Button } from "../../parts/controls.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import type { VaultCard } from "../../store/host.ts"
import { host } from "../../store/link.ts"
import { now } from "../../store/store.ts"
import { attempt, begin, isBusy, step, trouble, vaults } from "../../store/way_in.ts"
import { say } from "../../words/way_in.ts"
import { OpeningField, OtherWay, useOpening } from "./opening.tsx"

export function Shelf() {
  const words = say()
  const [only, ...others] = vaults.value
  const chosen = useSignal<string | null>(others.length === 0 ? (only?.id ?? null) : null)
  return (
    <Screen title={words.shelf}>
      <ul class="stack">
        {vaults.value.map((vault) => (
          <li key={vault.id}>
            {chosen.value === vault.id ? (
              <Unlock vault={vault} key={`${vault.hasPasskey}-${vault.hasPassphrase}`} />
            ) : (
              <Button
                wide
                onPress={() => {
                  trouble.value = null
                  chosen.value = vault.id
                }}
              >
                {vault.label}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Button
        look="plain"
        onPress={() => {
          trouble.value = null
          step.value = { at: "welcome" }
        }}
      >
        {words.other}
      </Button>
    </Screen>
  )
}

function Unlock({ vault }: { readonly vault: VaultCard }) {
  const words = say()
  const opening = useOpening(vault)
  const wait = Math.ceil((vault.pausedUntil - now.value) / 1_000)
  const unlock = () => attempt(() => opening.with((opener) => host.unlock(vault.id, opener)))
  const takeOver = () =>
    attempt(async () => {
      await host.takeOver(vault.id)
      await opening.with((opener) => host.unlock(vault.id, opener))
    })
  return (
    <form
      class="sheet"
      onSubmit={(event) => {
        event.preventDefault()
        void unlock()
      }}
    >
      <h2>{vault.label}</h2>
      <OpeningField opening={opening} />
      <Trouble code={trouble.value} />
      {trouble.value === "paused" && wait > 0 && <p>{words.paused(wait)}</p>}
      {trouble.value === "vault_in_use" ? (
        <Button look="main" wide disabled={isBusy.value} onPress={() => void takeOver()}>
          {words.takeOver}
        </Button>
      ) : (
        <Button look="main" wide type="submit" disabled={!opening.isReady || isBusy.value}>
          {isBusy.value ? words.unlocking : opening.way.value === "passkey" ? words.passkey : words.unlock}
        </Button>
      )}
      <OtherWay opening={opening} />
      <Forget vault={vault} />
    </form>
  )
}

function Forget({ vault }: { readonly vault: VaultCard }) {
  const words = say()
  const isAsked = useSignal(false)
  if (!isAsked.value) {
    return (
      <Button
        look="plain"
        onPress={() => {
          isAsked.value = true
        }}
      >
        {words.forget}
      </Button>
    )
  }
  return (
    <Sheet tone="care">
      <p>{words.forgetHelp}</p>
      <Button look="danger" onPress={() => void attempt(() => host.forget(vault.id)).then(begin)}>
        {words.forgetSure}
      </Button>
    </Sheet>
  )
}
