/** New ids, made where they are needed: 16 random bytes, as hex. */

import type { Id } from "./picture.ts"

export function newId(): Id {
  return Array.from(globalThis.crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("")
}
