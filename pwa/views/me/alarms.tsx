/** What a person has to see: what a server or a device did that it must not. In plain words, with what to do. */

import { Button } from "../../parts/controls.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { host } from "../../store/link.ts"
import { sync } from "../../store/store.ts"
import { momentOf } from "../../words/days.ts"
import { say } from "../../words/me.ts"
import { refusalAdvice, refusalText } from "../../words/refusals.ts"

export function Alarms() {
  const words = say()
  const { alarms } = sync.value
  return (
    <Screen title={words.alarms}>
      {alarms.length === 0 && <p>{words.noAlarms}</p>}
      {alarms.map(({ code, about, at }) => (
        <Sheet key={`${code} ${about}`} tone="care">
          <p>{refusalText(code)}</p>
          <p>{refusalAdvice(code)}</p>
          <p class="soft">
            {momentOf(at)} · {code} {about.slice(0, 8)}
          </p>
          <Button onPress={() => void host.dismiss(code, about)}>{words.seen}</Button>
        </Sheet>
      ))}
    </Screen>
  )
}
