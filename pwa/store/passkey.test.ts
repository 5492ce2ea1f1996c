import { describe, expect, it } from "vitest"
import { isPin } from "./passkey.ts"

describe("a PIN", () => {
  it.each(["2580", "0317", "998877", "135790246813"])("may be %s", (pin) => {
    expect(isPin(pin)).toBe(true)
  })

  it.each(["", "123", "1234", "8765", "0000", "12a4", "１２５８", "1357902468135", " 2580"])("is not %s", (pin) => {
    expect(isPin(pin)).toBe(false)
  })
})
