/** The words of a note, piece by piece: each with about whom, from whom, and how sure. Facts apart from impressions. */

import { Button, Chips, ManyChips, TextField } from "../../parts/controls.tsx"
import { Sheet } from "../../parts/sheet.tsx"
import { ofCase, personLabel } from "../../store/households.ts"
import type { Id } from "../../store/picture.ts"
import { newSegment, type Segment } from "../../store/visit_form.ts"
import { say } from "../../words/day.ts"
import { choicesOf } from "../../words/records.ts"
import type { PartProps } from "./quick_part.tsx"

export function Segments({ form, change }: PartProps) {
  const words = say().visit
  return (
    <div class="stack">
      <Sheet tone="info">{words.rule}</Sheet>
      <h2>{words.segments}</h2>
      <List
        caseId={form.caseId}
        kinds="FactKind"
        segments={form.segments}
        onChange={(segments) => change({ segments })}
      />
      <h2>{words.ownSegments}</h2>
      <p class="soft">{words.ownHelp}</p>
      <List
        caseId={form.caseId}
        kinds="OwnKind"
        segments={form.ownSegments}
        onChange={(ownSegments) => change({ ownSegments })}
      />
    </div>
  )
}

interface ListProps {
  readonly caseId: Id
  readonly kinds: "FactKind" | "OwnKind"
  readonly segments: readonly Segment[]
  readonly onChange: (segments: readonly Segment[]) => void
}

function List({ caseId, kinds, segments, onChange }: ListProps) {
  return (
    <>
      {segments.map((segment, at) => (
        <One
          key={`${kinds} ${at + 1}`}
          caseId={caseId}
          segment={segment}
          onChange={(changed) => onChange(segments.with(at, changed))}
          onRemove={() => onChange(segments.toSpliced(at, 1))}
        />
      ))}
      <div class="chips">
        {choicesOf(kinds).map(({ value, label }) => (
          <Button key={value} onPress={() => onChange([...segments, newSegment(value)])}>
            ＋ {label}
          </Button>
        ))}
      </div>
    </>
  )
}

interface OneProps {
  readonly caseId: Id
  readonly segment: Segment
  readonly onChange: (segment: Segment) => void
  readonly onRemove: () => void
}

function One({ caseId, segment, onChange, onRemove }: OneProps) {
  const words = say().visit
  const persons = ofCase("person", caseId)
  const kind = [...choicesOf("FactKind"), ...choicesOf("OwnKind")].find(({ value }) => value === segment.kind)
  return (
    <Sheet label={kind?.label ?? words.text}>
      <TextField
        long
        max={2_000}
        label={kind?.label ?? words.text}
        value={segment.text}
        onType={(text) => onChange({ ...segment, text })}
      />
      {persons.length > 0 && (
        <ManyChips
          legend={words.about}
          options={persons.map((person) => ({ value: person.id, label: personLabel(person, persons) }))}
          chosen={segment.about}
          onChoose={(about) => onChange({ ...segment, about })}
        />
      )}
      <Chips
        legend={words.from}
        options={choicesOf("Source")}
        chosen={segment.source}
        onChoose={(source) => onChange({ ...segment, source })}
      />
      <Chips
        legend={words.sure}
        options={choicesOf("Certainty")}
        chosen={segment.certainty}
        onChoose={(certainty) => onChange({ ...segment, certainty })}
      />
      <Button look="plain" onPress={onRemove}>
        {words.remove}
      </Button>
    </Sheet>
  )
}
