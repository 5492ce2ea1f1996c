/** What waits for a reviewer: urgent first. For the reviewer at the desk. */

import { Badge, Screen } from "../../parts/sheet.tsx"
import { labelOfCase } from "../../store/households.ts"
import { askedNotes, type InQueue, reviewQueue } from "../../store/review_queue.ts"
import { address } from "../../store/route.ts"
import { memberName, now, recordsOf, reviews, shown } from "../../store/store.ts"
import { ago, dayOf, shortDay } from "../../words/days.ts"
import { say } from "../../words/desk.ts"

export function ReviewQueue() {
  const words = say().review
  const notes = recordsOf("visit_note")
  const waiting = reviewQueue(notes, reviews.value.values())
  const asked = askedNotes(notes, reviews.value.values())
  return (
    <Screen title={words.title}>
      {waiting.length === 0 && <p>{words.none}</p>}
      <List items={waiting} label={words.waiting} />
      {asked.length > 0 && <h2>{words.asked}</h2>}
      <List items={asked} label={words.asked} />
    </Screen>
  )
}

function List({ items, label }: { readonly items: readonly InQueue[]; readonly label: string }) {
  if (items.length === 0) return null
  return (
    <ul class="stack" aria-label={label}>
      {items.map((item) => (
        <li key={item.note.id}>
          <Item {...item} />
        </li>
      ))}
    </ul>
  )
}

function Item({ note, review, concern, since, due }: InQueue) {
  const words = say().review
  return (
    <a class={concern === "urgent" ? "sheet danger" : "sheet"} href={address("review", note.id)}>
      <span class="row apart">
        <strong>{shown<string>(note, "title") || labelOfCase(note.case)}</strong>
        {concern !== "none_seen" && (
          <Badge tone={concern === "urgent" ? "danger" : "care"}>{words.concern[concern]}</Badge>
        )}
      </span>
      <span class="row soft">
        <span>{labelOfCase(note.case)}</span>
        <span>{memberName(note.by)}</span>
        <span>{ago(since, now.value)}</span>
      </span>
      <span class="row">
        <Badge>{words.state[review.state]}</Badge>
        {note.isLate && <Badge>{words.late}</Badge>}
        <span class="soft">{due < now.value ? words.past : words.by(shortDay(dayOf(due - 1)))}</span>
      </span>
    </a>
  )
}
