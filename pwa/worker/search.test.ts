import { expect, it } from "vitest"
import type { RecordPicture } from "../store/picture.ts"
import { SearchIndex } from "./search.ts"

const picture = (id: string, title: string) =>
  ({ id, type: "visit_note", fields: { title } }) as unknown as RecordPicture

/** before|match|after, of every text that was found. */
function found(index: SearchIndex, asked: string): string[] {
  return index.find(asked, 10).map(({ before, match, after }) => `${before}|${match}|${after}`)
}

it.each([
  ["ねこ", "庭にネコがいた", ["庭に|ネコ|がいた"]],
  ["ﾈｺ", "庭にねこがいた", ["庭に|ねこ|がいた"]],
  ["abc", "窓に ＡＢＣ の紙", ["窓に |ＡＢＣ| の紙"]],
  ["がん", "㌔ がんばる", ["㌔ |がん|ばる"]],
  ["紙", "㍿の紙と紙", ["㍿の|紙|と紙"]],
  ["犬", "庭にネコがいた", []],
])("finds %s in %s, and marks what stands there", (asked, text, expected) => {
  const index = new SearchIndex()
  index.put(picture("1", text))

  expect(found(index, asked)).toEqual(expected)
})

it("finds what a record says now, also when it came between two searches, and nothing that is gone", () => {
  const index = new SearchIndex()
  index.put(picture("1", "朝の散歩"))
  const before = found(index, "散歩")
  index.put(picture("1", "夜の散歩"))
  index.put(picture("2", "昼の散歩"))

  expect(before).toEqual(["朝の|散歩|"])
  expect(found(index, "散歩")).toEqual(["夜の|散歩|", "昼の|散歩|"])

  index.drop("2", "visit_note")

  expect(found(index, "散歩")).toEqual(["夜の|散歩|"])
})
