/** A new centre: its keys are made here, in the browser. For the first admin. */

import { useSignal } from "@preact/signals"
import { Button, TextField } from "../../parts/controls.tsx"
import { Screen } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { host } from "../../store/link.ts"
import { askToKeep, attempt, isBusy, step, trouble, vaults } from "../../store/way_in.ts"
import { say } from "../../words/way_in.ts"
import { isChosen, NewOpenerFields, newOpener, useChoosing } from "./new_opener.tsx"
import { Back } from "./way_in.tsx"

export function Found() {
  const words = say()
  const [name, device, code] = [useSignal(""), useSignal(""), useSignal("")]
  const label = useSignal(words.labelDefault(vaults.value.length + 1))
  const choosing = useChoosing()
  const isReady = name.value.trim() !== "" && device.value.trim() !== "" && isChosen(choosing)
  const begin = () =>
    attempt(async () => {
      const opener = await newOpener(choosing, label.value)
      await askToKeep()
      const founded = await host.found({
        label: label.value,
        opener,
        code: code.value,
        name: name.value.trim(),
        device: device.value.trim(),
      })
      step.value = { at: "recovery", founded }
    })
  return (
    <Screen title={words.found} aside={<Back />}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void begin()
        }}
      >
        <Text label={words.yourName} signal={name} />
        <Text label={words.device} help={words.deviceHelp} signal={device} />
        <Text label={words.label} help={words.labelHelp} signal={label} />
        <NewOpenerFields choosing={choosing} />
        <TextField
          label={words.code}
          help={words.codeHelp}
          value={code.value}
          onType={(text) => {
            code.value = text
          }}
        />
        <Trouble code={trouble.value} />
        <Button look="main" wide type="submit" disabled={!isReady || isBusy.value}>
          {isBusy.value ? words.making : words.start}
        </Button>
      </form>
    </Screen>
  )
}

interface TextProps {
  readonly label: string
  readonly help?: string
  readonly signal: { value: string }
}

export function Text({ label, help, signal }: TextProps) {
  const given = help === undefined ? { label } : { label, help }
  return (
    <TextField
      {...given}
      required
      max={40}
      value={signal.value}
      onType={(text) => {
        signal.value = text
      }}
    />
  )
}
