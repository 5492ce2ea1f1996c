/** Maps and sets whose keys are byte strings, told apart by what they hold: what Python's `dict` does by itself. */

/** A text that only these bytes have, of at most a few ten thousand: not for people, nor to be kept. */
export function textOf(...parts: readonly Uint8Array[]): string {
  let text = ""
  // `apply` takes the bytes as they lie; spreading them would cost ten times as much, and this is asked all the time.
  for (const part of parts) text += String.fromCharCode.apply(null, part as unknown as number[])
  return text
}

/** In order of insertion. Keys are kept as given and never changed. */
export class ByteMap<V> {
  readonly #entries = new Map<string, readonly [Uint8Array, V]>()

  get size(): number {
    return this.#entries.size
  }

  get(key: Uint8Array): V | undefined {
    return this.#entries.get(textOf(key))?.[1]
  }

  has(key: Uint8Array): boolean {
    return this.#entries.has(textOf(key))
  }

  set(key: Uint8Array, value: V): this {
    this.#entries.set(textOf(key), [key, value])
    return this
  }

  delete(key: Uint8Array): boolean {
    return this.#entries.delete(textOf(key))
  }

  clear(): void {
    this.#entries.clear()
  }

  /** The value there, made and put there first if there was none. */
  getOrMake(key: Uint8Array, make: () => V): V {
    const known = this.#entries.get(textOf(key))
    if (known) return known[1]
    const made = make()
    this.set(key, made)
    return made
  }

  keys(): Uint8Array[] {
    return [...this.#entries.values()].map(([key]) => key)
  }

  values(): V[] {
    return [...this.#entries.values()].map(([, value]) => value)
  }

  entries(): (readonly [Uint8Array, V])[] {
    return [...this.#entries.values()]
  }
}

/** In order of insertion. */
export class ByteSet {
  readonly #keys = new Map<string, Uint8Array>()

  constructor(keys: Iterable<Uint8Array> = []) {
    for (const key of keys) this.add(key)
  }

  get size(): number {
    return this.#keys.size
  }

  has(key: Uint8Array): boolean {
    return this.#keys.has(textOf(key))
  }

  add(key: Uint8Array): this {
    this.#keys.set(textOf(key), key)
    return this
  }

  delete(key: Uint8Array): boolean {
    return this.#keys.delete(textOf(key))
  }

  values(): Uint8Array[] {
    return [...this.#keys.values()]
  }

  [Symbol.iterator](): IterableIterator<Uint8Array> {
    return this.#keys.values()
  }
}
