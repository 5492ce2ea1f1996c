import encodeQR from "qr"
import { describe, expect, it } from "vitest"
import { A_FRAME, A_PHOTO, codeIn } from "./code_in.ts"

const LINK = `https://engawa.city.example.jp/#i=${"aB3-_x9Z".repeat(31)}`
const PAPER = 225
const INK = 30
const ROOM = 140

interface Seen {
  /** px of the square frame, and how much of it the code takes. */
  readonly side?: number
  readonly share?: number
  /** Degrees. */
  readonly turn?: number
  /** Grey levels, up or down. */
  readonly noise?: number
  /** How much darker it is at the right edge, 0 to 1. */
  readonly shade?: number
}

/** A code on a wall, as a camera would see it. */
function frame(text: string | null, { side = 720, share = 0.7, turn = 0, noise = 0, shade = 0 }: Seen = {}) {
  const code = text === null ? [] : encodeQR(text, "raw")
  const scale = (side * share) / code.length
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)]
  const data = new Uint8ClampedArray(4 * side * side).fill(255)
  const chance = chances(1)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = [(x - side / 2) / scale, (y - side / 2) / scale]
      const column = Math.floor(u * cos + v * sin + code.length / 2)
      const row = Math.floor(v * cos - u * sin + code.length / 2)
      const isInk = code[row]?.[column]
      const light = isInk === undefined ? ROOM : isInk ? INK : PAPER
      data.fill(
        light * (1 - (shade * x) / side) + noise * (2 * chance() - 1),
        4 * (y * side + x),
        4 * (y * side + x) + 3,
      )
    }
  }
  return { width: side, height: side, data }
}

/** Numbers from 0 to 1, the same in every run. */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe("an invitation is read", () => {
  it.each<Seen>([
    { side: 320, share: 0.95 },
    { side: 480, share: 0.9 },
    { side: 480, share: 0.6 },
    { side: 720, share: 0.95 },
    { side: 720, share: 0.4 },
    { side: 1280, share: 0.3 },
    ...[7, 30, 60, 90, 145, 180, 270, 300].map((turn) => ({ turn })),
    { noise: 25 },
    { noise: 50, turn: 12 },
    { shade: 0.6 },
    { shade: 0.6, noise: 20, turn: 200, share: 0.55 },
  ])("in a frame of %o", (seen) => {
    expect(codeIn(frame(LINK, seen), A_PHOTO)).toBe(LINK)
  })

  it("in the time between two frames of a camera, too", () => {
    expect(codeIn(frame(LINK, { turn: 5, noise: 20 }), A_FRAME)).toBe(LINK)
  })
})

describe("nothing is read", () => {
  it.each<[string, string | null, Seen]>([
    ["where there is no code", null, {}],
    ["in mere noise", null, { noise: 115 }],
    ["from too far away", LINK, { side: 320, share: 0.2 }],
  ])("%s", (_, text, seen) => {
    expect(codeIn(frame(text, seen), A_PHOTO)).toBe(null)
  })

  it("when half of the code is hidden", () => {
    const seen = frame(LINK)
    seen.data.fill(128, 0, seen.data.length / 2)

    expect(codeIn(seen, A_PHOTO)).toBe(null)
  })

  it("before the camera has sent a picture", () => {
    expect(codeIn({ width: 1, height: 1, data: new Uint8ClampedArray(4) }, A_FRAME)).toBe(null)
  })
})
