/**
 * The twins give the same verdict on the same bytes: thousands made and judged by the Python twin, thousands by this one.
 * `CASES=20000 npx vitest run crypto/agreement` looks longer. Twin: tests/crypto/corpus.py.
 */

import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import fc from "fast-check"
import { deflateRaw } from "pako"
import { beforeAll, describe, expect, it } from "vitest"
import { concat, fromHex, toHex, uint, utf8 } from "./bytes.ts"
import { pack, unpack, type Value } from "./encoding.ts"
import { entryBody, parseEntry } from "./entry.ts"
import { ProtocolError } from "./errors.ts"
import { pad, padme, unpad } from "./padding.ts"
import { parseRun, runStart } from "./run.ts"

type Read = "unpack" | "unpad" | "parse_run" | "parse_entry"
type Case = { readonly read: Read; readonly data: Uint8Array; readonly verdict: string }

const SEED = fc.readConfigureGlobal().seed ?? 1
const CASES = Number(process.env.CASES ?? 1_000)
const PYTHON = existsSync(".venv/bin/python") ? ".venv/bin/python" : "python3"

function corpus(input: string, ...args: string[]): unknown[] {
  const options = { input, maxBuffer: 2 ** 28, encoding: "utf8" as const }
  const output = execFileSync(PYTHON, ["-m", "tests.crypto.corpus", ...args], options)
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
}

async function sha256(data: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", concat(data))))
}

const readers: Record<Read, (data: Uint8Array) => Promise<string>> = {
  unpack: async (data) => sha256(pack(unpack(data))),
  unpad: async (data) => sha256(unpad(data)),
  parse_run: async (data) => {
    const { head, bodies, ids } = await parseRun(data)
    return `${head.first} ${head.known.length} ${head.blobs.length} ${bodies.length} ${toHex(ids.at(-1)!)}`
  },
  parse_entry: async (data) => {
    const { index, time, statements, hash } = await parseEntry(data)
    return `${index} ${time} ${statements.length} ${toHex(hash)}`
  },
}

async function verdict(read: Read, data: Uint8Array): Promise<string> {
  try {
    return await readers[read](data)
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
}

const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max })
const edge = fc.constantFrom(0, 1, 28, 29, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1)
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 9 },
    fc.constantFrom(null, true, false),
    fc.oneof(edge, fc.maxSafeInteger()),
    fc.string({ unit: fc.constantFrom(..."aé縁ｶ゙가ᄀ\ufeff👵\u0301\0") }),
    bytes(0, 300),
    fc.array(tie("value"), { maxLength: 17 }),
    fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,3}$/), tie("value"), { maxKeys: 17, noNullPrototype: true }),
  ),
}))

const packed = value.filter((one) => depth(one) <= 8).map(pack)

function depth(one: Value): number {
  if (typeof one !== "object" || one === null || one instanceof Uint8Array) return 0
  return 1 + Math.max(0, ...Object.values(one).map(depth))
}

const padded = fc
  .tuple(fc.constantFrom(0, 1, 2), fc.array(fc.constantFrom(...utf8("aaab\n")), { maxLength: 300 }), fc.boolean())
  .chain(([method, text, spoil]) => {
    const data = deflateRaw(Uint8Array.from(text))
    return spoil ? altered(fc.constant(data)).map((other) => frame(method, other)) : fc.constant(frame(method, data))
  })

function frame(method: number, data: Uint8Array): Uint8Array {
  const start = concat(uint(method, 1), data, Uint8Array.of(0x80))
  return concat(start, new Uint8Array(padme(start.length) - start.length))
}

const run = fc
  .record({
    centre: bytes(16),
    circle: bytes(16),
    epoch: fc.constantFrom(1, 2, 2 ** 32 - 1),
    device: bytes(32),
    first: fc.constantFrom(1, 2, 2 ** 32 - 2),
    previous: fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(7)),
    headIndex: fc.nat(),
    headHash: bytes(32),
    known: fc.array(fc.record({ device: bytes(32), sequence: fc.nat(), id: bytes(32) }), { maxLength: 2 }),
    blobs: fc.array(bytes(32), { maxLength: 2 }),
    bodies: fc.array(fc.oneof(bytes(0), bytes(29, 90), bytes(28, 29)), { minLength: 1, maxLength: 5 }),
  })
  .map(({ bodies, ...head }) => {
    const framed = bodies.flatMap((body) => [uint(body.length, 3), body])
    return concat(runStart(head, bodies.length), ...framed, new Uint8Array(64))
  })

const statement = fc.oneof(
  bytes(32),
  fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), value, { noNullPrototype: true }).filter((map) => depth(map) <= 7),
)
const entry = fc
  .tuple(bytes(16), fc.constantFrom(0, 1, 2 ** 32 - 1), bytes(32), fc.oneof(edge, fc.constantFrom(2 ** 53, 2 ** 63)))
  .chain(([centre, index, key, time]) =>
    fc.array(statement, { minLength: 1, maxLength: 20 }).map((statements) => {
      const previous = index === 0 ? new Uint8Array(32) : key
      return concat(entryBody(centre, index, previous, key, time, statements), new Uint8Array(64))
    }),
  )

function altered(arbitrary: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(), fc.oneof(fc.constant(1), fc.nat(3)), bytes(0, 3))
  return fc.tuple(arbitrary, fc.array(change, { maxLength: 2 })).map(([data, changes]) =>
    changes.reduce((left, [where, out, put]) => {
      const at = where % (left.length + 1)
      return concat(left.subarray(0, at), put, left.subarray(at + out))
    }, data),
  )
}

describe("the twins agree", () => {
  let theirs: Case[] = []

  beforeAll(() => {
    const made = corpus("", "make", String(SEED), String(CASES)) as { read: Read; data: string; verdict: string }[]
    theirs = made.map((one) => ({ ...one, data: fromHex(one.data) }))
  })

  it.each(["unpack", "unpad", "parse_run", "parse_entry"] as const)(
    "on what Python made to be read: %s",
    async (read) => {
      const cases = theirs.filter((one) => one.read === read)
      const differ = []
      for (const { data, verdict: expected } of cases) {
        const actual = await verdict(read, data)
        if (expected !== actual) differ.push({ data: toHex(data.subarray(0, 1_000)), expected, actual })
      }

      expect(differ).toEqual([])
      expect(cases.length).toBe(CASES)
      expect(new Set(cases.map((one) => one.verdict)).size).toBeGreaterThan(CASES * 0.05)
    },
  )

  it.each([
    ["unpack", fc.oneof(packed, altered(packed), bytes(0, 40))],
    ["unpad", fc.oneof(padded, altered(padded), bytes(0, 600).map(pad))],
    ["parse_run", fc.oneof(run, altered(run))],
    ["parse_entry", fc.oneof(entry, altered(entry))],
  ] as const)("on what TypeScript made to be read: %s", async (read, arbitrary) => {
    const cases = fc.sample(arbitrary, { seed: SEED, numRuns: CASES })
    const lines = cases.map((data) => JSON.stringify({ read, data: toHex(data) })).join("\n")
    const judged = corpus(lines, "judge")
    const differ = []
    for (const [i, data] of cases.entries()) {
      const actual = await verdict(read, data)
      if (judged[i] !== actual) differ.push({ data: toHex(data), expected: judged[i], actual })
    }

    expect(differ).toEqual([])
    expect(judged.length).toBe(CASES)
    expect(new Set(judged).size).toBeGreaterThan(CASES * 0.05)
  })
})
