/**
 * Frames between a device and a server: lists of bytes, each with its length before it. Looks into none of them.
 *
 * Source: sync/SPEC.md 8.  Twin: sync/wire.py.
 */

import { type Bytes, concat, toNumber, uint } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"

export const PUSH_RUNS = 64
export const PUSH_BYTES = 8_388_608
export const PULL_BACKFILL = 100 // circles
export const BLOB_PIECE_BYTES = 1_048_576
export const RUN_BYTES = 4_194_304 // crypto/SPEC.md 6.7

const PULL_HEADER_SIZE = 16

/** index: the directory's head when the run was stored, for people only. */
export interface PulledRun {
  readonly cursor: number
  readonly index: number
  readonly run: Uint8Array
}

/** An entry and the statements given with it, in the order of their digests in it. */
export interface GivenEntry {
  readonly entry: Uint8Array
  readonly statements: readonly Uint8Array[]
}

/** A statement on a circle and the index of its entry. */
export interface GivenStatement {
  readonly index: number
  readonly statement: Uint8Array
}

/** A run the server holds apart, why, and since when (ms). */
export interface QuarantinedRun {
  readonly number: number
  readonly time: number
  readonly code: string
  readonly run: Uint8Array
}

/** n × (u32 length || run). */
export function pushBody(runs: Iterable<Uint8Array>): Bytes {
  return concat(...[...runs].flatMap((run) => [uint(run.length, 4), run]))
}

/** Runs of a push. Throws ProtocolError: "too_large" (bytes, then runs), "truncated". */
export function readPush(data: Uint8Array): Uint8Array[] {
  if (data.length > PUSH_BYTES) throw new ProtocolError("too_large")
  const reader = new Reader(data)
  const runs: Uint8Array[] = []
  while (!reader.isEmpty()) {
    if (runs.length === PUSH_RUNS) throw new ProtocolError("too_large")
    runs.push(reader.take(reader.number(4)))
  }
  return runs
}

/** u64 cursor || u32 index || u32 length || run. Without a run: up to this cursor the pull is complete. */
export function pullFrame({ cursor, index, run }: PulledRun): Bytes {
  return concat(pullHeader(cursor, index, run.length), run)
}

/** What stands before a run in a pull, 16 bytes. */
export function pullHeader(cursor: number, index: number, length: number): Bytes {
  return concat(uint(cursor, 8), uint(index, 4), uint(length, 4))
}

/** Takes a pull as it arrives. complete: the cursor up to which it is, once the last frame was there. */
export class PullReader {
  complete: number | null = null
  #rest: Uint8Array = new Uint8Array()

  /**
   * Runs that are whole by now.
   *
   * Throws ProtocolError: "too_large"; "malformed" when bytes follow the last frame.
   */
  feed(data: Uint8Array): PulledRun[] {
    const reader = new Reader(concat(this.#rest, data))
    const pulled: PulledRun[] = []
    while (this.complete === null) {
      const frame = nextPulled(reader)
      if (frame === null) break
      if (frame.run.length > 0) pulled.push(frame)
      else this.complete = frame.cursor
    }
    this.#rest = reader.rest()
    if (this.complete !== null && this.#rest.length > 0) throw new ProtocolError("malformed")
    return pulled
  }
}

function nextPulled(reader: Reader): PulledRun | null {
  if (!reader.has(PULL_HEADER_SIZE)) return null
  const header = new Reader(reader.peek(PULL_HEADER_SIZE))
  const [cursor, index, length] = [header.number(8), header.number(4), header.number(4)]
  if (length > RUN_BYTES) throw new ProtocolError("too_large")
  if (!reader.has(PULL_HEADER_SIZE + length)) return null
  reader.take(PULL_HEADER_SIZE)
  return { cursor, index, run: reader.take(length) }
}

/** u32 length || entry || u16 count || count × (u32 length || statement). */
export function directoryFrame({ entry, statements }: GivenEntry): Bytes {
  return concat(uint(entry.length, 4), entry, uint(statements.length, 2), pushBody(statements))
}

/** Entries with their statements. Throws ProtocolError "truncated". */
export function readDirectory(data: Uint8Array): GivenEntry[] {
  const reader = new Reader(data)
  const given: GivenEntry[] = []
  while (!reader.isEmpty()) {
    const entry = reader.take(reader.number(4))
    const count = reader.number(2)
    given.push({ entry, statements: Array.from({ length: count }, () => reader.take(reader.number(4))) })
  }
  return given
}

/** u32 index || u32 length || statement. */
export function statementFrame({ index, statement }: GivenStatement): Bytes {
  return concat(uint(index, 4), uint(statement.length, 4), statement)
}

/** Statements on one circle. Throws ProtocolError "truncated". */
export function readStatements(data: Uint8Array): GivenStatement[] {
  const reader = new Reader(data)
  const given: GivenStatement[] = []
  while (!reader.isEmpty()) {
    const index = reader.number(4)
    given.push({ index, statement: reader.take(reader.number(4)) })
  }
  return given
}

/** u64 number || u64 time || u8(length) || code || u32 length || run. */
export function quarantineFrame({ number, time, code, run }: QuarantinedRun): Bytes {
  const word = new TextEncoder().encode(code)
  return concat(uint(number, 8), uint(time, 8), uint(word.length, 1), word, uint(run.length, 4), run)
}

/** Runs held apart. Throws ProtocolError: "truncated"; "malformed" when a code is not ASCII. */
export function readQuarantine(data: Uint8Array): QuarantinedRun[] {
  const reader = new Reader(data)
  const held: QuarantinedRun[] = []
  while (!reader.isEmpty()) {
    const [number, time, length] = [reader.number(8), reader.number(8), reader.number(1)]
    const code = reader.take(length)
    if (code.some((byte) => byte > 0x7f)) throw new ProtocolError("malformed")
    held.push({ number, time, code: String.fromCharCode(...code), run: reader.take(reader.number(4)) })
  }
  return held
}

/** Takes bytes from the front. Throws ProtocolError "truncated" when there are too few. */
class Reader {
  readonly #data: Uint8Array
  #at = 0

  constructor(data: Uint8Array) {
    this.#data = data
  }

  isEmpty(): boolean {
    return this.#at === this.#data.length
  }

  has(size: number): boolean {
    return this.#at + size <= this.#data.length
  }

  peek(size: number): Uint8Array {
    return this.#data.subarray(this.#at, this.#at + size)
  }

  take(size: number): Uint8Array {
    if (!this.has(size)) throw new ProtocolError("truncated")
    this.#at += size
    return this.#data.slice(this.#at - size, this.#at)
  }

  number(size: number): number {
    return toNumber(this.take(size))
  }

  rest(): Uint8Array {
    return this.#data.slice(this.#at)
  }
}
