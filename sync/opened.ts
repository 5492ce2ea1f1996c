/**
 * What was worked out of the runs in the vault once, kept beside them: the ids of their changes, and what these say.
 *
 * The value `opened.n` is of the list `log.n` as long as it names the signatures of its runs, which were verified before
 * they were kept: each covers all of its run, from which the ids follow. What a change says follows from its id and from
 * the secret that the epoch's commitment belongs to. So nothing is believed that the full way would not give, and nothing
 * is judged by it. What is missing or does not fit is worked out anew. It is for a worker in which every hash and every opening waits its turn: in Python there is none, and a vault
 * goes from one twin to the other with it or without.
 */

import { decode, encode } from "@msgpack/msgpack"
import { type Bytes, equal } from "../crypto/bytes.ts"
import { SIGNATURE_SIZE } from "../crypto/contexts.ts"
import { type Change, isAcknowledgement, parseRun, type Run } from "../crypto/run.ts"
import { KEPT_RUN, type KeptRun, unpackList } from "./device_values.ts"
import { encodeEdits } from "./edits.ts"
import type { Ledger } from "./ledger.ts"
import type { VaultFiles } from "./vault_files.ts"
import { valuesOf } from "./vault_lists.ts"

const [LOG, OPENED] = ["log.", "opened."]
/** Runs after which others have their turn. */
const AT_ONCE = 8

/** commitment: of the secret that opened it. */
export type Said = { readonly text: Uint8Array; readonly commitment: Uint8Array }

/** What is known already, by change. */
export type Opened = ReadonlyMap<Change, Said>

/** Of one run. texts: of its changes, in order; empty where nothing is known. */
type OpenedRun = readonly [
  signature: Uint8Array,
  ids: readonly Bytes[],
  commitment: Uint8Array,
  texts: readonly Uint8Array[],
]

/** All runs in a vault with what was kept of them, in the order in which they came, and what their changes say. */
export async function readLog(
  files: VaultFiles,
): Promise<{ readonly kept: readonly KeptRun[]; readonly runs: readonly Run[]; readonly opened: Opened }> {
  const [lists, values] = await Promise.all([valuesOf(files, LOG), valuesOf(files, OPENED)])
  const known = new Map(values.map(([name, value]) => [name.slice(OPENED.length), value]))
  const opened = new Map<Change, Said>()
  const read = await Promise.all(
    lists.map(async ([name, list]) => {
      const kept = unpackList(KEPT_RUN, list)
      const worked = workedOut(kept, known.get(name.slice(LOG.length)))
      const runs = await Promise.all(kept.map(({ run }, i) => parseRun(run, worked?.[i]?.[1])))
      if (worked) for (const [i, run] of runs.entries()) note(opened, run, worked[i]!)
      else if (known.has(name.slice(LOG.length))) await files.drop(OPENED + name.slice(LOG.length))
      return { kept, runs }
    }),
  )
  return { kept: read.flatMap(({ kept }) => kept), runs: read.flatMap(({ runs }) => runs), opened }
}

/** Keep what is known of lists of which nothing is kept yet, for the next time. What waits for more is left for later. */
export async function keepOpened(files: VaultFiles, ledger: Ledger): Promise<void> {
  const known = new Set((await files.names(OPENED)).map((name) => name.slice(OPENED.length)))
  for (const name of await files.names(LOG)) {
    const number = name.slice(LOG.length)
    const list = known.has(number) ? null : await files.get(name)
    const value = list && (await packed(list, ledger))
    if (value) await files.put(OPENED + number, value)
  }
}

/** Null: there is nothing, or it is of something else. */
function workedOut(kept: readonly KeptRun[], value: Uint8Array | undefined): readonly OpenedRun[] | null {
  if (!value) return null
  const runs = decode(value) as readonly OpenedRun[]
  const isOfThese = kept.every(({ run }, i) => runs[i] && equal(runs[i][0], run.subarray(-SIGNATURE_SIZE)))
  return isOfThese && runs.length === kept.length ? runs : null
}

function note(opened: Map<Change, Said>, run: Run, [, , commitment, texts]: OpenedRun): void {
  for (const [i, change] of run.changes.entries()) {
    const text = texts[i]
    if (text && text.length > 0) opened.set(change, { text, commitment })
  }
}

async function packed(list: Uint8Array, ledger: Ledger): Promise<Uint8Array | null> {
  const runs: OpenedRun[] = []
  for (const [i, { run: raw }] of unpackList(KEPT_RUN, list).entries()) {
    const run = await parseRun(raw)
    if (run.ids.some((id) => ledger.pending.has(id) || ledger.locked.has(id))) return null
    runs.push([
      run.signature,
      run.ids,
      ledger.commitment(run.head),
      run.changes.map((change) => textOf(change, ledger)),
    ])
    if (i % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve))
  }
  return encode(runs)
}

/** As it was written: there is one strict encoding. */
function textOf(change: Change, ledger: Ledger): Uint8Array {
  const read = isAcknowledgement(change) ? null : ledger.merge.change(change.id)
  return read ? encodeEdits(read.at, read.version, read.edits) : NOTHING
}

const NOTHING: Uint8Array = new Uint8Array(0)
