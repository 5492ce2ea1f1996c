import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fromHex, toHex } from "../crypto/bytes.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { readFolder } from "../tests/sync/merge_cases.ts"
import { type Json, valueJson } from "./canonical.ts"
import { decodeEdits, type Edit, encodeEdits, type Plaintext } from "./edits.ts"

interface Vector {
  readonly expect: string
  readonly given: { readonly plaintext: string }
  readonly gives?: Json
}

const VECTORS = readFolder<Vector>("edits")
const NAME = fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/)
const SCALAR = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger().map((number) => number + 0),
  fc.constantFrom("", "茶"),
  fc.uint8Array(),
)
const WRITE = fc.record({
  field: NAME,
  element: SCALAR,
  value: fc.oneof(
    SCALAR,
    fc.array(SCALAR, { maxLength: 3 }),
    fc.dictionary(NAME, SCALAR, { maxKeys: 3, noNullPrototype: true }),
  ),
  over: fc
    .uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 5, selector: toHex })
    .map(ascending),
})
const EDIT: fc.Arbitrary<Edit> = fc.record({
  record: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  type: NAME,
  writes: fc.uniqueArray(WRITE, { minLength: 1, maxLength: 4, selector: (write) => write.field }),
})
const EDITS = fc.uniqueArray(EDIT, { minLength: 1, maxLength: 4, selector: (edit) => toHex(edit.record) })

describe("the plaintext of a change", () => {
  it("has vectors of both sorts", () => {
    expect(VECTORS.filter(([, { expect }]) => expect === "success")).toHaveLength(11)
    expect(VECTORS.filter(([, { expect }]) => expect === "malformed")).toHaveLength(36)
  })

  it.each(VECTORS)("vector %s", (_name, vector) => {
    const plaintext = fromHex(vector.given.plaintext)
    if (vector.expect !== "success") {
      expect(() => decodeEdits(plaintext)).toThrow(new ProtocolError(vector.expect))
      return
    }
    const read = decodeEdits(plaintext)

    expect(plaintextJson(read)).toEqual(vector.gives)
    expect(encodeEdits(read.at, read.version, read.edits)).toEqual(plaintext)
  })

  it("can be read as it was written", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1 }), EDITS, (at, version, edits) => {
        expect(decodeEdits(encodeEdits(at, version, edits))).toEqual({ at, version, edits })
      }),
    )
  })

  it("is not written when it could not be read", () => {
    const twice = { field: "title", element: null, value: "茶", over: [new Uint8Array(32), new Uint8Array(32)] }

    expect(() => encodeEdits(0, 1, [{ record: new Uint8Array(16), type: "sheet", writes: [twice] }])).toThrow(
      "malformed",
    )
  })
})

function ascending(ids: readonly Uint8Array[]): readonly Uint8Array[] {
  return ids.toSorted((one, other) => (toHex(one) < toHex(other) ? -1 : 1))
}

function plaintextJson({ at, version, edits }: Plaintext): Json {
  const written = edits.map(({ record, type, writes }) => [
    toHex(record),
    type,
    writes.map(({ field, element, value, over }) => [field, valueJson(element), valueJson(value), over.map(toHex)]),
  ])
  return { at, edits: written, version }
}
