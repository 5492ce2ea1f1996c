/**
 * A contact with the server as plain data: what is held, what this contact brought, and the events that change it.
 *
 * An event gives the contact after it and does nothing else; what to do next is `client.decide`'s.
 * Ids are lower-case hex. Source: sync/SPEC.md 6, 7.  Twin: sync/contact.py.
 */

export const ZERO_ID = "00".repeat(32)
/** In place of a circle: the statements of all circles are asked for. */
export const EVERY = "every"
/** Refusals after which a device looks again and sends once more. */
export const AGAIN: ReadonlySet<string> = new Set([
  "head_unknown",
  "unknown_device",
  "unknown_circle",
  "chain_gap",
  "fork",
])
/** Refusals after which a run is kept and sent in a later contact; after every other it goes to the dead letters. */
export const LATER: ReadonlySet<string> = new Set([
  ...AGAIN,
  "quota_exceeded",
  "rate_limited",
  "restoring",
  "stopping",
  "internal",
])

/** The newest change of a chain; sequence 0 and zeros: there is none. */
export interface Tip {
  readonly sequence: number
  readonly id: string
}

export const NO_TIP: Tip = { sequence: 0, id: ZERO_ID }

/** A signed run that the server is not known to keep. id: of its last change; size: in bytes. */
export interface Closed {
  readonly id: string
  readonly size: number
}

/**
 * What this device itself has written in one circle.
 *
 * sent: the newest change known to be in the server's log. behind: what the first unsent change names as the one
 * before; null when nothing is unsent. closed: signed runs, in order; open: changes not signed yet; drafts: not even
 * changes. adrift: something unsent was written under an entry that is void, or not of our chain any more. trouble: why
 * nothing may be written there under our head; renewable: a new epoch by us would mend it. acknowledge: the chain
 * should be moved under our head.
 */
export interface Own {
  readonly circle: string
  readonly sent: Tip
  readonly behind: string | null
  readonly closed: readonly Closed[]
  readonly open: number
  readonly drafts: number
  readonly adrift: boolean
  readonly trouble: string | null
  readonly renewable: boolean
  readonly acknowledge: boolean
}

/** A circle in which nothing was written yet, but for `rest`. */
export function own(rest: Partial<Own> & Pick<Own, "circle">): Own {
  const nothing = { sent: NO_TIP, behind: null, closed: [], open: 0, drafts: 0, adrift: false, trouble: null }
  return { ...nothing, renewable: false, acknowledge: false, ...rest }
}

/**
 * What a device holds, looked at anew after every action.
 *
 * head: index of its newest entry. cursor: up to which it has pulled. fresh: circles newly given and not fetched yet.
 * lacking: circles of which statements are wanting (or `EVERY`). missing: circles in which a named head is not held.
 * pending: changes that are not judged yet. lost: runs held that the server, asked for everything, did not have.
 * revoked: our own directory says that this device is.
 */
export interface Held {
  readonly head: number
  readonly cursor: number
  readonly own: readonly Own[]
  readonly fresh: readonly string[]
  readonly lacking: readonly string[]
  readonly missing: readonly string[]
  readonly pending: number
  readonly lost: number
  readonly revoked: boolean
}

export const NOTHING_HELD: Held = {
  head: -1,
  cursor: 0,
  own: [],
  fresh: [],
  lacking: [],
  missing: [],
  pending: 0,
  lost: 0,
  revoked: false,
}

/**
 * One contact. told: the server says that this device is revoked. heads: of the own chains, as it says; null: not
 * asked yet.
 *
 * directory: "came": entries wait; "behind": the server ends at `server`, an older entry of ours; "astray": it goes
 * another way; "refused": with `code`. log: "came": runs wait. chased: the newest entry that runs named and that was
 * asked for. rewound: the server's log ends before ours. counted: everything was pulled to see what the server has.
 * returned: "entries", "runs" that were handed back; once is enough. filled, sought, renewed: circles already asked
 * for, or tried. refusals: codes by id of the run's last change; retried: ids of runs sent once more.
 */
export interface Contact {
  readonly held: Held
  readonly session: "none" | "open" | "unknown"
  readonly told: boolean
  readonly heads: Readonly<Record<string, Tip>> | null
  readonly directory: "unasked" | "came" | "behind" | "astray" | "refused" | "current"
  readonly server: number
  readonly code: string | null
  readonly log: "unasked" | "came" | "current"
  readonly chased: number
  readonly rewound: boolean
  readonly counted: boolean
  readonly returned: readonly string[]
  readonly filled: readonly string[]
  readonly sought: readonly string[]
  readonly renewed: readonly string[]
  readonly refusals: Readonly<Record<string, string>>
  readonly retried: readonly string[]
  readonly alarms: readonly string[]
}

/** A contact that begins now. */
export const NEW_CONTACT: Contact = {
  held: NOTHING_HELD,
  session: "none",
  told: false,
  heads: null,
  directory: "unasked",
  server: -1,
  code: null,
  log: "unasked",
  chased: -1,
  rewound: false,
  counted: false,
  returned: [],
  filled: [],
  sought: [],
  renewed: [],
  refusals: {},
  retried: [],
  alarms: [],
}

/** What became of a run. last: its last change; code: why it was refused, or is held apart. */
export interface PushResult {
  readonly circle: string
  readonly last: Tip
  readonly status: "accepted" | "known" | "quarantined" | "refused"
  readonly code?: string | null
}

/** The server's word counts for nothing until our own directory, taken in like any other, says the same. */
export function isShutOut(contact: Contact): boolean {
  return contact.told && contact.held.revoked
}

/** What is held was looked at anew. */
export function looked(contact: Contact, held: Held): Contact {
  return { ...contact, held }
}

/** The server knows us. */
export function signedIn(contact: Contact): Contact {
  return { ...contact, session: "open" }
}

/** The server forgot that it knows us: sign in again. */
export function sessionEnded(contact: Contact): Contact {
  return { ...contact, session: "none" }
}

/** The server does not know this device, or this centre, though our directory does: it has lost entries. */
export function notKnown(contact: Contact): Contact {
  if (contact.returned.includes("entries")) return refused(contact, "rolled_back")
  return alarmed({ ...contact, session: "unknown" }, "rolled_back")
}

/** The server says that this device is revoked; that is asked of the directory. Said instead of it, it is a lie. */
export function toldRevoked(contact: Contact): Contact {
  return contact.told ? refused(contact, "false_revocation") : { ...contact, told: true, directory: "unasked" }
}

/** The server said where our chains end in its log. */
export function headsCame(contact: Contact, heads: Readonly<Record<string, Tip>>): Contact {
  return { ...contact, heads }
}

/** The server was asked for entries behind our head. server: index of its newest. */
export function entriesCame(contact: Contact, how: "none" | "some" | "behind" | "astray", server: number): Contact {
  if (how === "none") return { ...contact, directory: "current", server }
  if (how === "some") return { ...contact, directory: "came", server }
  if (how === "astray") return { ...contact, directory: "astray", server }
  if (contact.returned.includes("entries")) return refused(contact, "rolled_back")
  return alarmed({ ...contact, directory: "behind", server }, "rolled_back")
}

/** The server's chain was read whole. changedOver: the root voids our side of it, so its side is to be taken in. */
export function chainCame(contact: Contact, changedOver: boolean): Contact {
  return changedOver ? { ...contact, directory: "came" } : refused(contact, "forked")
}

/** Entries were taken in, or did not hold for `code`. */
export function entriesTaken(contact: Contact, code: string | null): Contact {
  return code === null ? { ...contact, directory: "current" } : refused(contact, code)
}

/** The server took back what it had lost, or would not, with `code`. */
export function entriesHandedBack(contact: Contact, code: string | null): Contact {
  if (code !== null) return refused(contact, "rolled_back")
  const session = contact.session === "unknown" ? "none" : contact.session
  return { ...contact, session, directory: "unasked", returned: [...contact.returned, "entries"] }
}

/** The server gave what statements it has on a circle (or on all). */
export function statementsCame(contact: Contact, circle: string): Contact {
  return { ...contact, sought: [...contact.sought, circle] }
}

/** Runs were pulled. named: the newest entry that one of them was written under; filled: circles asked for whole. */
export function runsCame(contact: Contact, named: number, filled: readonly string[], rewound: boolean): Contact {
  const came: Contact = {
    ...contact,
    log: "came",
    filled: [...contact.filled, ...filled],
    rewound: contact.rewound || rewound,
  }
  if (named <= Math.max(contact.held.head, contact.chased)) return came
  return { ...came, directory: "unasked", chased: named }
}

/** What was pulled was judged. counted: it was all that the server has. */
export function runsTaken(contact: Contact, counted: boolean): Contact {
  return { ...contact, log: "current", counted: contact.counted || counted }
}

/** What the server had lost was sent again; where our chains end there is to be asked anew. */
export function runsHandedBack(contact: Contact): Contact {
  return { ...contact, heads: null, rewound: false, returned: [...contact.returned, "runs"] }
}

/** New epochs were appended, or refused; if appended, the entry is still to be taken in. */
export function renewalTried(contact: Contact, circles: readonly string[]): Contact {
  return { ...contact, directory: "unasked", renewed: [...contact.renewed, ...circles] }
}

/** The server said what became of runs. */
export function pushed(contact: Contact, results: readonly PushResult[]): Contact {
  return results.reduce(withResult, contact)
}

function withResult(contact: Contact, result: PushResult): Contact {
  if (result.status === "refused") return runRefused(contact, result.last.id, result.code ?? "internal")
  if (result.status === "quarantined" || contact.heads === null) return contact
  return { ...contact, heads: { ...contact.heads, [result.circle]: result.last } }
}

function runRefused(contact: Contact, id: string, code: string): Contact {
  if (!AGAIN.has(code) || contact.retried.includes(id) || isShutOut(contact))
    return { ...contact, refusals: { ...contact.refusals, [id]: code } }
  const retried = [...contact.retried, id]
  if (code === "chain_gap" || code === "fork") return { ...contact, retried, heads: null, log: "unasked" }
  return { ...contact, retried, directory: "unasked" }
}

function refused(contact: Contact, code: string): Contact {
  return alarmed({ ...contact, directory: "refused", code }, code)
}

function alarmed(contact: Contact, code: string): Contact {
  return contact.alarms.includes(code) ? contact : { ...contact, alarms: [...contact.alarms, code] }
}
