/**
 * Judging one entry against the state: who wrote it, what each statement does, in the law's order.
 *
 * Source: sync/SPEC.md 3.5.  Twin: sync/judging.py.
 */

import { equal } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { type Author, sayOnCentre } from "./authority.ts"
import { ByteSet } from "./byte_map.ts"
import { openCircle, reach, sayOnCircle } from "./circle_authority.ts"
import { type Circle, PUBLIC_KINDS } from "./circles.ts"
import { codeOf, digestsOf, type Given, type Held } from "./entries.ts"
import type { State } from "./state.ts"
import { type CircleStatement, isOnCircle, type Statement } from "./statements.ts"

/** A statement given for a digest, where it stands. code: why it has no effect; null if it holds. */
export type Heard = {
  readonly index: number
  readonly position: number
  readonly author: Author
  readonly given: Given
  code: string | null
}

/**
 * Who wrote the entry, and at which index that is judged.
 *
 * Throws ProtocolError: "not_entitled" (entry 0 is not a founding), "revoked", "unknown_author".
 */
export function authorOf(state: State, held: Held): Author {
  const { author: key, index } = held.entry
  const first = held.said[0]?.[0]
  if (index === 0) {
    if (first?.kind !== "centre.found" || !equal(first.root, key)) throw new ProtocolError("not_entitled")
    return { key, index, judgedAt: 0, isRoot: true }
  }
  const before = index - 1
  const root = state.root.at(before)
  if (root && equal(root.key, key)) return { key, index, judgedAt: before, isRoot: true }
  if (state.isActive(key, before)) return { key, index, judgedAt: before, isRoot: false }
  if (first?.kind === "device.enrol" && equal(first.device, key)) return { key, index, judgedAt: index, isRoot: false }
  const revoked = state.devices.get(key)?.revoked ?? null
  throw new ProtocolError(revoked === null ? "unknown_author" : "revoked")
}

/**
 * Steps 5 to 8: what stands in full, then what was given for digests. Refused, the caller takes it back.
 *
 * complete: all statements are given and a failing one refuses the entry (the server); else it is kept aside.
 * Throws ProtocolError: the code of the first failure.
 */
export function judgeEntry(state: State, held: Held, author: Author, complete: boolean): Heard[] {
  const hadAdmin = state.hasAdmin(author.index - 1)
  sayInFull(state, held, author, complete)
  const heard = hearGiven(state, held, author, complete)
  if (!author.isRoot && hadAdmin && !state.hasAdmin(author.index)) throw new ProtocolError("last_admin")
  return heard
}

/** Steps 5 and 6. */
export function sayInFull(state: State, held: Held, author: Author, complete = false): void {
  const { entry, founds, enrolmentCode } = held
  for (const [position, [statement]] of held.said.entries()) {
    if (statement === null || isOnCircle(statement)) continue
    sayOnCentre(state, author, { centre: entry.centre, position, founds, enrolmentCode }, statement)
  }
  for (const [statement, digest] of held.said) {
    if (statement !== null && isOnCircle(statement)) sayOnPublic(state, author, statement, digest, complete)
  }
}

/** Step 7. */
export function hearGiven(state: State, held: Held, author: Author, complete: boolean): Heard[] {
  const digests = new ByteSet(digestsOf(held))
  if (held.given.keys().some((digest) => !digests.has(digest))) throw new ProtocolError("statement_stray")
  if (complete && held.given.size < digests.size) throw new ProtocolError("statement_missing")
  const listed: Heard[] = []
  for (const [position, [statement, digest]] of held.said.entries()) {
    const given = statement === null ? held.given.get(digest) : undefined
    if (!given) continue
    const heard = { index: author.index, position, author, given, code: null }
    listed.push(heard)
    hear(state, heard, complete)
    if (complete && heard.code !== null) throw new ProtocolError(heard.code)
  }
  return listed
}

/** A statement given for a digest takes effect, or its code is noted and nothing happens. */
export function hear(state: State, heard: Heard, complete = false): void {
  try {
    heard.code = null
    sayHashed(state, heard, complete)
  } catch (error) {
    heard.code = codeOf(error)
  }
}

function sayHashed(state: State, heard: Heard, complete: boolean): void {
  const { given, author } = heard
  const circle = given.circle === null ? undefined : state.hashed.get(given.circle)
  if (given.code === "unknown_statement" && circle) freeze(state, author, circle)
  const { statement } = given
  if (statement === null) throw new ProtocolError(given.code ?? "malformed")
  if (!isOnCircle(statement) || standsInFull(state, statement, author.index)) throw new ProtocolError("malformed")
  if (statement.kind === "circle.open") {
    state.addCircle(openCircle(state, author, statement, given.digest, complete))
  } else if (!circle) {
    throw new ProtocolError("unknown_circle")
  } else if (circle.frozen !== null) {
    throw new ProtocolError("unknown_statement")
  } else {
    sayOnCircle(state, author, circle, statement, given.digest)
  }
}

function sayOnPublic(
  state: State,
  author: Author,
  statement: CircleStatement,
  digest: Uint8Array,
  complete: boolean,
): void {
  if (statement.kind === "circle.open") {
    if (!PUBLIC_KINDS.has(statement.circleKind)) throw new ProtocolError("malformed")
    state.addCircle(openCircle(state, author, statement, digest, complete))
    return
  }
  const circle = state.public.get(statement.circle)
  if (!circle) throw new ProtocolError(state.hashed.has(statement.circle) ? "malformed" : "unknown_circle")
  sayOnCircle(state, author, circle, statement, digest)
}

/** Should it have stood in full? */
function standsInFull(state: State, statement: Statement & CircleStatement, at: number): boolean {
  if (statement.kind === "circle.open" && PUBLIC_KINDS.has(statement.circleKind)) return true
  const known = state.public.get(statement.circle)
  return known !== undefined && known.opened <= at
}

/** What this version cannot read may have narrowed the circle: nothing is judged there from this index on. */
function freeze(state: State, author: Author, circle: Circle): void {
  const by = reach(state, author, circle)
  if (circle.frozen !== null || !(by.admin || by.principal)) return
  circle.frozen = author.index
  state.journal.note(() => {
    circle.frozen = null
  })
}
