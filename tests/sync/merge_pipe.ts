/**
 * What `test_merge_twins.py` asks the TypeScript twin, line by line.
 *
 * In: two lines with the dictionaries of version 1 and 2, then logs and texts. Out: for a log the canonical state, for
 * three texts what differs in the last two and how they may be joined.
 */

import { createInterface } from "node:readline"
import { canonical } from "../../sync/canonical.ts"
import { Dictionary } from "../../sync/dictionary.ts"
import { Merge } from "../../sync/merge.ts"
import { differingWords, suggestedJoin } from "../../sync/words.ts"
import { type GivenChange, readChange } from "./merge_cases.ts"

interface Log {
  readonly dictionary: number
  readonly changes: readonly GivenChange[]
}
interface Texts {
  readonly texts: readonly [base: string, one: string, other: string]
}

const dictionaries: Dictionary[] = []

function answer(asked: Log | Texts): string {
  if ("texts" in asked) {
    const [base, one, other] = asked.texts
    const sides = differingWords(one, other).map((side) => side.map(({ text, differs }) => [text, differs]))
    return canonical([sides, suggestedJoin(base, one, other)])
  }
  const dictionary = dictionaries[asked.dictionary - 1]
  if (!dictionary) throw new RangeError(`no dictionary ${asked.dictionary}`)
  return new Merge(dictionary, asked.changes.map(readChange)).toJson()
}

for await (const line of createInterface({ input: process.stdin })) {
  if (dictionaries.length < 2) dictionaries.push(new Dictionary(JSON.parse(line)))
  else process.stdout.write(`${answer(JSON.parse(line))}\n`)
}
