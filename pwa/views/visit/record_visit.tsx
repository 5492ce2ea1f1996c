/** A visit, recorded in thirty seconds with one thumb; words can follow. For the supporter in the parked car. */

import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Button } from "../../parts/controls.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { Refusal } from "../../store/host.ts"
import { labelOfCase, ofCase } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import type { Id } from "../../store/picture.ts"
import { address, goBack, route } from "../../store/route.ts"
import { circles, now, people, record } from "../../store/store.ts"
import { type Kept, keep } from "../../store/typing.ts"
import { missing, newVisitForm, type VisitForm, visitAsked } from "../../store/visit_form.ts"
import { say } from "../../words/day.ts"
import { QuickPart } from "./quick_part.tsx"
import { Segments } from "./segments.tsx"

export function RecordVisit() {
  const [dispatch = "", visit] = route.value.about
  const kept = useSignal<Kept<VisitForm> | null>(null)
  const savedNote = useSignal<Id | null>(null)
  const circle = circles.value.get(dispatch)
  useEffect(() => {
    const id = `visit-${dispatch}${visit ? `-${visit}` : ""}`
    void host.typings().then((typings) => {
      const before = typings.find((each) => each.id === id)
      const about = { form: "visit", dispatch, ...(visit ? { record: visit } : {}) }
      const begun = newVisitForm(people.value?.me.member ?? "", circle?.case ?? "", dispatch, visit ?? null, now.value)
      kept.value = keep(id, about, (before?.content as unknown as VisitForm | undefined) ?? begun)
    })
    return () => void kept.value?.leave()
  }, [dispatch, visit])
  if (savedNote.value) return <Saved note={savedNote.value} />
  if (!kept.value || !circle?.case) return <Screen title={say().visit.title}>{null}</Screen>
  return (
    <Form
      kept={kept.value}
      onSaved={(note) => {
        savedNote.value = note
      }}
    />
  )
}

interface FormProps {
  readonly kept: Kept<VisitForm>
  readonly onSaved: (note: Id) => void
}

function Form({ kept, onSaved }: FormProps) {
  const words = say().visit
  const form = kept.content.value
  const trouble = useSignal<string | null>(null)
  const isBusy = useSignal(false)
  const change = (part: Partial<VisitForm>) => {
    kept.content.value = { ...kept.content.value, ...part }
  }
  const lacking = missing(form)
  const submit = async () => {
    isBusy.value = true
    trouble.value = null
    try {
      const sent = ofCase("dispatch", form.caseId).find((each) => each.circles.dispatch === form.dispatch)
      await host.write(visitAsked(form, people.value?.me.member ?? "", sent?.id ?? null), form.end)
      await kept.done()
      onSaved(form.note)
    } catch (error) {
      trouble.value = error instanceof Refusal ? error.code : "unexpected"
    } finally {
      isBusy.value = false
    }
  }
  return (
    <Screen title={words.title}>
      <p class="row apart">
        <strong>{labelOfCase(form.caseId)}</strong>
        <span class="soft">{say().today.parked}</span>
      </p>
      <QuickPart form={form} change={change} />
      <details class="sheet" open={form.segments.length + form.ownSegments.length > 0}>
        <summary>{words.more}</summary>
        <Segments form={form} change={change} />
      </details>
      <Trouble code={trouble.value} />
      {lacking.length > 0 && <p class="soft">{words.missing}</p>}
      <Button look="main" wide disabled={lacking.length > 0 || isBusy.value} onPress={() => void submit()}>
        {words.submit(words.reviewer)}
      </Button>
      <p class="row apart">
        <span class="soft" role="status">
          {kept.keptAt.value !== null && words.keeping}
        </span>
        <Button look="plain" onPress={() => void kept.done().then(goBack)}>
          {words.discard}
        </Button>
      </p>
    </Screen>
  )
}

function Saved({ note }: { readonly note: Id }) {
  const words = say().visit
  const where = record("visit_note", note)?.where
  const isTalking = useSignal(false)
  return (
    <Screen title={words.saved}>
      <Sheet tone={where === "sent" ? "good" : "normal"}>
        <p role="status">{where === "sent" ? words.savedSent : words.savedHere}</p>
      </Sheet>
      <a class="button main wide" href={address("today")}>
        {words.home}
      </a>
      <Button
        look="plain"
        wide
        onPress={() => {
          isTalking.value = true
        }}
      >
        {words.talk}
      </Button>
      {isTalking.value && <p>{words.talkHelp}</p>}
    </Screen>
  )
}
