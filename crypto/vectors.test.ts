/** Every vector of crypto/vectors, run through the TypeScript twin's public names. Twin: tests/crypto/test_vectors.py. */

import { describe, expect, it } from "vitest"
import { CODES, ProtocolError } from "./errors.ts"
import { KEYED } from "./vectors/keyed.ts"
import { KEYLESS } from "./vectors/keyless.ts"
import { NOT_HERE, PUBLISHED } from "./vectors/published.ts"
import { type Given, type Gives, like, type Runner, shown } from "./vectors/vector.ts"

type Vector = { comment: string; spec: string; expect: string; do: string; given: Given; gives?: Gives }

const VECTORS = import.meta.glob<Vector>("./vectors/*/*.json", { eager: true, import: "default" })
const COUNTS = {
  accumulated: 3,
  blob: 62,
  centre: 3,
  change: 56,
  circle: 72,
  derive: 6,
  digest: 7,
  entry: 67,
  invite: 56,
  msgpack: 140,
  padding: 68,
  published: 45,
  recovery: 69,
  reminder: 70,
  run: 105,
  session: 19,
  signature: 58,
  vault: 55,
}

const files = Object.entries(VECTORS).map(([path, vector]) => {
  const [, , folder, file] = path.split("/")
  return { folder: folder!, name: `${folder}/${file!.replace(".json", "")}`, vector }
})

function runnerOf(folder: string, attempt: string): Runner | undefined {
  return [KEYLESS, KEYED, PUBLISHED].map((runners) => runners[folder]?.[attempt]).find((found) => found !== undefined)
}

async function codeOf(attempt: Promise<Gives>): Promise<string> {
  try {
    await attempt
    return "success"
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
}

describe("vector", () => {
  const here = files.filter(({ name }) => !NOT_HERE.has(name))
  it.each(here)("$name", async ({ folder, vector }) => {
    const runner = runnerOf(folder, vector.do)!
    const form = ["comment", "do", "expect", "given", "spec"]

    expect([...runner.takes].sort()).toEqual(Object.keys(vector.given).sort())
    const attempt = runner.run(vector.given, folder)

    expect(await codeOf(attempt)).toBe(vector.expect)
    if (vector.expect === "success") {
      const actual = await attempt
      form.push("gives")

      expect(shown(actual)).toEqual(like(actual, vector.gives, folder))
    }
    expect(Object.keys(vector).sort()).toEqual(form.sort())
  })
})

describe("vectors", () => {
  it("stand in no folder that is empty or unknown", () => {
    const counts: Record<string, number> = {}
    for (const { folder } of files) counts[folder] = (counts[folder] ?? 0) + 1

    expect(counts).toEqual(COUNTS)
  })

  it("expect a failure most of the time, and every code somewhere", () => {
    const expected = files.map(({ vector }) => vector.expect)
    const failures = expected.filter((code) => code !== "success")

    expect(failures.length).toBeGreaterThan(expected.length / 2)
    expect(new Set(failures)).toEqual(CODES)
  })

  it("try everything that can be tried", () => {
    const tried = new Set(files.map(({ folder, vector }) => `${folder}/${vector.do}`))
    const all = [KEYLESS, KEYED, PUBLISHED].flatMap((runners) =>
      Object.entries(runners).flatMap(([folder, attempts]) => Object.keys(attempts).map((name) => `${folder}/${name}`)),
    )

    expect(new Set(all)).toEqual(new Set([...tried].filter((name) => name !== "published/argon2id")))
  })
})
