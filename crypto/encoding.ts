/**
 * Strict MessagePack: one byte string for each value, no floats, no surprises. Holds no keys.
 *
 * Source: SPEC 2.3.  Twin: encoding.py.
 */

import { Encoder } from "@msgpack/msgpack"
import { type Bytes, toNumber } from "./bytes.ts"
import { ProtocolError } from "./errors.ts"

export const MAX_DEPTH = 8
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER

export type Value = null | boolean | number | string | Uint8Array | readonly Value[] | { readonly [key: string]: Value }

const KEY = /^[a-z][a-z0-9_]{0,63}$/

/**
 * The one strict encoding of null, boolean, integer, string, bytes, array and map; keys are put in order.
 *
 * Throws ProtocolError: "malformed" for a value that has none.
 */
export function pack(value: Value): Bytes {
  check(value, 0)
  return encode(value)
}

/**
 * The value of strictly encoded bytes.
 *
 * Throws ProtocolError: "malformed".
 */
export function unpack(data: Uint8Array): Value {
  const reader = new Reader(data)
  const value = reader.value(0)
  if (!reader.isAtEnd) throw new ProtocolError("malformed")
  return value
}

/** One for all: a new one would begin with two kilobytes of its own. `encode` gives a copy, never a view. */
const encoder = new Encoder<undefined>({ sortKeys: true, maxDepth: MAX_DEPTH + 1 })

function encode(value: Value): Bytes {
  return encoder.encode(value) as Bytes
}

function check(value: unknown, depth: number): void {
  if (value === null || typeof value === "boolean" || value instanceof Uint8Array) return
  if (typeof value === "number") {
    // Minus zero has no integer encoding of its own.
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new ProtocolError("malformed")
  } else if (typeof value === "string") {
    if (!value.isWellFormed()) throw new ProtocolError("malformed")
  } else if (Array.isArray(value)) {
    if (depth === MAX_DEPTH) throw new ProtocolError("malformed")
    for (const item of value) check(item, depth + 1)
  } else if (isMap(value)) {
    if (depth === MAX_DEPTH) throw new ProtocolError("malformed")
    for (const [key, item] of Object.entries(value)) {
      if (!KEY.test(key)) throw new ProtocolError("malformed")
      check(item, depth + 1)
    }
  } else {
    throw new ProtocolError("malformed")
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
/** Bytes of a text that is looked at letter by letter first: names and choices, which most texts of a change are. */
const SHORT = 32

/** Null if it is none. It is NFC as it stands, and costs a tenth of what asking the decoder does. */
function asciiOf(bytes: Uint8Array): string | null {
  for (const byte of bytes) if (byte >= 0x80) return null
  return String.fromCharCode.apply(null, bytes as unknown as number[])
}

/**
 * Reads strictly as it goes. The library's decoder makes an array as long as its head claims, at every level, before it
 * looks for the elements: a few kilobytes would take all memory, and no code could catch it. It also swallows a BOM.
 */
class Reader {
  readonly #data: Uint8Array
  #at = 0

  constructor(data: Uint8Array) {
    this.#data = data
  }

  get isAtEnd(): boolean {
    return this.#at === this.#data.length
  }

  /** The value that begins here. `depth`: how many arrays and maps it stands in. */
  value(depth: number): Value {
    const head = this.#data[this.#at++]
    if (head === undefined) throw new ProtocolError("malformed")
    if (head < 0x80) return head
    if (head < 0x90) return this.#map(head - 0x80, depth)
    if (head < 0xa0) return this.#array(head - 0x90, depth)
    if (head < 0xc0) return this.#text(head - 0xa0)
    if (head >= 0xe0) return head - 0x100
    return this.#long(head, depth)
  }

  /** A value whose number or length stands behind its head, where it would not fit into a shorter form. */
  #long(head: number, depth: number): Value {
    switch (head) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
        return this.#bytes(this.#atLeast(0, 1))
      case 0xc5:
        return this.#bytes(this.#atLeast(0x100, 2))
      case 0xc6:
        return this.#bytes(this.#atLeast(0x10000, 4))
      case 0xcc:
        return this.#atLeast(0x80, 1)
      case 0xcd:
        return this.#atLeast(0x100, 2)
      case 0xce:
        return this.#atLeast(0x10000, 4)
      case 0xcf:
        return this.#atLeast(2 ** 32, 8)
      case 0xd0:
        return this.#below(-0x20, 1)
      case 0xd1:
        return this.#below(-0x80, 2)
      case 0xd2:
        return this.#below(-0x8000, 4)
      case 0xd3:
        return this.#below(-(2 ** 31), 8)
      case 0xd9:
        return this.#text(this.#atLeast(0x20, 1))
      case 0xda:
        return this.#text(this.#atLeast(0x100, 2))
      case 0xdb:
        return this.#text(this.#atLeast(0x10000, 4))
      case 0xdc:
        return this.#array(this.#atLeast(0x10, 2), depth)
      case 0xdd:
        return this.#array(this.#atLeast(0x10000, 4), depth)
      case 0xde:
        return this.#map(this.#atLeast(0x10, 2), depth)
      case 0xdf:
        return this.#map(this.#atLeast(0x10000, 4), depth)
      default:
        throw new ProtocolError("malformed")
    }
  }

  #array(count: number, depth: number): Value[] {
    if (depth === MAX_DEPTH) throw new ProtocolError("malformed")
    const items: Value[] = []
    while (items.length < count) items.push(this.value(depth + 1))
    return items
  }

  #map(count: number, depth: number): Value {
    if (depth === MAX_DEPTH) throw new ProtocolError("malformed")
    const map: Record<string, Value> = {}
    let before = ""
    for (let i = 0; i < count; i++) {
      const key = this.value(MAX_DEPTH)
      if (typeof key !== "string" || !KEY.test(key) || key <= before) throw new ProtocolError("malformed")
      map[key] = this.value(depth + 1)
      before = key
    }
    return map
  }

  #text(size: number): string {
    const bytes = this.#take(size)
    const plain = size <= SHORT ? asciiOf(bytes) : null
    if (plain !== null) return plain
    try {
      return decoder.decode(bytes)
    } catch {
      throw new ProtocolError("malformed")
    }
  }

  #bytes(size: number): Bytes {
    return new Uint8Array(this.#take(size))
  }

  #take(size: number): Uint8Array {
    if (size > this.#data.length - this.#at) throw new ProtocolError("malformed")
    this.#at += size
    return this.#data.subarray(this.#at - size, this.#at)
  }

  /** An unsigned number of `size` bytes that fits no shorter form. */
  #atLeast(smallest: number, size: number): number {
    const number = toNumber(this.#take(size))
    if (number < smallest || number > MAX_INTEGER) throw new ProtocolError("malformed")
    return number
  }

  /** A negative number of `size` bytes that fits no shorter form. */
  #below(limit: number, size: number): number {
    const bytes = this.#take(size)
    const number = bytes[0]! < 0x80 ? 0 : -1 - toNumber(bytes.map((byte) => ~byte))
    if (number >= limit || number < -MAX_INTEGER) throw new ProtocolError("malformed")
    return number
  }
}
