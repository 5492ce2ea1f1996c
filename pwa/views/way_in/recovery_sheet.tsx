/** The recovery key: shown once, to print or write down; then some of its words are asked for. */

import { useSignal } from "@preact/signals"
import { Button, TextField } from "../../parts/controls.tsx"
import { Qr } from "../../parts/qr.tsx"
import { Screen } from "../../parts/sheet.tsx"
import type { Founded } from "../../store/host.ts"
import { step } from "../../store/way_in.ts"
import { say } from "../../words/way_in.ts"

const ASKED = 3

export function RecoverySheet({ founded }: { readonly founded: Founded }) {
  const isWritten = useSignal(false)
  return isWritten.value ? (
    <Check
      words={founded.words}
      onBack={() => {
        isWritten.value = false
      }}
    />
  ) : (
    <Paper
      founded={founded}
      onWritten={() => {
        isWritten.value = true
      }}
    />
  )
}

function Paper({ founded, onWritten }: { readonly founded: Founded; readonly onWritten: () => void }) {
  const words = say().recovery
  return (
    <Screen title={words.title}>
      <p class="no-print">{words.intro}</p>
      <section class="sheet paper" aria-label={words.sheet}>
        <h2>{words.sheet}</h2>
        <ol class="key-words">
          {founded.words.map((word, at) => (
            <li key={`${at + 1} ${word}`}>
              <span class="soft">{at + 1}</span> {word}
            </li>
          ))}
        </ol>
        <Qr svg={founded.svg} name={words.sheet} />
        <p class="print-only">{words.keep}</p>
      </section>
      <Button wide onPress={() => window.print()}>
        {words.print}
      </Button>
      <Button look="main" wide onPress={onWritten}>
        {words.written}
      </Button>
    </Screen>
  )
}

interface CheckProps {
  readonly words: readonly string[]
  readonly onBack: () => void
}

function Check({ words: key, onBack }: CheckProps) {
  const words = say().recovery
  const asked = useSignal(someOf(key.length))
  const typed = useSignal<Readonly<Record<number, string>>>({})
  const wrong = useSignal<ReadonlySet<number>>(new Set())
  const check = () => {
    const isSame = (at: number) => (typed.value[at] ?? "").trim().normalize("NFKC") === key[at]?.normalize("NFKC")
    wrong.value = new Set(asked.value.filter((at) => !isSame(at)))
    if (wrong.value.size === 0) step.value = { at: "looking" }
  }
  return (
    <Screen title={words.check}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          check()
        }}
      >
        {asked.value.map((at) => (
          <TextField
            key={at}
            label={words.word(at + 1)}
            wrong={wrong.value.has(at) ? words.wrong(at + 1) : undefined}
            value={typed.value[at] ?? ""}
            onType={(text) => {
              typed.value = { ...typed.value, [at]: text }
            }}
          />
        ))}
        <Button look="main" wide type="submit">
          {words.done}
        </Button>
        <Button look="plain" wide onPress={onBack}>
          {words.look}
        </Button>
      </form>
    </Screen>
  )
}

/** Places of words to ask for, by chance, ascending. */
function someOf(count: number): number[] {
  const places = new Set<number>()
  while (places.size < ASKED) places.add((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % count)
  return [...places].sort((one, other) => one - other)
}
