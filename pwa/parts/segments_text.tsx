/** The words of a note as they were written: each with its kind, about whom, from whom, how sure. */

import { nameOf } from "../store/names.ts"
import type { Id, Plain, RecordPicture } from "../store/picture.ts"
import { choiceName } from "../words/records.ts"

interface Segment {
  readonly kind: string
  readonly about: readonly Id[]
  readonly source: string
  readonly certainty: string
  readonly text: string
}

export interface SegmentsTextProps {
  readonly record: RecordPicture
  readonly field: "segments" | "own_segments"
}

/** Whether there is anything to show. */
export function hasSegments({ record, field }: SegmentsTextProps): boolean {
  return segmentsOf(record.fields[field]).length > 0
}

export function SegmentsText({ record, field }: SegmentsTextProps) {
  return (
    <ul class="stack">
      {segmentsOf(record.fields[field]).map((segment, at) => (
        <li key={`${field} ${at + 1}`} class="segment">
          <p class="soft">{choiceName(field === "segments" ? "FactKind" : "OwnKind", segment.kind)}</p>
          <p class="pre">{segment.text}</p>
          <p class="soft">
            {[
              ...segment.about.map((id) => nameOf(id) ?? ""),
              choiceName("Source", segment.source),
              choiceName("Certainty", segment.certainty),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </li>
      ))}
    </ul>
  )
}

function segmentsOf(value: Plain | undefined): readonly Segment[] {
  return Array.isArray(value) ? (value as unknown as readonly Segment[]) : []
}
