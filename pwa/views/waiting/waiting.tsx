/** What is on this device only, and why; what was refused, and what can be done. Nothing vanishes. */

import { dictionary } from "../../../sync/dictionary.ts"
import { Button } from "../../parts/controls.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { host } from "../../store/link.ts"
import type { Id, RecordPicture, RecordType } from "../../store/picture.ts"
import { address } from "../../store/route.ts"
import { record, recordsOf, shown, sync } from "../../store/store.ts"
import { say } from "../../words/day.ts"
import { momentOf } from "../../words/days.ts"
import { say as sayHouse } from "../../words/house.ts"
import { typeName } from "../../words/records.ts"
import { refusalAdvice, refusalText } from "../../words/refusals.ts"

export function Waiting() {
  const words = say().waiting
  const { waiting, refused, unsent, doing } = sync.value
  const here = Object.keys(dictionary().types).flatMap((type) => {
    return [...recordsOf(type).values()].filter(({ where }) => where === "here")
  })
  return (
    <Screen title={words.title}>
      {unsent === 0 && refused.length === 0 && <p>{words.none}</p>}
      {doing === "offline" && <Sheet>{sayHouse().offline}</Sheet>}
      {unsent > 0 && (
        <Button look="main" wide onPress={() => void host.contact()}>
          {words.contact}
        </Button>
      )}
      {here.length > 0 && <h2>{words.here}</h2>}
      <ul class="stack">
        {here.map((each) => (
          <li key={each.id} class="sheet">
            <Named type={each.type} id={each.id} />
            <span class="soft">{momentOf(each.last)}</span>
          </li>
        ))}
      </ul>
      {waiting.length > 0 && <h2>{words.why}</h2>}
      {waiting.map(({ circle, code, records }, at) => (
        <Sheet key={`${circle} ${at + 1}`}>
          <p>{code ? refusalText(code) : sayHouse().contact}</p>
          {code && <p class="soft">{refusalAdvice(code)}</p>}
          <p class="soft">{words.records(records.length)}</p>
        </Sheet>
      ))}
      {refused.length > 0 && (
        <>
          <h2>{words.refused}</h2>
          <p>{words.refusedHelp}</p>
        </>
      )}
      {refused.map(({ id, code, at, records }) => (
        <Sheet key={id} tone="care">
          <p>{refusalText(code)}</p>
          <p class="soft">{refusalAdvice(code)}</p>
          <ul>
            {records.map((each) => (
              <li key={each.id}>
                <Named {...each} />
              </li>
            ))}
          </ul>
          <p class="soft">
            {momentOf(at)} · {code}
          </p>
          <Button onPress={() => void host.rewrite(id)}>{words.rewrite}</Button>
        </Sheet>
      ))}
    </Screen>
  )
}

function Named({ type, id }: { readonly type: RecordType; readonly id: Id }) {
  const held: RecordPicture | undefined = record(type, id)
  const name = `${typeName(type)} ${shown<string>(held, "title") ?? shown<string>(held, "label") ?? ""}`
  return type === "visit_note" ? <a href={address("note", id)}>{name}</a> : <span>{name}</span>
}
