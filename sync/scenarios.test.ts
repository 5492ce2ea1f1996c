/** The twin makes of every scenario what the Python made of it: sync/vectors/scenarios.py says what a file holds. */

import { readdirSync, readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fromHex, toHex } from "../crypto/bytes.ts"
import { frameOf, replay, runsOf, type Scenario, table, verdictsOf } from "../tests/sync/scenario.ts"
import type { Frame } from "./chain.ts"
import { Directory } from "./directory.ts"
import { codeOf } from "./entries.ts"
import { Log } from "./log.ts"
import { judge } from "./validity.ts"

const FOLDER = new URL("./vectors/scenarios/", import.meta.url)
const STORY_KEYS = ["centre", "comment", "entries", "runs", "spec", "table", "verdicts"]
const REFUSAL_KEYS = ["attempts", "centre", "comment", "entries", "spec"]
const stories = readdirSync(FOLDER).filter((file) => file.startsWith("story_"))
const refusals = scenario("refusals.json", REFUSAL_KEYS)

function scenario(file: string, keys: readonly string[]): Scenario {
  const held = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"))
  expect(Object.keys(held).sort()).toEqual(keys)
  return held
}

it("has stories to replay", () => {
  expect(stories.length).toBe(4)
  expect(refusals.attempts.length).toBeGreaterThan(180)
})

describe.each(stories)("%s", (file) => {
  const held = scenario(file, STORY_KEYS)

  it("gives the same answers at every index", async () => {
    expect(table(await replay(held))).toEqual(held.table)
  })

  it("gives the same verdicts", async () => {
    const verdicts = judge(await replay(held, true), await runsOf(held))

    expect(Object.fromEntries(verdicts.entries().map(([id, { code }]) => [toHex(id), code]))).toEqual(held.verdicts)
  })

  it("gives the same verdicts in any order and repetition of runs", async () => {
    const directory = await replay(held, true)
    const runs = await runsOf(held)
    const orders = fc.shuffledSubarray([...runs, ...runs], { minLength: 2 * runs.length })
    fc.assert(
      fc.property(orders, (order) => {
        const log = new Log(directory)
        for (const run of order) log.addRun(run)

        expect(verdictsOf(log, Object.keys(held.verdicts))).toEqual(held.verdicts)
      }),
      { numRuns: 25 },
    )
  })

  it("gives the same answers and verdicts when entries and their hashed statements come between the runs", async () => {
    const runs = await runsOf(held)
    const frames = held.entries.map(frameOf)
    const steps = fc.tuple(
      fc.shuffledSubarray(runs, { minLength: runs.length }),
      fc.array(fc.boolean(), { minLength: frames.length, maxLength: frames.length }),
    )
    await fc.assert(
      fc.asyncProperty(steps, async ([order, late]) => {
        const log = new Log(new Directory(fromHex(held.centre)))
        const queue = [...order]
        for (const [index, [entry, statements]] of frames.entries()) {
          log.rejudge(await log.directory.apply(entry, late[index] ? [] : statements, { trusted: true }))
          const run = queue.pop()
          if (run) log.addRun(run)
        }
        for (const run of queue) log.addRun(run)
        for (const [index, [, statements]] of [...frames.entries()].reverse()) {
          for (const said of late[index] ? statements : []) log.rejudge(await log.directory.give(index, said))
        }

        expect(verdictsOf(log, Object.keys(held.verdicts))).toEqual(held.verdicts)
        expect(table(log.directory)).toEqual(held.table)
      }),
      { numRuns: 10 },
    )
  })

  it("tells what moves: who follows only that knows every verdict", async () => {
    const log = new Log(new Directory(fromHex(held.centre)))
    const runs = (await runsOf(held)).reverse()
    const seen = new Set<string>()
    const known = new Map<string, string | null>()
    for (let step = 0; step < Math.max(runs.length, held.entries.length); step++) {
      const moved = runs[step] ? log.addRun(runs[step]!) : []
      const entry = held.entries[step]
      if (entry) moved.push(...log.rejudge(await log.directory.apply(...frameOf(entry), { trusted: true })))
      for (const id of moved) {
        seen.add(toHex(id))
        known.set(toHex(id), log.verdict(id)!.code)
      }
    }

    expect(Object.fromEntries(known)).toEqual(held.verdicts)
    expect(seen.size).toBe(Object.keys(held.verdicts).length)
  })
})

describe("refusals", () => {
  it("gives every attempt its code, and a refused one changes nothing", async () => {
    let directory = await replay(refusals, true)
    const before = table(directory)
    const outcomes: (readonly [string, string | null])[] = []
    for (const attempt of refusals.attempts) {
      const code = await codeFor(directory, frameOf(attempt))
      outcomes.push([attempt.name, code])
      if (code === null) directory = await replay(refusals, true)
    }

    expect(outcomes).toEqual(refusals.attempts.map(({ name, expect }) => [name, expect]))
    expect(table(directory)).toEqual(before)
  })
})

async function codeFor(directory: Directory, frame: Frame): Promise<string | null> {
  try {
    await directory.apply(...frame, { complete: true })
    return null
  } catch (error) {
    return codeOf(error)
  }
}
