import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readJson } from "../tests/sync/merge_cases.ts"
import { differingWords, MAX_CELLS, type Passage, suggestedJoin } from "./words.ts"

interface Case {
  readonly comment: string
  readonly do: string
  readonly given: readonly [string, string, string]
  readonly gives: unknown
}

const CASES = readJson<readonly Case[]>("words.json")
const TEXT = fc.string({ unit: fc.constantFrom(..."あいう茶水ab1 \n\u3099\u200d👩𠮷"), maxLength: 30 })

describe("two texts side by side", () => {
  it("have vectors of both sorts", () => {
    expect(CASES.map((each) => each.do)).toEqual([
      ...Array<string>(12).fill("differing_words"),
      ...Array<string>(8).fill("suggested_join"),
    ])
  })

  it.each(CASES.map((each) => [each.comment, each] as const))("vector: %s", (_comment, each) => {
    const [one, other, third] = each.given
    const pieces = () => differingWords(one, other).map((side) => side.map(({ text, differs }) => [text, differs]))

    expect(each.do === "suggested_join" ? suggestedJoin(one, other, third) : pieces()).toEqual(each.gives)
  })

  it("are shown whole and agree where nothing is marked", () => {
    fc.assert(
      fc.property(TEXT, TEXT, (one, other) => {
        const [ours, theirs] = differingWords(one, other)

        expect([whole(ours), whole(theirs)]).toEqual([one, other])
        expect(common(ours)).toBe(common(theirs))
        expect([...ours, ...theirs].every(({ text }) => text.length > 0)).toBe(true)
      }),
    )
  })

  it("are joined the same whoever is named first, and follow whoever alone made an edit", () => {
    fc.assert(
      fc.property(TEXT, TEXT, TEXT, (base, one, other) => {
        expect(suggestedJoin(base, one, other)).toBe(suggestedJoin(base, other, one))
        expect(suggestedJoin(base, one, base)).toBe(one)
      }),
    )
  })

  it("are marked between their common ends when too long to compare", () => {
    const length = Math.floor(Math.sqrt(MAX_CELLS)) + 1
    const [ours] = differingWords(`始${"あ茶".repeat(length)}終`, `始${"茶い".repeat(length)}終`)

    expect(ours.map(({ text }) => text)).toEqual(["始", "あ茶".repeat(length), "終"])
  })
})

function whole(passages: readonly Passage[]): string {
  return passages.map(({ text }) => text).join("")
}

function common(passages: readonly Passage[]): string {
  return whole(passages.filter(({ differs }) => !differs))
}
