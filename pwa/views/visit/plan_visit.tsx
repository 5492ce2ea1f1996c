/** A visit is planned, moved or called off. For supporters and for the desk; it works without a signal. */

import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Button, Chips, ManyChips, TextField } from "../../parts/controls.tsx"
import { MemberPicker } from "../../parts/member_picker.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { type Asked, Refusal } from "../../store/host.ts"
import { labelOfCase, ofCase } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import type { Id } from "../../store/picture.ts"
import { cancelAsked, changeAsked, newPlan, planAsked, planOf, type VisitPlan } from "../../store/plan_visit.ts"
import { goBack, route } from "../../store/route.ts"
import { circles, members, now, people, record } from "../../store/store.ts"
import { type Kept, keep } from "../../store/typing.ts"
import { say } from "../../words/day.ts"
import { dayOf, startOf, timeOf } from "../../words/days.ts"
import { choicesOf, fieldName } from "../../words/records.ts"

const HOUR = 3_600_000 // ms
const MORNING = 10 * HOUR // from midnight
const DAY = 24 * HOUR

export function PlanVisit() {
  const [dispatch = "", visit] = route.value.about
  const kept = useSignal<Kept<VisitPlan> | null>(null)
  const circle = circles.value.get(dispatch)
  const planned = visit ? record("visit", visit) : undefined
  const tomorrow = startOf(dayOf(now.value + DAY)) + MORNING
  const caseId = circle?.case ?? ""
  const before = planned ? planOf(planned, caseId, dispatch, tomorrow) : null
  useEffect(() => {
    const id = `plan-${dispatch}${visit ? `-${visit}` : ""}`
    void host.typings().then((typings) => {
      const held = typings.find((each) => each.id === id)?.content as unknown as VisitPlan | undefined
      const about = { form: "plan", dispatch, ...(visit ? { record: visit } : {}) }
      kept.value = keep(id, about, held ?? before ?? newPlan(caseId, dispatch, circle?.members ?? [], tomorrow))
    })
    return () => void kept.value?.leave()
  }, [dispatch, visit])
  if (!kept.value || caseId === "") return <Screen title={say().plan.title}>{null}</Screen>
  return <Form kept={kept.value} visit={visit ?? null} before={before} />
}

interface FormProps {
  readonly kept: Kept<VisitPlan>
  readonly visit: Id | null
  /** As it stands; null for a new one. */
  readonly before: VisitPlan | null
}

function Form({ kept, visit, before }: FormProps) {
  const words = say().plan
  const plan = kept.content.value
  const trouble = useSignal<string | null>(null)
  const me = people.value?.me.member ?? ""
  const change = (part: Partial<VisitPlan>) => {
    kept.content.value = { ...kept.content.value, ...part }
  }
  const write = async (asked: Asked) => {
    trouble.value = null
    try {
      if (Object.keys(asked.put ?? {}).length > 0) await host.write([asked])
      await kept.done()
      goBack()
    } catch (error) {
      trouble.value = error instanceof Refusal ? error.code : "unexpected"
    }
  }
  const sent = ofCase("dispatch", plan.caseId).find((each) => each.circles.dispatch === plan.dispatch)
  const asked = () => (visit && before ? changeAsked(visit, before, plan) : planAsked(plan, me, sent?.id ?? null))
  return (
    <Screen title={visit ? words.change : words.title}>
      <strong>{labelOfCase(plan.caseId)}</strong>
      <When plan={plan} change={change} />
      <Chips
        legend={fieldName("visit", "announced")}
        options={choicesOf("Announced")}
        chosen={plan.announced}
        onChoose={(announced) => change({ announced })}
      />
      {!visit && <Who plan={plan} change={change} />}
      <TextField
        label={fieldName("visit", "place_text")}
        help={words.placeHelp}
        max={200}
        value={plan.place}
        onType={(place) => change({ place })}
      />
      <Trouble code={trouble.value} />
      <Button look="main" wide disabled={plan.members.length === 0 && !visit} onPress={() => void write(asked())}>
        {visit ? words.save : words.title}
      </Button>
      {visit && <CallOff onWhy={(why) => void write(cancelAsked(visit, plan, why))} />}
    </Screen>
  )
}

interface PartProps {
  readonly plan: VisitPlan
  readonly change: (part: Partial<VisitPlan>) => void
}

function When({ plan, change }: PartProps) {
  const words = say().plan
  const [day, time] = [dayOf(plan.start), timeOf(plan.start)]
  const at = (newDay: string, newTime: string) => {
    const [hours = 0, minutes = 0] = newTime.split(":").map(Number)
    const start = startOf(newDay) + (hours * 60 + minutes) * 60_000
    if (Number.isFinite(start)) change({ start })
  }
  return (
    <div class="row">
      <TextField type="date" label={words.day} value={day} onType={(text) => at(text, time)} />
      <TextField type="time" label={words.time} value={time} onType={(text) => at(day, text)} />
    </div>
  )
}

function Who({ plan, change }: PartProps) {
  const sent = circles.value.get(plan.dispatch)?.members ?? []
  return (
    <>
      <ManyChips
        legend={fieldName("visit", "purpose")}
        options={choicesOf("VisitPurpose")}
        chosen={plan.purpose}
        onChoose={(purpose) => change({ purpose })}
      />
      <MemberPicker
        legend={fieldName("visit", "participants")}
        members={sent.flatMap((id) => members.value.get(id) ?? [])}
        chosen={plan.members}
        onChoose={(chosen) => change({ members: chosen })}
      />
    </>
  )
}

/** Asked once more, with why; nobody is blamed. */
function CallOff({ onWhy }: { readonly onWhy: (why: string) => void }) {
  const words = say().plan
  const isAsked = useSignal(false)
  if (!isAsked.value) {
    return (
      <Button
        look="plain"
        onPress={() => {
          isAsked.value = true
        }}
      >
        {words.callOff}
      </Button>
    )
  }
  return (
    <Sheet tone="care">
      <Chips legend={words.why} options={choicesOf("CancelReason")} chosen="" onChoose={onWhy} />
    </Sheet>
  )
}
