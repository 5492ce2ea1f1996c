/** An invitation is accepted: a notebook of one's own on this device. */

import { useSignal } from "@preact/signals"
import { Button } from "../../parts/controls.tsx"
import { Screen } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { Refusal } from "../../store/host.ts"
import { host } from "../../store/link.ts"
import { askToKeep, attempt, isBusy, trouble, vaults } from "../../store/way_in.ts"
import { say } from "../../words/way_in.ts"
import { Text } from "./found.tsx"
import { isChosen, NewOpenerFields, newOpener, useChoosing } from "./new_opener.tsx"
import { Back } from "./way_in.tsx"

export function Join({ links }: { readonly links: readonly string[] }) {
  const words = say()
  const device = useSignal("")
  const label = useSignal(words.labelDefault(vaults.value.length + 1))
  const choosing = useChoosing()
  const isReady = device.value.trim() !== "" && isChosen(choosing)
  const join = () =>
    attempt(async () => {
      const opener = await newOpener(choosing, label.value)
      await askToKeep()
      const given = { label: label.value, opener, device: device.value.trim() }
      await joinByAny(links, (link) => host.join({ ...given, link }))
    })
  return (
    <Screen title={words.join} aside={<Back />}>
      <p>{words.joinIntro}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void join()
        }}
      >
        <Text label={words.device} help={words.deviceHelp} signal={device} />
        <Text label={words.label} help={words.labelHelp} signal={label} />
        <NewOpenerFields choosing={choosing} />
        <Trouble code={trouble.value} />
        <Button look="main" wide type="submit" disabled={!isReady || isBusy.value}>
          {isBusy.value ? words.joining : words.join}
        </Button>
      </form>
    </Screen>
  )
}

/** The first link that nobody has used; the last one's refusal if there is none. */
async function joinByAny(links: readonly string[], join: (link: string) => Promise<unknown>): Promise<void> {
  for (const [at, link] of links.entries()) {
    try {
      await join(link)
      return
    } catch (error) {
      const isUsed = error instanceof Refusal && error.code === "invite_closed"
      if (!isUsed || at === links.length - 1) throw error
    }
  }
}
