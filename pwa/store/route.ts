/** Which screen is shown: the part of the address behind `#/`. Ids in it are random and say nothing. */

import { signal } from "@preact/signals"

/** The screen's name, and what it is about, in order. */
export interface Route {
  readonly screen: string
  readonly about: readonly string[]
}

export const route = signal<Route>({ screen: "today", about: [] })

/** "#/household/00ff" is { screen: "household", about: ["00ff"] }; anything that is no route is the first screen. */
export function readRoute(hash: string): Route {
  const [screen, ...about] = hash.startsWith("#/") ? hash.slice(2).split("/") : []
  return { screen: screen || "today", about: about.filter((part) => part !== "") }
}

export function address(screen: string, ...about: readonly string[]): string {
  return `#/${[screen, ...about].join("/")}`
}

export function go(screen: string, ...about: readonly string[]): void {
  window.location.hash = address(screen, ...about)
}

/** Where one came from; the first screen if this is where the app began. */
export function goBack(): void {
  if (window.history.length > 1) window.history.back()
  else go("today")
}

/** Follow the address from now on. */
export function followAddress(): void {
  const read = () => {
    route.value = readRoute(window.location.hash)
  }
  window.addEventListener("hashchange", read)
  read()
}
