import { describe, expect, it } from "vitest"
import { fromHex } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import {
  arrow,
  Dictionary,
  dictionary,
  type FieldRule,
  isMoreCareful,
  isOfKind,
  type Ordered,
  rank,
  validate,
} from "./dictionary.ts"
import { CHOICES, FORMS, type RiskFlag } from "./records/dictionary.ts"
import vectors from "./records/vectors.json" with { type: "json" }

/** The file's words for bytes and for long values: see sync/records/vectors.py. */
function read(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(read)
  if (typeof value !== "object" || value === null) return value
  if ("$octets" in value) return fromHex(String(value.$octets))
  if ("$times" in value && "of" in value) return repeated(Number(value.$times), value.of)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, read(one)]))
}

function repeated(times: number, of: unknown): unknown {
  return typeof of === "string" ? of.repeat(times) : Array.from({ length: times }, () => read(of))
}

function rule(type: string, field: string): FieldRule {
  const found = dictionary().field(type, field)
  if (!found) throw new Error(`no field ${type}.${field}`)
  return found
}

function ranked(type: string, field: string, values: readonly Ordered[]): readonly Ordered[] {
  return values.toSorted((one, other) => rank(rule(type, field), one) - rank(rule(type, field), other))
}

describe("the data dictionary", () => {
  it("gives every value the verdict that its declared type gives", () => {
    const wrong = vectors.cases.filter(({ type, field, value, expect }) => {
      return isOfKind(read(value), rule(type, field).kind) !== (expect === "success")
    })

    expect(wrong).toEqual([])
    expect(vectors.cases.length).toBeGreaterThan(1500)
  })

  it("knows no field by a name that JavaScript objects have anyway", () => {
    const found = ["constructor", "toString", "__proto__"].flatMap((name) => [
      dictionary().field(name, "name"),
      dictionary().field("visit", name),
    ])

    expect(found.every((one) => one === undefined)).toBe(true)
  })

  it("takes a struct without prototype, and no array or bytes for one", () => {
    const due = { kind: "struct", name: "Due", fields: { on: { kind: "date" } }, required: [] } as const
    const bare: object = Object.assign(Object.create(null), { on: "2026-04-01" })

    expect([bare, {}, [], new Uint8Array(0), null].map((value) => isOfKind(value, due))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })

  it("says bad_value of a value that is not of the kind", () => {
    expect(() => validate(1n, { kind: "moment" })).toThrow(new ProtocolError("bad_value"))
    expect(() => validate(1, { kind: "moment" })).not.toThrow()
  })

  it("judges by whatever dictionary it is given", () => {
    const known = new Dictionary({ version: 7, types: { visit: { introduced: 1, home: "dispatch", fields: {} } } })

    expect([7, undefined]).toEqual([known.version, known.field("visit", "status")])
  })
})

describe("what is more careful", () => {
  it("puts a refusal above every kind of consent", () => {
    const states = ["refused", "written", "not_asked", "by_behaviour", "withdrawn"]

    expect(ranked("consent", "state", states)).toEqual(["written", "by_behaviour", "not_asked", "withdrawn", "refused"])
  })

  it("puts the earlier end of a consent above the later", () => {
    expect(ranked("consent", "valid_until", ["2027-01-01", "2026-12-31", "2030-01-01"])).toEqual([
      "2030-01-01",
      "2027-01-01",
      "2026-12-31",
    ])
  })

  it("puts a channel taken away above one allowed, and a topic to avoid above its removal", () => {
    expect([false, true]).toEqual([
      isMoreCareful(rule("contact_preference", "ok_channels"), true, false),
      isMoreCareful(rule("contact_preference", "never_topics"), true, false),
    ])
  })

  it("puts a paused dispatch above a running one", () => {
    expect(isMoreCareful(rule("dispatch", "state"), "paused", "running")).toBe(true)
    expect(isMoreCareful(rule("dispatch", "state"), "paused", "paused")).toBe(false)
  })
})

describe("the arrows of a state", () => {
  it("lets a supporter pause a dispatch and only the coordination resume it", () => {
    const state = rule("dispatch", "state")

    expect([true, false]).toEqual([
      arrow(state, "running", "paused")?.includes("supporter"),
      arrow(state, "paused", "running")?.includes("supporter"),
    ])
  })

  it("has none back from an end, none from nowhere to the middle, and always the one that stays", () => {
    const state = rule("dispatch", "state")

    expect([undefined, undefined, state.write]).toEqual([
      arrow(state, "ended", "running"),
      arrow(state, null, "running"),
      arrow(state, "ended", "ended"),
    ])
  })
})

describe("what is generated", () => {
  it("types a record as its form names it", () => {
    const flag: RiskFlag = { type: "risk_flag", level: "urgent", kind: ["dv"] }

    expect(FORMS[flag.type].fields.map((field) => field.name)).toContain("level")
    expect(CHOICES.RiskLevel.find((choice) => choice.value === flag.level)?.ja).toBe("緊急")
  })
})
