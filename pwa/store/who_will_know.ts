/**
 * Who will know what, before the tap: what somebody who is sent to a house can read from then on, and what they cannot.
 *
 * Read off the dictionary: a field is read by those in the circle that is its home.
 */

import { dictionary } from "../../sync/dictionary.ts"
import type { CircleKind, CirclePicture, Id, RecordType } from "./picture.ts"

/** Fields of one type in one kind of circle. */
export interface Readable {
  readonly kind: CircleKind
  readonly type: RecordType
  readonly fields: readonly string[]
}

export interface Knowledge {
  readonly gains: readonly Readable[]
  readonly staysUnknown: readonly Readable[]
}

/** What joins whoever is sent: the house's door, the dispatch, and a circle of their own with the desk. */
const OF_A_DISPATCH: readonly CircleKind[] = ["door", "dispatch"]

/**
 * What members sent to a case gain, and what stays with those who carry the case.
 *
 * Somebody who is in the case circle already gains nothing and lacks nothing.
 */
export function knowledgeOfDispatch(caseId: Id, member: Id, circles: readonly CirclePicture[]): Knowledge {
  const ofCase = circles.filter((circle) => circle.case === caseId && !circle.isClosed)
  const has = new Set(ofCase.filter((circle) => circle.members.includes(member)).map((circle) => circle.kind))
  return {
    gains: OF_A_DISPATCH.filter((kind) => !has.has(kind)).flatMap(readableIn),
    staysUnknown: has.has("case") ? [] : [...readableIn("case"), ...readableIn("own")],
  }
}

/** What ends for a member when a dispatch ends: the door too, unless something else sends them there. */
export function endsWithDispatch(dispatch: CirclePicture, member: Id, circles: readonly CirclePicture[]): Readable[] {
  const others = circles.filter(
    (circle) => circle.case === dispatch.case && circle.id !== dispatch.id && !circle.isClosed,
  )
  const stays = others.some(({ kind, members }) => (kind === "dispatch" || kind === "case") && members.includes(member))
  return [...readableIn("dispatch"), ...(stays ? [] : readableIn("door"))]
}

/** Types and fields at home in a kind of circle, as the dictionary has them. */
export function readableIn(kind: CircleKind): Readable[] {
  return Object.entries(dictionary().types).flatMap(([type, { fields }]) => {
    const names = Object.values(fields).filter(({ home, field }) => home === kind && field !== "deleted")
    return names.length > 0 ? [{ kind, type, fields: names.map(({ field }) => field) }] : []
  })
}
