import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { type GivenChange, readChange, readFolder, readJson, smallDictionary } from "../tests/sync/merge_cases.ts"
import { canonical, type Json } from "./canonical.ts"
import { Merge } from "./merge.ts"

interface Given {
  readonly dictionary: number
  readonly changes: readonly GivenChange[]
}
interface Vector {
  readonly expect: string
  readonly do: string
  readonly given: Given
  readonly gives: Json
}

const VECTORS = readFolder<Vector>("merge")
const LOGS = readJson<readonly (Given & { readonly sha256: string })[]>("merge_logs.json")
const POLICIES = ["ask", "author", "careful", "latest", "once", "set", "state", "text"]

function merged({ dictionary, changes }: Given): Merge {
  return new Merge(smallDictionary(dictionary), changes.map(readChange))
}

describe("merge", () => {
  it("has vectors for every policy and for deleting", () => {
    expect(VECTORS).toHaveLength(174)
    for (const policy of [...POLICIES, "deleted"]) {
      expect(VECTORS.filter(([name]) => name.startsWith(policy)).length).toBeGreaterThanOrEqual(4)
    }
  })

  it.each(VECTORS)("vector %s", (_name, vector) => {
    expect(Object.keys(vector).sort()).toEqual(["comment", "do", "expect", "given", "gives", "spec"])
    expect([vector.expect, vector.do, Object.keys(vector.given)]).toEqual([
      "success",
      "merge",
      ["dictionary", "changes"],
    ])
    expect(JSON.parse(merged(vector.given).toJson())).toEqual(vector.gives)
    expect(merged(vector.given).toJson()).toBe(canonical(vector.gives))
  })

  it.each(VECTORS)("takes any change of %s late, or out, without a trace", (_name, { given }) => {
    const changes = given.changes.map(readChange)
    const whole = merged(given)
    for (const change of changes) {
      const others = new Merge(
        smallDictionary(given.dictionary),
        changes.filter((other) => other !== change),
      ).toJson()
      const state = whole.toJson()
      whole.remove(change.id)

      expect(whole.toJson()).toBe(others)
      whole.add(change)
      expect(whole.toJson()).toBe(state)
    }
  })

  it("comes with random logs to what the slow model says", () => {
    const digests = LOGS.map((log) => createHash("sha256").update(merged(log).toJson()).digest("hex"))

    expect(LOGS).toHaveLength(60)
    expect(digests).toEqual(LOGS.map((log) => log.sha256))
  })
})
