/** Today: whom to visit, what must not happen there, what was promised, what is unfinished. For the supporter. */

import { useSignal } from "@preact/signals"
import { PenLine } from "lucide-preact"
import { useEffect } from "preact/hooks"
import { CareSheet } from "../../parts/care.tsx"
import { Button } from "../../parts/controls.tsx"
import { Badge, Screen, Sheet } from "../../parts/sheet.tsx"
import type { Typing } from "../../store/host.ts"
import { labelOfCase, ofCase } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import type { Id, RecordPicture } from "../../store/picture.ts"
import { address } from "../../store/route.ts"
import { circles, now, people, record, recordsOf, reviews, shown, sync } from "../../store/store.ts"
import { careOf, dueOf, followUpsDue, isLate, type Sent, sentTo, visitsAhead } from "../../store/today.ts"
import { say } from "../../words/day.ts"
import { ago, dayOf, holidayOf, longDay, momentOf, shortDay } from "../../words/days.ts"
import { choiceName } from "../../words/records.ts"

export function Today() {
  const words = say().today
  const me = people.value?.me.member ?? ""
  const today = dayOf(now.value)
  const houses = sentTo(circles.value.values(), me)
  const holiday = holidayOf(today)
  return (
    <Screen
      title={words.title}
      aside={<span class="soft">{holiday ? `${longDay(today)} ${holiday}` : longDay(today)}</span>}
    >
      <Unfinished />
      <Questions me={me} />
      {houses.length === 0 && <p>{words.noHouses}</p>}
      {houses.map((house) => (
        <House key={house.dispatch.id} house={house} me={me} />
      ))}
      <h2>{words.followUps}</h2>
      <FollowUps me={me} today={today} />
    </Screen>
  )
}

/** Notes that were begun and not submitted. */
function Unfinished() {
  const words = say().today
  const begun = useSignal<readonly Typing[]>([])
  useEffect(() => {
    void host.typings().then((found) => {
      begun.value = found.filter(({ about }) => about.form === "visit")
    })
  }, [])
  return (
    <>
      {begun.value.map(({ id, about, at }) => (
        <a
          key={id}
          class="sheet info"
          href={address("visit", ...[about.dispatch, about.record].filter((each) => each !== undefined))}
        >
          <strong>{words.resume}</strong>
          <span>
            {labelOfCase(circles.value.get(about.dispatch ?? "")?.case ?? null)} {ago(at, now.value)} · {words.goOn}
          </span>
        </a>
      ))}
    </>
  )
}

/** What reviewers would like to know from me. */
function Questions({ me }: { readonly me: Id }) {
  const asked = [...reviews.value.values()].filter(({ state, by }) => state === "question" && by === me)
  return (
    <>
      {asked.map(({ note }) => (
        <a key={note} class="sheet info" href={address("note", note)}>
          <strong>{say().today.question}</strong>
          <span>{shown<string>(record("visit_note", note), "title")}</span>
        </a>
      ))}
    </>
  )
}

function House({ house: { dispatch, caseId }, me }: { readonly house: Sent; readonly me: Id }) {
  const words = say().today
  const care = careOf(ofCase("contact_preference", caseId), ofCase("risk_flag", caseId), ofCase("consent", caseId))
  const visits = visitsAhead(ofCase("visit", caseId), me).filter((visit) => visit.circles.dispatch === dispatch.id)
  const { received } = sync.value
  return (
    <Sheet label={labelOfCase(caseId)}>
      <div class="row apart">
        <h2>
          <a href={address("household", caseId)}>{labelOfCase(caseId)}</a>
        </h2>
        {received !== null && <span class="soft">{words.fresh(ago(received, now.value))}</span>}
      </div>
      <CareSheet care={care} />
      {visits.map((visit) => (
        <Visit key={visit.id} visit={visit} dispatch={dispatch.id} />
      ))}
      <a class="button main wide" href={address("visit", dispatch.id)}>
        <PenLine aria-hidden="true" /> {words.record}
      </a>
      <a class="button plain" href={address("plan", dispatch.id)}>
        {say().plan.title}
      </a>
    </Sheet>
  )
}

function Visit({ visit, dispatch }: { readonly visit: RecordPicture; readonly dispatch: Id }) {
  const start = shown<number>(visit, "planned_start")
  return (
    <p class="row apart">
      <a href={address("plan", dispatch, visit.id)}>
        {start === undefined ? say().unclear : momentOf(start)}
        <span class="unseen"> {say().plan.edit}</span>
      </a>
      <a class="button" href={address("visit", dispatch, visit.id)}>
        {say().today.record}
      </a>
    </p>
  )
}

function FollowUps({ me, today }: { readonly me: Id; readonly today: string }) {
  const words = say().today
  const due = followUpsDue(recordsOf("follow_up").values(), me, today)
  if (due.length === 0) return <p>{words.noFollowUps}</p>
  return (
    <ul class="stack">
      {due.map((each) => (
        <li key={each.id}>
          <FollowUp followUp={each} today={today} />
        </li>
      ))}
    </ul>
  )
}

function FollowUp({ followUp, today }: { readonly followUp: RecordPicture; readonly today: string }) {
  const words = say().today
  const due = dueOf(followUp.fields.due)
  const done = () =>
    host.write([
      {
        record: followUp.id,
        type: "follow_up",
        where: {
          ...(followUp.case ? { case: followUp.case } : {}),
          ...(followUp.circles.dispatch ? { dispatch: followUp.circles.dispatch } : {}),
        },
        put: { state: "done" },
      },
    ])
  return (
    <Sheet>
      <div class="row apart">
        <strong>
          {choiceName("FollowUpKind", followUp.fields.kind)} {shown<string>(followUp, "text")}
        </strong>
        {followUp.fields.promised === true && <Badge tone="care">{words.promised}</Badge>}
      </div>
      <p class="row soft">
        <span>{labelOfCase(followUp.case)}</span>
        <span>
          {due ? [due.on, due.until].flatMap((day) => (day ? [shortDay(day)] : [])).join(" 〜 ") : say().unclear}
        </span>
        {isLate(followUp, today) && <span>{words.late}</span>}
      </p>
      <Button onPress={() => void done()}>{words.done}</Button>
    </Sheet>
  )
}
