/** A screen whose code is fetched when it is first shown. The service worker has it, so this works without a signal. */

import { signal } from "@preact/signals"
import type { ComponentType } from "preact"
import { useEffect } from "preact/hooks"
import { say } from "../words/house.ts"

export function later(fetch: () => Promise<ComponentType>): ComponentType {
  const found = signal<ComponentType | null>(null)
  return function Later() {
    useEffect(() => {
      if (!found.value) {
        void fetch().then((view) => {
          found.value = view
        })
      }
    }, [])
    const View = found.value
    return View ? <View /> : <p class="screen">{say().opening}</p>
  }
}
