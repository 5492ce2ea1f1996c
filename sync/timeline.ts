/**
 * A value with the directory index from which it holds, and the steps that take back an entry which is refused.
 *
 * Source: sync/SPEC.md 2.  Twin: sync/timeline.py.
 */

/** (from, up to but without, value); null: it holds still. */
export type Held<T> = readonly [from: number, until: number | null, value: T]

/** What has to be undone, newest first, if the entry in hand is refused. */
export class Journal {
  readonly #undo: (() => void)[] = []

  /** Remember how to take back what was just done. */
  note(undo: () => void): void {
    this.#undo.push(undo)
  }

  /** What was done holds. */
  keep(): void {
    this.#undo.length = 0
  }

  /** Everything since the last `keep` is as if it had never been. */
  takeBack(): void {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) undo()
  }
}

/** Values by the index from which they hold. Looking up costs the logarithm of their number. */
export class Timeline<T> {
  readonly #indices: number[] = []
  readonly #values: T[] = []

  /** What holds after entry `index`; undefined before the first. */
  at(index: number): T | undefined {
    const place = bisectRight(this.#indices, index, (value) => value)
    return place > 0 ? this.#values[place - 1] : undefined
  }

  /** From `index` on, never older than the last, this holds. A second value at one index replaces the first. */
  put(index: number, value: T, journal: Journal): void {
    const last = this.#indices.length - 1
    if (this.#indices[last] === index) {
      const former = this.#values[last]!
      this.#values[last] = value
      journal.note(() => {
        this.#values[last] = former
      })
      return
    }
    this.#indices.push(index)
    this.#values.push(value)
    journal.note(() => {
      this.#indices.pop()
      this.#values.pop()
    })
  }

  /** Oldest first; the last has no end. */
  spans(): Held<T>[] {
    return this.#indices.map((index, place) => [index, this.#indices[place + 1] ?? null, this.#values[place]!])
  }
}

/** How many of the ascending items stand at or before `index`. */
export function bisectRight<T>(items: readonly T[], index: number, indexOf: (item: T) => number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (indexOf(items[middle]!) <= index) low = middle + 1
    else high = middle
  }
  return low
}
