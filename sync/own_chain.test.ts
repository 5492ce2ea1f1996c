/** What a device has written and the server may not have: numbers, runs, known heads, chaining anew. */

import fc from "fast-check"
import { beforeEach, describe, expect, it } from "vitest"
import { compare } from "../crypto/bytes.ts"
import { EpochSecret } from "../crypto/circle.ts"
import { openChange } from "../crypto/content.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import { SigningKey } from "../crypto/keys.ts"
import { isAcknowledgement, MAX_CHANGES, MAX_KNOWN, verifyRun } from "../crypto/run.ts"
import { seeded } from "../tests/sync/centre.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import { packChain, unpackChain } from "./device_values.ts"
import { decodeEdits, encodeEdits } from "./edits.ts"
import { lastOf, NOTHING, OwnChain, type Pen, type Place, rechain } from "./own_chain.ts"

const random = seeded(11)
const [CENTRE, CIRCLE, RECORD] = [random(16), random(16), random(16)]
const SIGNING = await SigningKey.generate(random)
const SECRET = EpochSecret.generate(CENTRE, CIRCLE, 1, random)
const PEN: Pen = {
  centre: CENTRE,
  device: SIGNING.public,
  head: { index: 3, hash: random(32) },
  epoch: 1,
  secret: SECRET,
  random,
}
const LATER: Pen = { ...PEN, head: { index: 4, hash: random(32) } }
const NOBODY = new ByteMap<Place>()

let chain: OwnChain

beforeEach(() => {
  chain = new OwnChain(CIRCLE)
})

/** The plaintext of a change over others. */
function text(value: string, ...over: readonly Uint8Array[]): Uint8Array {
  const write = { field: "name", element: null, value, over: over.toSorted(compare) }
  return encodeEdits(1, 1, [{ record: RECORD, type: "member_profile", writes: [write] }])
}

async function said(changed: OwnChain): Promise<unknown[]> {
  const opened = changed.unsent.map(async ({ header, body }) => decodeEdits(await openChange(SECRET, header, body)))
  return (await Promise.all(opened)).map(({ edits }) => edits[0]!.writes[0])
}

/** All that is in it. */
function plain({ texts, said, ...rest }: OwnChain): unknown {
  return { ...rest, texts: texts.entries(), said: said.entries() }
}

/** A chain with two closed runs and an open one: a; b over a; c over b. */
async function threeRuns(): Promise<readonly Uint8Array[]> {
  const a = await chain.write(PEN, text("a"))
  await chain.close(SIGNING, NOBODY)
  const b = await chain.write(PEN, text("b", a.id))
  await chain.close(SIGNING, NOBODY)
  const c = await chain.write(LATER, text("c", b.id, ZERO_HASH))
  return [a.id, b.id, c.id]
}

describe("our own chain in a circle", () => {
  it("numbers changes from 1, each behind the one before, across runs", async () => {
    await threeRuns()
    const headers = chain.unsent.map(({ header }) => header)

    expect(headers.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    expect(headers.map(({ previous }) => previous)).toEqual([
      ZERO_HASH,
      ...chain.unsent.slice(0, 2).map(({ id }) => id),
    ])
    expect([chain.newest, chain.newestHead]).toEqual([[3, chain.unsent[2]!.id], 4])
    expect(chain.unsentHeads).toEqual([PEN.head, PEN.head, LATER.head])
  })

  it("closes runs that anybody can verify, and nothing where nothing is open", async () => {
    const change = await chain.write(PEN, text("a"))
    const run = (await chain.close(SIGNING, NOBODY))!

    expect([run.head.headHash, lastOf(run).id]).toEqual([PEN.head.hash, change.id])
    await expect(verifyRun(run)).resolves.toBeUndefined()
    expect(await chain.close(SIGNING, NOBODY)).toBeNull()
  })

  it("takes no more into a run of another head or epoch, nor beyond its limits", async () => {
    expect(chain.takes(PEN, text("a"))).toBe(true)
    const change = await chain.write(PEN, text("a"))

    expect(chain.takes(PEN, text("b"))).toBe(true)
    expect(chain.takes(LATER, text("b"))).toBe(false)
    expect(chain.takes({ ...PEN, epoch: 2 }, text("b"))).toBe(false)
    expect(chain.takes(PEN, new Uint8Array(2_100_000))).toBe(false)
    chain.open!.changes.push(...Array.from({ length: MAX_CHANGES - 1 }, () => change))
    expect(chain.takes(PEN, text("b"))).toBe(false)
  })

  it("acknowledges a head with an empty change, for which no secret is needed", async () => {
    const change = await chain.write({ ...LATER, secret: null }, new Uint8Array(0))

    expect(isAcknowledgement(change)).toBe(true)
    expect((await chain.close(SIGNING, NOBODY))!.head.headIndex).toBe(4)
  })

  it("is as it was when a change is too large", async () => {
    await expect(chain.write(PEN, random(262_145))).rejects.toMatchObject({ code: "too_large" })
    expect(packChain(chain)).toEqual(packChain(new OwnChain(CIRCLE)))
  })

  it("shows a change of an open run as a run of its own", async () => {
    await chain.write(PEN, text("a"))
    const change = await chain.write(PEN, text("b"))
    const run = chain.provisional(change)

    expect([run.head.first, run.head.previous, run.ids]).toEqual([2, chain.unsent[0]!.id, [change.id]])
  })

  it("names heads of others that moved since it said them, and never its own", async () => {
    const [one, other] = [random(32), random(32)].sort(compare) as [Uint8Array, Uint8Array]
    const heads = new ByteMap<Place>()
      .set(SIGNING.public, [9, random(32)])
      .set(other, [1, random(32)])
      .set(one, [2, random(32)])
    await chain.write(PEN, text("a"))
    const first = (await chain.close(SIGNING, heads))!
    await chain.write(PEN, text("b"))
    heads.set(other, [2, random(32)])
    const second = (await chain.close(SIGNING, heads))!

    expect(first.head.known.map(({ device, sequence }) => [device, sequence])).toEqual([
      [one, 2],
      [other, 1],
    ])
    expect(second.head.known.map(({ device, sequence }) => [device, sequence])).toEqual([[other, 2]])
  })

  it("says the heads that were unsaid longest first, where there are more than a run can name", async () => {
    const heads = new ByteMap<Place>()
    for (let i = 0; i < 2 * MAX_KNOWN; i++) heads.set(random(32), [1, random(32)])
    await chain.write(PEN, text("a"))
    const first = (await chain.close(SIGNING, heads))!
    for (const device of heads.keys()) heads.set(device, [2, random(32)])
    await chain.write(PEN, text("b"))
    const second = (await chain.close(SIGNING, heads))!

    expect([first, second].map(({ head }) => head.known.length)).toEqual([MAX_KNOWN, MAX_KNOWN])
    expect(new ByteSet([...first.head.known, ...second.head.known].map(({ device }) => device)).size).toBe(
      2 * MAX_KNOWN,
    )
  })

  it("lets go of what the server has, up to the change it names", async () => {
    const [, b, c] = await threeRuns()
    const taken = chain.takeSent(b!)

    expect([taken.length, chain.closed.length, chain.sent, chain.sentHead]).toEqual([2, 0, [2, b], 3])
    expect([chain.behind, chain.texts.keys()]).toEqual([b, [c]])
    expect(chain.takeSent(random(32))).toEqual([])
  })

  it("takes out one run that is not to be in the log", async () => {
    const [a, b] = await threeRuns()

    expect(lastOf(chain.drop(a!)).id).toEqual(a)
    expect(chain.closed.map((run) => lastOf(run).id)).toEqual([b])
    expect(() => chain.drop(a!)).toThrow(RangeError)
  })

  it("is the same after it was kept", async () => {
    await threeRuns()
    chain.drafts.push({ id: random(16), plaintext: text("d") })
    chain.said.set(random(32), [random(32), 7])

    expect(plain(await unpackChain(packChain(chain)))).toEqual(plain(chain))
  })

  it("is the same after it was kept, whatever stands in it", async () => {
    const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
    const places = fc.array(fc.tuple(bytes(32), bytes(32), fc.nat()), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        places,
        fc.array(fc.uint8Array({ maxLength: 300 })),
        fc.nat(),
        async (said, drafts, sequence) => {
          const kept = new OwnChain(CIRCLE, [sequence, ZERO_HASH], sequence % 5)
          for (const [device, id, first] of said) kept.said.set(device, [id, first])
          for (const [device, id] of said) kept.texts.set(id, device)
          kept.drafts = drafts.map((plaintext) => ({ id: CENTRE, plaintext }))

          expect(plain(await unpackChain(packChain(kept)))).toEqual(plain(kept))
        },
      ),
    )
  })
})

describe("chaining anew", () => {
  const always = async () => LATER

  it("writes all that is unsent behind what the server has, and over what it was over, by its new name", async () => {
    const old = await threeRuns()
    chain.sent = [7, random(32)]
    const ids = await rechain(chain, SIGNING, new ByteSet(), always)
    const [a, b, c] = old.map((id) => ids.get(id)!)

    expect(chain.unsent.map(({ header }) => header.sequence)).toEqual([8, 9, 10])
    expect([chain.behind, chain.closed.length, chain.open!.changes.length]).toEqual([chain.sent[1], 2, 1])
    expect(chain.unsent.map(({ id }) => id)).toEqual([a, b, c])
    expect(await said(chain)).toEqual([
      { field: "name", element: null, value: "a", over: [] },
      { field: "name", element: null, value: "b", over: [a] },
      { field: "name", element: null, value: "c", over: [ZERO_HASH, b] },
    ])
    expect(old.filter((id) => chain.texts.has(id))).toEqual([])
  })

  it("leaves out what the server turned out to have", async () => {
    const [a, b] = await threeRuns()
    chain.sent = [1, a!]
    const ids = await rechain(chain, SIGNING, new ByteSet([a!]), always)

    expect([chain.unsent.length, ids.has(a!), ids.has(b!)]).toEqual([2, false, true])
    expect((await said(chain))[0]).toMatchObject({ value: "b", over: [a] })
  })

  it("keeps as drafts what may not be written now, but no acknowledgement", async () => {
    const [, b] = await threeRuns()
    await chain.write({ ...LATER, secret: null }, new Uint8Array(0))
    await rechain(chain, SIGNING, new ByteSet(), async (head) => (head.headIndex === 4 ? null : PEN))

    expect([chain.closed.length, chain.open]).toEqual([2, null])
    expect(chain.drafts.map(({ plaintext }) => decodeEdits(plaintext).edits[0]!.writes[0]!.value)).toEqual(["c"])
    expect(decodeEdits(chain.drafts[0]!.plaintext).edits[0]!.writes[0]!.over).not.toContainEqual(b)
  })

  it("asks for a pen behind the head of what was written last", async () => {
    await threeRuns()
    chain.sentHead = 2
    const floors: number[] = []
    await rechain(chain, SIGNING, new ByteSet(), async (_head, floor) => {
      floors.push(floor)
      return LATER
    })

    expect(floors).toEqual([2, 4, 4])
  })

  it("forgets what it said of others in runs that are no more", async () => {
    const [before, since] = [random(32), random(32)]
    await threeRuns()
    chain.sent = [2, random(32)]
    chain.said.set(before, [random(32), 2]).set(since, [random(32), 3])
    await rechain(chain, SIGNING, new ByteSet(), always)

    expect(chain.said.keys()).toEqual([before])
  })

  it("changes nothing when it fails in the middle", async () => {
    await threeRuns()
    const before = packChain(chain)
    const failing = async (_head: unknown, floor: number) => {
      if (floor === PEN.head.index) throw new Error("no pen")
      return PEN
    }

    await expect(rechain(chain, SIGNING, new ByteSet(), failing)).rejects.toThrow("no pen")
    expect(packChain(chain)).toEqual(before)
    expect(chain.sent).toEqual(NOTHING)
  })
})
