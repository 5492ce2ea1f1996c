/** Sending somebody to a house, and ending it: who will know what is shown before the tap. */

import { type Signal, useSignal } from "@preact/signals"
import { Button, Chips, TextField } from "../../parts/controls.tsx"
import { Knowing } from "../../parts/knowledge.tsx"
import { MemberPicker } from "../../parts/member_picker.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { dayAfter } from "../../store/business_days.ts"
import { currentDispatches, dispatchAsked, warnings, whoCanGo } from "../../store/dispatching.ts"
import { labelOfCase, ofCase } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import type { CirclePicture, Id } from "../../store/picture.ts"
import { address, go, route } from "../../store/route.ts"
import { circles, memberName, members, now, people } from "../../store/store.ts"
import { endsWithDispatch, knowledgeOfDispatch } from "../../store/who_will_know.ts"
import { dayOf } from "../../words/days.ts"
import { say } from "../../words/desk.ts"
import { choicesOf } from "../../words/records.ts"

export function Dispatch() {
  const id = route.value.about[0] ?? ""
  const words = say().dispatch
  const current = currentDispatches(circles.value.values(), id)
  return (
    <Screen title={`${words.title} ${labelOfCase(id)}`}>
      <a href={address("household", id)}>{say().back}</a>
      {current.length > 0 && <h2>{words.current}</h2>}
      {current.map((circle) => (
        <Current key={circle.id} circle={circle} />
      ))}
      <Sending key={id} caseId={id} />
    </Screen>
  )
}

function Current({ circle }: { readonly circle: CirclePicture }) {
  const words = say().dispatch
  const isAsked = useSignal(false)
  const ends = circle.members.flatMap((member) => endsWithDispatch(circle, member, [...circles.value.values()]))
  const readable = [...new Map(ends.map((each) => [`${each.kind} ${each.type}`, each])).values()]
  return (
    <Sheet>
      <strong>{circle.members.map(memberName).join("・")}</strong>
      {isAsked.value ? (
        <>
          <p>{words.endKnow}</p>
          <Knowing readable={readable} />
          <div class="row">
            <Button look="danger" onPress={() => void host.endDispatch(circle.id)}>
              {words.endSure}
            </Button>
            <Button look="plain" onPress={() => set(isAsked, false)}>
              {say().stop}
            </Button>
          </div>
        </>
      ) : (
        <Button onPress={() => set(isAsked, true)}>{words.end}</Button>
      )}
    </Sheet>
  )
}

function Sending({ caseId }: { readonly caseId: Id }) {
  const words = say().dispatch
  const today = dayOf(now.value)
  const chosen = useSignal<readonly Id[]>([])
  const [purpose, plan] = [useSignal(""), useSignal("")]
  const [from, until] = [useSignal(today), useSignal(dayAfter(today, 182))]
  const wish = useSignal("unknown")
  const isBusy = useSignal(false)
  const flags = ofCase("risk_flag", caseId)
  const send = async () => {
    isBusy.value = true
    const me = people.value?.me.member ?? ""
    const dispatch = await host.dispatch(caseId, chosen.value)
    const given = { members: chosen.value, purpose: purpose.value, plan: plan.value, wish: wish.value }
    await host.write([dispatchAsked({ ...given, from: from.value, until: until.value }, caseId, dispatch, me)])
    go("household", caseId)
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <MemberPicker
        legend={words.who}
        members={whoCanGo([...members.value.values()])}
        chosen={chosen.value}
        onChoose={(ids) => set(chosen, ids)}
      />
      <Chips
        legend={words.wish}
        options={choicesOf("PersonWish")}
        chosen={wish.value}
        onChoose={(given) => set(wish, given)}
      />
      <TextField long required label={words.purpose} value={purpose.value} onType={(text) => set(purpose, text)} />
      <TextField long required label={words.plan} value={plan.value} onType={(text) => set(plan, text)} />
      <TextField type="date" label={words.from} value={from.value} onType={(day) => set(from, day)} />
      <TextField type="date" label={words.until} value={until.value} onType={(day) => set(until, day)} />
      {warnings({ members: chosen.value, wish: wish.value }, flags).map((warning) => (
        <Sheet key={warning} tone="care">
          {words[warning]}
        </Sheet>
      ))}
      {chosen.value.length > 0 && <WhoWillKnow caseId={caseId} chosen={chosen.value} />}
      <Button look="main" wide type="submit" disabled={chosen.value.length === 0 || isBusy.value}>
        {words.send}
      </Button>
    </form>
  )
}

function WhoWillKnow({ caseId, chosen }: { readonly caseId: Id; readonly chosen: readonly Id[] }) {
  const words = say().dispatch
  return (
    <Sheet tone="info" label={words.know}>
      <h2>{words.know}</h2>
      {chosen.map((member) => {
        const { gains, staysUnknown } = knowledgeOfDispatch(caseId, member, [...circles.value.values()])
        return (
          <div key={member}>
            <h3>{memberName(member)}</h3>
            <Knowing readable={gains} />
            {staysUnknown.length > 0 && <h3>{words.notKnow}</h3>}
            <Knowing readable={staysUnknown} />
          </div>
        )
      })}
    </Sheet>
  )
}

function set<T>(signal: Signal<T>, value: T): void {
  signal.value = value
}
