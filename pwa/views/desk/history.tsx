/** A record's past: who wrote which value when, on which device, and why it counts or does not. */

import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Badge, Screen } from "../../parts/sheet.tsx"
import type { Trace } from "../../store/host.ts"
import { host } from "../../store/link.ts"
import { deviceName, nameOf } from "../../store/names.ts"
import { route } from "../../store/route.ts"
import { memberName } from "../../store/store.ts"
import { momentOf } from "../../words/days.ts"
import { say } from "../../words/desk.ts"
import { fieldName, kindOf, typeName } from "../../words/records.ts"
import { refusalText } from "../../words/refusals.ts"
import { valueText } from "../../words/values.ts"

export function History() {
  const [type = "", id = ""] = route.value.about
  const traces = useSignal<readonly Trace[] | null>(null)
  useEffect(() => {
    void host.history(id, type).then((found) => {
      traces.value = found
    })
  }, [type, id])
  const words = say().history
  return (
    <Screen title={words.title} wide>
      <p>{typeName(type)}</p>
      {traces.value?.length === 0 && <p>{words.none}</p>}
      <ol class="stack">
        {(traces.value ?? []).map((trace) => (
          <li class="sheet" key={`${trace.changes[0]} ${trace.field} ${JSON.stringify(trace.element)}`}>
            <Written type={type} trace={trace} />
          </li>
        ))}
      </ol>
    </Screen>
  )
}

function Written({ type, trace }: { readonly type: string; readonly trace: Trace }) {
  const words = say().history
  const kind = kindOf(type, trace.field)
  const element = trace.element === null ? "" : `${valueText(kind, trace.element, nameOf)}: `
  const value = valueText(trace.element === null ? kind : { kind: "bool" }, trace.value, nameOf)
  return (
    <>
      <h2>{fieldName(type, trace.field)}</h2>
      <p class="pre">
        {element}
        {value}
      </p>
      <p class="row soft">
        <span>{say().when(memberName(trace.by), momentOf(trace.at))}</span>
        <span>{words.device(deviceName(trace.device) ?? trace.device.slice(0, 8))}</span>
        {trace.counts === null ? (
          <Badge tone={trace.isShown ? "good" : "normal"}>{trace.isShown ? words.shown : words.counts}</Badge>
        ) : (
          <Badge tone="care">{words.not(refusalText(trace.counts))}</Badge>
        )}
      </p>
    </>
  )
}
