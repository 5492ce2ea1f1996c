import { afterEach, describe, expect, it, vi } from "vitest"
import { fromHex, utf8 } from "../crypto/bytes.ts"
import { SigningKey } from "../crypto/keys.ts"
import { verifySession } from "../crypto/session.ts"
import { seeded } from "../tests/sync/centre.ts"
import { type Fetch, OfflineError, RefusedError, SILENCE, Transport } from "./transport.ts"
import { pullFrame } from "./wire.ts"

const ORIGIN = "https://engawa.example"
const CENTRE = fromHex("0a".repeat(16))
const EMPTY = new Uint8Array(0)

/** A way on which every request gets this answer. asked: what was asked. */
function answering(answer: () => Response, asked: [string, RequestInit][] = []): Transport {
  const by: Fetch = async (url, request) => {
    asked.push([url, request])
    return answer()
  }
  return new Transport(ORIGIN, CENTRE, by)
}

/** A `fetch` that never answers, and ends as the browser's does when it is aborted. */
const silent: Fetch = (_, { signal }) => {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))
}

function streaming(...parts: Uint8Array[]): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(part)
        controller.close()
      },
    }),
  )
}

/** Its code, if the server refused; else the name of what was thrown. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => "nothing",
    (thrown: unknown) => thrown,
  )
  return error instanceof RefusedError ? error.code : error instanceof Error ? error.name : String(error)
}

afterEach(() => {
  vi.useRealTimers()
})

describe("the server's words", () => {
  it("shows no word of the server's that is not one of ours", async () => {
    const server = answering(() => Response.json({ code: "三枝さんの家", title: "…" }, { status: 403 }))

    expect(await refusal(server.heads())).toBe("internal")
  })

  it("says when it is worth asking again, and hands on what revokes the device", async () => {
    const headers = { "Retry-After": "7" }
    const server = answering(() => Response.json({ code: "revoked", entry: "AQID" }, { status: 403, headers }))
    const error = await server.heads().catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: "revoked", wait: 7, entry: Uint8Array.of(1, 2, 3) })
  })

  it.each([
    ["text", "nonsense"],
    ["an array", "[]"],
    ["no list", '{"heads":{}}'],
    ["no hex", '{"heads":[{"circle":"zz","sequence":1,"id":"","statement":""}]}'],
    ["no integer", '{"heads":[{"circle":"","sequence":1.5,"id":"","statement":""}]}'],
  ])("takes %s for no answer", async (_, body) => {
    expect(await refusal(answering(() => new Response(body)).heads())).toBe("internal")
  })

  it("wants one answer for each run", async () => {
    const server = answering(() => Response.json({ results: [{ status: "accepted", cursor: 1 }] }))

    expect(await server.push([EMPTY])).toEqual([{ status: "accepted", code: null, cursor: 1 }])
    expect(await refusal(server.push([EMPTY, EMPTY]))).toBe("internal")
  })

  it.each(["", "1", "x 00", "-2 00", "1 0"])("takes %j for no head", async (head) => {
    const server = answering(() => new Response(EMPTY, { headers: { "Engawa-Head": head } }))

    expect(await refusal(server.entries(-1))).toBe("internal")
  })

  it("signs the address it believes it talks to", async () => {
    const asked: [string, RequestInit][] = []
    const challenge = "5c".repeat(32)
    const server = answering(() => Response.json({ challenge }), asked)
    const key = await SigningKey.generate(seeded(1))
    await server.signIn(key)
    const answer = JSON.parse(String(asked[1]?.[1].body))

    expect(asked.map(([url]) => url)).toEqual(
      ["/session/challenge", "/session"].map((path) => `${ORIGIN}/api/v1/${"0a".repeat(16)}${path}`),
    )
    expect(answer.origin).toBe(ORIGIN)
    await verifySession(CENTRE, key.public, fromHex(challenge), ORIGIN, fromHex(answer.signature))
    expect([server.isSignedIn, server.through({}).isSignedIn]).toEqual([true, true])
  })

  it("sends the cookie nowhere else, follows nobody and caches nothing", async () => {
    const asked: [string, RequestInit][] = []
    await answering(() => Response.json({ heads: [] }), asked).heads()

    expect(asked[0]?.[1]).toMatchObject({
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      referrerPolicy: "no-referrer",
    })
  })
})

describe("streams", () => {
  it("gives the runs of a pull wherever the stream is cut", async () => {
    const whole = new Uint8Array(
      await new Blob([
        pullFrame({ cursor: 5, index: 2, run: utf8("一") }),
        pullFrame({ cursor: 6, index: 2, run: utf8("二") }),
        pullFrame({ cursor: 9, index: 0, run: EMPTY }),
      ]).arrayBuffer(),
    )
    for (let at = 0; at <= whole.length; at++) {
      const cursors: number[] = []
      const server = answering(() => streaming(whole.slice(0, at), whole.slice(at)))
      const complete = await server.pull(0, [], async ({ cursor }) => {
        cursors.push(cursor)
      })

      expect([cursors, complete]).toEqual([[5, 6], 9])
    }
  })

  it("says that a pull is not complete when its end is missing", async () => {
    const server = answering(() => streaming(pullFrame({ cursor: 5, index: 2, run: utf8("一") })))

    expect(await server.pull(0, [], async () => undefined)).toBe(null)
  })

  it("asks for circles whole by their names and cursors", async () => {
    const asked: [string, RequestInit][] = []
    const end = pullFrame({ cursor: 9, index: 0, run: EMPTY })
    await answering(() => streaming(end), asked).pull(4, [[CENTRE, 0]], async () => undefined)

    expect(new URL(asked[0]![0]).searchParams.get("backfill")).toBe(`${"0a".repeat(16)}:0`)
  })

  it("hears pokes wherever their lines are cut, and nothing in comments", async () => {
    const text = utf8(': still here\n\nevent: poke\ndata: {"cursor":3,"index":1}\n\ndata: {"cursor":4,"index":1}\n\n')
    for (let at = 0; at <= text.length; at++) {
      const pokes: unknown[] = []
      for await (const poke of answering(() => streaming(text.slice(0, at), text.slice(at))).live()) pokes.push(poke)

      expect(pokes).toEqual([
        [3, 1],
        [4, 1],
      ])
    }
  })

  it("lets go of a live stream that nobody listens to any more", async () => {
    const cancelled = vi.fn()
    const poke = utf8('data: {"cursor":3,"index":1}\n')
    const start = (controller: ReadableStreamDefaultController) => controller.enqueue(poke)
    const server = answering(() => new Response(new ReadableStream({ start, cancel: cancelled })))
    for await (const _ of server.live()) break

    expect(cancelled).toHaveBeenCalledOnce()
  })
})

describe("a line that is not there", () => {
  it("is offline when nothing comes for half a minute", async () => {
    vi.useFakeTimers()
    const asked = new Transport(ORIGIN, CENTRE, silent).heads().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(SILENCE)

    expect(await asked).toEqual(new OfflineError("TimeoutError"))
    expect(vi.getTimerCount()).toBe(0)
  })

  it("waits longer for what takes longer to send", async () => {
    vi.useFakeTimers()
    const ended = vi.fn()
    const sent = new Transport(ORIGIN, CENTRE, silent).push([new Uint8Array(4_000_000)]).catch(ended)
    await vi.advanceTimersByTimeAsync(SILENCE + 240_000)
    const before = ended.mock.calls.length
    await vi.advanceTimersByTimeAsync(20_000)
    await sent

    expect([before, ended.mock.calls.length]).toEqual([0, 1])
  })

  it("does not count the time in which others have their turn", async () => {
    vi.useFakeTimers()
    const wait = async <T>(work: () => Promise<T>): Promise<T> => {
      const came = await work()
      await vi.advanceTimersByTimeAsync(10 * SILENCE)
      return came
    }
    const server = answering(() => Response.json({ heads: [] })).through({ wait })

    expect(await server.heads()).toEqual([])
  })

  it("tells nothing of the network's words but the kind of the failure", async () => {
    const server = new Transport(ORIGIN, CENTRE, () => Promise.reject(new TypeError("10.0.0.1 refused")))

    expect(await server.heads().catch((error: unknown) => error)).toEqual(new OfflineError("TypeError"))
  })

  it("is offline when the answer breaks off in the middle", async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(utf8('{"he'))
        controller.error(new TypeError("reset"))
      },
    })

    expect(await refusal(answering(() => new Response(body)).heads())).toBe("OfflineError")
  })

  it("ends at once with the signal's reason, before and while it waits", async () => {
    const stop = new AbortController()
    const server = new Transport(ORIGIN, CENTRE, silent).through({ signal: stop.signal })
    const asked = server.heads().catch((error: unknown) => error)
    stop.abort("enough")

    expect(await asked).toBe("enough")
    expect(await server.heads().catch((error: unknown) => error)).toBe("enough")
  })
})
