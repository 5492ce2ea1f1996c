/**
 * What a device does next in a contact with its server: one function, `decide`.
 *
 * 1. Own heads are known before anything is pushed in a contact. (A device that is shut out cannot ask; it only hands in.)
 * 2. An open run is closed before an entry is taken in.
 * 3. The directory is taken in before runs that name it are judged.
 * 4. Nothing is written into a stale or closed circle: a principal renews a stale one first, else the draft waits.
 * 5. Only unsent changes are chained anew.
 * 6. What is refused goes to the dead letters with its code and never holds up the rest.
 * 7. A refused chain (`rolled_back`, `forked`) stops sending and shows the alarm; drafts stay.
 * 8. Entries and runs the server lost are handed back before new ones are sent.
 * 9. A newly given circle is fetched whole, nothing else again.
 * 10. "Synced" is said only when the outbox is empty, no run is pending, no head is missing and the server's head is ours.
 * 11. "Revoked" is followed only when our own directory says so, taken in like any other; else it is an alarm.
 *
 * Source: sync/SPEC.md 6, 7.  Twin: sync/client.py.
 */

import { type Contact, isShutOut, LATER, NO_TIP, type Own, type Tip } from "./contact.ts"
import { PULL_BACKFILL, PUSH_BYTES, PUSH_RUNS } from "./wire.ts"

/** Troubles that a new epoch mends. A closed circle is opened again by a person, never by itself. */
export const RENEWABLE: ReadonlySet<string> = new Set([
  "circle_stale",
  "truncated",
  "wrong_key",
  "malformed",
  "bad_commitment",
  "bad_circle_key",
  "bad_lock",
])

export type Action =
  /** Answer the server's challenge. */
  | { readonly do: "sign_in" }
  /** Ask where our chains end in the server's log. */
  | { readonly do: "ask_heads" }
  /** Ask for entries behind our head. */
  | { readonly do: "fetch_entries"; readonly after: number }
  /** Ask for the server's whole chain, to see whether the root voids our side of it. */
  | { readonly do: "fetch_chain" }
  /** Take in the entries that came. */
  | { readonly do: "take_entries" }
  /** Ask for what was said on a circle (or on every one), and take it in. */
  | { readonly do: "fetch_statements"; readonly circle: string }
  /** Give the server the entries it has lost. */
  | { readonly do: "hand_back_entries"; readonly after: number }
  /** Ask for runs behind a cursor, and for some circles whole. */
  | { readonly do: "pull"; readonly after: number; readonly backfill: readonly string[] }
  /** Judge the runs that came, open and merge what counts. */
  | { readonly do: "take_runs" }
  /** Give the server the runs it has lost, bytes as they were. */
  | { readonly do: "hand_back_runs" }
  /** The server keeps our runs up to this change: its answer had not reached us. */
  | { readonly do: "mark_sent"; readonly circle: string; readonly id: string }
  /** Put a refused run among the dead letters. */
  | { readonly do: "bury"; readonly circle: string; readonly id: string; readonly code: string }
  /** Write our unsent changes anew: behind the newest that the server has, under heads of our chain. */
  | { readonly do: "rechain"; readonly circle: string }
  /** Append new epochs of these circles. */
  | { readonly do: "renew"; readonly circles: readonly string[] }
  /** Make changes of the drafts that waited. */
  | { readonly do: "write_drafts"; readonly circle: string }
  /** Sign the open run. */
  | { readonly do: "close_run"; readonly circle: string }
  /** Write and sign an empty change under our head. */
  | { readonly do: "acknowledge"; readonly circle: string }
  /** Send these runs, named by their last changes. */
  | { readonly do: "push"; readonly runs: readonly string[] }
  /** Send and take in nothing more; show the alarm. */
  | { readonly do: "stop"; readonly code: string }
  /** Nothing is left to do. because: what waits, and why "synced" is not to be said; empty: it is. */
  | { readonly do: "rest"; readonly because: readonly string[] }

type Rule = (contact: Contact) => Action[]

/** What to do now, in this order; then look and ask again. A `stop` or a `rest` stands alone and is the last. */
export function decide(contact: Contact): Action[] {
  for (const rule of RULES) {
    const actions = rule(contact)
    if (actions.length > 0) return actions
  }
  throw new Error("the last rule always answers")
}

/** Invariant 7. */
function stop(contact: Contact): Action[] {
  return contact.directory === "refused" ? [{ do: "stop", code: contact.code ?? "internal" }] : []
}

/** Invariant 11. It can read nothing any more, but what it wrote is handed in (quarantine). */
function shutOut(contact: Contact): Action[] {
  if (!isShutOut(contact)) return []
  return firstOf(close(contact), push(contact, contact.held.own), [{ do: "stop", code: "revoked" }])
}

/** Invariants 1, 8. */
function introduce(contact: Contact): Action[] {
  if (contact.session === "none") return [{ do: "sign_in" }]
  if (contact.session === "unknown") return [{ do: "hand_back_entries", after: -1 }]
  return contact.heads === null && !contact.told ? [{ do: "ask_heads" }] : []
}

/** Invariants 2, 3, 8, 11. */
function followDirectory(contact: Contact): Action[] {
  switch (contact.directory) {
    case "unasked":
      return [{ do: "fetch_entries", after: contact.held.head }]
    case "came":
      return [...close(contact), { do: "take_entries" }]
    case "behind":
      return [{ do: "hand_back_entries", after: contact.server }]
    case "astray":
      return [{ do: "fetch_chain" }]
    default:
      if (contact.told) return [{ do: "stop", code: "false_revocation" }]
      return contact.held.lacking
        .filter((circle) => !contact.sought.includes(circle))
        .map((circle) => ({ do: "fetch_statements", circle }))
  }
}

/** Invariants 3, 8, 9. */
function followLog(contact: Contact): Action[] {
  if (contact.log === "came") return [{ do: "take_runs" }]
  if (!contact.counted && (contact.rewound || hasLostRuns(contact))) return [{ do: "pull", after: 0, backfill: [] }]
  const { fresh, missing, cursor, lost } = contact.held
  const wanted = [...fresh, ...missing].filter((circle) => !contact.filled.includes(circle))
  if (contact.log === "unasked" || wanted.length > 0) {
    const backfill = cursor > 0 ? [...new Set(wanted)] : []
    return [{ do: "pull", after: cursor, backfill: backfill.slice(0, PULL_BACKFILL) }]
  }
  if (contact.counted && lost > 0 && !contact.returned.includes("runs")) return [{ do: "hand_back_runs" }]
  return []
}

/** Invariants 5, 6. */
function mendChains(contact: Contact): Action[] {
  return contact.held.own.map((own) => mendChain(contact, own)).filter((action) => action !== null)
}

function mendChain(contact: Contact, own: Own): Action | null {
  const { id } = tipOf(contact, own)
  if (own.closed.some((run) => run.id === id)) return { do: "mark_sent", circle: own.circle, id }
  for (const run of own.closed) {
    const code = contact.refusals[run.id]
    if (code !== undefined && !LATER.has(code)) return { do: "bury", circle: own.circle, id: run.id, code }
  }
  const isChained = own.behind === null || (own.behind === own.sent.id && !own.adrift)
  return isChained || isBlocked(contact, own) ? null : { do: "rechain", circle: own.circle }
}

/** Invariant 4. */
function renew(contact: Contact): Action[] {
  const waiting = contact.held.own.filter(
    (own) => own.drafts > 0 && own.renewable && own.trouble !== null && RENEWABLE.has(own.trouble),
  )
  const circles = waiting.map((own) => own.circle).filter((circle) => !contact.renewed.includes(circle))
  return circles.length > 0 ? [{ do: "renew", circles }] : []
}

/** Invariant 4. */
function write(contact: Contact): Action[] {
  const writable = contact.held.own.filter((own) => own.drafts > 0 && own.trouble === null)
  return writable.filter((own) => !isBlocked(contact, own)).map(({ circle }) => ({ do: "write_drafts", circle }))
}

function close(contact: Contact): Action[] {
  return contact.held.own.filter((own) => own.open > 0).map(({ circle }) => ({ do: "close_run", circle }))
}

/** Invariants 1, 6. */
function send(contact: Contact): Action[] {
  return push(
    contact,
    contact.held.own.filter((own) => !isBlocked(contact, own)),
  )
}

/** Only where nothing else moves the chain. */
function acknowledge(contact: Contact): Action[] {
  const quiet = contact.held.own.filter((own) => own.acknowledge && own.closed.length === 0 && own.open === 0)
  return quiet.filter((own) => !isBlocked(contact, own)).map(({ circle }) => ({ do: "acknowledge", circle }))
}

/** Invariant 10. */
function rest(contact: Contact): Action[] {
  const { held } = contact
  const troubles = {
    head: contact.server > held.head,
    drafts: held.own.some((own) => own.drafts > 0),
    unsent: held.own.some((own) => own.closed.length > 0 || own.open > 0),
    pending: held.pending > 0,
    missing: held.missing.length > 0,
    fresh: held.fresh.length > 0,
    withheld: held.own.some((own) => isWithheld(contact, own)),
    fork: held.own.some((own) => isForked(contact, own)),
  }
  const because = Object.entries(troubles).flatMap(([name, isSo]) => (isSo ? [name] : []))
  return [{ do: "rest", because }]
}

const RULES: readonly Rule[] = [
  stop,
  shutOut,
  introduce,
  followDirectory,
  followLog,
  mendChains,
  renew,
  write,
  close,
  send,
  acknowledge,
  rest,
]

/** As much as one push holds; of each chain only what stands before a refused run. */
function push(contact: Contact, circles: readonly Own[]): Action[] {
  const runs: string[] = []
  let size = 0
  for (const own of circles) {
    for (const run of own.closed) {
      if (contact.refusals[run.id] !== undefined) break
      size += 4 + run.size
      if (runs.length === PUSH_RUNS || size > PUSH_BYTES) return [{ do: "push", runs }]
      runs.push(run.id)
    }
  }
  return runs.length > 0 ? [{ do: "push", runs }] : []
}

function tipOf(contact: Contact, own: Own): Tip {
  return contact.heads?.[own.circle] ?? NO_TIP
}

function hasLostRuns(contact: Contact): boolean {
  return contact.held.own.some((own) => tipOf(contact, own).sequence < own.sent.sequence)
}

/** Where the server's end of our chain cannot be joined, nothing is written behind it. */
function isBlocked(contact: Contact, own: Own): boolean {
  return isWithheld(contact, own) || isForked(contact, own)
}

/** The server names a change of ours that it does not give, and that we do not have. */
function isWithheld(contact: Contact, own: Own): boolean {
  const tip = tipOf(contact, own)
  return tip.sequence > own.sent.sequence && own.closed.every((run) => run.id !== tip.id)
}

/** Two changes with one number, and both were sent. */
function isForked(contact: Contact, own: Own): boolean {
  const tip = tipOf(contact, own)
  return tip.sequence === own.sent.sequence && tip.id !== own.sent.id
}

function firstOf(...lists: readonly Action[][]): Action[] {
  return lists.find((actions) => actions.length > 0) ?? []
}
