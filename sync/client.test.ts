/** The client engine: cases shared with Python, and each invariant of SPEC 7, by number, for any contact at all. */

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readFolder } from "../tests/sync/merge_cases.ts"
import { type Action, decide, RENEWABLE } from "./client.ts"
import {
  type Contact,
  chainCame,
  entriesCame,
  entriesHandedBack,
  entriesTaken,
  type Held,
  headsCame,
  isShutOut,
  LATER,
  looked,
  NEW_CONTACT,
  NO_TIP,
  NOTHING_HELD,
  notKnown,
  type Own,
  own,
  pushed,
  renewalTried,
  runsCame,
  runsHandedBack,
  runsTaken,
  sessionEnded,
  signedIn,
  statementsCame,
  toldRevoked,
} from "./contact.ts"

type GivenOwn = Partial<Own> & Pick<Own, "circle">
type GivenHeld = Partial<Omit<Held, "own">> & { readonly own?: readonly GivenOwn[] }
type GivenContact = Partial<Omit<Contact, "held">> & { readonly held?: GivenHeld }

interface Case {
  readonly spec: string
  readonly do: string
  readonly given: GivenContact
  readonly with?: readonly unknown[]
  readonly gives: readonly Action[] | GivenContact
}

/** Events by their name in the cases. What they are given is checked by the cases, not by types. */
const EVENTS: Readonly<Record<string, (contact: Contact, ...args: never[]) => Contact>> = {
  chain_came: chainCame,
  entries_came: entriesCame,
  entries_handed_back: entriesHandedBack,
  entries_taken: entriesTaken,
  heads_came: headsCame,
  looked,
  not_known: notKnown,
  pushed,
  renewal_tried: renewalTried,
  runs_came: runsCame,
  runs_handed_back: runsHandedBack,
  runs_taken: runsTaken,
  session_ended: sessionEnded,
  signed_in: signedIn,
  statements_came: statementsCame,
  told_revoked: toldRevoked,
}

const CASES = readFolder<Case>("client")

const heldOf = (given: GivenHeld = {}): Held => ({ ...NOTHING_HELD, ...given, own: (given.own ?? []).map(own) })
const contactOf = (given: GivenContact): Contact => ({ ...NEW_CONTACT, ...given, held: heldOf(given.held) })

const CIRCLE = fc.constantFrom("a".repeat(32), "b".repeat(32), "c".repeat(32))
const ID = fc.nat(9).map((number) => number.toString(16).padStart(64, "0"))
const TIP = fc.record({ sequence: fc.nat(9), id: ID })
const CODE = fc.constantFrom(
  "circle_stale",
  "circle_closed",
  "not_principal",
  "old_epoch",
  "quota_exceeded",
  "chain_gap",
)
const FEW = fc.nat(2)
const SOME_CIRCLES = fc.uniqueArray(CIRCLE, { maxLength: 2 })
const OWN: fc.Arbitrary<Own> = fc.record({
  circle: CIRCLE,
  sent: TIP,
  behind: fc.option(ID),
  closed: fc.array(fc.record({ id: ID, size: fc.integer({ min: 209, max: 4_194_304 }) }), { maxLength: 4 }),
  open: FEW,
  drafts: FEW,
  adrift: fc.boolean(),
  trouble: fc.option(CODE),
  renewable: fc.boolean(),
  acknowledge: fc.boolean(),
})
const HELD: fc.Arbitrary<Held> = fc.record({
  head: fc.integer({ min: -1, max: 9 }),
  cursor: FEW,
  own: fc.uniqueArray(OWN, { maxLength: 3, selector: ({ circle }) => circle }),
  fresh: SOME_CIRCLES,
  lacking: SOME_CIRCLES,
  missing: SOME_CIRCLES,
  pending: FEW,
  lost: FEW,
  revoked: fc.boolean(),
})
const CONTACT: fc.Arbitrary<Contact> = fc.record({
  held: HELD,
  session: fc.constantFrom("open", "open", "open", "none", "unknown"),
  told: fc.constantFrom(false, false, false, true),
  heads: fc.option(fc.dictionary(CIRCLE, TIP, { noNullPrototype: true })),
  directory: fc.oneof(
    fc.constant("current" as const),
    fc.constantFrom("unasked", "came", "behind", "astray", "refused", "current"),
  ),
  server: fc.integer({ min: -1, max: 9 }),
  code: fc.option(CODE),
  log: fc.constantFrom("current", "current", "unasked", "came"),
  chased: fc.constant(-1),
  rewound: fc.boolean(),
  counted: fc.boolean(),
  returned: fc.constantFrom([], ["entries"], ["runs"]),
  filled: SOME_CIRCLES,
  sought: SOME_CIRCLES,
  renewed: SOME_CIRCLES,
  refusals: fc.dictionary(ID, CODE, { maxKeys: 3, noNullPrototype: true }),
  retried: fc.constant([]),
  alarms: fc.constant([]),
})

const forAny = (check: (now: Contact) => void) => fc.assert(fc.property(CONTACT, check))
const does = (actions: readonly Action[], ...kinds: readonly Action["do"][]) =>
  actions.some((action) => kinds.includes(action.do))
const pushedRuns = (actions: readonly Action[]) =>
  actions.flatMap((action) => (action.do === "push" ? action.runs : [])).sort()
const chainOf = (now: Contact, circle: string) => now.held.own.find((each) => each.circle === circle)!

describe("the cases", () => {
  it("has some for every invariant", () => {
    const numbers = new Set(CASES.map(([, { spec }]) => spec))

    expect([...numbers].sort()).toEqual(Array.from({ length: 11 }, (_, number) => `7.${number + 1}`).sort())
    expect(CASES).toHaveLength(107)
  })

  it.each(CASES)("%s", (_name, { do: what, given, with: args = [], gives }) => {
    if (what === "decide") {
      expect(decide(contactOf(given))).toEqual(gives)
      return
    }
    const filled = what === "looked" ? args.map((held) => heldOf(held as GivenHeld)) : args

    expect(EVENTS[what]?.(contactOf(given), ...(filled as never[]))).toEqual(contactOf(gives as GivenContact))
  })
})

describe("invariant", () => {
  it("0: there is always something to do, or a rest", () =>
    forAny((now) => {
      const actions = decide(now)

      expect(actions.length).toBeGreaterThan(0)
      expect(actions.length === 1 || !does(actions, "stop", "rest")).toBe(true)
    }))

  it("1: own heads are known before anything is pushed", () =>
    forAny((now) => {
      if (isShutOut(now) || !does(decide(now), "push", "hand_back_runs")) return
      expect(now.session).toBe("open")
      expect(now.heads).not.toBeNull()
    }))

  it("2: an open run is closed before an entry is taken in", () =>
    forAny((now) => {
      const actions = decide(now)
      if (!does(actions, "take_entries")) return
      const open = now.held.own.filter((each) => each.open > 0)

      expect(actions).toEqual([...open.map(({ circle }) => ({ do: "close_run", circle })), { do: "take_entries" }])
    }))

  it("3: the directory is taken in before runs that name it are judged", () =>
    forAny((now) => {
      if (!does(decide(now), "take_runs")) return
      expect(now.directory).toBe("current")
      expect(now.held.lacking.filter((circle) => !now.sought.includes(circle))).toEqual([])
    }))

  it("4: nothing is written into a stale or closed circle", () =>
    forAny((now) => {
      for (const action of decide(now)) {
        if (action.do === "write_drafts") expect(chainOf(now, action.circle).trouble).toBeNull()
        if (action.do !== "renew") continue
        const chains = action.circles.map((circle) => chainOf(now, circle))

        expect(chains.every(({ trouble, renewable }) => RENEWABLE.has(trouble ?? "") && renewable)).toBe(true)
        expect(action.circles.filter((circle) => now.renewed.includes(circle))).toEqual([])
      }
    }))

  it("5: only unsent changes are chained anew", () =>
    forAny((now) => {
      for (const action of decide(now)) {
        if (action.do !== "rechain") continue
        const chain = chainOf(now, action.circle)
        const tip = now.heads?.[action.circle] ?? NO_TIP

        expect(now.log).toBe("current")
        expect(chain.behind).not.toBeNull()
        expect(chain.adrift || chain.behind !== chain.sent.id).toBe(true)
        expect(chain.closed.map(({ id }) => id)).not.toContain(tip.id)
        expect(tip.sequence < chain.sent.sequence || tip.id === chain.sent.id).toBe(true)
      }
    }))

  it("6: what is refused never holds up other circles", () =>
    forAny((now) => {
      const [first, ...others] = now.held.own
      const theirs = others.flatMap(({ closed }) => closed.map(({ id }) => id))
      if (first === undefined || first.closed.some(({ id }) => theirs.includes(id))) return
      const refused = Object.fromEntries(first.closed.map(({ id }) => [id, "quota_exceeded"]))
      const quiet = decide({ ...now, held: { ...now.held, own: others } })
      const loud = decide({ ...now, refusals: { ...now.refusals, ...refused } })
      if (does(quiet, "push") && does(loud, "push")) expect(pushedRuns(loud)).toEqual(pushedRuns(quiet))
    }))

  it("6: only what is refused for good is buried, and nothing refused is sent again", () =>
    forAny((now) => {
      const actions = decide(now)
      for (const action of actions) {
        if (action.do !== "bury") continue
        expect(action.code).toBe(now.refusals[action.id])
        expect(LATER.has(action.code)).toBe(false)
      }

      expect(pushedRuns(actions).filter((id) => id in now.refusals)).toEqual([])
    }))

  it("7: a refused chain stops sending and shows the alarm", () =>
    forAny((now) => {
      expect(decide({ ...now, directory: "refused", code: "forked" })).toEqual([{ do: "stop", code: "forked" }])
    }))

  it("8: what the server lost is handed back before new runs are sent", () =>
    forAny((now) => {
      if (!does(decide(now), "push") || isShutOut(now)) return
      expect(now.directory).toBe("current")
      expect(now.counted && now.held.lost > 0 && !now.returned.includes("runs")).toBe(false)
      expect(now.counted || !now.rewound).toBe(true)
    }))

  it("9: a newly given circle is fetched whole, nothing else again", () =>
    forAny((now) => {
      const unasked = (circles: readonly string[]) => circles.filter((circle) => !now.filled.includes(circle))
      for (const action of decide(now)) {
        if (action.do === "pull" && action.after > 0) {
          expect(action.after).toBe(now.held.cursor)
          expect(new Set(action.backfill)).toEqual(new Set(unasked([...now.held.fresh, ...now.held.missing])))
        }
        if ((action.do === "push" || action.do === "rest") && !isShutOut(now))
          expect(unasked(now.held.fresh)).toEqual([])
      }
    }))

  it("10: “synced” is said only when it is true", () =>
    forAny((now) => {
      const [action] = decide(now)
      if (action?.do !== "rest" || action.because.length > 0) return
      const { own: chains, pending, missing, head } = now.held

      expect(chains.filter(({ drafts, open, closed }) => drafts + open + closed.length > 0)).toEqual([])
      expect([pending, missing.length]).toEqual([0, 0])
      expect([now.directory, now.log]).toEqual(["current", "current"])
      expect(now.server).toBeLessThanOrEqual(head)
    }))

  it("11: “revoked” is followed only when our own directory says so", () =>
    forAny((now) => {
      const actions = decide(now)
      const follows = actions.some((action) => action.do === "stop" && action.code === "revoked")
      if (follows) expect([now.told, now.held.revoked]).toEqual([true, true])
      if (!now.told || now.held.revoked) return
      expect(does(actions, "push", "rest", "pull", "write_drafts", "acknowledge")).toBe(false)
    }))
})
