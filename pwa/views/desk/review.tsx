/** One note, read by a reviewer: who asks, accepts, or takes it to a conference, and never edits it. */

import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Button, ManyChips, TextField } from "../../parts/controls.tsx"
import { RecordText } from "../../parts/record_text.tsx"
import { hasSegments, SegmentsText } from "../../parts/segments_text.tsx"
import { Badge, Screen, Sheet } from "../../parts/sheet.tsx"
import { labelOfCase } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import type { Plain, RecordPicture } from "../../store/picture.ts"
import { concernOf, reviewQueue } from "../../store/review_queue.ts"
import { address, go, route } from "../../store/route.ts"
import { memberName, record, recordsOf, reviews, shown } from "../../store/store.ts"
import { momentOf } from "../../words/days.ts"
import { say } from "../../words/desk.ts"
import { choicesOf } from "../../words/records.ts"

const OWN = ["self_harm", "harm_to_others", "abuse", "dv", "poverty", "health", "living", "parent_frailty", "day_night"]
/** The check that says an urgent note was acted on. */
const ACTED = "risk_handled"

export function Review() {
  const note = record("visit_note", route.value.about[0] ?? "")
  const words = say().review
  useKeys(note)
  if (!note) return <Screen title={words.gone}>{null}</Screen>
  const review = reviews.value.get(note.id)
  const concern = concernOf(note)
  return (
    <Screen title={shown<string>(note, "title") || labelOfCase(note.case)} wide>
      <p class="row">
        {note.case && <a href={address("household", note.case)}>{labelOfCase(note.case)}</a>}
        <span>{say().when(memberName(note.by), momentOf(note.at))}</span>
        {review && <Badge>{words.state[review.state]}</Badge>}
        {concern !== "none_seen" && (
          <Badge tone={concern === "urgent" ? "danger" : "care"}>{words.concern[concern]}</Badge>
        )}
        {note.isLate && <Badge>{words.late}</Badge>}
      </p>
      <div class="beside">
        <div class="stack">
          <AsWritten note={note} />
          <Earlier ids={review?.reviews ?? []} />
        </div>
        <Verdict key={note.id} note={note} />
      </div>
      <p class="row apart soft">
        <Button look="plain" onPress={() => step(note, -1)}>
          {words.previous}
        </Button>
        <span>{words.keys}</span>
        <Button look="plain" onPress={() => step(note, 1)}>
          {words.next}
        </Button>
      </p>
    </Screen>
  )
}

function AsWritten({ note }: { readonly note: RecordPicture }) {
  const words = say().review
  const addenda = [...recordsOf("addendum").values()].filter((each) => each.fields.target === note.id)
  return (
    <>
      <Sheet label={words.quick}>
        <h2>{words.quick}</h2>
        <RecordText record={note} except={["visit", "title", "segments", "own_segments", ...OWN]} />
      </Sheet>
      <Sheet label={words.facts}>
        <h2>{words.facts}</h2>
        <SegmentsText record={note} field="segments" />
      </Sheet>
      {(hasSegments({ record: note, field: "own_segments" }) || OWN.some((field) => note.fields[field])) && (
        <Sheet label={words.own} tone="care">
          <h2>{words.own}</h2>
          <SegmentsText record={note} field="own_segments" />
          <RecordText record={note} fields={OWN} />
        </Sheet>
      )}
      {addenda.map((each) => (
        <Sheet key={each.id} label={words.addenda}>
          <h2>{words.addenda}</h2>
          <p class="soft">{say().when(memberName(each.by), momentOf(each.at))}</p>
          <RecordText record={each} except={["target"]} />
        </Sheet>
      ))}
      <p class="soft">{words.never}</p>
    </>
  )
}

function Earlier({ ids }: { readonly ids: readonly string[] }) {
  const words = say().review
  const earlier = ids.flatMap((id) => record("review", id) ?? [])
  if (earlier.length === 0) return null
  return (
    <Sheet label={words.earlier}>
      <h2>{words.earlier}</h2>
      {earlier.map((each) => (
        <div key={each.id}>
          <p class="soft">{say().when(memberName(each.by), momentOf(each.at))}</p>
          <RecordText record={each} fields={["state", "checks", "question", "answer", "conference_reason"]} />
        </div>
      ))}
    </Sheet>
  )
}

/** What the reviewer says of it. */
function Verdict({ note }: { readonly note: RecordPicture }) {
  const words = say().review
  const checks = useSignal<readonly string[]>([])
  const question = useSignal("")
  const reason = useSignal("")
  const isUrgent = concernOf(note) === "urgent" && !checks.value.includes(ACTED)
  const write = async (state: string) => {
    const conference = reason.value === "" ? {} : { conference_flag: true, conference_reason: reason.value }
    const asked = state === "question" ? { question: question.value } : {}
    const fields: Record<string, Plain> = { checks: checks.value, ...asked, ...conference }
    const next = beside(note, 1)
    await host.review(note.id, state, fields)
    show(next)
  }
  return (
    <Sheet label={words.title}>
      <ManyChips
        legend={words.checks}
        options={choicesOf("ReviewCheck")}
        chosen={checks.value}
        onChoose={(chosen) => {
          checks.value = chosen
        }}
      />
      <TextField
        long
        label={words.conferenceReason}
        value={reason.value}
        onType={(text) => {
          reason.value = text
        }}
      />
      {isUrgent && <p role="status">{words.urgentFirst}</p>}
      <Button look="main" wide disabled={isUrgent} onPress={() => void write("accepted")}>
        {words.accept}
      </Button>
      <Button wide disabled={isUrgent} onPress={() => void write("accepted_with_addendum")}>
        {words.acceptWithAddendum}
      </Button>
      <TextField
        long
        label={words.question}
        help={words.questionHelp}
        value={question.value}
        onType={(text) => {
          question.value = text
        }}
      />
      <Button wide disabled={question.value.trim() === ""} onPress={() => void write("question")}>
        {words.ask}
      </Button>
    </Sheet>
  )
}

/** The note before or after this one in the queue; null at its ends. */
function beside(note: RecordPicture, by: number): RecordPicture | null {
  const queue = reviewQueue(recordsOf("visit_note"), reviews.value.values())
  const at = queue.findIndex((each) => each.note.id === note.id)
  return queue[at < 0 ? 0 : at + by]?.note ?? null
}

function step(note: RecordPicture, by: number): void {
  show(beside(note, by))
}

function show(note: RecordPicture | null): void {
  if (note) go("review", note.id)
  else go("reviews")
}

function useKeys(note: RecordPicture | undefined): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      if (!note || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === "j") step(note, 1)
      if (event.key === "k") step(note, -1)
    }
    window.addEventListener("keydown", press)
    return () => window.removeEventListener("keydown", press)
  }, [note])
}
