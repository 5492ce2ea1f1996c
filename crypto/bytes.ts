/** Byte strings: what Python's `bytes` can do without a library. Nothing here knows what the bytes mean. */

export type Bytes = Uint8Array<ArrayBuffer>

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Negative, zero or positive as `a` stands before, beside or behind `b` in ascending byte order. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compare(a, b) === 0
}

/** The same verdict as `equal`, in a time that depends on the lengths alone. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** `value` as `size` bytes, big-endian. */
export function uint(value: number, size: number): Bytes {
  const bytes = new Uint8Array(size)
  let left = value
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = left % 256
    left = Math.floor(left / 256)
  }
  return bytes
}

/** The big-endian number in `bytes`; exact below 2^53. */
export function toNumber(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}

const DIGITS = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0))
const decoder = new TextDecoder()

/** Digits first and text at once: a text that grows digit by digit costs thirty times its size. */
export function toHex(bytes: Uint8Array): string {
  const text = new Uint8Array(2 * bytes.length)
  for (let i = 0; i < bytes.length; i++) {
    text[2 * i] = DIGITS[bytes[i]! >> 4]!
    text[2 * i + 1] = DIGITS[bytes[i]! & 15]!
  }
  return text.length > 256 ? decoder.decode(text) : String.fromCharCode.apply(null, text as unknown as number[])
}

export function fromHex(text: string): Bytes {
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

const encoder = new TextEncoder()

export function utf8(text: string): Bytes {
  return encoder.encode(text)
}
