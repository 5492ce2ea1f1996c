/** Before a notebook is open: which step one is at, and what went wrong. */

import { computed, signal } from "@preact/signals"
import type { Founded, VaultCard, Watcher } from "./host.ts"
import { Refusal } from "./host.ts"
import { host } from "./link.ts"
import { lookForPasskeys } from "./passkey.ts"
import type { Role } from "./picture.ts"
import { people } from "./store.ts"

export type Step =
  | { readonly at: "looking" }
  /** The notebooks of this browser. */
  | { readonly at: "shelf" }
  | { readonly at: "welcome" }
  /** An invitation's code is looked for. */
  | { readonly at: "scan" }
  | { readonly at: "found" }
  /** links: to be tried in turn, until one is not used yet. */
  | { readonly at: "join"; readonly links: readonly string[] }
  /** The recovery key is shown this once. */
  | { readonly at: "recovery"; readonly founded: Founded }

/** A place to look around, on a demo server. */
export interface Place {
  readonly role: Role
  readonly links: readonly string[]
}

export const step = signal<Step>({ at: "looking" })
export const vaults = signal<readonly VaultCard[]>([])
export const places = signal<readonly Place[]>([])
/** The word of a refusal; null while all is well. */
export const trouble = signal<string | null>(null)
export const isBusy = signal(false)
/** Why the notebook was closed, until the next one is opened. */
export const closedWhy = signal<Parameters<Watcher["closed"]>[0] | null>(null)

const INVITATION = "#i="

/** Look at the address and at what is on this device. */
export async function begin(): Promise<void> {
  const { hash } = window.location
  void lookForPasskeys()
  vaults.value = await host.vaults()
  if (hash.startsWith(INVITATION)) {
    window.history.replaceState(null, "", "/")
    step.value = { at: "join", links: [`${window.location.origin}/${hash}`] }
    return
  }
  step.value = { at: vaults.value.length > 0 ? "shelf" : "welcome" }
  places.value = await askPlaces()
}

/** Told by the device. */
export function closed(why: Parameters<Watcher["closed"]>[0]): void {
  closedWhy.value = why
  void begin()
}

/** Do it, and show what went wrong; undefined if something did. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  isBusy.value = true
  trouble.value = null
  try {
    return await work()
  } catch (error) {
    trouble.value = error instanceof Refusal ? error.code : "unexpected"
    vaults.value = await host.vaults()
    return undefined
  } finally {
    isBusy.value = false
  }
}

/** Ask the browser to keep what is here; it may refuse. */
export async function askToKeep(): Promise<void> {
  await navigator.storage?.persist?.()
}

async function askPlaces(): Promise<readonly Place[]> {
  try {
    const answer = await fetch("/api/v1/demo", { headers: { Accept: "application/json" } })
    return answer.ok ? ((await answer.json()) as readonly Place[]) : []
  } catch {
    return []
  }
}

/** Whether the house is to be shown: a notebook is open, and nothing stands before it. */
export const isInside = computed(() => people.value !== null && !isBusy.value && step.value.at !== "recovery")
