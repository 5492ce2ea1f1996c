/**
 * An attachment's name. Holds no keys.
 *
 * Source: SPEC 9.  Twin: blob.py.
 */

import type { Bytes } from "./bytes.ts"
import { digest } from "./contexts.ts"
import { padme } from "./padding.ts"

/** Bytes. */
export const MAX_CONTENT = 26_214_400
export const PIECE_SIZE = 65_536
export const HEADER_SIZE = 41
export const MAX_STREAM = padme(8 + MAX_CONTENT)

/** Bytes of a blob whose padded stream has `stream` bytes: header, stream, and a tag for each piece. */
export function blobSize(stream: number): number {
  return HEADER_SIZE + stream + 16 * Math.ceil(stream / PIECE_SIZE)
}

export const MAX_BLOB = blobSize(MAX_STREAM)

/** The name under which the server keeps an encrypted attachment, 32 bytes. */
export function blobId(blob: Uint8Array): Promise<Bytes> {
  return digest("blob", blob)
}
