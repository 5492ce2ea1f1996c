/** One's own corner: who I am, how I like to read, whether this device keeps what I write. */

import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Button, Chips } from "../../parts/controls.tsx"
import { Badge, Screen, Sheet } from "../../parts/sheet.tsx"
import { takeOver, update } from "../../register.ts"
import { flushAll, lock } from "../../store/guard.ts"
import type { VaultCard } from "../../store/host.ts"
import { host } from "../../store/link.ts"
import { deviceName } from "../../store/names.ts"
import { textSize, theme } from "../../store/preferences.ts"
import { address } from "../../store/route.ts"
import { memberName, people, sync } from "../../store/store.ts"
import { askToKeep } from "../../store/way_in.ts"
import { language } from "../../words/both.ts"
import { calendar } from "../../words/days.ts"
import { say as sayDesk } from "../../words/desk.ts"
import { say } from "../../words/me.ts"
import { ChangePassphrase } from "./change_passphrase.tsx"
import { PasskeyWay } from "./passkey.tsx"

const MEGABYTE = 1024 ** 2

export function Me() {
  const words = say()
  const me = people.value?.me
  return (
    <Screen title={words.title}>
      {me && (
        <Sheet>
          <h2>{memberName(me.member)}</h2>
          <p class="row">
            <Badge>{sayDesk().people.roles[me.role]}</Badge>
            <span class="soft">{deviceName(me.device)}</span>
          </p>
          <div class="row">
            <Button look="main" onPress={() => void lock("hand")}>
              {words.lock}
            </Button>
            <Button onPress={() => void host.contact()}>{words.contact}</Button>
            {me.role !== "supporter" && (
              <a class="button plain" href={address("people")}>
                {sayDesk().people.title}
              </a>
            )}
            <a class="button plain" href={address("alarms")}>
              {words.alarms}
            </a>
          </div>
        </Sheet>
      )}
      {update.value === "ready" && (
        <Sheet tone="info">
          <p>{words.update}</p>
          <Button look="main" onPress={() => void flushAll().then(takeOver)}>
            {words.updateNow}
          </Button>
        </Sheet>
      )}
      <Storage />
      <Reading />
      <Openers />
    </Screen>
  )
}

/** What opens this notebook. */
function Openers() {
  const vault = useSignal<VaultCard | null>(null)
  const look = () => {
    void host.here().then((card) => {
      vault.value = card
    })
  }
  useEffect(look, [])
  if (!vault.value) return null
  const { id, hasPasskey } = vault.value
  return (
    <>
      <PasskeyWay vault={vault.value} onChanged={look} />
      <ChangePassphrase vault={vault.value} key={`${id}-${hasPasskey}`} />
    </>
  )
}

function Storage() {
  const words = say()
  const { isPersistent, free } = sync.value.storage
  const hasAsked = useSignal(false)
  return (
    <Sheet label={words.storage}>
      <h2>{words.storage}</h2>
      <p>{isPersistent ? words.kept : words.notKept}</p>
      {free !== null && <p class="soft">{words.free(Math.floor(free / MEGABYTE))}</p>}
      {!isPersistent && !hasAsked.value && (
        <Button
          onPress={() => {
            hasAsked.value = true
            void askToKeep().then(() => host.contact())
          }}
        >
          {words.keep}
        </Button>
      )}
    </Sheet>
  )
}

function Reading() {
  const words = say()
  return (
    <Sheet>
      <Chips
        legend={words.language}
        options={options(words.languages)}
        chosen={language.value}
        onChoose={(chosen) => {
          language.value = chosen
        }}
      />
      <Chips
        legend={words.calendar}
        options={options(words.calendars)}
        chosen={calendar.value}
        onChoose={(chosen) => {
          calendar.value = chosen
        }}
      />
      <Chips
        legend={words.theme}
        options={options(words.themes)}
        chosen={theme.value}
        onChoose={(chosen) => {
          theme.value = chosen
        }}
      />
      <Chips
        legend={words.size}
        options={options(words.sizes)}
        chosen={textSize.value}
        onChoose={(chosen) => {
          textSize.value = chosen
        }}
      />
    </Sheet>
  )
}

function options<T extends string>(labels: Readonly<Record<T, string>>) {
  return Object.entries<string>(labels).map(([value, label]) => ({ value: value as T, label }))
}
