/** Any record, edited by its generated form: what was changed is written, over what was seen, and nothing else. */

import { useSignal } from "@preact/signals"
import { dictionary, type FieldRule, type Kind } from "../../../sync/dictionary.ts"
import { Button } from "../../parts/controls.tsx"
import { FieldInput } from "../../parts/generated_form.tsx"
import { Screen } from "../../parts/sheet.tsx"
import { Trouble } from "../../parts/trouble.tsx"
import { changed, mayWrite } from "../../store/edit_record.ts"
import { Refusal } from "../../store/host.ts"
import { householdOfCase, labelOfCase, ofCase, personLabel } from "../../store/households.ts"
import { host } from "../../store/link.ts"
import type { Id, Plain, RecordPicture } from "../../store/picture.ts"
import { address, goBack, route } from "../../store/route.ts"
import { members, people, record } from "../../store/store.ts"
import { say } from "../../words/desk.ts"
import { type FieldForm, fieldsOf, typeName } from "../../words/records.ts"

export function EditRecord() {
  const [type = "", id = ""] = route.value.about
  const held = record(type, id)
  return held ? <Form key={id} held={held} /> : <Screen title={say().review.gone}>{null}</Screen>
}

function Form({ held }: { readonly held: RecordPicture }) {
  const words = say().edit
  const fields = useSignal<Readonly<Record<string, Plain>>>(held.fields)
  const trouble = useSignal<string | null>(null)
  const me = people.value?.me
  const writable = fieldsOf(held.type).flatMap((field) => {
    const rule = dictionary().field(held.type, field.name)
    return rule && me && held.circles[rule.home as keyof typeof held.circles] && mayWrite(rule, me)
      ? [{ field, rule }]
      : []
  })
  const save = async () => {
    try {
      await host.write([changed(held, fields.value)])
      goBack()
    } catch (error) {
      trouble.value = error instanceof Refusal ? error.code : "unexpected"
    }
  }
  return (
    <Screen title={`${typeName(held.type)} ${words.title}`}>
      <a href={address("history", held.type, held.id)}>{words.history}</a>
      {writable.map(({ field, rule }) => (
        <Input
          key={field.name}
          field={field}
          rule={rule}
          held={held}
          value={fields.value[field.name]}
          onChange={(value) => {
            fields.value = { ...fields.value, [field.name]: value }
          }}
        />
      ))}
      <Trouble code={trouble.value} />
      <Button look="main" wide onPress={() => void save()}>
        {words.save}
      </Button>
    </Screen>
  )
}

interface InputProps {
  readonly field: FieldForm
  readonly rule: FieldRule
  readonly held: RecordPicture
  readonly value: Plain | undefined
  readonly onChange: (value: Plain) => void
}

function Input({ field, rule, held, value, onChange }: InputProps) {
  const kind: Kind = rule.each ? { kind: "list", of: rule.kind, max: 64 } : rule.kind
  return <FieldInput field={field} kind={kind} value={value} choices={() => idsNear(held.case)} onChange={onChange} />
}

/** Whom and what a field of this case may name: its people, its household, the members. */
function idsNear(caseId: Id | null): { readonly value: Id; readonly label: string }[] {
  const persons = caseId ? ofCase("person", caseId) : []
  const household = caseId ? householdOfCase.value.get(caseId) : undefined
  return [
    ...persons.map((person) => ({ value: person.id, label: personLabel(person, persons) })),
    ...(household ? [{ value: household.id, label: labelOfCase(caseId) }] : []),
    ...[...members.value.values()].map(({ id, name }) => ({ value: id, label: name })),
  ]
}
