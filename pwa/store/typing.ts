/** A form whose every keystroke is kept, sealed, and comes back after a lock, a reload or a crash. */

import { effect, type Signal, signal } from "@preact/signals"
import { beforeLock } from "./guard.ts"
import type { Typing } from "./host.ts"
import { host } from "./link.ts"
import type { Plain } from "./picture.ts"

/** What is being typed; `done` forgets it, `leave` keeps it and stops watching. */
export interface Kept<T> {
  readonly content: Signal<T>
  /** ms of the last time it was kept; null before. */
  readonly keptAt: Signal<number | null>
  leave(): Promise<void>
  done(): Promise<void>
}

/**
 * Watch over a form: a keystroke is kept at once, or as soon as the one before it is; no pause in the typing is waited for.
 *
 * about: what it is of. begun: as it is at first; it is kept from the first change.
 */
export function keep<T>(id: string, about: Typing["about"], begun: T): Kept<T> {
  const content = signal(begun)
  const keptAt = signal<number | null>(null)
  let last = begun
  let keeping: Promise<void> | null = null
  const keepAll = async () => {
    try {
      while (last !== content.peek()) {
        const [now, at] = [content.peek(), Date.now()]
        await host.keepTyping({ id, about, content: now as unknown as Plain, at })
        last = now
        keptAt.value = at
      }
    } finally {
      keeping = null
    }
  }
  const flush = async () => {
    if (last === content.peek()) return
    keeping ??= keepAll()
    await keeping
  }
  const stopEffect = effect(() => {
    // What cannot be kept is tried again with the next keystroke; the line at the top says that the disk is full.
    if (content.value !== last) flush().catch(() => undefined)
  })
  const stopGuard = beforeLock(flush)
  const stop = () => {
    stopEffect()
    stopGuard()
  }
  return {
    content,
    keptAt,
    leave: async () => {
      await flush()
      stop()
    },
    done: async () => {
      stop()
      await keeping?.catch(() => undefined)
      await host.dropTyping(id)
    },
  }
}
