import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { openBlob, sealBlob } from "./blob_content.ts"
import { type Bytes, concat, utf8 } from "./bytes.ts"
import type { ChangeHeader } from "./change.ts"
import { EpochSecret, openSeal, sealEpoch } from "./circle.ts"
import { openChange, sealChange } from "./content.ts"
import { pack, unpack, type Value } from "./encoding.ts"
import { ProtocolError } from "./errors.ts"
import { SealingKey, SigningKey } from "./keys.ts"
import { MAX_PLAINTEXT, pad, padme, unpad } from "./padding.ts"
import { closeRun, parseRun, type RunHead, runMessage, verifyRun } from "./run.ts"

const filled = (letter: string, size: number): Bytes => utf8(letter.repeat(size))
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => concat(array))

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action()
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
  return "success"
}

const leaves: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.string({ unit: "binary" }),
  bytes(40),
)
const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: 6 },
    leaves,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

describe("strict MessagePack", () => {
  it("reads a packed value back as itself", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(unpack(pack(value))).toEqual(value)
      }),
    )
  })

  it("accepts only the one encoding of a value", async () => {
    const mutated = fc
      .tuple(values.map(pack), fc.nat(), bytes(3), fc.nat(3))
      .map(([data, at, put, cut]) => concat(data.slice(0, at % data.length), put, data.slice((at % data.length) + cut)))
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes(60), mutated), async (data) => {
        const verdict = await codeOf(() => unpack(data))
        if (verdict === "success") expect(pack(unpack(data))).toEqual(data)
        else expect(verdict).toBe("malformed")
      }),
      { numRuns: 2_000 },
    )
  })

  it("refuses a hundred thousand levels and comes to no harm", async () => {
    expect(await codeOf(() => unpack(concat(new Uint8Array(100_000).fill(0x91), Uint8Array.of(0xc0))))).toBe(
      "malformed",
    )
  })
})

describe("padding", () => {
  it("gives back what was padded", () => {
    fc.assert(
      fc.property(bytes(5_000), (plaintext) => {
        expect(unpad(pad(plaintext))).toEqual(plaintext)
      }),
    )
  })

  it("adds at most an eighth, and nothing the second time", () => {
    fc.assert(
      fc.property(fc.nat(30_000_000), (length) => {
        expect(padme(length)).toBeGreaterThanOrEqual(length)
        expect(padme(length)).toBeLessThanOrEqual(length * 1.12 + 1)
        expect(padme(padme(length))).toBe(padme(length))
      }),
    )
  })

  it("stops at the limit", async () => {
    expect(await codeOf(() => pad(new Uint8Array(MAX_PLAINTEXT + 1)))).toBe("too_large")
  })
})

describe("binding", () => {
  const centre = filled("c", 16)
  const circle = filled("k", 16)
  const secret = new EpochSecret(centre, circle, 3, filled("s", 32))

  async function run() {
    const device = await SigningKey.from(filled("d", 32))
    const previous = filled("p", 32)
    const header: ChangeHeader = { centre, circle, epoch: 3, device: device.public, sequence: 2, previous }
    const body = await sealChange(secret, header, utf8("母と玄関先で5分"))
    const known = [{ device: filled("o", 32), sequence: 9, id: filled("i", 32) }]
    const headHash = filled("h", 32)
    const blobs = [filled("b", 32)]
    const place = { centre, circle, epoch: 3, device: device.public }
    const head: RunHead = { ...place, first: 2, previous, headIndex: 7, headHash, known, blobs }
    const bodies = [body, new Uint8Array(0)]
    const raw = await closeRun(head, bodies, await device.sign("run", await runMessage(head, bodies)))
    return { header, body, raw }
  }

  it("puts every byte of a run under its signature", async () => {
    const { raw } = await run()
    await verifyRun(await parseRun(raw))
    await fc.assert(
      fc.asyncProperty(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const altered = raw.slice()
        altered[at] = altered[at]! ^ flip
        expect(await codeOf(async () => verifyRun(await parseRun(altered)))).not.toBe("success")
      }),
      { numRuns: 200 },
    )
  })

  it("opens a change in its place alone", async () => {
    const { header, body } = await run()
    const moved: ChangeHeader[] = [
      { ...header, centre: filled("C", 16) },
      { ...header, circle: filled("K", 16) },
      { ...header, epoch: 4 },
      { ...header, device: filled("D", 32) },
      { ...header, sequence: 3 },
      { ...header, previous: filled("P", 32) },
    ]
    const codes = await Promise.all(moved.map((other) => codeOf(() => openChange(secret, other, body))))

    expect(codes).toEqual(moved.map(() => "wrong_key"))
    expect(await openChange(secret, header, body)).toEqual(utf8("母と玄関先で5分"))
  })

  it("opens a seal for its circle, kind and epoch alone", async () => {
    const recipient = await SealingKey.generate()
    const sealed = await sealEpoch(secret, "case", recipient.public)
    const codes = await Promise.all([
      codeOf(() => openSeal(sealed, filled("C", 16), circle, "case", 3, recipient)),
      codeOf(() => openSeal(sealed, centre, filled("K", 16), "case", 3, recipient)),
      codeOf(() => openSeal(sealed, centre, circle, "door", 3, recipient)),
      codeOf(() => openSeal(sealed, centre, circle, "case", 4, recipient)),
    ])

    expect(codes).toEqual(["wrong_key", "wrong_key", "wrong_key", "wrong_key"])
    expect((await openSeal(sealed, centre, circle, "case", 3, recipient)).secret).toEqual(secret.secret)
  })

  it("gives an attachment back whole or not at all", async () => {
    const key = filled("b", 32)
    const content = new Uint8Array(150_000).map((_, i) => i)
    const blob = await sealBlob(key, centre, circle, content)

    expect(await openBlob(key, centre, circle, blob)).toEqual(content)
    expect(await codeOf(() => openBlob(key, centre, circle, blob.slice(0, -1)))).toBe("truncated")
    expect(await codeOf(() => openBlob(key, centre, filled("K", 16), blob))).toBe("wrong_place")
  })
})
