/** The way in, step by step, for whoever holds the phone first. */

import { useSignal } from "@preact/signals"
import { Camera } from "lucide-preact"
import { Button, TextField } from "../../parts/controls.tsx"
import { later } from "../../parts/later.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { accept } from "../../store/invitation.ts"
import { closedWhy, places, step, trouble, vaults } from "../../store/way_in.ts"
import { say as sayDesk } from "../../words/desk.ts"
import { strayText } from "../../words/strays.ts"
import { say } from "../../words/way_in.ts"
import { Found } from "./found.tsx"
import { Join } from "./join.tsx"
import { RecoverySheet } from "./recovery_sheet.tsx"
import { Shelf } from "./shelf.tsx"

const Scan = later(() => import("./scan.tsx").then((file) => file.Scan))

export function WayIn() {
  const now = step.value
  return (
    <main class="way-in">
      {closedWhy.value && say().closed[closedWhy.value] && (
        <div class="screen">
          <Sheet tone="info">{say().closed[closedWhy.value]}</Sheet>
        </div>
      )}
      {now.at === "looking" && <p class="screen">{say().looking}</p>}
      {now.at === "shelf" && <Shelf />}
      {now.at === "welcome" && <Welcome />}
      {now.at === "scan" && <Scan />}
      {now.at === "found" && <Found />}
      {now.at === "join" && <Join links={now.links} />}
      {now.at === "recovery" && <RecoverySheet founded={now.founded} />}
    </main>
  )
}

function Welcome() {
  const words = say()
  return (
    <Screen title={words.name}>
      <p>{words.motto}</p>
      <Trouble code={trouble.value} />
      <Sheet>
        <h2>{words.invited}</h2>
        <p class="soft">{words.invitedHelp}</p>
        <Button
          look="main"
          wide
          onPress={() => {
            step.value = { at: "scan" }
          }}
        >
          <Camera aria-hidden="true" />
          {words.scan}
        </Button>
        <PasteLink />
      </Sheet>
      <LookAround />
      <Button
        wide
        onPress={() => {
          step.value = { at: "found" }
        }}
      >
        {words.found}
      </Button>
      {vaults.value.length > 0 && <Back />}
    </Screen>
  )
}

function PasteLink() {
  const words = say()
  const link = useSignal("")
  const wrong = useSignal<string | undefined>(undefined)
  const take = async () => {
    const stray = await accept(link.value)
    wrong.value = stray ? strayText(stray) : undefined
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void take()
      }}
    >
      <TextField
        label={words.paste}
        wrong={wrong.value}
        value={link.value}
        onType={(text) => {
          link.value = text
        }}
      />
      <Button wide type="submit" disabled={link.value.trim() === ""}>
        {words.go}
      </Button>
    </form>
  )
}

/** On a demo server only: invitations that lie ready. */
function LookAround() {
  if (places.value.length === 0) return null
  return (
    <Sheet tone="info">
      <h2>{say().around}</h2>
      <div class="row">
        {places.value.map(({ role, links }) => (
          <Button
            key={role}
            disabled={links.length === 0}
            onPress={() => {
              step.value = { at: "join", links }
            }}
          >
            {say().aroundAs(sayDesk().people.roles[role])}
          </Button>
        ))}
      </div>
    </Sheet>
  )
}

/** To the notebooks of this browser. */
export function Back() {
  return (
    <Button
      look="plain"
      onPress={() => {
        trouble.value = null
        step.value = { at: vaults.value.length > 0 ? "shelf" : "welcome" }
      }}
    >
      {say().back}
    </Button>
  )
}
