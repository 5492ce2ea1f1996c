/**
 * A change's header, body and id: layout only. Holds no keys.
 *
 * Source: SPEC 6.1 to 6.3.  Twin: change.py.
 */

import { type Bytes, concat, uint } from "./bytes.ts"
import { digest, NONCE_SIZE, SUITE, TAG_SIZE } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"

/** Bytes. */
export const MAX_BODY = 262_144
export const MIN_BODY = NONCE_SIZE + TAG_SIZE + 1
export const HEADER_SIZE = 105

/** Where a change belongs. All of it is associated data of the body, so a body cannot be moved. */
export type ChangeHeader = {
  readonly centre: Uint8Array
  readonly circle: Uint8Array
  readonly epoch: number
  readonly device: Uint8Array
  /** Counts from 1 in this device's chain in this circle. */
  readonly sequence: number
  /** Id of the change before it in that chain; zeros for the first. */
  readonly previous: Uint8Array
}

/** The header's 105 bytes. */
export function headerBytes(header: ChangeHeader): Bytes {
  return concat(placeBytes(header), uint(header.sequence, 4), header.previous)
}

/** The change's id, 32 bytes: fixed when the person saves. */
export async function changeId(header: ChangeHeader, body: Uint8Array): Promise<Bytes> {
  return (await chainIds(header, [body]))[0]!
}

/** Ids of consecutive changes, each chained to the one before. `first`: the header of the first of them. */
export async function chainIds(first: ChangeHeader, bodies: readonly Uint8Array[]): Promise<Bytes[]> {
  const shared = placeBytes(first)
  const ids: Bytes[] = []
  let previous = first.previous
  for (const [offset, body] of bodies.entries()) {
    const id = await digest("change", shared, uint(first.sequence + offset, 4), previous, body)
    previous = id
    ids.push(id)
  }
  return ids
}

/**
 * A body is empty (an acknowledgement) or a nonce, ciphertext and tag, at most 262,144 bytes.
 *
 * Throws ProtocolError: "too_large", "truncated".
 */
export function checkBody(body: Uint8Array): void {
  checkBodies([body])
}

/**
 * The same for each, the larger fault first: a run is too large if any of its bodies is.
 *
 * Throws ProtocolError: "too_large", "truncated".
 */
export function checkBodies(bodies: readonly Uint8Array[]): void {
  if (bodies.some((body) => body.length > MAX_BODY)) throw new ProtocolError("too_large")
  if (bodies.some((body) => body.length > 0 && body.length < MIN_BODY)) throw new ProtocolError("truncated")
}

function placeBytes(header: ChangeHeader): Bytes {
  return concat(uint(SUITE, 1), header.centre, header.circle, uint(header.epoch, 4), header.device)
}
