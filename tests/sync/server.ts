/**
 * A server in memory, as much of one as a device's contact needs: it judges entries, and keeps every run that comes.
 *
 * Each device has a `fetch` of its own, on which a test can hold up or cut what it asks.
 */

import { fromHex, toHex } from "../../crypto/bytes.ts"
import { ProtocolError } from "../../crypto/errors.ts"
import { parseRun, type Run } from "../../crypto/run.ts"
import { Directory } from "../../sync/directory.ts"
import { STATUS } from "../../sync/errors.ts"
import { lastOf } from "../../sync/own_chain.ts"
import { circleNamed } from "../../sync/statements.ts"
import type { Fetch } from "../../sync/transport.ts"
import { directoryFrame, pullFrame, readDirectory, readPush, statementFrame } from "../../sync/wire.ts"

/** The way of one device. asked: what it asked for, in order; hold: what it waits for before a path is answered. */
export class Way {
  readonly asked: string[] = []
  readonly #server: Server
  readonly #held = new Map<string, Promise<void>>()
  #key = ""
  isCut = false

  constructor(server: Server) {
    this.#server = server
  }

  /** What is asked of a path waits until it is let go. */
  hold(path: string): () => void {
    let letGo: () => void = () => undefined
    this.#held.set(path, new Promise((resolve) => (letGo = resolve)))
    return () => {
      this.#held.delete(path)
      letGo()
    }
  }

  /** Resolves when a path was asked for, from now on. */
  async until(path: string): Promise<void> {
    const before = this.asked.length
    while (!this.asked.slice(before).includes(path)) await new Promise((resolve) => setImmediate(resolve))
  }

  readonly fetch: Fetch = async (url, request) => {
    const { pathname, searchParams } = new URL(url)
    const path = pathname.replace(/^\/api\/v1\/[0-9a-f]{32}/, "")
    this.asked.push(path)
    if (this.isCut) throw new TypeError("cut")
    await orAborted(this.#held.get(path), request.signal)
    if (path === "/session") this.#key = JSON.parse(request.body as string).key
    try {
      return await this.#server.answer(path, searchParams, request.body, this.#key)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return Response.json({ code: error.code }, { status: STATUS.get(error.code) ?? 422 })
    }
  }
}

export class Server {
  readonly runs: Run[] = []
  #directory: Directory | null = null

  way(): Way {
    return new Way(this)
  }

  async answer(path: string, query: URLSearchParams, body: unknown, key: string): Promise<Response> {
    switch (path) {
      case "/session/challenge":
        return Response.json({ challenge: "00".repeat(32), expires: 0 })
      case "/session":
        return new Response(null, { status: 204 })
      case "/heads":
        return Response.json({ heads: this.#heads(key) })
      case "/directory":
        return body instanceof Uint8Array ? this.#append(body) : this.#entries(Number(query.get("after")))
      case "/push":
        return this.#push(readPush(body as Uint8Array))
      case "/pull":
        return this.#pull(Number(query.get("after")), query.get("backfill") ?? "")
      default:
        return this.#statements(fromHex(path.slice("/directory/circles/".length)))
    }
  }

  async #append(body: Uint8Array): Promise<Response> {
    const [frame] = readDirectory(body)
    this.#directory ??= new Directory(frame!.entry.slice(1, 17))
    await this.#directory.apply(frame!.entry, frame!.statements, { complete: true })
    return Response.json({ index: this.#directory.head.index, hash: toHex(this.#directory.head.hash) })
  }

  #entries(after: number): Response {
    const directory = this.#directory!
    const given = directory.entries.slice(after + 1).map((entry, i) => {
      return directoryFrame({ entry: entry.raw, statements: directory.statements(after + 1 + i) })
    })
    const { index, hash } = directory.head
    return new Response(new Blob(given), { headers: { "Engawa-Head": `${index} ${toHex(hash)}` } })
  }

  #statements(circle: Uint8Array): Response {
    const directory = this.#directory!
    const all = directory.entries.flatMap((_, index) => {
      return directory.statements(index).map((statement) => ({ index, statement }))
    })
    const said = all.filter(({ statement }) => toHex(circleNamed(statement)!) === toHex(circle))
    return new Response(new Blob(said.map(statementFrame)))
  }

  #heads(key: string): object[] {
    const ends = new Map<string, object>()
    for (const run of this.runs) {
      if (toHex(run.head.device) !== key) continue
      const [circle, last] = [toHex(run.head.circle), lastOf(run)]
      ends.set(circle, { circle, sequence: last.header.sequence, id: toHex(last.id), statement: "" })
    }
    return [...ends.values()]
  }

  async #push(given: readonly Uint8Array[]): Promise<Response> {
    const results: object[] = []
    for (const raw of given) {
      const run = await parseRun(raw)
      const known = this.runs.findIndex((each) => toHex(each.signed) === toHex(run.signed)) + 1
      if (known === 0) this.runs.push(run)
      results.push({ status: known > 0 ? "known" : "accepted", cursor: known || this.runs.length })
    }
    return Response.json({ results })
  }

  #pull(after: number, backfill: string): Response {
    const kept = this.runs.map((run, i) => ({ cursor: i + 1, index: 0, run: run.raw, circle: toHex(run.head.circle) }))
    const wanted = new Set(backfill.split(",").map((each) => each.split(":")[0]))
    const old = kept.filter(({ cursor, circle }) => cursor <= after && wanted.has(circle))
    const frames = [...old, ...kept.slice(after)].map(pullFrame)
    return new Response(new Blob([...frames, pullFrame({ cursor: kept.length, index: 0, run: new Uint8Array(0) })]))
  }
}

/** As `fetch` does: what is aborted is rejected at once. */
async function orAborted(held: Promise<void> | undefined, signal: AbortSignal | null | undefined): Promise<void> {
  if (!held) return
  await new Promise<void>((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
    void held.then(resolve)
  })
}
