/** Frames between a device and a server: vectors shared with Python, and what is written can be read. */

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { concat, fromHex, toHex } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { readFolder } from "../tests/sync/merge_cases.ts"
import {
  directoryFrame,
  PullReader,
  pullFrame,
  pushBody,
  quarantineFrame,
  readDirectory,
  readPush,
  readQuarantine,
  readStatements,
  statementFrame,
} from "./wire.ts"

type Piece = string | { readonly repeat: string; readonly times: number }
type Octets = string | readonly Piece[]

interface Vector {
  readonly expect: string
  readonly do: string
  readonly given: Octets | readonly Octets[]
  readonly gives?: unknown
}

const VECTORS = readFolder<Vector>("wire")

function octets(given: Octets): Uint8Array {
  const pieces = typeof given === "string" ? [given] : given
  return concat(...pieces.map((piece) => (typeof piece === "string" ? fromHex(piece) : repeated(piece))))
}

function repeated({ repeat, times }: Exclude<Piece, string>): Uint8Array {
  return new Uint8Array(times).fill(Number.parseInt(repeat, 16))
}

/** A long run is told by its length and ends, so that 8 MiB need not be spelt in hex. */
function short(data: Uint8Array): string {
  return data.length > 1000 ? `${data.length}:${toHex(data.slice(0, 8))}:${toHex(data.slice(-8))}` : toHex(data)
}

const hexed = (value: object) =>
  Object.fromEntries(Object.entries(value).map(([name, one]) => [name, one instanceof Uint8Array ? toHex(one) : one]))

function readPull(parts: readonly Octets[]): unknown {
  const reader = new PullReader()
  const runs = parts.map((part) => reader.feed(octets(part)).map(hexed))
  return { runs, complete: reader.complete }
}

const READERS: Readonly<Record<string, (given: Octets) => unknown>> = {
  read_push: (given) => readPush(octets(given)).map(short),
  read_pull: (given) => readPull(given as readonly Octets[]),
  read_directory: (given) =>
    readDirectory(octets(given)).map(({ entry, statements }) => ({
      entry: toHex(entry),
      statements: statements.map(toHex),
    })),
  read_statements: (given) => readStatements(octets(given)).map(hexed),
  read_quarantine: (given) => readQuarantine(octets(given)).map(hexed),
}

const U32 = fc.nat(2 ** 32 - 1)
const CURSOR = fc.maxSafeNat()
const DATA = fc.uint8Array({ maxLength: 40 })

describe("frames", () => {
  it("have vectors of all sorts", () => {
    const count = (code: string) => VECTORS.filter(([, vector]) => vector.expect === code).length

    expect(["success", "too_large", "truncated", "malformed"].map(count)).toEqual([15, 4, 12, 3])
    expect(VECTORS).toHaveLength(34)
  })

  it.each(VECTORS)("vector %s", (_name, { expect: code, do: what, given, gives }) => {
    const read = () => READERS[what]?.(given as Octets)
    if (code !== "success") {
      expect(read).toThrow(new ProtocolError(code))
      return
    }

    expect(read()).toEqual(what === "read_push" ? (gives as Octets[]).map((run) => short(octets(run))) : gives)
  })

  it("of a push are read as they were written", () => {
    fc.assert(
      fc.property(fc.array(DATA, { maxLength: 64 }), (runs) => {
        expect(readPush(pushBody(runs))).toEqual(runs)
      }),
    )
  })

  it("of a pull are read the same wherever they are cut", () => {
    const run = fc.record({ cursor: CURSOR, index: U32, run: fc.uint8Array({ minLength: 1, maxLength: 40 }) })
    fc.assert(
      fc.property(fc.array(run), CURSOR, fc.array(fc.nat(2000), { maxLength: 5 }), (runs, end, places) => {
        const whole = concat(...runs.map(pullFrame), pullFrame({ cursor: end, index: 0, run: new Uint8Array() }))
        const cuts = places.map((place) => Math.min(place, whole.length)).sort((a, b) => a - b)
        const reader = new PullReader()
        const stops = [...cuts, whole.length]
        const read = [0, ...cuts].flatMap((start, place) => reader.feed(whole.slice(start, stops[place])))

        expect(read).toEqual(runs)
        expect(reader.complete).toBe(end)
      }),
    )
  })

  it("of entries, statements and a quarantine are read as they were written", () => {
    const entries = fc.array(fc.record({ entry: DATA, statements: fc.array(DATA, { maxLength: 4 }) }), { maxLength: 4 })
    const statements = fc.array(fc.record({ index: U32, statement: DATA }), { maxLength: 4 })
    const code = fc.constantFrom("cut_off", "revoked")
    const held = fc.array(fc.record({ number: CURSOR, time: CURSOR, code, run: DATA }), { maxLength: 4 })
    fc.assert(
      fc.property(entries, statements, held, (ofEntries, ofStatements, ofQuarantine) => {
        expect(readDirectory(concat(...ofEntries.map(directoryFrame)))).toEqual(ofEntries)
        expect(readStatements(concat(...ofStatements.map(statementFrame)))).toEqual(ofStatements)
        expect(readQuarantine(concat(...ofQuarantine.map(quarantineFrame)))).toEqual(ofQuarantine)
      }),
    )
  })
})
