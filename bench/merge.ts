/**
 * Merge of 1,000 to 100,000 changes: microseconds a change at each size, and how that grows.
 *
 * Run by bench/merge.py, its twin.
 */

import type { Capacity } from "../sync/capacity.ts"
import { dictionary } from "../sync/dictionary.ts"
import { Merge } from "../sync/merge.ts"
import type { Judged } from "../sync/writes.ts"

type Random = () => number

const SIZES = [1_000, 10_000, 100_000]
const ROUNDS = 3 // the best counts; in the others something else was running
const PLACE = new Uint8Array(16)
const STAFF: Capacity = { who: new Set(["staff"]), rights: () => null }

/** A note of where a visit took place, over earlier ones. */
function change(number: number, record: number, over: readonly number[]): Judged {
  const ids = over.map(changeId)
  const writes = [{ field: "place_text", element: null, value: `${number}`, over: ids }]
  const edit = { record: bytes(record, 16), type: "visit", writes }
  const at = { circle: PLACE, circleKind: "dispatch", device: new Uint8Array(32), member: PLACE, capacities: [STAFF] }
  return { id: changeId(number), ...at, at: number, version: 1, edits: [edit] }
}

/** 32 bytes, spread like a digest's. */
function changeId(number: number): Uint8Array {
  return bytes(Math.imul(number, 0x9e3779b1) >>> 0, 32)
}

function bytes(number: number, size: number): Uint8Array {
  const spread = new DataView(new ArrayBuffer(size))
  for (let at = 0; at < size; at += 4) spread.setUint32(at, number)
  return new Uint8Array(spread.buffer)
}

/** Ten changes a record; of five changes, four were made over the one before. They arrive in any order. */
function manyRecords(size: number, random: Random): readonly Judged[] {
  const over = (n: number) => (n % 10 > 0 && random() < 0.8 ? [n - 1] : [])
  return shuffled(
    Array.from({ length: size }, (_, n) => change(n, Math.floor(n / 10), over(n))),
    random,
  )
}

/** All over the one before. They arrive in any order. */
function oneRegister(size: number, random: Random): readonly Judged[] {
  return shuffled(
    Array.from({ length: size }, (_, n) => change(n, 0, n > 0 ? [n - 1] : [])),
    random,
  )
}

/** One register, each over the last 8: many names to follow. They arrive in any order. */
function crowdedRegister(size: number, random: Random): readonly Judged[] {
  const last = (n: number) => Array.from({ length: Math.min(n, 8) }, (_, back) => n - 1 - back)
  return shuffled(
    Array.from({ length: size }, (_, n) => change(n, 0, last(n))),
    random,
  )
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => [random(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item)
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Of taking in all, and of taking out half of them again. */
function microsecondsAChange(log: readonly Judged[]): readonly [number, number] {
  const merge = new Merge(dictionary())
  const half = log.slice(0, log.length / 2)
  const started = performance.now()
  for (const each of log) merge.add(each)
  const takenIn = performance.now()
  for (const each of half) merge.remove(each.id)
  const done = performance.now()
  return [((takenIn - started) / log.length) * 1e3, ((done - takenIn) / half.length) * 1e3]
}

/** One line a direction: each size, and how much more a change costs in the largest log than in the smallest. */
function measure(name: string, make: typeof manyRecords, seed: number): void {
  const rounds = Array.from({ length: ROUNDS }, () =>
    SIZES.map((size) => microsecondsAChange(make(size, randomFrom(seed)))),
  )
  for (const [direction, what] of [[0, "in"] as const, [1, "out"] as const]) {
    const best = SIZES.map((_, size) => Math.min(...rounds.map((taken) => taken[size]?.[direction] ?? Number.NaN)))
    const figures = SIZES.map((size, place) => `${label(size)}: ${cost(best[place])} µs`).join("  ")
    const growth = (best.at(-1) ?? Number.NaN) / (best[0] ?? Number.NaN)
    console.log(`  ${name.padEnd(13)} ${what.padEnd(4)} ${figures}   growth ${growth.toFixed(2)}`)
  }
}

function label(size: number): string {
  return size.toLocaleString("en").padStart(7)
}

function cost(microseconds = Number.NaN): string {
  return microseconds.toFixed(1).padStart(5)
}

const seed = Number(process.argv[2] ?? 1)
// The compiler warms up.
for (let round = 0; round < 5; round++) microsecondsAChange(manyRecords(5_000, randomFrom(seed)))
measure("many records", manyRecords, seed)
measure("one register", oneRegister, seed)
measure("crowded", crowdedRegister, seed)
