/**
 * What a device holds, looked at for the client engine: where its chains end, what waits, what is wanting.
 *
 * Source: sync/SPEC.md 6, 7.  Twin: sync/outlook.py.
 */

import { compare, equal, toHex } from "../crypto/bytes.ts"
import type { EpochSecret } from "../crypto/circle.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { ByteSet } from "./byte_map.ts"
import type { Head } from "./chain.ts"
import { RENEWABLE } from "./client.ts"
import { EVERY, type Held, type Own } from "./contact.ts"
import { ENROLLED } from "./device_values.ts"
import type { Holdings } from "./holdings.ts"
import { lastOf, type OwnChain, type Pen } from "./own_chain.ts"
import { judgeHead } from "./validity.ts"

/** Codes of statements kept aside that say: others before them are wanting. */
export const GAPS: ReadonlySet<string> = new Set(["unknown_circle", "bad_previous"])

/** Circles newly given, and circles of which statements are wanting. */
type Wanting = readonly [fresh: readonly string[], lacking: readonly string[]]

/** Looks anew only where something can have changed. */
export class Outlook {
  readonly #held: Holdings
  #seen = -1
  #circles: Wanting = [[], []]

  constructor(held: Holdings) {
    this.#held = held
  }

  /** lost: runs that the server, asked for everything, did not have. */
  async look(lost: number): Promise<Held> {
    const held = this.#held
    const [fresh, lacking] = this.#wanting()
    const chains = held.chains.values().sort((a, b) => compare(a.circle, b.circle))
    return {
      head: held.head,
      cursor: held.standing.cursor,
      own: await Promise.all(chains.map((chain) => this.#own(chain))),
      fresh,
      lacking: [...new Set([...lacking, ...this.#waitingFor("epoch_unknown")])],
      missing: [...new Set([...this.#namedAndMissing(), ...this.#waitingFor("ancestor_missing")])],
      pending: held.ledger.pending.size,
      lost,
      revoked: this.#isRevoked(),
    }
  }

  /** Why nothing may be written in a circle under our head; null if it may. */
  async trouble(circle: Uint8Array): Promise<string | null> {
    const { directory, keyring, key, head } = this.#held
    const view = directory.circle(circle, head)
    const code = judgeHead(directory, circle, key, view?.epoch ?? 0, head)
    if (code !== null || !view) return code
    if (await keyring.newest(circle)) return null
    const complaint = keyring.complaints.find((each) => equal(each.circle, circle) && each.epoch === view.epoch)
    return complaint?.reason ?? "wrong_key"
  }

  /** With what to write in a circle now. Throws ProtocolError: the trouble. */
  async pen(circle: Uint8Array): Promise<Pen> {
    const [code, secret] = [await this.trouble(circle), await this.#held.keyring.newest(circle)]
    if (code !== null || !secret) throw new ProtocolError(code ?? "wrong_key")
    return this.#pen(this.#held.directory.head, secret.epoch, secret)
  }

  /** With what to acknowledge our head in a circle, where nothing else may be written. */
  ackPen(circle: Uint8Array): Pen {
    const view = this.#held.directory.circle(circle, this.#held.head)
    return this.#pen(this.#held.directory.head, view?.epoch ?? 1, null)
  }

  /** The same under an older head, if it could be written there then. */
  async penAt(circle: Uint8Array, epoch: number, head: Head): Promise<Pen | null> {
    const { directory, keyring, key } = this.#held
    if (this.#isAdrift(head)) return null
    const secret = await keyring.secret(circle, epoch)
    if (!secret || judgeHead(directory, circle, key, epoch, head.index) !== null) return null
    return this.#pen(head, epoch, secret)
  }

  /** Desks this device sits at, or leads; it has to be told of the circles under them. And `ENROLLED`. */
  seats(): ByteSet {
    const { directory, key, head } = this.#held
    const known = directory.circles().map((circle) => directory.circle(circle, head))
    const desks = known.flatMap((view) => (view?.kind === "desk" ? [view.id] : []))
    return new ByteSet([ENROLLED, ...desks.filter((desk) => directory.principal(desk, key, head))])
  }

  #isRevoked(): boolean {
    const device = this.#held.directory.device(this.#held.key, this.#held.head)
    return device !== null && device.revoked !== null
  }

  /** Is an entry void, or not of our chain (any more)? */
  #isAdrift(head: Head): boolean {
    const { directory } = this.#held
    return directory.indexOf(head.hash) !== head.index || directory.isVoid(head.index)
  }

  #pen(head: Head, epoch: number, secret: EpochSecret | null): Pen {
    const { identity, key, random } = this.#held
    return { centre: identity.centre, device: key, head, epoch, secret, random }
  }

  async #own(chain: OwnChain): Promise<Own> {
    const trouble = chain.drafts.length > 0 ? await this.trouble(chain.circle) : null
    return {
      circle: toHex(chain.circle),
      sent: { sequence: chain.sent[0], id: toHex(chain.sent[1]) },
      behind: chain.behind && toHex(chain.behind),
      closed: chain.closed.map((run) => ({ id: toHex(lastOf(run).id), size: run.raw.length })),
      open: chain.open?.changes.length ?? 0,
      drafts: chain.drafts.length,
      adrift: chain.unsentHeads.some((head) => this.#isAdrift(head)),
      trouble,
      renewable: trouble !== null && RENEWABLE.has(trouble) && (await this.#mayRenew(chain.circle)),
      acknowledge: this.#isNarrowed(chain),
    }
  }

  async #mayRenew(circle: Uint8Array): Promise<boolean> {
    const { directory, keyring, key, head } = this.#held
    return directory.principal(circle, key, head) && (await keyring.toLock(circle)) !== null
  }

  /** Could we write here under the head of our last run, and cannot under ours? Then our chain should say so. */
  #isNarrowed(chain: OwnChain): boolean {
    const { directory, key, head } = this.#held
    if (equal(chain.sent[1], ZERO_HASH) || chain.newestHead >= head || chain.drafts.length > 0) return false
    const view = directory.circle(chain.circle, head)
    if (!view || view.shredded || !directory.isActive(key, head)) return false
    const isOut = view.closed || !directory.principal(chain.circle, key, head)
    return isOut && this.#couldWrite(chain)
  }

  #couldWrite({ circle, newestHead }: OwnChain): boolean {
    const { directory, key } = this.#held
    const view = directory.circle(circle, newestHead)
    return view !== null && !view.closed && directory.principal(circle, key, newestHead)
  }

  #wanting(): Wanting {
    const { turn } = this.#held
    if (turn !== this.#seen) {
      this.#circles = [this.#fresh(), this.#lacking()]
      this.#seen = turn
    }
    return this.#circles
  }

  #namedAndMissing(): string[] {
    const { log } = this.#held.ledger
    return log.circles().flatMap((circle) => (log.missing(circle).length > 0 ? [toHex(circle)] : []))
  }

  /** Circles in which a change of another device is pending with this code. */
  #waitingFor(code: string): string[] {
    const { ledger, key } = this.#held
    const waiting = [...ledger.pending].filter((id) => ledger.log.verdict(id)?.code === code)
    const found = waiting.flatMap((id) => {
      const header = ledger.log.change(id)?.header
      return header && !equal(header.device, key) ? [toHex(header.circle)] : []
    })
    return [...new Set(found)].sort()
  }

  #fresh(): string[] {
    const { directory, standing, key } = this.#held
    const wanted = directory.circles().filter((circle) => !standing.whole.has(circle))
    return wanted.filter((circle) => directory.wasPrincipal(circle, key)).map(toHex)
  }

  #lacking(): string[] {
    const { directory, standing } = this.#held
    if ([...this.seats()].some((seat) => !standing.seated.has(seat))) return [EVERY]
    const gaps = directory.alarms.flatMap(({ circle, code }) => (circle && GAPS.has(code) ? [toHex(circle)] : []))
    return [...new Set(gaps)].sort()
  }
}
