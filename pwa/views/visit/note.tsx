/** A note that was submitted: as it was written, where it is, what was asked about it, and what is added to it. */

import { useSignal } from "@preact/signals"
import { Button, Chips, TextField } from "../../parts/controls.tsx"
import { RecordText } from "../../parts/record_text.tsx"
import { SegmentsText } from "../../parts/segments_text.tsx"
import { Badge, Screen, Sheet } from "../../parts/sheet.tsx"
import { labelOfCase } from "../../store/households.ts"
import { newId } from "../../store/ids.ts"
import { host } from "../../store/link.ts"
import type { Id, RecordPicture } from "../../store/picture.ts"
import { address, route } from "../../store/route.ts"
import { memberName, people, record, recordsOf, reviews, shown } from "../../store/store.ts"
import { say } from "../../words/day.ts"
import { momentOf } from "../../words/days.ts"
import { say as sayDesk } from "../../words/desk.ts"
import { choicesOf } from "../../words/records.ts"

export function Note() {
  const words = say().note
  const note = record("visit_note", route.value.about[0] ?? "")
  if (!note) return <Screen title={words.gone}>{null}</Screen>
  const review = reviews.value.get(note.id)
  const visit = record("visit", shown<Id>(note, "visit") ?? "")
  const addenda = [...recordsOf("addendum").values()].filter((each) => each.fields.target === note.id)
  return (
    <Screen title={shown<string>(note, "title") || words.title}>
      <p class="row">
        {note.case && <a href={address("household", note.case)}>{labelOfCase(note.case)}</a>}
        <span>{sayDesk().when(memberName(note.by), momentOf(note.at))}</span>
        <Badge>{words.where[note.where]}</Badge>
        {review && note.where === "sent" && <Badge>{sayDesk().review.state[review.state]}</Badge>}
      </p>
      {review && <Questions reviews={review.reviews} note={note} />}
      {visit?.open.some(({ status }) => status === "conflict") && <Sheet tone="care">{words.differs}</Sheet>}
      <Sheet>
        <RecordText record={note} except={["visit", "title", "segments", "own_segments"]} />
        <SegmentsText record={note} field="segments" />
        <SegmentsText record={note} field="own_segments" />
      </Sheet>
      {addenda.map((each) => (
        <Sheet key={each.id}>
          <p class="soft">{sayDesk().when(memberName(each.by), momentOf(each.at))}</p>
          <RecordText record={each} except={["target"]} />
        </Sheet>
      ))}
      <Addendum note={note} />
    </Screen>
  )
}

/** What a reviewer would like to know, and the author's answer. */
function Questions({ reviews: ids, note }: { readonly reviews: readonly Id[]; readonly note: RecordPicture }) {
  const asked = ids.flatMap((id) => record("review", id) ?? []).filter(({ fields }) => fields.question)
  return (
    <>
      {asked.map((review) => (
        <Question key={review.id} review={review} note={note} />
      ))}
    </>
  )
}

function Question({ review, note }: { readonly review: RecordPicture; readonly note: RecordPicture }) {
  const words = say().note
  const answer = useSignal("")
  const isMine = note.by === people.value?.me.member
  const send = () =>
    host.write([
      {
        record: review.id,
        type: "review",
        where: { ...(note.case ? { case: note.case } : {}), ownOf: note.by },
        put: { answer: answer.value.trim(), state: "waiting" },
      },
    ])
  return (
    <Sheet tone="info">
      <strong>{words.asked}</strong>
      <p class="pre">{shown<string>(review, "question")}</p>
      {shown<string>(review, "answer") && <p class="pre">{sayDesk().review.answer(shown(review, "answer") ?? "")}</p>}
      {isMine && !shown(review, "answer") && (
        <>
          <TextField
            long
            max={2_000}
            label={words.answer}
            value={answer.value}
            onType={(text) => {
              answer.value = text
            }}
          />
          <Button look="main" disabled={answer.value.trim() === ""} onPress={() => void send()}>
            {words.sendAnswer}
          </Button>
        </>
      )}
    </Sheet>
  )
}

function Addendum({ note }: { readonly note: RecordPicture }) {
  const words = say().note
  const text = useSignal("")
  const kind = useSignal("addition")
  const kinds = choicesOf("AddendumKind")
  const add = async () => {
    const put = { target: note.id, kind: kind.value, text: text.value.trim() }
    const where = {
      ...(note.case ? { case: note.case } : {}),
      ...(note.circles.dispatch ? { dispatch: note.circles.dispatch } : {}),
    }
    await host.write([{ record: newId(people.value?.me.member ?? ""), type: "addendum", where, put }])
    text.value = ""
  }
  return (
    <details class="sheet">
      <summary>{words.addendum}</summary>
      <p class="soft">{words.addendumHelp}</p>
      <Chips
        legend={words.kind}
        options={kinds}
        chosen={kinds.some(({ value }) => value === kind.value) ? kind.value : kinds[0]?.value}
        onChoose={(chosen) => {
          kind.value = chosen
        }}
      />
      <TextField
        long
        max={2_000}
        label={words.addendum}
        value={text.value}
        onType={(typed) => {
          text.value = typed
        }}
      />
      <Button look="main" disabled={text.value.trim() === ""} onPress={() => void add()}>
        {words.addendum}
      </Button>
    </details>
  )
}
