/** What must not happen at a house: first, before everything else, on every screen that leads there. */

import { Ban } from "lucide-preact"
import type { RecordPicture } from "../store/picture.ts"
import { shown } from "../store/store.ts"
import type { Care } from "../store/today.ts"
import { say } from "../words/day.ts"
import { choiceName } from "../words/records.ts"
import { Badge, Sheet } from "./sheet.tsx"

export function CareSheet({ care }: { readonly care: Care }) {
  const words = say().careful
  const isQuiet = care.preferences.length === 0 && !care.isRefused && care.rule === null
  if (isQuiet) return null
  return (
    <Sheet tone={care.isStopped ? "danger" : "care"} label={words.title}>
      <strong class="row">
        <Ban aria-hidden="true" size="1.25em" /> {words.title}
      </strong>
      {care.isStopped && <strong>{say().today.stopped}</strong>}
      <div class="row">
        {care.isRefused && <Badge tone="danger">{words.refused}</Badge>}
        {care.rule && (
          <Badge tone="care">
            {words.rule}: {choiceName("VisitRule", care.rule)}
          </Badge>
        )}
      </div>
      {care.preferences.map((preference) => (
        <Preference key={preference.id} preference={preference} />
      ))}
    </Sheet>
  )
}

function Preference({ preference }: { readonly preference: RecordPicture }) {
  const words = say().careful
  const { fields } = preference
  const nots = [
    fields.no_contact === true && words.noContact,
    fields.leave_card_ok === false && words.noCard,
    fields.voicemail_ok === false && words.noVoicemail,
    fields.logo_car_ok === false && words.noLogo,
    fields.uniform_ok === false && words.noBadge,
    ...listOf(fields.never_topics).map(words.never),
  ].filter((each) => each !== false)
  const introduce = shown<string>(preference, "introduce_as")
  return (
    <ul>
      {fields.knows_of_support !== undefined && (
        <li>
          {words.knows} {choiceName("KnowsOfSupport", fields.knows_of_support)}
        </li>
      )}
      {introduce && <li>{words.introduce(introduce)}</li>}
      {nots.map((text) => (
        <li key={text}>{text}</li>
      ))}
      {listOf(fields.good_topics).map((topic) => (
        <li key={topic}>{words.good(topic)}</li>
      ))}
    </ul>
  )
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
