/** How every note stands with its reviewers, kept up note by note: looking at all of them at every save would be felt. */

import { toHex } from "../../crypto/bytes.ts"
import type { Device } from "../../sync/device.ts"
import type { Id, RecordType, ReviewPicture } from "../store/picture.ts"
import { reviewPicture, reviewPictures } from "./pictures.ts"

/** From so many touched records on, looking at all notes is less work. */
const MANY = 20
/** Where a record that stands to a note names it. */
const NAMES: Readonly<Record<RecordType, string>> = { addendum: "target", review: "note" }

type Touched = Iterable<{ readonly record: Uint8Array; readonly type: RecordType }>

/** Of one open device. */
export class Reviews {
  readonly #device: Device
  #known: Map<Id, ReviewPicture> | null = null

  constructor(device: Device) {
    this.#device = device
  }

  /** All of them, after these records moved. */
  told(touched: Touched): readonly ReviewPicture[] {
    const notes = this.#notes([...touched])
    if (!this.#known || !notes) this.#known = new Map(reviewPictures(this.#device).map((each) => [each.note, each]))
    else for (const note of notes) this.#look(this.#known, note)
    return [...this.#known.values()]
  }

  /** The notes that these are or stand to; null where it is not known which, or where there are many. */
  #notes(touched: readonly { readonly record: Uint8Array; readonly type: RecordType }[]): Uint8Array[] | null {
    if (touched.length >= MANY) return null
    const notes: Uint8Array[] = []
    for (const { record, type } of touched) {
      const field = NAMES[type]
      const note = type === "visit_note" ? record : field && this.#device.book.value(record, type, field)
      if (note instanceof Uint8Array) notes.push(note)
      else if (field) return null
    }
    return notes
  }

  #look(known: Map<Id, ReviewPicture>, note: Uint8Array): void {
    const { book } = this.#device
    const isThere = book.parts(note, "visit_note").some((part) => !part.isDeleted)
    if (isThere) known.set(toHex(note), reviewPicture(book.reviewOf(note)))
    else known.delete(toHex(note))
  }
}
