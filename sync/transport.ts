/**
 * What a device asks of its server, over HTTP. It judges nothing: bytes in, bytes out, and the server's words for no.
 *
 * Source: sync/SPEC.md 8.  Twin: sync/transport.py.
 */

import { type Bytes, concat, fromHex, toHex } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import type { SigningKey } from "../crypto/keys.ts"
import { sessionMessage } from "../crypto/session.ts"
import { type Body, browserFetch, Call, type Fetch, type Way } from "./call.ts"
import type { Frame, Head } from "./chain.ts"
import { ALL_CODES } from "./errors.ts"
import {
  directoryFrame,
  type GivenStatement,
  type PulledRun,
  PullReader,
  pushBody,
  type QuarantinedRun,
  readDirectory,
  readQuarantine,
  readStatements,
} from "./wire.ts"

export { type Fetch, OfflineError, SILENCE, type Way } from "./call.ts"

export const FOUNDING_CODE = "Engawa-Founding-Code"
export const HEAD = "Engawa-Head"
const BINARY = { "Content-Type": "application/octet-stream" }
const JSON_TYPE = { "Content-Type": "application/json" }

/** The server's no. wait: seconds before it is worth asking again; entry: what revokes this device. */
export class RefusedError extends ProtocolError {
  override name = "RefusedError"
  readonly wait: number | null
  readonly entry: Uint8Array | null

  constructor(code: string, wait: number | null = null, entry: Uint8Array | null = null) {
    super(code)
    this.wait = wait
    this.entry = entry
  }
}

/** The newest change of a chain in the server's log. statement: digest of the last statement on the circle. */
export interface ChainEnd {
  readonly circle: Uint8Array
  readonly sequence: number
  readonly id: Uint8Array
  readonly statement: Uint8Array
}

export interface PushAnswer {
  readonly status: "accepted" | "known" | "quarantined" | "refused"
  readonly code: string | null
  readonly cursor: number | null
}

/** What the server refused. device and circle are zeros where nobody knows them; last: ms. */
export interface RefusalCount {
  readonly device: Uint8Array
  readonly circle: Uint8Array
  readonly code: string
  readonly count: number
  readonly last: number
}

type Session = { isOpen: boolean }
type Json = { readonly [name: string]: unknown }
type Answer = { readonly headers: Headers; readonly content: Uint8Array }

/**
 * One centre on one server. origin: the address we believe we talk to; it is signed.
 *
 * Every method throws OfflineError when there is no answer, RefusedError with the server's code, or the reason of the
 * way's signal.
 */
export class Transport {
  readonly origin: string
  readonly #centre: Uint8Array
  readonly #base: string
  readonly #fetch: Fetch
  readonly #way: Way
  readonly #session: Session

  constructor(origin: string, centre: Uint8Array, by: Fetch = browserFetch, way: Way = {}, session?: Session) {
    this.origin = origin
    this.#centre = centre
    this.#base = `${origin}/api/v1/${toHex(centre)}`
    this.#fetch = by
    this.#way = way
    this.#session = session ?? { isOpen: false }
  }

  /** The same session, waited for in another way. */
  through(way: Way): Transport {
    return new Transport(this.origin, this.#centre, this.#fetch, way, this.#session)
  }

  // Session

  /** Is there a cookie? Whether it is still good, the server says. */
  get isSignedIn(): boolean {
    return this.#session.isOpen
  }

  /** Answer a challenge, as a device or as an open invite. */
  async signIn(key: SigningKey): Promise<void> {
    this.#session.isOpen = false
    const named = { key: toHex(key.public) }
    const challenge = hex(await this.#json("POST", "/session/challenge", asJson(named)), "challenge")
    const signature = await key.sign("session", sessionMessage(this.#centre, key.public, challenge, this.origin))
    const answer = { ...named, challenge: toHex(challenge), origin: this.origin, signature: toHex(signature) }
    await this.#ask("POST", "/session", asJson(answer))
    this.#session.isOpen = true
  }

  /** Ends of our chains; of another device's, for an admin. */
  async heads(device: Uint8Array | null = null): Promise<ChainEnd[]> {
    const query: Record<string, string> = device ? { device: toHex(device) } : {}
    return list(await this.#json("GET", "/heads", { query }), "heads").map((end) => ({
      circle: hex(end, "circle"),
      sequence: integer(end, "sequence"),
      id: hex(end, "id"),
      statement: hex(end, "statement"),
    }))
  }

  // Directory

  /** Entries behind an index, with the statements that are ours to read, and the head they lead to. */
  async entries(after: number): Promise<[Frame[], Head]> {
    const answer = await this.#ask("GET", "/directory", { query: { after: String(after) } })
    const frames = readDirectory(answer.content).map(({ entry, statements }) => [entry, statements] as const)
    return [frames, readHead(answer.headers.get(HEAD) ?? "")]
  }

  /** What was said on one circle. */
  async statements(circle: Uint8Array): Promise<GivenStatement[]> {
    return readStatements((await this.#ask("GET", `/directory/circles/${toHex(circle)}`)).content)
  }

  /** One entry, with the bytes of all its statements. */
  async append(frame: Frame, foundingCode = ""): Promise<void> {
    await this.#ask("POST", "/directory", asFrames([frame], foundingCode))
  }

  /** Entries that the server has lost. */
  async heal(frames: readonly Frame[], foundingCode = ""): Promise<void> {
    await this.#ask("POST", "/directory/heal", asFrames(frames, foundingCode))
  }

  // Runs

  /** One answer a run, in order. */
  async push(runs: readonly Uint8Array[]): Promise<PushAnswer[]> {
    const answer = await this.#json("POST", "/push", { body: pushBody(runs), headers: BINARY })
    const results = list(answer, "results").map(readResult)
    if (results.length !== runs.length) throw new RefusedError("internal")
    return results
  }

  /** Gives every run to `take` as it comes; the cursor up to which that is complete, null if it was cut off. */
  async pull(
    after: number,
    backfill: readonly (readonly [circle: Uint8Array, cursor: number])[],
    take: (pulled: PulledRun) => Promise<void>,
  ): Promise<number | null> {
    const query: Record<string, string> = { after: String(after) }
    if (backfill.length > 0) query.backfill = backfill.map(([circle, at]) => `${toHex(circle)}:${at}`).join(",")
    const reader = new PullReader()
    for await (const part of this.#stream("/pull", { query })) {
      for (const pulled of reader.feed(part)) await take(pulled)
    }
    return reader.complete
  }

  /** [cursor, index] whenever the log or the directory grew, until the server ends the stream. */
  async *live(): AsyncGenerator<readonly [cursor: number, index: number]> {
    const decoder = new TextDecoder()
    let rest = ""
    for await (const part of this.#stream("/live")) {
      const lines = (rest + decoder.decode(part, { stream: true })).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) {
        if (!line.startsWith("data: ")) continue
        const poke = loads(line.slice("data: ".length))
        yield [integer(poke, "cursor"), integer(poke, "index")]
      }
    }
  }

  // For staff

  /** Runs held apart. */
  async quarantine(): Promise<QuarantinedRun[]> {
    return readQuarantine((await this.#ask("GET", "/quarantine")).content)
  }

  /** That pushes were refused; not what was in them. */
  async refusals(): Promise<RefusalCount[]> {
    return list(await this.#json("GET", "/refusals"), "refusals").map((one) => ({
      device: hex(one, "device"),
      circle: hex(one, "circle"),
      code: codeIn(one),
      count: integer(one, "count"),
      last: integer(one, "last"),
    }))
  }

  async #json(method: string, path: string, body: Body = {}): Promise<Json> {
    return loads(new TextDecoder().decode((await this.#ask(method, path, body)).content))
  }

  async #ask(method: string, path: string, body: Body = {}): Promise<Answer> {
    const call = new Call(this.#fetch, this.#way)
    try {
      const { headers, status } = await call.open(method, this.#base + path, body)
      const content = await call.rest()
      check(status, headers, content)
      return { headers, content }
    } finally {
      await call.close()
    }
  }

  async *#stream(path: string, body: Body = {}): AsyncGenerator<Uint8Array> {
    const call = new Call(this.#fetch, this.#way)
    try {
      const { headers, status } = await call.open("GET", this.#base + path, body)
      if (status !== 200) check(status, headers, await call.rest())
      for (let part = await call.part(); part !== null; part = await call.part()) yield part
    } finally {
      await call.close()
    }
  }
}

function asJson(value: Json): Body {
  return { body: JSON.stringify(value), headers: JSON_TYPE }
}

function asFrames(frames: readonly Frame[], foundingCode: string): Body {
  const body = concat(...frames.map(([entry, statements]) => directoryFrame({ entry, statements })))
  return { body, headers: foundingCode ? { ...BINARY, [FOUNDING_CODE]: foundingCode } : BINARY }
}

function check(status: number, headers: Headers, body: Uint8Array): void {
  if (200 <= status && status < 300) return
  const problem = problemIn(new TextDecoder().decode(body))
  const wait = headers.get("Retry-After") ?? ""
  const { entry } = problem
  throw new RefusedError(
    codeIn(problem),
    /^\d+$/.test(wait) ? Number(wait) : null,
    typeof entry === "string" ? entryIn(entry) : null,
  )
}

function problemIn(text: string): Json {
  try {
    const problem: unknown = JSON.parse(text)
    return typeof problem === "object" && problem !== null && !Array.isArray(problem) ? (problem as Json) : {}
  } catch {
    return {}
  }
}

/** A word we know; whatever else stands there is not shown to anybody. */
function codeIn({ code }: Json): string {
  return typeof code === "string" && ALL_CODES.has(code) ? code : "internal"
}

function entryIn(text: string): Uint8Array | null {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
    return Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
  } catch {
    return null
  }
}

function readHead(text: string): Head {
  const [, index, hash] = /^(-1|\d+) ((?:[0-9a-f]{2})*)$/.exec(text) ?? []
  if (index === undefined || hash === undefined) throw new RefusedError("internal")
  return { index: Number(index), hash: fromHex(hash) }
}

function readResult(result: Json): PushAnswer {
  const { status, cursor } = result
  if (status === "accepted" || status === "known") {
    return { status, code: null, cursor: typeof cursor === "number" ? cursor : null }
  }
  if (status === "quarantined" || status === "refused") return { status, code: codeIn(result), cursor: null }
  throw new RefusedError("internal")
}

function loads(text: string): Json {
  const loaded = problemIn(text)
  if (Object.keys(loaded).length === 0) throw new RefusedError("internal")
  return loaded
}

function list(answer: Json, name: string): Json[] {
  const listed = answer[name]
  if (Array.isArray(listed) && listed.every((each) => typeof each === "object" && each !== null)) return listed
  throw new RefusedError("internal")
}

function hex(answer: Json, name: string): Bytes {
  const text = answer[name]
  if (typeof text === "string" && /^([0-9a-f]{2})*$/.test(text)) return fromHex(text)
  throw new RefusedError("internal")
}

function integer(answer: Json, name: string): number {
  const number = answer[name]
  if (typeof number === "number" && Number.isSafeInteger(number)) return number
  throw new RefusedError("internal")
}
