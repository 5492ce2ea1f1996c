/**
 * The records of one device: what stands, what is in conflict, what does not count and why, what is to be reviewed.
 *
 * Source: sync/SPEC.md 4.3, 5.  Twin: sync/book.py.
 */

import { compare, concat, equal, fromHex } from "../crypto/bytes.ts"
import { unpack, type Value } from "../crypto/encoding.ts"
import { ProtocolError } from "../crypto/errors.ts"
import type { Random } from "../crypto/keys.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import { dictionary, rank } from "./dictionary.ts"
import { isArray, type Plaintext } from "./edits.ts"
import type { Merge, Part } from "./merge.ts"
import { lastOf } from "./own_chain.ts"
import type { View } from "./register.ts"
import { MARK_SIZE } from "./shapes.ts"
import type { Judged } from "./writes.ts"
import { changesOf, type Fields, type Saved, type Where, Writing, type Core as WritingCore } from "./writing.ts"

export const REVIEWED: ReadonlySet<Value> = new Set(["accepted", "accepted_with_addendum"])

const EMPTY = new Uint8Array(0)

/** What the book needs of a device's core. */
export type Core = WritingCore & { readonly means: { readonly random: Random } }

/** What does not count, and why. field: empty if the whole change does not; author: its device. */
export type Uncounted = {
  readonly change: Uint8Array
  readonly circle: Uint8Array
  readonly author: Uint8Array
  readonly code: string
  readonly record: Uint8Array
  readonly type: string
  readonly field: string
}

/**
 * How a note stands. state: "new", "accepted", "changed" (since it was), or the most demanding of its reviews'.
 *
 * unseen: changes of the note that no accepting review has looked at.
 */
export type Review = {
  readonly note: Uint8Array
  readonly circle: Uint8Array
  readonly author: Uint8Array
  readonly state: string
  readonly reviews: readonly Uint8Array[]
  readonly unseen: readonly Uint8Array[]
}

/** Of one device. What is read is there at once; what writes, or opens what was sealed, takes time. */
export class Book {
  readonly #core: Core

  constructor(core: Core) {
    this.#core = core
  }

  // Writing

  /** Circles by kind: the centre's, our desk's, those of a case; own: of a member, ourselves unless given. */
  where(ofCase: Uint8Array | null = null, dispatch: Uint8Array | null = null, ownOf: Uint8Array | null = null): Where {
    const { directory, head, key } = this.#core.held
    const member = ownOf ?? this.#core.held.member
    const found: { [kind: string]: Uint8Array } = {}
    for (const circle of directory.circles()) {
      const view = directory.circle(circle, head)
      if (!view || view.shredded) continue
      const { kind, members } = view
      const isOfCase = view.case !== null && ofCase !== null && equal(view.case, ofCase)
      const isOwn = kind === "own" && members.length === 1 && equal(members[0]!, member)
      if (kind === "centre" || (kind === "desk" && directory.principal(circle, key, head))) found[kind] ??= circle
      else if (isOfCase && (kind === "case" || kind === "door" || isOwn)) found[kind] = circle
    }
    return dispatch ? { ...found, dispatch } : found
  }

  /** For a new record of ours: it begins as our member's id does. Throws ProtocolError "not_enrolled". */
  newId(): Uint8Array {
    const { member } = this.#core.held
    return concat(member.subarray(0, MARK_SIZE), this.#core.means.random(16 - MARK_SIZE))
  }

  /** Begin to write. See `Writing`. */
  writing(where: Where): Writing {
    return new Writing(this.#core, where)
  }

  // Reading

  /** Ids of records of a type that are not crossed out in every part, ascending. */
  records(type: string): Uint8Array[] {
    const known = this.#merge.records().flatMap(([record, found]) => (found === type ? [record] : []))
    return known.filter((record) => this.parts(record, type).some((part) => !part.isDeleted)).sort(compare)
  }

  /** What each circle that opens here holds of a record. */
  parts(record: Uint8Array, type: string): Part[] {
    return [...this.#merge.record(record, type).values()]
  }

  /** Every register of a record. */
  views(record: Uint8Array, type: string): View[] {
    return this.parts(record, type).flatMap((part) => part.views)
  }

  /** What is shown of a field, of a single one; null if nothing is, or if it is in conflict. */
  value(record: Uint8Array, type: string, field: string): Value {
    const [view, ...others] = this.views(record, type).filter(({ key }) => key.field === field)
    return others.length === 0 ? (view?.shown?.value ?? null) : null
  }

  /** What is in a set field. */
  elements(record: Uint8Array, type: string, field: string): Value[] {
    const views = this.views(record, type).filter(({ key, shown }) => key.field === field && shown?.value === true)
    return views.flatMap(({ key }) => (key.element ? [unpack(key.element)] : []))
  }

  /** Who wrote a change, when, on which device. */
  change(id: Uint8Array): Judged | null {
    return this.#merge.change(id)
  }

  // For a person to decide

  /** Registers with more than one value, whether a policy shows one meanwhile or not. */
  conflicts(): View[] {
    return this.#open().filter((view) => view.values.length > 1)
  }

  /** Registers in which a state was asked for that nobody entitled has set. */
  requests(): View[] {
    return this.#open().filter((view) => view.requests.length > 0)
  }

  /**
   * One value in place of all that were shown.
   *
   * Throws ProtocolError: "bad_value", "not_entitled".
   */
  async resolve(view: View, value: Value): Promise<Saved> {
    const [saved] = await new Writing(this.#core, {}).over(view, value).save()
    return saved!
  }

  /** Changes, and writes in changes that count, that do not count; "unjudged": a newer version may know better. */
  uncounted(): Uncounted[] {
    const whole = this.#core.held.ledger.uncounted().map(([{ id, header }, code]): Uncounted => {
      return { change: id, circle: header.circle, author: header.device, code, record: EMPTY, type: "", field: "" }
    })
    const aside = [...this.#merge.refused, ...this.#merge.unjudged].flatMap(([hex, writes]) => {
      const { id: change, circle, device: author } = this.#merge.change(fromHex(hex))!
      return writes.map(({ code, record, type, write }) => {
        return { change, circle, author, code, record, type, field: write.field }
      })
    })
    return [...whole, ...aside]
  }

  /**
   * What a change says, whether it counts or not; null if no key opens it here.
   *
   * Throws ProtocolError: those of crypto 6.5, "malformed".
   */
  async read(id: Uint8Array): Promise<Plaintext | null> {
    const change = this.#core.held.ledger.log.change(id)
    return change && (await this.#core.held.ledger.read(change))
  }

  /** Was a change written before its author's part in the circle ended, and came after? 「割当終了後」 */
  isLate(id: Uint8Array): boolean {
    const { directory, ledger, arrived } = this.#core.held
    const change = ledger.log.change(id)
    if (!change) return false
    const { circle, device } = change.header
    const end = directory.principalSpans(circle, device).at(-1)?.[1] ?? null
    if (end === null) return false
    const runs = ledger.log.runs(circle).filter((run) => run.ids.some((each) => equal(each, id)))
    return runs.some((run) => (arrived.get(lastOf(run).id) ?? -1) >= end)
  }

  // Review

  /** Changes that a note, with its addenda, is made of now; ascending. */
  changesOfNote(
    note: Uint8Array,
    addenda: readonly Uint8Array[] = this.#naming("addendum", "target", note),
  ): Uint8Array[] {
    const views = [...this.views(note, "visit_note"), ...addenda.flatMap((one) => this.views(one, "addendum"))]
    return changesOf(views.flatMap((view) => view.values))
  }

  /** Ids of its reviews. */
  reviewsOfNote(note: Uint8Array): Uint8Array[] {
    return this.#naming("review", "note", note)
  }

  /** How a note stands. Throws ProtocolError "unknown_circle": nothing of it opens here. */
  reviewOf(note: Uint8Array): Review {
    return this.#standing(note, this.reviewsOfNote(note), this.#naming("addendum", "target", note))
  }

  /** How all notes stand. */
  reviews(): Review[] {
    const [reviews, addenda] = [this.#byNote("review", "note"), this.#byNote("addendum", "target")]
    const notes = this.records("visit_note")
    return notes.map((note) => this.#standing(note, reviews.get(note) ?? [], addenda.get(note) ?? []))
  }

  /** Notes that wait for a reviewer: new ones, changed ones, those with a question. */
  reviewQueue(): Review[] {
    return this.reviews().filter((review) => review.state !== "accepted")
  }

  /**
   * Write a review, in the author's own circle, of exactly what is seen here now; its record.
   *
   * Throws ProtocolError: as `Writing.put`; "not_home" when the author has no own circle in the case.
   */
  async review(note: Uint8Array, state: string, fields: Fields = {}): Promise<Uint8Array> {
    const { directory, head } = this.#core.held
    const [circle, author] = this.#origin(note)
    const where = this.where(directory.circle(circle, head)?.case ?? null, circle, author)
    const review = this.newId()
    const looked = this.changesOfNote(note)
    await this.writing(where)
      .put(review, "review", { note, looked_at: looked, state, ...fields })
      .save()
    return review
  }

  #standing(note: Uint8Array, reviews: readonly Uint8Array[], addenda: readonly Uint8Array[]): Review {
    const [circle, author] = this.#origin(note)
    const states = reviews.map((one) => [one, this.value(one, "review", "state")] as const)
    const looked = states.flatMap(([one, state]) => {
      const seen = REVIEWED.has(state) ? this.value(one, "review", "looked_at") : null
      return isArray(seen) ? seen.filter((id) => id instanceof Uint8Array) : []
    })
    const known = new ByteSet(looked)
    const unseen = this.changesOfNote(note, addenda).filter((id) => !known.has(id))
    const asked = states.flatMap(([, state]) => (typeof state === "string" && !REVIEWED.has(state) ? [state] : []))
    const accepted = unseen.length > 0 ? "changed" : "accepted"
    const state = mostDemanding(asked) ?? (reviews.length === 0 ? "new" : accepted)
    return { note, circle, author, state, reviews, unseen }
  }

  /** Records of a type that name this one. */
  #naming(type: string, field: string, named: Uint8Array): Uint8Array[] {
    return this.#byNote(type, field).get(named) ?? []
  }

  #byNote(type: string, field: string): ByteMap<Uint8Array[]> {
    const found = new ByteMap<Uint8Array[]>()
    for (const record of this.records(type)) {
      const named = this.value(record, type, field)
      if (named instanceof Uint8Array) found.getOrMake(named, () => []).push(record)
    }
    return found
  }

  /** The dispatch circle of a note, and its author. */
  #origin(note: Uint8Array): readonly [circle: Uint8Array, author: Uint8Array] {
    for (const { key, values } of this.views(note, "visit_note")) {
      const [id] = key.field === "visit" ? values.flatMap((value) => value.changes) : []
      const change = id && this.change(id)
      if (change) return [change.circle, change.member]
    }
    throw new ProtocolError("unknown_circle")
  }

  get #merge(): Merge {
    return this.#core.held.ledger.merge
  }

  #open(): View[] {
    const views = [...this.#core.held.ledger.open]
    return views.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, view]) => view)
  }
}

function mostDemanding(states: readonly string[]): string | null {
  const rule = dictionary().field("review", "state")!
  const ranked = [...states].sort((one, other) => rank(rule, other) - rank(rule, one))
  return ranked[0] ?? null
}
