/**
 * Keeps a device in contact while it is open: sends what is saved, fetches what the server has, waits for its word, tries
 * again when there is no signal.
 */

import type { Device } from "../../sync/device.ts"
import type { Report } from "../../sync/exchange.ts"
import type { Phase } from "../../sync/exchange_log.ts"
import { RefusedError } from "../../sync/transport.ts"
import type { Progress, SyncPicture } from "../store/picture.ts"
import { codeOf } from "./refusals.ts"

/** Without an answer, the next try; doubled each time, ms. */
const FIRST_PAUSE = 2_000
const LONGEST_PAUSE = 5 * 60_000

/** How contact stands. */
export type Contact = Pick<SyncPicture, "doing" | "because" | "progress">

const PHASES: Readonly<Record<Phase, Progress["phase"]>> = {
  directory: "directory",
  pull: "log",
  judge: "opening",
  push: "sending",
}

export interface Told {
  /** How contact stands now. */
  contact(contact: Contact): void
  /** A contact ended well: everything the server had is here. */
  received(): Promise<void>
}

/** Of one open device. */
export class Contacts {
  readonly #device: Device
  readonly #told: Told
  #pause = FIRST_PAUSE
  #isStopped = false
  #resting = new AbortController()
  #working = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #isAsked = false

  constructor(device: Device, told: Told) {
    this.#device = device
    this.#told = told
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Something was saved, or the signal is back: now, not later. */
  nudge(): void {
    this.#isAsked = true
    this.#pause = FIRST_PAUSE
    this.#resting.abort()
  }

  /** End a contact under way; the next nudge begins a new one. Nothing is lost. */
  interrupt(): void {
    this.#working.abort()
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#working.abort()
    this.#resting.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#isAsked = false
      this.#working = new AbortController()
      this.#told.contact({ doing: "contact", because: [], progress: null })
      const isReached = await this.#contact()
      if (this.#isStopped) return
      this.#resting = new AbortController()
      if (this.#isAsked) continue
      if (isReached) await this.#word()
      else await this.#wait()
    }
  }

  /** False: there is no signal, or the server cannot now. */
  async #contact(): Promise<boolean> {
    try {
      const report = await this.#device.under(this.#working.signal).sync((phase, done, total) => {
        this.#told.contact({ doing: "contact", because: [], progress: { phase: PHASES[phase], done, total } })
      })
      await this.#ended(report)
      return report.alarm === null
    } catch (error) {
      const code = codeOf(error)
      if (error instanceof RefusedError && error.wait !== null) this.#pause = error.wait * 1_000
      this.#told.contact({ doing: "offline", because: [code], progress: null })
      return false
    }
  }

  async #ended(report: Report): Promise<void> {
    if (report.alarm === null) {
      this.#pause = FIRST_PAUSE
      await this.#told.received()
    }
    const doing = report.alarm !== null ? "stopped" : report.synced ? "rest" : "waiting"
    const because = report.alarm !== null ? [report.alarm] : report.because
    this.#told.contact({ doing, because, progress: null })
  }

  /** Until the server says that it has something, or somebody asks. */
  async #word(): Promise<void> {
    try {
      await this.#device.under(this.#resting.signal).wait()
    } catch {
      if (!this.#resting.signal.aborted) await this.#wait()
    }
  }

  async #wait(): Promise<void> {
    const pause = this.#pause
    this.#pause = Math.min(2 * pause, LONGEST_PAUSE)
    const { signal } = this.#resting
    if (signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause)
      signal.addEventListener("abort", () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
