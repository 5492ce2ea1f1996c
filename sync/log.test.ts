/** The log in TypeScript, one thing at a time; orders and repetitions are in scenarios.test.ts. Twin: test_log.py. */

import { describe, expect, it } from "vitest"
import { compare, toHex } from "../crypto/bytes.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import { Centre } from "../tests/sync/centre.ts"
import type { Draft } from "./draft.ts"
import { codeOf } from "./entries.ts"
import { Log } from "./log.ts"

const last = (run: { readonly changes: readonly { readonly id: Uint8Array }[] }) => run.changes.at(-1)!.id

describe("the log", () => {
  it("keeps nothing of a run that is damaged or foreign", async () => {
    const [centre, other] = [await Centre.found(90), await Centre.found(91)]
    const log = new Log(centre.directory)
    const run = await centre.write(centre.admin, centre.circle)
    const damaged = run.raw.slice()
    damaged[damaged.length - 1]! ^= 1
    const codeFor = (data: Uint8Array) => log.add(data).then(() => null, codeOf)

    expect(await codeFor(damaged)).toBe("bad_signature")
    expect(await codeFor((await other.write(other.admin, other.circle)).raw)).toBe("wrong_place")
    expect(log.circles()).toEqual([])
    expect(await log.add(run.raw)).toEqual([last(run)])
    expect(await log.add(run.raw)).toEqual([])
  })

  it("releases what waited when the first of them comes", async () => {
    const centre = await Centre.found(92)
    const runs = []
    for (let n = 0; n < 3; n++) runs.push(await centre.write(centre.admin, centre.circle, [new Uint8Array([n]), null]))
    const log = new Log(centre.directory)
    const [first, second, third] = runs

    expect(log.addRun(third!).length).toBe(2)
    expect(log.verdict(last(third!))).toEqual({ counts: false, code: "ancestor_missing", isPending: true })
    expect(log.addRun(second!).length).toBe(2)
    expect(log.addRun(first!).length).toBe(6)
    expect(log.counting(centre.circle).length).toBe(6)
  })

  it("judges anew only what an entry can touch", async () => {
    const centre = await Centre.found(93)
    const yuki = await centre.join()
    const visit = await centre.open("case", { members: [yuki.member] })
    const log = new Log(centre.directory)
    const hers = await centre.write(yuki, visit)
    const elsewhere = await centre.write(yuki, centre.circle)
    for (const run of [hers, elsewhere]) log.addRun(run)
    const act = async (say: (draft: Draft) => Promise<void>) => log.rejudge(await centre.act(centre.admin, say))

    expect(await act((draft) => draft.say({ kind: "policy", values: { idle_minutes: 1 } }))).toEqual([])
    expect(await act((draft) => draft.cutOff(visit, yuki.key, null))).toEqual([last(hers)])
    expect(log.verdict(last(hers))?.code).toBe("cut_off")
    expect(await act((draft) => draft.letIn(visit, last(hers)))).toEqual([last(hers)])
    const moved = await act((draft) => draft.say({ kind: "device.revoke", device: yuki.key }))
    expect(moved.map(toHex).sort()).toEqual([last(hers), last(elsewhere)].map(toHex).sort())
    const undone = await centre.say(centre.root, { kind: "void", entries: [centre.directory.head.hash] })
    expect(log.rejudge(undone).length).toBeGreaterThan(0)
    expect(log.verdict(last(elsewhere))?.counts).toBe(true)
  })

  it("lets a revoked key fork at one and undo nothing", async () => {
    const centre = await Centre.found(94)
    const yuki = await centre.join()
    const visit = await centre.open("case", { members: [yuki.member] })
    const at = centre.head
    const notes = [await centre.write(yuki, visit), await centre.write(yuki, visit)]
    await centre.act(centre.admin, async (draft) => {
      await draft.say({ kind: "device.revoke", device: yuki.key })
      await draft.cutOff(visit, yuki.key, last(notes[1]!))
    })
    const forged = await centre.write(yuki, visit, [new Uint8Array([9])], { at, behind: [0, ZERO_HASH] })
    const log = new Log(centre.directory)
    for (const run of [forged, ...notes]) log.addRun(run)

    expect(notes.map((run) => log.verdict(last(run))?.code)).toEqual([null, null])
    expect(log.verdict(last(forged))?.code).toBe("cut_off")
    const ids = [last(notes[0]!), last(forged)].sort(compare)
    expect(log.forks).toEqual([{ circle: visit, device: yuki.key, sequence: 1, ids }])
    expect(log.heads(visit).get(yuki.key)).toEqual([2, last(notes[1]!)])
  })

  it("shows a change that its device signed under two heads, and counts it", async () => {
    const centre = await Centre.found(95)
    const run = await centre.write(centre.admin, centre.circle)
    await centre.say(centre.admin, { kind: "policy", values: { idle_minutes: 1 } })
    const { index: headIndex, hash: headHash } = centre.directory.head
    const bodies = run.changes.map((change) => change.body)
    const again = await centre.sign(centre.admin, { ...run.head, headIndex, headHash }, bodies)
    const log = new Log(centre.directory)
    for (const signed of [again, run]) log.addRun(signed)

    expect(log.redated).toEqual([last(run)])
    expect(log.countingHeads(last(run))).toEqual([centre.head - 1, centre.head])
  })

  it("tells of a counting change that it counts under one more head, or one less", async () => {
    const centre = await Centre.found(98)
    const yuki = await centre.join()
    const run = await centre.write(yuki, centre.circle)
    await centre.act(centre.admin, (draft) => draft.cutOff(centre.circle, yuki.key, last(run)))
    const { index: headIndex, hash: headHash } = centre.directory.head
    const bodies = run.changes.map((change) => change.body)
    const again = await centre.sign(yuki, { ...run.head, headIndex, headHash }, bodies)
    const log = new Log(centre.directory)

    expect([again, run].map((signed) => log.addRun(signed))).toEqual([[last(run)], [last(run)]])
    expect(log.countingHeads(last(run))).toEqual([run.head.headIndex, headIndex])
    const shut = await centre.act(centre.admin, (draft) => draft.cutOff(centre.circle, yuki.key, null, true))
    expect(log.rejudge(shut)).toEqual([last(run)])
    expect(log.countingHeads(last(run))).toEqual([])
  })

  it("misses the heads that counting runs name, and no others", async () => {
    const centre = await Centre.found(96)
    const yuki = await centre.join()
    const lost = await centre.write(yuki, centre.circle)
    const known = { device: yuki.key, sequence: 1, id: last(lost) }
    const log = new Log(centre.directory)
    log.addRun(await centre.write(centre.admin, centre.circle, [null], { known: [known] }))

    expect(log.missing(centre.circle)).toEqual([known])
    log.addRun(lost)
    expect(log.missing(centre.circle)).toEqual([])
    const bogus = { device: centre.admin.key, sequence: 99, id: ZERO_HASH }
    log.addRun(await centre.write(yuki, centre.circle, [new Uint8Array([1])], { epoch: 99, known: [bogus] }))
    expect(log.missing(centre.circle)).toEqual([])
  })

  it("keeps a change that does not open with its code", async () => {
    const centre = await Centre.found(97)
    const run = await centre.write(centre.admin, centre.circle)
    const log = new Log(centre.directory)
    log.addRun(run)

    expect(log.refuse(last(run), "wrong_key")).toEqual([last(run)])
    expect(log.refuse(last(run), "wrong_key")).toEqual([])
    expect(log.verdict(last(run))?.code).toBe("wrong_key")
    expect(log.counting(centre.circle)).toEqual([])
    expect(log.countingHeads(last(run))).toEqual([])
    expect(log.change(last(run))).toEqual(run.changes[0])
  })
})
