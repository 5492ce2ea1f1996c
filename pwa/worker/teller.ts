/** Tells the page what moved: at first everything, then record by record. */

import { toHex } from "../../crypto/bytes.ts"
import type { Device } from "../../sync/device.ts"
import type { Ledger } from "../../sync/ledger.ts"
import type { Keys, Merge } from "../../sync/merge.ts"
import type { Watcher } from "../store/host.ts"
import type { RecordPicture, RecordType, SyncPicture } from "../store/picture.ts"
import type { Gone } from "../store/store.ts"
import type { Contact } from "./contacts.ts"
import {
  peoplePicture,
  placeOf,
  recordPicture,
  refusedPictures,
  type Unsent,
  unsentRecords,
  waitingPictures,
} from "./pictures.ts"
import { Reviews } from "./reviews.ts"
import type { SearchIndex } from "./search.ts"
import { storagePicture } from "./storage.ts"

/** Records told in one message, so that the page may draw between them. */
const BATCH = 500
const REVIEWED: ReadonlySet<RecordType> = new Set(["visit_note", "addendum", "review"])
const NAMES: ReadonlySet<RecordType> = new Set(["member_profile", "device_profile"])

type Touched = Map<string, { readonly record: Uint8Array; readonly type: RecordType }>

/** Of one open device. */
export class Teller {
  readonly #device: Device
  readonly #watcher: Watcher
  readonly #index: SearchIndex
  #ledger: Ledger | null = null
  #merge: Merge | null = null
  #turn = -1
  #touched: Touched = new Map()
  #told = new Map<string, { readonly record: Uint8Array; readonly type: RecordType }>()
  #unsent: Unsent = new Map()
  #reviews: Reviews
  #telling: Promise<void> = Promise.resolve()
  #isAsked = false
  contact: Contact = { doing: "waiting", because: [], progress: null }
  received: number | null = null

  constructor(device: Device, watcher: Watcher, index: SearchIndex) {
    this.#device = device
    this.#watcher = watcher
    this.#index = index
    this.#reviews = new Reviews(device)
  }

  /** What moved since; callers within one telling share the next. */
  tell(): Promise<void> {
    if (this.#isAsked) return this.#telling
    this.#isAsked = true
    this.#telling = this.#telling.then(() => {
      this.#isAsked = false
      return this.#tell()
    })
    return this.#telling
  }

  async #tell(): Promise<void> {
    this.#follow()
    const touched = this.#moved()
    const types = [...touched.values()].map(({ type }) => type)
    if (this.#turn !== this.#device.core.held.turn || types.some((type) => NAMES.has(type))) await this.#people()
    await this.#records(touched)
    if (types.some((type) => REVIEWED.has(type))) this.#watcher.reviews(this.#reviews.told(touched.values()))
    this.#watcher.sync(await this.#sync())
  }

  /** Where everything was judged anew, everything may have moved. */
  #follow(): void {
    const { ledger } = this.#device.core.held
    if (ledger === this.#ledger && ledger.merge === this.#merge) return
    this.#ledger = ledger
    this.#merge = ledger.merge
    this.#reviews = new Reviews(this.#device)
    this.#touched = new Map(this.#told)
    for (const [record, type] of ledger.merge.records())
      this.#touched.set(placeOf(toHex(record), type), { record, type })
    ledger.watch = (keys) => this.#note(keys)
  }

  #note(keys: Keys): void {
    for (const { record, type } of keys.values()) this.#touched.set(placeOf(toHex(record), type), { record, type })
  }

  /** Also those whose changes were sent, or refused. */
  #moved(): Touched {
    const before = this.#unsent
    this.#unsent = unsentRecords(this.#device)
    for (const place of new Set([...before.keys(), ...this.#unsent.keys()])) {
      const known = this.#told.get(place)
      if (known && before.get(place) !== this.#unsent.get(place)) this.#touched.set(place, known)
    }
    const touched = this.#touched
    this.#touched = new Map()
    return touched
  }

  async #people(): Promise<void> {
    this.#turn = this.#device.core.held.turn
    this.#watcher.people(await peoplePicture(this.#device))
  }

  async #records(touched: Touched): Promise<void> {
    const all = [...touched]
    for (let at = 0; at < all.length; at += BATCH) {
      const batch = all.slice(at, at + BATCH).map(([place, { record, type }]) => this.#picture(place, record, type))
      this.#watcher.records(batch)
      await new Promise((resolve) => setTimeout(resolve))
    }
  }

  #picture(place: string, record: Uint8Array, type: RecordType): RecordPicture | Gone {
    const picture = recordPicture(this.#device, record, type, this.#unsent)
    if (picture) {
      this.#told.set(place, { record, type })
      this.#index.put(picture)
      return picture
    }
    const id = toHex(record)
    this.#told.delete(place)
    this.#index.drop(id, type)
    return { id, type, gone: true }
  }

  async #sync(): Promise<SyncPicture> {
    return {
      ...this.contact,
      unsent: this.#device.unsent(),
      received: this.received,
      waiting: await waitingPictures(this.#device),
      refused: refusedPictures(this.#device),
      alarms: this.#device.alarms().map(({ code, about, at }) => ({ code, about: toHex(about), at })),
      storage: await storagePicture(),
    }
  }
}
