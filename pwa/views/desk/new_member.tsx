/** Somebody new: what they are called, what they are, what they may decide. */

import { type Signal, useSignal } from "@preact/signals"
import { Button, Chips, ManyChips, TextField } from "../../parts/controls.tsx"
import { host } from "../../store/link.ts"
import type { Role } from "../../store/picture.ts"
import { say } from "../../words/desk.ts"

const ROLES: readonly Role[] = ["supporter", "professional", "staff", "admin"]
const DUTIES = ["reviewer", "coordinator", "privacy"] as const

export function NewMember() {
  const words = say().people
  const [name, post] = [useSignal(""), useSignal("")]
  const role = useSignal<Role>("supporter")
  const duties = useSignal<readonly (typeof DUTIES)[number][]>([])
  const add = async () => {
    await host.addMember(role.value, duties.value, name.value.trim(), post.value.trim())
    set(name, "")
    set(post, "")
  }
  return (
    <form
      class="sheet"
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <h2>{words.add}</h2>
      <TextField required label={words.name} max={40} value={name.value} onType={(text) => set(name, text)} />
      <TextField label={words.post} max={200} value={post.value} onType={(text) => set(post, text)} />
      <Chips
        legend={words.role}
        options={ROLES.map((value) => ({ value, label: words.roles[value] }))}
        chosen={role.value}
        onChoose={(chosen) => set(role, chosen)}
      />
      <ManyChips
        legend={words.duties}
        options={DUTIES.map((value) => ({ value, label: words.duty[value] }))}
        chosen={duties.value}
        onChoose={(chosen) => set(duties, chosen)}
      />
      <Button look="main" type="submit" disabled={name.value.trim() === ""}>
        {words.add}
      </Button>
    </form>
  )
}

function set<T>(signal: Signal<T>, value: T): void {
  signal.value = value
}
