/** The way in, step by step, for whoever holds the phone first. */

import { useSignal } from "@preact/signals"
import { Button, TextField } from "../../parts/controls.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { closedWhy, places, step, trouble, vaults } from "../../store/way_in.ts"
import { say as sayDesk } from "../../words/desk.ts"
import { say } from "../../words/way_in.ts"
import { Found } from "./found.tsx"
import { Join } from "./join.tsx"
import { RecoverySheet } from "./recovery_sheet.tsx"
import { Shelf } from "./shelf.tsx"

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
      {now.at === "found" && <Found />}
      {now.at === "join" && <Join links={now.links} />}
      {now.at === "recovery" && <RecoverySheet founded={now.founded} />}
    </main>
  )
}

function Welcome() {
  const words = say()
  const link = useSignal("")
  return (
    <Screen title={words.name}>
      <p>{words.motto}</p>
      <Trouble code={trouble.value} />
      <Sheet>
        <h2>{words.invited}</h2>
        <p class="soft">{words.invitedHelp}</p>
        <TextField
          label={words.paste}
          value={link.value}
          onType={(text) => {
            link.value = text
          }}
        />
        <Button
          look="main"
          wide
          disabled={!link.value.includes("#i=")}
          onPress={() => {
            step.value = { at: "join", links: [link.value.trim()] }
          }}
        >
          {words.go}
        </Button>
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
