/**
 * Two texts side by side: which words differ, and how two edits of one may be joined. For display: nothing is written.
 *
 * No diff library: none gives the same marks in Python and TypeScript, and Japanese has no spaces to find words by.
 *
 * Source: sync/SPEC.md 5 (`text`).  Twin: sync/words.py.
 */

export const MAX_CELLS = 1_000_000 // of the table of common words; beyond it all between beginning and end differs

const LETTERS = "0-9A-Za-z\\u{c0}-\\u{24f}０-９Ａ-Ｚａ-ｚ"
const MARKS =
  "\\u{300}-\\u{36f}\\u{3099}\\u{309a}\\u{fe00}-\\u{fe0f}\\u{ff9e}\\u{ff9f}\\u{1f3fb}-\\u{1f3ff}\\u{e0100}-\\u{e01ef}"
const WORD = new RegExp(`[${LETTERS}]+|.(?:[${MARKS}]|\\u{200d}.)*`, "gsu")

/** A stretch of one of two texts. */
export interface Passage {
  readonly text: string
  readonly differs: boolean
}

/** Places in two texts where the same word stands. */
type Pair = readonly [number, number]

/** Of the words from start to before end. */
interface Replacement {
  readonly start: number
  readonly end: number
  readonly words: readonly string[]
}

/** Both texts in passages, whole and in order, those that differ marked. A passage is never empty. */
export function differingWords(one: string, other: string): readonly [readonly Passage[], readonly Passage[]] {
  const [words, others] = [wordsOf(one), wordsOf(other)]
  const pairs = common(words, others)
  return [passages(words, new Set(pairs.map(([i]) => i))), passages(others, new Set(pairs.map(([, j]) => j)))]
}

/** Both edits of a text at once, for a person to take or leave; null where they touch each other. */
export function suggestedJoin(base: string, one: string, other: string): string | null {
  const words = wordsOf(base)
  const both = [...replacements(words, wordsOf(one)), ...replacements(words, wordsOf(other))]
  const ordered = [...new Map(both.map((each) => [JSON.stringify(each), each])).values()].sort(
    (a, b) => a.start - b.start,
  )
  if (ordered.some((later, place) => place > 0 && later.start <= (ordered[place - 1]?.end ?? 0))) return null
  for (const { start, end, words: instead } of ordered.toReversed()) words.splice(start, end - start, ...instead)
  return words.join("")
}

/** A run of Latin letters and digits, or one character with its marks. */
function wordsOf(text: string): string[] {
  return text.match(WORD) ?? []
}

/** Places of a longest common subsequence: the first that goes on in `one` where both ways are as long. */
function common(one: readonly string[], other: readonly string[]): readonly Pair[] {
  const shorter = Math.min(one.length, other.length)
  let start = 0
  while (start < shorter && one[start] === other[start]) start++
  let end = 0
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++
  const middle = longest(one.slice(start, one.length - end), other.slice(start, other.length - end))
  return [
    ...Array.from({ length: start }, (_, i): Pair => [i, i]),
    ...middle.map(([i, j]): Pair => [start + i, start + j]),
    ...Array.from({ length: end }, (_, i): Pair => [one.length - end + i, other.length - end + i]),
  ]
}

function longest(one: readonly string[], other: readonly string[]): readonly Pair[] {
  if (one.length * other.length > MAX_CELLS) return []
  const width = other.length + 1
  const length = new Uint32Array((one.length + 1) * width)
  const at = (i: number, j: number) => length[i * width + j] ?? 0
  for (let i = one.length - 1; i >= 0; i--) {
    for (let j = other.length - 1; j >= 0; j--) {
      length[i * width + j] = one[i] === other[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: Pair[] = []
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    if (one[i] === other[j]) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}

/** Neighbours that are alike are one passage. */
function passages(words: readonly string[], common: ReadonlySet<number>): readonly Passage[] {
  const found: Passage[] = []
  for (const [place, word] of words.entries()) {
    const differs = !common.has(place)
    const before = found.at(-1)?.differs === differs ? (found.pop()?.text ?? "") : ""
    found.push({ text: before + word, differs })
  }
  return found
}

function replacements(base: readonly string[], edited: readonly string[]): readonly Replacement[] {
  const pairs: readonly Pair[] = [[-1, -1], ...common(base, edited), [base.length, edited.length]]
  return pairs.slice(1).flatMap(([nextI, nextJ], place) => {
    const [i, j] = pairs[place] ?? [-1, -1]
    if (nextI === i + 1 && nextJ === j + 1) return []
    return { start: i + 1, end: nextI, words: edited.slice(j + 1, nextJ) }
  })
}
