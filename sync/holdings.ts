/**
 * Everything one device holds: in memory to work with, in its vault to be there again after a crash.
 *
 * What is taken in is in the vault before anything follows from it: what could not be kept is not in memory either.
 * Opening a vault judges all of it anew. Source: sync/SPEC.md 6, 7.  Twin: sync/holdings.py.
 */

import { compare, equal, fromHex, toHex } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { type Random, SealingKey, SigningKey } from "../crypto/keys.ts"
import { parseRun, type Run, verifyRun } from "../crypto/run.ts"
import { loadVerifyingKey } from "../crypto/signature.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import type { Applied, Frame } from "./chain.ts"
import {
  DEAD_LETTER,
  type DeadLetter,
  IDENTITY,
  type Identity,
  KEPT_ENTRY,
  KEPT_RUN,
  KEPT_STATEMENT,
  type KeptStatement,
  newStanding,
  packChain,
  packValue,
  STANDING,
  type Standing,
  unpackChain,
  unpackValue,
} from "./device_values.ts"
import { Directory } from "./directory.ts"
import { codeOf } from "./entries.ts"
import { Grounds } from "./grounds.ts"
import type { Keyring } from "./keyring.ts"
import type { Ledger } from "./ledger.ts"
import { keepOpened, readLog } from "./opened.ts"
import { lastOf, type OwnChain } from "./own_chain.ts"
import type { Named, VaultFiles } from "./vault_files.ts"
import { batches, listed, valuesOf } from "./vault_lists.ts"
import type { GivenStatement, PulledRun } from "./wire.ts"

/** Now, in ms since 1970. */
export type Clock = () => number

const EMPTY = new Uint8Array(0)

/**
 * Use `Holdings.load`. clock: for people only, nothing is judged by it.
 *
 * arrived: index of the directory's head when a run came to the server, by its last change, for people only.
 * logged: our own changes that the server has, with the index of the head they were written under.
 * came: runs that are in the vault and are still to be taken in.
 * turn: goes up whenever circles may have been given or taken.
 * Any method may throw what the vault throws (VaultFullError): everything held is then as the vault has it.
 */
export class Holdings {
  readonly files: VaultFiles
  readonly random: Random
  readonly clock: Clock
  readonly signing: SigningKey
  readonly sealing: SealingKey
  identity: Identity
  standing: Standing = newStanding()
  letters: DeadLetter[] = []
  came: Run[] = []
  turn = 0
  #grounds: Grounds

  private constructor(
    files: VaultFiles,
    identity: Identity,
    random: Random,
    clock: Clock,
    signing: SigningKey,
    sealing: SealingKey,
  ) {
    this.files = files
    this.identity = identity
    this.random = random
    this.clock = clock
    this.signing = signing
    this.sealing = sealing
    this.#grounds = new Grounds(new Directory(identity.centre), signing.public, sealing)
  }

  /** What is in a vault. Throws ProtocolError "truncated" when its device was never made whole. */
  static async load(files: VaultFiles, random: Random, clock: Clock): Promise<Holdings> {
    const value = await files.get("identity")
    if (!value) throw new ProtocolError("truncated")
    const identity = unpackValue(IDENTITY, value)
    const [signing, sealing] = [await SigningKey.from(identity.signing), await SealingKey.from(identity.sealing)]
    const held = new Holdings(files, identity, random, clock, signing, sealing)
    await held.#load()
    return held
  }

  get directory(): Directory {
    return this.#grounds.directory
  }

  get keyring(): Keyring {
    return this.#grounds.keyring
  }

  get ledger(): Ledger {
    return this.#grounds.ledger
  }

  get chains(): ByteMap<OwnChain> {
    return this.#grounds.chains
  }

  get arrived(): ByteMap<number> {
    return this.#grounds.arrived
  }

  get logged(): ByteMap<number> {
    return this.#grounds.logged
  }

  /** This device. */
  get key(): Uint8Array {
    return this.signing.public
  }

  /** Index of the newest entry held. */
  get head(): number {
    return this.directory.head.index
  }

  /** As far as we know the directory. */
  get isEnrolled(): boolean {
    return this.directory.device(this.key, this.head) !== null
  }

  /** Who holds this device. Throws ProtocolError "not_enrolled". */
  get member(): Uint8Array {
    const device = this.directory.device(this.key, this.head)
    if (!device) throw new ProtocolError("not_enrolled")
    return device.member
  }

  // Directory

  /**
   * Take in entries behind our head; no run is open. Those before one that fails hold.
   *
   * Throws ProtocolError: as `Directory.take`.
   */
  async takeEntries(frames: readonly Frame[]): Promise<void> {
    const before = this.head
    let applied: readonly Applied[]
    try {
      applied = await this.directory.take(frames)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      await this.#keepFrames(frames.slice(0, this.head - before))
      await this.reloadRuns()
      throw error
    }
    await this.#keepFrames(frames)
    for (const each of applied) await this.ledger.rejudge(each)
    this.turn += 1
  }

  /** Go on with another chain, which the root settled: everything is judged anew. */
  async changeOver(frames: readonly Frame[], directory: Directory): Promise<void> {
    const standing = { ...this.standing, generation: this.standing.generation + 1 }
    const grounds = await this.#read(directory)
    grounds.stepBack()
    await this.#put([
      ...(await batches(this.files, `directory.${standing.generation}`, frames.map(packFrame))),
      ["standing", packValue(STANDING, standing)],
      ...grounds.chains.values().map(namedChain),
    ])
    this.standing = standing
    this.#stand(grounds)
  }

  /** Statements that come later than their entries. One that belongs to no entry here is an alarm. */
  async giveStatements(given: Iterable<GivenStatement>): Promise<void> {
    const fresh: KeptStatement[] = []
    for (const { index, statement } of given) {
      const applied = await this.#give(index, statement)
      if (!applied) await this.alarm("statement_stray")
      else if (applied.given.length > 0) {
        fresh.push({ index, statement })
        await this.ledger.rejudge(applied)
      }
    }
    await this.#keep(
      `statements.${this.standing.generation}`,
      fresh.map((each) => packValue(KEPT_STATEMENT, each)),
    )
    this.turn += 1
  }

  // Runs

  /** Put runs that are not held yet in the vault, and in `came`. What is no run of this centre is an alarm. */
  async keepRuns(pulled: readonly PulledRun[]): Promise<void> {
    const read = await this.#readRuns(pulled)
    const seen = new ByteSet()
    const fresh = read.filter(({ run }) => {
      const isFresh = !this.#grounds.holds(run) && !seen.has(run.signed)
      seen.add(run.signed)
      return isFresh
    })
    await this.#keep(
      "log",
      fresh.map(({ pulled }) => packValue(KEPT_RUN, pulled)),
    )
    for (const { run, pulled } of fresh) this.#grounds.note(run, pulled.index)
    this.came.push(...fresh.map(({ run }) => run))
  }

  /** Our own runs, which are in the server's log (or held apart there) from now on. */
  async keepSent(runs: readonly Run[]): Promise<void> {
    const fresh = runs.filter((run) => !this.#grounds.holds(run))
    const index = Math.max(this.head, 0)
    await this.#keep(
      "log",
      fresh.map((run) => packValue(KEPT_RUN, { cursor: 0, index, run: run.raw })),
    )
    for (const run of fresh) this.#grounds.note(run, index)
  }

  /** All that are in the vault, in the order of their chains. */
  async heldRuns(): Promise<Run[]> {
    const kept = await listed(this.files, "log", KEPT_RUN)
    const runs = await Promise.all(kept.map(({ run }) => parseRun(run)))
    return runs.sort(({ head: a }, { head: b }) => {
      return compare(a.circle, b.circle) || compare(a.device, b.device) || a.first - b.first
    })
  }

  /** In the vault, for the next `load` to be quicker. It may go on beside all else, and be cut off anywhere. */
  keepOpened(): Promise<void> {
    return keepOpened(this.files, this.ledger)
  }

  // Own chains

  /** What this device has written in a circle. */
  chain(circle: Uint8Array): OwnChain {
    return this.#grounds.chain(circle)
  }

  /** In the vault when it resolves. */
  async keepChain(chain: OwnChain): Promise<void> {
    await this.#put([namedChain(chain)])
  }

  /** A dead letter, in the vault when it resolves. */
  async bury(circle: Uint8Array, run: Run, texts: Iterable<Uint8Array>, code: string): Promise<void> {
    const said = [...texts].filter((text) => text.length > 0)
    const letter = { id: lastOf(run).id, circle, code, run: run.raw, texts: said, at: this.clock() }
    await this.#put([[letterName(letter), packValue(DEAD_LETTER, letter)]])
    this.letters = [...this.letters.filter((kept) => !equal(kept.id, letter.id)), letter]
  }

  /** It was dealt with. */
  async unbury(letter: DeadLetter): Promise<void> {
    await this.files.drop(letterName(letter))
    this.letters = this.letters.filter((kept) => !equal(kept.id, letter.id))
  }

  /** Judge everything anew from what is in the vault: what was rewritten or refused is no longer there. */
  async reloadRuns(): Promise<void> {
    this.#stand(await this.#read(this.directory))
  }

  // The rest

  /** In the vault when it resolves. */
  async keepStanding(): Promise<void> {
    this.turn += 1
    await this.#put([["standing", packValue(STANDING, this.standing)]])
  }

  /** In the vault when it resolves. */
  async keepIdentity(identity: Identity): Promise<void> {
    await this.#put([["identity", packValue(IDENTITY, identity)]])
    this.identity = identity
  }

  /** Something a person has to see; said once for one thing. */
  async alarm(code: string, about: Uint8Array = EMPTY): Promise<void> {
    const { alarms } = this.standing
    if (alarms.some((alarm) => alarm.code === code && equal(alarm.about, about))) return
    alarms.push({ code, about, at: this.clock() })
    await this.keepStanding()
  }

  /** Everything but the identity. */
  async #load(): Promise<void> {
    const standing = await this.files.get("standing")
    const kept = standing ? unpackValue(STANDING, standing) : newStanding()
    const letters = await this.#readLetters()
    const directory = new Directory(this.identity.centre)
    const entries = await listed(this.files, `directory.${kept.generation}`, KEPT_ENTRY)
    await directory.take(
      entries.map(({ entry, statements }) => [entry, statements]),
      { trusted: true },
    )
    const late = await listed(this.files, `statements.${kept.generation}`, KEPT_STATEMENT)
    for (const { index, statement } of late) await directory.give(index, statement)
    const grounds = await this.#read(directory)
    this.standing = kept
    this.letters = letters
    this.#stand(grounds)
  }

  async #readLetters(): Promise<DeadLetter[]> {
    return (await valuesOf(this.files, "dead.")).map(([name, value]) => {
      return { ...unpackValue(DEAD_LETTER, value), id: fromHex(name.slice("dead.".length)) }
    })
  }

  /** All runs and chains in the vault, judged under a directory. */
  async #read(directory: Directory): Promise<Grounds> {
    const grounds = new Grounds(directory, this.key, this.sealing)
    const { kept, runs, opened } = await readLog(this.files)
    for (const [i, run] of runs.entries()) grounds.note(run, kept[i]!.index)
    for (const [, value] of await valuesOf(this.files, "chain.")) {
      const chain = await unpackChain(value)
      grounds.chains.set(chain.circle, chain)
    }
    await grounds.ledger.addAll([...runs, ...grounds.unsent()], opened)
    return grounds
  }

  #stand(grounds: Grounds): void {
    this.turn += 1
    this.#grounds = grounds
    this.came = []
  }

  /** Null: it belongs to no entry here. */
  async #give(index: number, statement: Uint8Array): Promise<Applied | null> {
    if (index > this.head) return null
    try {
      return await this.directory.give(index, statement)
    } catch (error) {
      if (error instanceof ProtocolError) return null
      throw error
    }
  }

  async #readRuns(pulled: readonly PulledRun[]): Promise<Pulled[]> {
    const verifiers = new ByteMap<Promise<CryptoKey>>()
    const verdicts = await Promise.all(pulled.map((each) => verified(each, this.identity.centre, verifiers)))
    for (const verdict of verdicts) if (typeof verdict === "string") await this.alarm(verdict)
    return verdicts.filter((verdict) => typeof verdict !== "string")
  }

  async #keepFrames(frames: readonly Frame[]): Promise<void> {
    await this.#keep(`directory.${this.standing.generation}`, frames.map(packFrame))
  }

  /** Add to a list. */
  async #keep(kind: string, values: readonly Uint8Array[]): Promise<void> {
    await this.#put(await batches(this.files, kind, values))
  }

  /** All or none. What could not be put is not to be seen either: everything is read anew then. */
  async #put(values: readonly Named[]): Promise<void> {
    try {
      if (values.length > 0) await this.files.putAll(values)
    } catch (error) {
      await this.#load()
      throw error
    }
  }
}

/** A run that was verified. */
type Pulled = { readonly run: Run; readonly pulled: PulledRun }

/** Or the code of what is wrong with it. */
async function verified(
  pulled: PulledRun,
  centre: Uint8Array,
  verifiers: ByteMap<Promise<CryptoKey>>,
): Promise<Pulled | string> {
  try {
    const run = await parseRun(pulled.run)
    const { device } = run.head
    if (!equal(run.head.centre, centre)) return "wrong_place"
    await verifyRun(run, await verifiers.getOrMake(device, () => loadVerifyingKey(device)))
    return { run, pulled }
  } catch (error) {
    return codeOf(error)
  }
}

function packFrame([entry, statements]: Frame): Uint8Array {
  return packValue(KEPT_ENTRY, { entry, statements })
}

function namedChain(chain: OwnChain): Named {
  return [`chain.${toHex(chain.circle)}`, packChain(chain)]
}

function letterName({ id }: Pick<DeadLetter, "id">): string {
  return `dead.${toHex(id)}`
}
