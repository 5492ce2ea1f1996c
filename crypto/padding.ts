/**
 * Packing and padding of what is encrypted, so that sizes tell little. Holds no keys.
 *
 * Source: SPEC 6.4.  Twin: padding.py.
 */

import { deflateRaw, Z_BUF_ERROR, Z_FINISH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from "pako"
import { type Bytes, concat } from "./bytes.ts"
import { ProtocolError } from "./errors.ts"

/** Bytes, after unpacking. */
export const MAX_PLAINTEXT = 262_144
export const STORED = 0
export const DEFLATED = 1
export const END = 0x80
/** zlib's window size for DEFLATE without a header. */
const RAW = -15
/** Bytes unpacked at a time. */
const PIECE = 4_096

/** The length to pad to: at most 12 % more, so that only O(log log) bits of it show. */
export function padme(length: number): number {
  if (length < 2) return length
  const exponent = bitLength(length) - 1
  const kept = bitLength(exponent)
  const step = 2 ** (exponent - kept)
  return Math.ceil(length / step) * step
}

/**
 * Method byte, plaintext (deflated exactly when that is shorter), 0x80, zeros up to `padme`.
 *
 * Throws ProtocolError: "too_large" above 262,144 bytes.
 */
export function pad(plaintext: Uint8Array): Bytes {
  if (plaintext.length > MAX_PLAINTEXT) throw new ProtocolError("too_large")
  const deflated = deflateRaw(plaintext)
  const [method, data] = deflated.length < plaintext.length ? [DEFLATED, deflated] : [STORED, plaintext]
  const padded = new Uint8Array(padme(data.length + 2))
  padded[0] = method
  padded.set(data, 1)
  padded[data.length + 1] = END
  return padded
}

/**
 * The plaintext.
 *
 * Throws ProtocolError: "bad_padding", "too_large".
 */
export function unpad(padded: Uint8Array): Bytes {
  let length = padded.length
  while (length > 0 && padded[length - 1] === 0) length--
  if (length < 2 || padded[length - 1] !== END || padme(length) !== padded.length)
    throw new ProtocolError("bad_padding")
  const data = padded.slice(1, length - 1)
  if (padded[0] === STORED) {
    if (data.length > MAX_PLAINTEXT) throw new ProtocolError("too_large")
    return data
  }
  if (padded[0] !== DEFLATED) throw new ProtocolError("bad_padding")
  return inflate(data)
}

function inflate(data: Uint8Array): Bytes {
  const stream = new ZStream()
  stream.input = data
  stream.next_in = 0
  stream.avail_in = data.length
  zlibInflateInit2(stream, RAW)
  const pieces: Bytes[] = []
  let size = 0
  let isGoing = true
  let status: number = Z_OK
  while (isGoing) {
    const room = Math.min(PIECE, MAX_PLAINTEXT + 1 - size)
    stream.output = new Uint8Array(room)
    stream.next_out = 0
    stream.avail_out = room
    // To the end, if it can: what ends within its first piece needs no window of 32 KiB to look back into.
    status = zlibInflate(stream, Z_FINISH)
    isGoing = status === Z_OK || (status === Z_BUF_ERROR && stream.avail_out === 0)
    size += stream.next_out
    pieces.push(stream.output.slice(0, stream.next_out))
    if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) throw new ProtocolError("bad_padding")
    if (size > MAX_PLAINTEXT) throw new ProtocolError("too_large")
  }
  if (status !== Z_STREAM_END || stream.avail_in > 0) throw new ProtocolError("bad_padding")
  return concat(...pieces)
}

/** Binary digits of a whole number below 2^53. */
function bitLength(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32))
}
