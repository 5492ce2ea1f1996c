/** A form whose every keystroke is kept, sealed, and comes back after a lock, a reload or a crash. */

import { effect, type Signal, signal } from "@preact/signals"
import { beforeLock } from "./guard.ts"
import type { Typing } from "./host.ts"
import { host } from "./link.ts"
import type { Plain } from "./picture.ts"

const PAUSE = 200 // ms without a keystroke before it is kept

/** What is being typed; `done` forgets it, `leave` keeps it and stops watching. */
export interface Kept<T> {
  readonly content: Signal<T>
  /** ms of the last time it was kept; null before. */
  readonly keptAt: Signal<number | null>
  leave(): Promise<void>
  done(): Promise<void>
}

/** Watch over a form. about: what it is of. begun: as it is at first; it is kept from the first change. */
export function keep<T>(id: string, about: Typing["about"], begun: T): Kept<T> {
  const content = signal(begun)
  const keptAt = signal<number | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = begun
  const flush = async () => {
    clearTimeout(timer)
    timer = undefined
    if (last === content.peek()) return
    last = content.peek()
    const at = Date.now()
    await host.keepTyping({ id, about, content: last as unknown as Plain, at })
    keptAt.value = at
  }
  const stopEffect = effect(() => {
    if (content.value !== last) {
      clearTimeout(timer)
      timer = setTimeout(() => void flush(), PAUSE)
    }
  })
  const stopGuard = beforeLock(flush)
  const stop = () => {
    clearTimeout(timer)
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
      await host.dropTyping(id)
    },
  }
}
