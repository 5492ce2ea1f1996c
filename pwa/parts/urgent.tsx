/** Whom to phone, now; also without a signal. */

import { Phone } from "lucide-preact"
import { people } from "../store/store.ts"
import { say } from "../words/day.ts"
import { Sheet } from "./sheet.tsx"

export function Urgent() {
  const words = say().visit
  const number = people.value?.policy.urgent_phone
  return (
    <Sheet tone="danger" label={words.urgent}>
      <strong>{words.urgent}</strong>
      {typeof number === "string" ? (
        <a class="button danger wide" href={`tel:${number}`}>
          <Phone aria-hidden="true" /> {words.urgentNumber(number)}
        </a>
      ) : (
        <p>{words.urgentNone}</p>
      )}
      <p>{words.emergency}</p>
    </Sheet>
  )
}
