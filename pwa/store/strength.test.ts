import { expect, it } from "vitest"
import { strengthOf } from "./strength.ts"

it.each([
  ["12345678", "weak"],
  ["aaaaaaaaaaaaaaaaaaaa", "weak"],
  ["ねこねこ", "weak"],
  ["縁側で猫とひるね", "fair"],
  ["縁側で猫とひるねをする午後三時", "good"],
  ["correct horse battery", "good"],
])("calls %s %s", (passphrase, strength) => {
  expect(strengthOf(passphrase)).toBe(strength)
})
