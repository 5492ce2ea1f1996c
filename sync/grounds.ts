/**
 * All that is judged under one directory, with what is noted of the runs in the vault: it comes and goes as one.
 *
 * Twin: in Python a part of sync/holdings.py, where nobody can look while it is built.
 */

import { equal } from "../crypto/bytes.ts"
import type { SealingKey } from "../crypto/keys.ts"
import type { Run } from "../crypto/run.ts"
import { ByteMap, ByteSet } from "./byte_map.ts"
import { dictionary } from "./dictionary.ts"
import type { Directory } from "./directory.ts"
import { Keyring } from "./keyring.ts"
import { Ledger } from "./ledger.ts"
import { lastOf, OwnChain } from "./own_chain.ts"

const UPROOTED: ReadonlySet<string | null> = new Set(["head_unknown", "head_void", "ancestor_missing"])

/** Of the device whose key this is. See `Holdings`. */
export class Grounds {
  readonly directory: Directory
  readonly keyring: Keyring
  readonly ledger: Ledger
  readonly chains = new ByteMap<OwnChain>()
  readonly arrived = new ByteMap<number>()
  readonly logged = new ByteMap<number>()
  readonly #key: Uint8Array
  readonly #signed = new ByteSet()

  constructor(directory: Directory, key: Uint8Array, sealing: SealingKey) {
    this.directory = directory
    this.keyring = new Keyring(directory, sealing)
    this.ledger = new Ledger(directory, this.keyring, dictionary())
    this.#key = key
  }

  /** Is the run in the vault? */
  holds(run: Run): boolean {
    return this.#signed.has(run.signed)
  }

  /** A run is in the vault. */
  note(run: Run, index: number): void {
    this.#signed.add(run.signed)
    this.arrived.set(lastOf(run).id, index)
    if (!equal(run.head.device, this.#key)) return
    for (const id of run.ids) this.logged.set(id, run.head.headIndex)
  }

  chain(circle: Uint8Array): OwnChain {
    return this.chains.getOrMake(circle, () => new OwnChain(circle))
  }

  /** Runs of ours that are in our chains alone; each change of an open one by itself. */
  unsent(): Run[] {
    return this.chains.values().flatMap((chain) => {
      return [...chain.closed, ...(chain.open?.changes.map((change) => chain.provisional(change)) ?? [])]
    })
  }

  /** What we sent under entries that are no more is in nobody's log: go on behind what was sent before them. */
  stepBack(): void {
    for (const chain of this.chains.values()) while (this.#isUprooted(chain)) this.#stepBehind(chain)
  }

  #isUprooted({ sent }: OwnChain): boolean {
    return UPROOTED.has(this.ledger.log.verdict(sent[1])?.code ?? null)
  }

  #stepBehind(chain: OwnChain): void {
    const { sequence, previous } = this.ledger.log.change(chain.sent[1])!.header
    chain.sent = [sequence - 1, previous]
    chain.sentHead = this.logged.get(previous) ?? -1
  }
}
