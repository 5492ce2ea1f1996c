/**
 * One request over `fetch`, its answer part by part, and how long all that may take: what httpx does for Python.
 *
 * Source: sync/SPEC.md 8.
 */

import { type Bytes, concat } from "../crypto/bytes.ts"
import { EngawaError } from "../crypto/errors.ts"

/** How long nothing may come, in ms; the server's live stream says something every 20 s. */
export const SILENCE = 30_000
/** Of what is sent, so many bytes a ms are waited for besides. */
const SLOWEST = 16

/** The server cannot be reached, or stopped in the middle. Nothing is lost; try again. */
export class OfflineError extends EngawaError {
  override name = "OfflineError"
}

/** The part of the browser's `fetch` that is used; it keeps the session's cookie. */
export type Fetch = (url: string, request: RequestInit) => Promise<Response>

/** How to wait for the network. signal: no longer; wait: what may go on meanwhile. */
export interface Way {
  readonly signal?: AbortSignal | undefined
  readonly wait?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined
}

/** What is asked for, besides its path. */
export interface Body {
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Bytes | string
}

/** One request, and its answer part by part, none of which may be long in coming. */
export class Call {
  readonly #fetch: Fetch
  readonly #way: Way
  readonly #stop = new AbortController()
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null

  constructor(by: Fetch, way: Way) {
    this.#fetch = by
    this.#way = way
    way.signal?.throwIfAborted()
    way.signal?.addEventListener("abort", this.#cancel, { once: true })
  }

  /** Send it, and wait for the head of the answer. */
  async open(method: string, url: string, { query = {}, headers = {}, body = "" }: Body): Promise<Response> {
    const asked = Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ""
    const sent = body.length > 0 ? { body } : {}
    const request = { ...sent, method, headers, ...DISCREET }
    const response = await this.#inTime(SILENCE + body.length / SLOWEST, () =>
      this.#fetch(url + asked, { ...request, signal: this.#stop.signal }),
    )
    this.#reader = response.body?.getReader() ?? null
    return response
  }

  /** The next part of the answer; null: that was all. */
  async part(): Promise<Uint8Array | null> {
    const reader = this.#reader
    if (!reader) return null
    const { value, done } = await this.#inTime(SILENCE, () => reader.read())
    return done ? null : value
  }

  /** All that is still to come. */
  async rest(): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let part = await this.part(); part !== null; part = await this.part()) parts.push(part)
    return concat(...parts)
  }

  /** Nothing more is wanted. */
  async close(): Promise<void> {
    this.#way.signal?.removeEventListener("abort", this.#cancel)
    await this.#reader?.cancel().catch(() => undefined)
  }

  readonly #cancel = () => this.#stop.abort(this.#way.signal?.reason)

  async #inTime<T>(ms: number, work: () => Promise<T>): Promise<T> {
    const { signal, wait = (some) => some() } = this.#way
    try {
      return await wait(() => this.#timed(ms, work))
    } catch (error) {
      signal?.throwIfAborted()
      throw new OfflineError(error instanceof Error ? error.name : "Error")
    }
  }

  async #timed<T>(ms: number, work: () => Promise<T>): Promise<T> {
    const silence = setTimeout(() => this.#stop.abort(new DOMException("silence", "TimeoutError")), ms)
    try {
      return await work()
    } finally {
      clearTimeout(silence)
    }
  }
}

/** The session's cookie goes to this address alone, nothing is taken from a cache, and nobody is led elsewhere. */
const DISCREET = {
  cache: "no-store",
  credentials: "same-origin",
  redirect: "error",
  referrerPolicy: "no-referrer",
} as const

/** The browser's own. */
export function browserFetch(url: string, request: RequestInit): Promise<Response> {
  return fetch(url, request)
}
