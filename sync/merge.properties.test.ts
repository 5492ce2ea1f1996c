import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { toHex } from "../crypto/bytes.ts"
import { pack } from "../crypto/encoding.ts"
import { type GivenChange, readChange, readJson, smallDictionary } from "../tests/sync/merge_cases.ts"
import { type FieldRule, rank } from "./dictionary.ts"
import type { Edit, Write } from "./edits.ts"
import { Merge, type Part } from "./merge.ts"
import type { View } from "./register.ts"
import { type Judged, judgeWrite, registerKey } from "./writes.ts"

const OLD = smallDictionary(1)
const NEW = smallDictionary(2)
const LOGS = readJson<readonly { readonly changes: readonly GivenChange[] }[]>("merge_logs.json").map(({ changes }) =>
  changes.map(readChange),
)
const LOG = fc.constantFrom(...LOGS)
/** A log and places in it, each maybe often, in any order. */
const WALK = LOG.chain((log) => fc.tuple(fc.constant(log), fc.array(fc.nat(log.length - 1), { maxLength: 60 })))

/** By type, a write that anybody may make. */
const FRESH: Readonly<Record<string, Write>> = {
  sheet: { field: "tags", element: "犬", value: true, over: [] },
  door_card: { field: "dangers", element: "犬", value: true, over: [] },
  visit: { field: "helpers", element: new Uint8Array(16), value: true, over: [] },
  letter: { field: "body", element: null, value: "茶", over: [] },
}

describe("merge, whatever was written", () => {
  it("gives the same state in any order and with any repetition", () => {
    const order = LOG.chain((log) =>
      fc.tuple(fc.constant(log), fc.shuffledSubarray([...log], { minLength: log.length })),
    )
    fc.assert(
      fc.property(order, fc.array(fc.nat(9)), ([log, shuffled], again) => {
        const repeated = again.flatMap((place) => shuffled[place] ?? [])

        expect(new Merge(NEW, [...shuffled, ...repeated]).toJson()).toBe(new Merge(NEW, log).toJson())
      }),
    )
  })

  it("is as if what was taken out had never been there", () => {
    fc.assert(
      fc.property(WALK, ([log, places]) => {
        const merge = new Merge(NEW)
        const held = new Set<Judged>()
        for (const change of places.flatMap((place) => log[place] ?? [])) {
          if (held.delete(change)) merge.remove(change.id)
          else {
            held.add(change)
            merge.add(change)
          }
        }

        expect(merge.toJson()).toBe(
          new Merge(
            NEW,
            log.filter((change) => held.has(change)),
          ).toJson(),
        )
      }),
    )
  })

  it("is empty when all is taken out", () => {
    forEvery((log, merge) => {
      for (const change of log) merge.remove(change.id)

      expect([merge.toJson(), merge.records()]).toEqual([new Merge(NEW).toJson(), []])
    })
  })

  it("touches the registers of a change only", () => {
    forEvery((log) => {
      const merge = new Merge(NEW)
      for (const change of log) {
        const before = views(merge)
        const touched = [...merge.add(change).keys()]
        const after = views(merge)
        const moved = [...after.keys()].filter((key) => !same(before.get(key), after.get(key)))

        expect(new Set(touched)).toEqual(new Set(counting([change]).keys()))
        expect(touched).toEqual(expect.arrayContaining(moved))
        expect([...before.keys()].filter((key) => !after.has(key))).toEqual([])
      }
    })
  })

  it("shows every value, unless a later write named it", () => {
    forEvery((log, merge) => {
      const written = counting(log)

      expect(new Set(views(merge).keys())).toEqual(new Set(written.keys()))
      for (const [key, view] of views(merge)) {
        const writes = written.get(key) ?? new Map<string, Write>()
        const shown = [...view.values, ...view.requests].flatMap((value) => value.changes.map(toHex))
        const named = [...writes].flatMap(([id, write]) => write.over.map(toHex).filter((other) => other !== id))

        expect([...writes.keys()]).toEqual(expect.arrayContaining(shown))
        expect([...shown, ...named]).toEqual(expect.arrayContaining([...writes.keys()]))
      }
    })
  })

  it("never counts a write beyond its author's role", () => {
    forEvery((_log, merge) => {
      for (const view of views(merge).values()) {
        const rule = ruleOf(view)
        for (const change of authors(merge, view)) {
          const may = change.capacities.some(({ who, rights }) =>
            (rights(rule.type, rule.field) ?? rule.write).some((one) => who.has(one)),
          )

          expect(may).toBe(true)
          expect(change.circleKind).toBe(rule.home)
        }
      }
    })
  })

  it("makes equal values one, and puts them by their smallest id", () => {
    forEvery((_log, merge) => {
      for (const { values } of views(merge).values()) {
        const firsts = values.map(({ changes }) => toHex(changes[0] ?? new Uint8Array()))

        expect(new Set(values.map(({ value }) => toHex(pack(value)))).size).toBe(values.length)
        expect(firsts.toSorted()).toEqual(firsts)
        for (const ids of values.map(({ changes }) => changes.map(toHex))) expect([...new Set(ids)].sort()).toEqual(ids)
      }
    })
  })

  it("keeps for an old app what it does not know, and counts it after an update", () => {
    forEvery((log, merge) => {
      const old = new Merge(OLD, log)
      const kept = [...old.unjudged.values()].flat()
      const unknown = writesOf(log).filter(([, edit, write]) => !OLD.field(edit.type, write.field))

      expect(kept.filter(({ type, write }) => !OLD.field(type, write.field)).map(({ write }) => write)).toEqual(
        unknown.map(([, , write]) => write),
      )
      expect(new Merge(NEW, old.changes()).toJson()).toBe(merge.toJson())
    })
  })

  it("has two versions of the app agree on every register that holds nothing only the new one knows", () => {
    forEvery((log, merge) => {
      const old = new Merge(OLD, log)
      const unknown = new Set<string>()
      for (const { id, circle } of log) {
        for (const { record, type, write, code } of [old.unjudged, old.refused].flatMap(
          (kept) => kept.get(toHex(id)) ?? [],
        )) {
          if (code !== "unjudged" && code !== "bad_value") continue // a bad value may be a choice, whatever version it claims
          unknown.add([toHex(circle), toHex(record), type, write.field, ""].join("/"))
        }
      }
      const known = [old, merge].map((app) =>
        [...views(app)].filter(([key]) => ![...unknown].some((place) => key.startsWith(place))),
      )

      expect(new Map(known[0])).toEqual(new Map(known[1]))
    })
  })

  it("never gets less careful through an author who may not decide", () => {
    forEvery((log) => {
      const merge = new Merge(NEW)
      for (const change of log) {
        const before = views(merge)
        for (const [text, key] of merge.add(change)) {
          const [was, now] = [before.get(text), merge.register(key)]
          const rule = ruleOf(now)
          const decides = rule.decide.some((one) => change.capacities.some(({ who }) => who.has(one)))
          if (rule.policy === "careful" && was && !decides)
            expect(shownRank(now)).toBeGreaterThanOrEqual(shownRank(was))
        }
      }
    })
  })

  it("lets a state stand only where an arrow led its author", () => {
    forEvery((log, merge) => {
      const written = counting(log)
      for (const [key, view] of [...views(merge)].filter(([, view]) => ruleOf(view).policy === "state")) {
        for (const change of authors(merge, view)) {
          const write = written.get(key)?.get(toHex(change.id))
          const named = write?.over.flatMap((id) => written.get(key)?.get(toHex(id))?.value ?? []) ?? []
          const arrows = ruleOf(view).arrows.filter(
            ([, to, whose]) =>
              to === write?.value && whose.some((one) => change.capacities.some(({ who }) => who.has(one))),
          )
          const led = arrows.some(([from]) => from === null || named.includes(from))

          expect(led || named.includes(write?.value ?? null)).toBe(true)
        }
      }
    })
  })

  it("lets nobody touch another's word", () => {
    forEvery((log, merge) => {
      for (const { key, ...view } of views(merge).values()) {
        const member = key.member
        if (!member) continue
        const alone = new Merge(
          NEW,
          log.filter((change) => toHex(change.member) === toHex(member)),
        )

        expect(alone.register(key)).toEqual({ key, ...view })
      }
    })
  })

  it("brings a part back by an edit that its deleter had not seen", () => {
    forEvery((log, merge) => {
      for (const part of parts(merge).filter(({ isDeleted }) => isDeleted)) {
        const author = log.find((change) => toHex(change.circle) === toHex(part.circle))
        const write = FRESH[part.type]
        if (!author || !write) throw new Error("a part has an author and a type")
        const id = new Uint8Array(32).fill(255)
        merge.add({ ...author, id, edits: [{ record: part.record, type: part.type, writes: [write] }] })

        expect(isDeleted(merge, part)).toBe(false)
        merge.remove(id)
        expect(isDeleted(merge, part)).toBe(true)
      }
    })
  })
})

describe("a ring of names, which cannot be made", () => {
  it("ends, and leaves nothing over", () => {
    const rest = {
      circle: "c1",
      kind: "case",
      device: "d0",
      member: "d0",
      capacities: [{ who: ["staff"], rights: [] }],
      at: 0,
      version: 1,
    }
    const changes = ["planned", "running", "ended"].map((state, n) =>
      readChange({ ...rest, id: `0${n}`, edits: [["01", "sheet", [["state", null, state, [`0${(n + 1) % 3}`]]]]] }),
    )
    const merge = new Merge(NEW, changes)
    for (const change of changes) merge.remove(change.id)

    expect(merge.toJson()).toBe(new Merge(NEW).toJson())
  })
})

/** Every log, with its merge. */
function forEvery(check: (log: readonly Judged[], merge: Merge) => void): void {
  expect(LOGS.length).toBeGreaterThan(50)
  for (const log of LOGS) check(log, new Merge(NEW, log))
}

function parts(merge: Merge): readonly Part[] {
  return merge.records().flatMap(([record, type]) => [...merge.record(record, type).values()])
}

function isDeleted(merge: Merge, { record, type, circle }: Part): boolean | undefined {
  return merge.record(record, type).get(toHex(circle))?.isDeleted
}

function views(merge: Merge): ReadonlyMap<string, View> {
  return new Map(parts(merge).flatMap((part) => part.views.map((view) => [view.key.text, view])))
}

function same(one: View | undefined, other: View | undefined): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other)
}

function authors(merge: Merge, view: View): readonly Judged[] {
  return view.values.flatMap(({ changes }) => changes.flatMap((id) => merge.change(id) ?? []))
}

function writesOf(log: readonly Judged[]): readonly (readonly [Judged, Edit, Write])[] {
  return log.flatMap((change) =>
    change.edits.flatMap((edit) => edit.writes.map((write) => [change, edit, write] as const)),
  )
}

/** The writes that count, by register and change. */
function counting(log: readonly Judged[]): ReadonlyMap<string, ReadonlyMap<string, Write>> {
  const found = new Map<string, Map<string, Write>>()
  for (const [change, edit, write] of writesOf(log)) {
    const rule = judgeWrite(NEW, change, edit, write)
    if (typeof rule === "string") continue
    const key = registerKey(rule, change, edit, write).text
    found.set(key, (found.get(key) ?? new Map<string, Write>()).set(toHex(change.id), write))
  }
  return found
}

function ruleOf({ key }: View): FieldRule {
  const rule = NEW.field(key.type, key.field)
  if (!rule) throw new Error(`no field ${key.type}.${key.field}`)
  return rule
}

function shownRank(view: View): number {
  const value = view.shown?.value
  if (typeof value === "object" || value === undefined)
    throw new Error("a careful register shows a word, number or bool")
  return rank(ruleOf(view), value)
}
