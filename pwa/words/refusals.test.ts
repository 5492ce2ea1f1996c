import { expect, it } from "vitest"
import { ALL_CODES } from "../../sync/errors.ts"
import { KNOWN_REFUSALS } from "./refusals.ts"

it("has words for every refusal of the SPECs", () => {
  expect([...ALL_CODES].filter((code) => !KNOWN_REFUSALS.has(code))).toEqual([])
})
