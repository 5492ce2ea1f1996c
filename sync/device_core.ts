/**
 * What every part of a device works with: what it holds, its way to the server, saving, appending, contacts.
 *
 * One operation at a time changes what is held. Those that talk to the server go one after the other; while one of them
 * waits for the network, a save has its turn.
 * Source: sync/SPEC.md 3, 6, 7.  Twin: sync/device_core.py.
 */

import { closeEntry, entryBody, MAX_STATEMENTS, parseEntry } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { type Random, type SigningKey, systemRandom } from "../crypto/keys.ts"
import { ByteSet } from "./byte_map.ts"
import type { Frame } from "./chain.ts"
import { dictionary } from "./dictionary.ts"
import { Draft } from "./draft.ts"
import { type Edit, encodeEdits } from "./edits.ts"
import { codeOf } from "./entries.ts"
import { Exchange, type Report } from "./exchange.ts"
import { ChainActions } from "./exchange_chains.ts"
import type { Pace, Progress } from "./exchange_log.ts"
import type { Clock, Holdings } from "./holdings.ts"
import { Outlook } from "./outlook.ts"
import { type CircleCutoff, digestOf, statementBytes } from "./statements.ts"
import { RefusedError, Transport } from "./transport.ts"
import type { Saved } from "./writing.ts"

const TRIES = 16
/** Refusals of an entry after which a device looks again, and builds another. */
const BUILT_ANEW = new Set(["head_moved", "bad_previous"])
const silent: Progress = () => undefined

/** With what a device works. clock: ms. connect: the way to a centre on a server. */
export interface Means {
  readonly random: Random
  readonly clock: Clock
  readonly connect: (origin: string, centre: Uint8Array) => Transport
}

/** What is not given is the machine's own. */
export function meansOf(given: Partial<Means> = {}): Means {
  const connect = (origin: string, centre: Uint8Array) => new Transport(origin, centre)
  return { random: systemRandom, clock: Date.now, connect, ...given }
}

/** A draft that can also speak of circles its author cannot read. */
export class Saying extends Draft {
  readonly #unseen: CircleCutoff[] = []

  /** As `cutOff`; previous: digest of the newest statement on the circle, as the server told an admin. */
  cutOffUnseen(circle: Uint8Array, previous: Uint8Array, device: Uint8Array, last: Uint8Array): void {
    this.#unseen.push({ kind: "circle.cutoff", circle, previous, device, last, deliberate: false })
  }

  override async frame(signing: SigningKey, time: number): Promise<Frame> {
    const [entry, statements] = await super.frame(signing, time)
    if (this.#unseen.length === 0) return [entry, statements]
    const { centre, index, previous, statements: said } = await parseEntry(entry)
    const digests = await Promise.all(this.#unseen.map(digestOf))
    const body = entryBody(centre, index, previous, this.author, time, [...said, ...digests])
    const signed = await closeEntry(body, await signing.sign("entry", body))
    return [signed, [...statements, ...this.#unseen.map(statementBytes)]]
  }

  /** As `frame`; null: nothing was said. */
  async framed(signing: SigningKey, time: number): Promise<Frame | null> {
    try {
      return await this.frame(signing, time)
    } catch (error) {
      // Of the entries that can be made here, malformed is the empty one, and one that speaks of too many circles.
      const isEmpty = codeOf(error) === "malformed" && this.directory.circles().length < MAX_STATEMENTS
      if (isEmpty) return null
      throw error
    }
  }
}

/** One at a time, in the order in which they asked. */
export class Turn {
  readonly #waiting: (() => void)[] = []
  #isTaken = false

  /** Have it while `work` goes on. Who waits no longer, by the signal, has not had it: throws its reason. */
  async hold<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#take(signal)
    try {
      return await work()
    } finally {
      this.#give()
    }
  }

  /** For who has it: let others have theirs while `work` goes on, and take it again. */
  async leave<T>(work: () => Promise<T>): Promise<T> {
    this.#give()
    try {
      return await work()
    } finally {
      await this.#take()
    }
  }

  async #take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (!this.#isTaken) {
      this.#isTaken = true
      return
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(come), 1)
        reject(signal?.reason)
      }
      const come = () => {
        signal?.removeEventListener("abort", leave)
        resolve()
      }
      signal?.addEventListener("abort", leave, { once: true })
      this.#waiting.push(come)
    })
  }

  #give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#isTaken = false
  }
}

/** What all cores of one device share. line: to talk to the server; turn: to change what is held. */
type Shared = {
  readonly held: Holdings
  readonly means: Means
  readonly outlook: Outlook
  readonly chains: ChainActions
  readonly server: Transport
  readonly line: Turn
  readonly turn: Turn
  readonly closing: AbortController
}

/** Of one device. Use `Core.of`. Every method throws the reason of the core's signal, once that is aborted. */
export class Core {
  readonly held: Holdings
  readonly means: Means
  readonly outlook: Outlook
  readonly chains: ChainActions
  readonly server: Transport
  readonly #shared: Shared
  readonly #asked: AbortSignal | undefined
  readonly #signal: AbortSignal
  readonly #hasTurn: boolean

  private constructor(shared: Shared, asked?: AbortSignal, hasTurn = false) {
    const { held, means, outlook, chains, server, turn, closing } = shared
    const signal = asked ? AbortSignal.any([closing.signal, asked]) : closing.signal
    this.held = held
    this.means = means
    this.outlook = outlook
    this.chains = chains
    this.server = server.through({ signal, wait: hasTurn ? (work) => turn.leave(work) : undefined })
    this.#shared = shared
    this.#asked = asked
    this.#signal = signal
    this.#hasTurn = hasTurn
  }

  static of(held: Holdings, means: Means): Core {
    const outlook = new Outlook(held)
    const chains = new ChainActions(held, outlook)
    const server = means.connect(held.identity.origin, held.identity.centre)
    const closing = new AbortController()
    const shared = { held, means, outlook, chains, server, line: new Turn(), turn: new Turn(), closing }
    return new Core(shared)
  }

  /** The same, for as long as a signal lets it. */
  under(signal: AbortSignal): Core {
    return new Core(this.#shared, this.#asked ? AbortSignal.any([this.#asked, signal]) : signal, this.#hasTurn)
  }

  /** Alone with what is held; nobody waits for the network here. */
  alone<T>(work: (core: Core) => Promise<T>): Promise<T> {
    if (this.#hasTurn) return work(this)
    const core = new Core(this.#shared, this.#asked, true)
    return this.#shared.turn.hold(() => work(core), this.#asked)
  }

  /** Alone with the server, and with what is held but while the core that `work` is given waits for the network. */
  talk<T>(work: (core: Core) => Promise<T>): Promise<T> {
    if (this.#hasTurn) return work(this)
    const { line, turn } = this.#shared
    const core = new Core(this.#shared, this.#asked, true)
    return line.hold(() => turn.hold(() => work(core), this.#signal), this.#signal)
  }

  /**
   * One contact with the server, until there is nothing left to do.
   *
   * Throws OfflineError, RefusedError. Nothing is lost then; the next contact goes on.
   */
  sync(progress: Progress = silent): Promise<Report> {
    return this.talk((core) => new Exchange(core.held, core.outlook, core.server, core.#pace(progress)).run())
  }

  /**
   * Write edits in a circle: in the vault when it resolves. at: device time, ms; now, unless it is given.
   *
   * Throws ProtocolError: "malformed", "too_large".
   */
  async save(circle: Uint8Array, edits: readonly Edit[], at?: number): Promise<Saved> {
    const plaintext = encodeEdits(at ?? this.means.clock(), dictionary().version, edits)
    return this.alone(async ({ held, outlook, chains, means }) => {
      const chain = held.chain(circle)
      const code = chain.drafts.length > 0 ? "circle_stale" : await outlook.trouble(circle)
      if (code === null) return { circle, change: await chains.save(chain, await outlook.pen(circle), plaintext), code }
      chain.drafts.push({ id: means.random(16), plaintext })
      await held.keepChain(chain)
      return { circle, change: null, code }
    })
  }

  /**
   * One directory entry: what `build` says; none, if it says nothing. Who loses the race looks again, and builds anew.
   *
   * Throws ProtocolError: what the directory or the server says of it; OfflineError.
   */
  append<T>(build: (draft: Saying) => Promise<T>): Promise<T> {
    return this.talk(async (core) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const draft = new Saying(core.held.keyring, core.held.key, core.means.random)
        const built = await build(draft)
        const frame = await draft.framed(core.held.signing, core.means.clock())
        if (!frame) return built
        await core.#offer(frame)
        await core.follow()
        // Also where it was first heard of as lost: it had come twice.
        if (core.held.directory.indexOf((await parseEntry(frame[0])).hash) !== null) return built
      }
      throw new ProtocolError("head_moved")
    })
  }

  /** A contact that must not be stopped. Throws ProtocolError with the alarm that stopped it. */
  async follow(): Promise<void> {
    const { alarm } = await this.sync()
    if (alarm !== null) throw new ProtocolError(alarm)
  }

  /** Ask the server something that needs a session. */
  async signedIn<T>(ask: (server: Transport) => Promise<T>): Promise<T> {
    try {
      return await ask(this.server)
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== "no_session") throw error
    }
    await this.server.signIn(this.held.signing)
    return ask(this.server)
  }

  /** Stop what is on its way, let what is being saved be saved, then `end`. */
  async close(end: () => Promise<void>): Promise<void> {
    const { line, turn, closing } = this.#shared
    closing.abort(new DOMException("closed", "AbortError"))
    await line.hold(() => turn.hold(end))
  }

  /** Whether it was the first, the directory will tell. */
  async #offer(frame: Frame): Promise<void> {
    try {
      await this.server.append(frame)
    } catch (error) {
      if (!(error instanceof RefusedError && BUILT_ANEW.has(error.code))) throw error
      // One of us lacks statements: all are compared.
      if (error.code === "bad_previous") this.held.standing.seated = new ByteSet()
    }
  }

  #pace(tell: Progress): Pace {
    const rest = async () => {
      this.#signal.throwIfAborted()
      await this.#shared.turn.leave(async () => undefined)
    }
    return { tell, rest }
  }
}
