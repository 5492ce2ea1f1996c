/**
 * Closes the notebook when nobody looks at it: after idle time, and when it was hidden for long. What is being typed is
 * kept first.
 */

import { host } from "./link.ts"
import type { Plain } from "./picture.ts"
import { people } from "./store.ts"

/** Where the centre's policy says nothing, s. */
const IDLE = 180
const HIDDEN = 60
const LOOK_EVERY = 5_000
const SIGNS = ["pointerdown", "keydown", "scroll"] as const

/** Keeps what is being typed, now. */
type Flush = () => Promise<void>

const flushes = new Set<Flush>()
let lastSign = Date.now()
let hiddenSince: number | null = null

/** Ask to be called before the notebook is closed; the function it gives ends that. */
export function beforeLock(flush: Flush): () => void {
  flushes.add(flush)
  return () => flushes.delete(flush)
}

/** Close the open notebook; nothing that was typed is lost. */
export async function lock(why: "idle" | "hand" | "hidden"): Promise<void> {
  await flushAll()
  await host.lock(why)
}

/** Keep everything that is being typed. */
export async function flushAll(): Promise<void> {
  await Promise.allSettled([...flushes].map((flush) => flush()))
}

export function startGuard(): void {
  for (const sign of SIGNS) {
    window.addEventListener(
      sign,
      () => {
        lastSign = Date.now()
      },
      { capture: true, passive: true },
    )
  }
  document.addEventListener("visibilitychange", () => void (document.hidden ? hide() : look()))
  setInterval(() => void look(), LOOK_EVERY)
}

/** What is unsent is signed while we still can, so that it can be sent while the notebook is closed. */
async function hide(): Promise<void> {
  hiddenSince = Date.now()
  if (!people.value) return
  await flushAll()
  await host.closeRuns()
}

async function look(): Promise<void> {
  const hidden = hiddenSince
  if (!document.hidden) hiddenSince = null
  if (!people.value) return
  const now = Date.now()
  if (hidden !== null && now - hidden > seconds("hidden_lock_s", HIDDEN)) await lock("hidden")
  else if (now - lastSign > seconds("idle_lock_s", IDLE)) await lock("idle")
}

function seconds(name: string, otherwise: number): number {
  const given: Plain | undefined = people.value?.policy[name]
  return 1_000 * (typeof given === "number" && given > 0 ? given : otherwise)
}
