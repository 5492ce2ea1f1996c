/** A house: what must not happen, how people met, who lives there, what was promised, everything so far. */

import { dictionary } from "../../../sync/dictionary.ts"
import { CareSheet } from "../../parts/care.tsx"
import { Sides } from "../../parts/difference.tsx"
import { Ladder } from "../../parts/ladder.tsx"
import { RecordText } from "../../parts/record_text.tsx"
import { Badge, Screen, Sheet } from "../../parts/sheet.tsx"
import { differencesIn } from "../../store/differences.ts"
import { caseRecord, householdOfCase, labelOfCase, ofCase, personLabel } from "../../store/households.ts"
import { meetings } from "../../store/ladder.ts"
import type { Id, RecordPicture } from "../../store/picture.ts"
import { address, route } from "../../store/route.ts"
import { circles, memberName, people, shown } from "../../store/store.ts"
import { careOf, dueOf } from "../../store/today.ts"
import { say } from "../../words/day.ts"
import { momentOf, shortDay } from "../../words/days.ts"
import { choiceName, fieldName, typeName } from "../../words/records.ts"

const AT_THE_DESK: ReadonlySet<string> = new Set(["professional", "staff", "admin"])

export function Household() {
  const words = say().house
  const id = route.value.about[0] ?? ""
  const isKnown = [...circles.value.values()].some((circle) => circle.case === id)
  if (!isKnown) return <Screen title={words.gone}>{null}</Screen>
  const isAtTheDesk = AT_THE_DESK.has(people.value?.me.role ?? "supporter")
  return (
    <Screen title={labelOfCase(id)} wide>
      <p class="row">
        <span>{shown<string>(householdOfCase.value.get(id), "area")}</span>
        {isAtTheDesk && <Case id={id} />}
      </p>
      <CareSheet care={careOf(ofCase("contact_preference", id), ofCase("risk_flag", id), ofCase("consent", id))} />
      <Different id={id} />
      <h2>{words.ladder}</h2>
      <Ladder meetings={meetings(ofCase("visit_note", id))} />
      <div class="beside">
        <section class="stack">
          <h2>{words.people}</h2>
          <Persons id={id} canEdit={isAtTheDesk} />
        </section>
        <section class="stack">
          <h2>{words.promises}</h2>
          <Promises id={id} />
          <Extracts id={id} />
        </section>
      </div>
      <h2>{words.timeline}</h2>
      <Timeline id={id} />
    </Screen>
  )
}

function Case({ id }: { readonly id: Id }) {
  const words = say().house
  const held = caseRecord.value.get(id)
  const household = householdOfCase.value.get(id)
  return (
    <>
      {held && <Badge>{choiceName("CaseStatus", held.fields.status)}</Badge>}
      <a class="button" href={address("dispatch", id)}>
        {words.dispatch}
      </a>
      {[held, household].map((each) =>
        each ? (
          <a key={each.id} class="button plain" href={address("edit", each.type, each.id)}>
            {typeName(each.type).replace(/（.*）/u, "")} {words.edit}
          </a>
        ) : null,
      )}
    </>
  )
}

/** What differs, in plain words, with both. */
function Different({ id }: { readonly id: Id }) {
  const words = say().house
  const types = Object.keys(dictionary().types)
  const { toDecide } = differencesIn(types.flatMap((type) => ofCase(type, id)))
  if (toDecide.length === 0) return null
  return (
    <section class="stack" aria-label={words.differences}>
      <h2>{words.differences}</h2>
      <p>{words.differencesHelp}</p>
      {toDecide.map((each) => (
        <Sheet key={each.cell.key} tone="care">
          <h3>
            {typeName(each.record.type)} › {fieldName(each.record.type, each.cell.field)}
          </h3>
          <Sides difference={each}>{() => null}</Sides>
        </Sheet>
      ))}
    </section>
  )
}

function Persons({ id, canEdit }: { readonly id: Id; readonly canEdit: boolean }) {
  const words = say().house
  const persons = ofCase("person", id)
  if (persons.length === 0) return <p>{words.none}</p>
  return (
    <ul class="stack">
      {persons.map((person) => (
        <li key={person.id} class="sheet">
          <div class="row apart">
            <strong>{personLabel(person, persons)}</strong>
            {canEdit && (
              <span class="row">
                <a href={address("edit", "person", person.id)}>{words.edit}</a>
                <a href={address("history", "person", person.id)}>{words.history}</a>
              </span>
            )}
          </div>
          <RecordText record={person} fields={["kana", "age_band", "birth_date", "sex", "alive"]} />
        </li>
      ))}
    </ul>
  )
}

function Promises({ id }: { readonly id: Id }) {
  const promised = ofCase("follow_up", id).filter(({ fields }) => fields.promised === true && fields.state !== "done")
  if (promised.length === 0) return <p>{say().house.none}</p>
  return (
    <ul class="stack">
      {promised.map((each) => {
        const due = dueOf(each.fields.due)
        return (
          <li key={each.id} class="sheet">
            <strong>{due ? shortDay(due.on) : say().unclear}</strong>
            <span>
              {choiceName("FollowUpKind", each.fields.kind)} {shown<string>(each, "text")}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** What the desk told those it sent. */
function Extracts({ id }: { readonly id: Id }) {
  const extracts = ofCase("extract", id).filter(({ fields }) => fields.topic !== "alias")
  if (extracts.length === 0) return null
  return (
    <>
      <h2>{say().house.extract}</h2>
      {extracts.map((each) => (
        <Sheet key={each.id}>
          <strong>{choiceName("ExtractTopic", each.fields.topic)}</strong>
          <p class="pre">{shown<string>(each, "text")}</p>
        </Sheet>
      ))}
    </>
  )
}

/** Notes and visits, newest first. */
function Timeline({ id }: { readonly id: Id }) {
  const words = say().house
  const notes = ofCase("visit_note", id).toSorted((one, other) => whenOf(other) - whenOf(one))
  if (notes.length === 0) return <p>{words.none}</p>
  return (
    <ol class="stack">
      {notes.map((note) => (
        <li key={note.id}>
          <a class="sheet" href={address("note", note.id)}>
            <span class="row apart">
              <strong>
                {shown<string>(note, "title") || choiceName("PersonContact", note.fields.person_contact_level)}
              </strong>
              <Badge>{say().note.where[note.where]}</Badge>
            </span>
            <span class="row soft">
              <span>{momentOf(whenOf(note))}</span>
              <span>{memberName(note.by)}</span>
              <span>{choiceName("PersonContact", note.fields.person_contact_level)}</span>
            </span>
          </a>
        </li>
      ))}
    </ol>
  )
}

function whenOf({ fields, at }: RecordPicture): number {
  return typeof fields.end === "number" ? fields.end : at
}
