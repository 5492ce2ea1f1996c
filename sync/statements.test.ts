/** Every statement of sync/SPEC.md 3 has one form, and nothing else passes for it. Twin: tests/sync/test_statements.py. */

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { pack, type Value } from "../crypto/encoding.ts"
import { codeOf } from "./entries.ts"
import {
  circleNamed,
  digestOf,
  KINDS,
  MAX_STATEMENT,
  parseStatement,
  rightsOf,
  statementBytes,
  statementMap,
} from "./statements.ts"

type Fields = { readonly [field: string]: Value }

const ID = new Uint8Array(16)
const KEY = Uint8Array.from({ length: 32 }, (_, place) => place)
const sealed = (size: number) => new Uint8Array(size)
const SEALS = [
  [sealed(32), sealed(80)],
  [KEY, sealed(80)],
]
const ON_CIRCLE = { circle: ID, previous: KEY }
const LISTS = { members: [ID, new Uint8Array(16).fill(1)], devices: [KEY] }
const SECRET = { commitment: KEY, circle_key: KEY }

const MAPS: { readonly [kind: string]: Fields } = {
  "centre.found": { root: KEY, root_seal: KEY },
  "root.replace": { root: KEY, root_seal: KEY },
  void: { entries: [KEY, sealed(32)] },
  "member.add": { member: ID, role: "staff", duties: ["reviewer", "coordinator"] },
  "member.role": { member: ID, role: "supporter", duties: [] },
  "member.end": { member: ID },
  "invite.open": { invite: KEY, seal_key: KEY, member: ID, expires: 1_790_000_000_000 },
  "invite.cancel": { invite: KEY },
  "device.enrol": { invite: KEY, device: KEY, seal_key: KEY, signature: sealed(64) },
  "device.add": { member: ID, device: KEY, seal_key: KEY },
  "device.revoke": { device: KEY },
  policy: { values: { idle_minutes: 5, wipe: true, note: "あ", rights: [["visit", "due", ["staff"]]] } },
  "circle.open": {
    ...ON_CIRCLE,
    previous: null,
    circle_kind: "case",
    case: ID,
    desk: ID,
    ...LISTS,
    ...SECRET,
    seals: SEALS,
  },
  "circle.epoch": { ...ON_CIRCLE, epoch: 2, after: 1, ...LISTS, ...SECRET, lock: sealed(60), seals: SEALS },
  "circle.seal": { ...ON_CIRCLE, epoch: 1, ...LISTS, seals: SEALS },
  "circle.close": ON_CIRCLE,
  "circle.cutoff": { ...ON_CIRCLE, device: KEY, last: null, deliberate: false },
  "circle.letin": { ...ON_CIRCLE, change: KEY },
  "circle.shred": ON_CIRCLE,
  "seal.bad": { ...ON_CIRCLE, epoch: 1, reason: "bad_lock" },
}

const WRONG: readonly (readonly [kind: string, field: string, value: Value])[] = [
  ["centre.found", "root", sealed(31)],
  ["void", "entries", []],
  ["void", "entries", Array.from({ length: 1_001 }, () => KEY)],
  ["member.add", "role", "head"],
  ["member.add", "duties", ["Reviewer"]],
  ["invite.open", "expires", -1],
  ["invite.open", "expires", true],
  ["device.enrol", "signature", sealed(63)],
  ["policy", "values", []],
  ["policy", "values", { idle: null }],
  ["policy", "values", { rights: [["visit", "due", "staff"]] }],
  ["circle.open", "circle_kind", "team"],
  ["circle.open", "members", [ID, ID]],
  ["circle.open", "seals", SEALS.toReversed()],
  ["circle.open", "seals", [[KEY, sealed(79)]]],
  ["circle.epoch", "epoch", 0],
  ["circle.epoch", "epoch", 2 ** 32],
  ["circle.epoch", "lock", null],
  ["circle.seal", "previous", sealed(31)],
  ["circle.cutoff", "deliberate", 1],
  ["seal.bad", "reason", "no_reason"],
]

function codeFor(value: Value): string | null {
  try {
    parseStatement(value)
    return null
  } catch (error) {
    return codeOf(error)
  }
}

describe("statements", () => {
  it("knows every kind of the spec", () => {
    expect([...KINDS].sort()).toEqual(Object.keys(MAPS).sort())
  })

  it.each(Object.entries(MAPS))("reads and writes %s unchanged", (kind, fields) => {
    const whole = { kind, ...fields }
    const statement = parseStatement(whole)

    expect(statementMap(statement)).toEqual(whole)
    expect(statementBytes(statement)).toEqual(pack(whole))
    expect(parseStatement(statementBytes(statement))).toEqual(statement)
  })

  it.each(Object.entries(MAPS))("finds a field too few or too many in %s malformed", (kind, fields) => {
    expect(codeFor({ kind, ...fields, more: 1 })).toBe("malformed")
    for (const name of Object.keys(fields)) {
      const fewer = Object.entries({ kind, ...fields }).filter(([field]) => field !== name)
      expect(codeFor(Object.fromEntries(fewer))).toBe("malformed")
    }
  })

  it.each(WRONG)("finds %s with another %s malformed", (kind, field, value) => {
    expect(codeFor({ kind, ...MAPS[kind], [field]: value })).toBe("malformed")
  })

  it("tells what has no kind from a kind of a newer version", () => {
    for (const value of [null, [], 1, {}, { kind: 1 }] satisfies Value[]) expect(codeFor(value)).toBe("malformed")
    expect(codeFor({ kind: "circle.merge", more: [1] })).toBe("unknown_statement")
  })

  it("finds bytes over the limit too large before it reads them", () => {
    expect(codeFor(new Uint8Array(MAX_STATEMENT + 1))).toBe("too_large")
    expect(codeFor(new Uint8Array(MAX_STATEMENT))).toBe("malformed")
  })

  it("names the circle of an unknown statement", () => {
    expect(circleNamed(pack({ kind: "circle.merge", circle: ID }))).toEqual(ID)
    expect(circleNamed(pack({ kind: "circle.merge", circle: sealed(15) }))).toBeNull()
    expect(circleNamed(new Uint8Array([0xc1]))).toBeNull()
  })

  it("gives no two kinds one digest", async () => {
    const digests = Object.entries(MAPS).map(([kind, fields]) => digestOf(parseStatement({ kind, ...fields })))

    expect(new Set((await Promise.all(digests)).map(String)).size).toBe(Object.keys(MAPS).length)
  })

  it("reads the rights of a policy apart from its settings", () => {
    const policy = parseStatement({ kind: "policy", ...MAPS.policy })

    expect(policy.kind === "policy" && rightsOf(policy)).toEqual([["visit", "due", ["staff"]]])
  })

  it("answers with a statement or a code, whatever stands in a field", () => {
    const kinds = fc.constantFrom(...Object.keys(MAPS))
    const values = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string(),
      fc.uint8Array({ maxLength: 33 }),
    )
    fc.assert(
      fc.property(kinds, fc.nat(9), fc.oneof(values, fc.array(values)), (kind, place, value) => {
        const names = Object.keys(MAPS[kind]!)
        const whole = { kind, ...MAPS[kind], [names[place % names.length]!]: value as Value }

        expect([null, "malformed"]).toContain(codeFor(whole))
      }),
    )
  })
})
