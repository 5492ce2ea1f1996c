/**
 * An attachment, sealed in pieces each bound to its place.
 *
 * Source: SPEC 9.  Twin: blob_content.py.
 */

import { blobSize, HEADER_SIZE, MAX_CONTENT, MAX_STREAM, PIECE_SIZE } from "./blob.ts"
import { type Bytes, concat, equal, toNumber, uint } from "./bytes.ts"
import { SUITE, TAG_SIZE } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"
import { aeadOpen, aeadSeal } from "./keys.ts"
import { padme } from "./padding.ts"

const LENGTH_SIZE = 8

/**
 * An encrypted attachment under a key made for it alone (32 random bytes).
 *
 * Throws ProtocolError: "too_large" above 25 MiB.
 */
export async function sealBlob(
  key: Uint8Array,
  centre: Uint8Array,
  circle: Uint8Array,
  content: Uint8Array,
): Promise<Bytes> {
  if (content.length > MAX_CONTENT) throw new ProtocolError("too_large")
  const stream = new Uint8Array(padme(LENGTH_SIZE + content.length))
  stream.set(uint(content.length, LENGTH_SIZE))
  stream.set(content, LENGTH_SIZE)
  const header = concat(uint(SUITE, 1), centre, circle, uint(stream.length, 8))
  const pieces = cut(stream, PIECE_SIZE)
  const last = pieces.length - 1
  const chunks = await Promise.all(pieces.map((piece, i) => aeadSeal(key, nonce(i, last), "blob", header, piece)))
  return concat(header, ...chunks)
}

/**
 * The attachment.
 *
 * Throws ProtocolError: "truncated", "unknown_suite", "wrong_place", "malformed", "too_large", "truncated",
 * "wrong_key", "bad_padding", in that order.
 */
export async function openBlob(
  key: Uint8Array,
  centre: Uint8Array,
  circle: Uint8Array,
  blob: Uint8Array,
): Promise<Bytes> {
  const streamSize = readHeader(centre, circle, blob)
  const header = blob.slice(0, HEADER_SIZE)
  const chunks = cut(blob.subarray(HEADER_SIZE), PIECE_SIZE + TAG_SIZE)
  const last = chunks.length - 1
  const pieces = await Promise.all(chunks.map((chunk, i) => aeadOpen(key, nonce(i, last), "blob", header, chunk)))
  const stream = concat(...pieces)
  const end = LENGTH_SIZE + toNumber(stream.subarray(0, LENGTH_SIZE))
  if (end > streamSize || padme(end) !== streamSize || stream.subarray(end).some((byte) => byte !== 0)) {
    throw new ProtocolError("bad_padding")
  }
  return stream.slice(LENGTH_SIZE, end)
}

function readHeader(centre: Uint8Array, circle: Uint8Array, blob: Uint8Array): number {
  if (blob.length < HEADER_SIZE) throw new ProtocolError("truncated")
  if (blob[0] !== SUITE) throw new ProtocolError("unknown_suite")
  if (!equal(blob.subarray(1, 17), centre) || !equal(blob.subarray(17, 33), circle)) {
    throw new ProtocolError("wrong_place")
  }
  const streamSize = toNumber(blob.subarray(33, HEADER_SIZE))
  if (streamSize < LENGTH_SIZE) throw new ProtocolError("malformed")
  if (streamSize > MAX_STREAM) throw new ProtocolError("too_large")
  if (blob.length !== blobSize(streamSize)) throw new ProtocolError("truncated")
  return streamSize
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

/** Counted, not random: safe because the key is used for this one blob. */
function nonce(index: number, last: number): Bytes {
  return concat(new Uint8Array(7), uint(index, 4), uint(index === last ? 1 : 0, 1))
}
