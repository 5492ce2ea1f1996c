/** New ids, made where they are needed: 16 bytes, as hex. */

import type { Id } from "./picture.ts"

/** Hex digits of a member's id, with which the ids of her records begin. Source: sync/SPEC.md 4.3. */
export const MARK = 16

/** maker: the member who makes the record, or another record of hers. Nobody else can speak in its name. */
export function newId(maker: Id): Id {
  const random = globalThis.crypto.getRandomValues(new Uint8Array(MARK / 2))
  return maker.slice(0, MARK) + Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
