/**
 * The page's scripts beside its own: the device's worker and the service worker, by the one policy that Trusted Types
 * allows, and the update that waits until somebody says so.
 */

import { type ReadonlySignal, signal } from "@preact/signals"

/** ready: a newer app is on this device, see `takeOver`. taken: another tab has started it; reload when all is saved. */
export type Update = "none" | "ready" | "taken"

const SERVICE_WORKER = "/service_worker.js"
const ALLOWED = /^\/(service_worker|assets\/[\w-]+)\.js$/
const AN_HOUR = 3_600_000

interface ScriptPolicy {
  createScriptURL(url: string): string
}

interface PolicyFactory {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy
}

const policy = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy("app-url", {
  createScriptURL: checked,
})

const state = signal<Update>("none")
let hasAsked = false

export const update: ReadonlySignal<Update> = state

/** A script of this app, as `new Worker` and `register` want it. Throws TypeError for any other address. */
export function appUrl(url: string | URL): string {
  return policy ? policy.createScriptURL(String(url)) : checked(String(url))
}

/** Keep the app on this device; from then on look for newer ones, hourly and whenever the page is shown. */
export async function register(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return
  const { serviceWorker } = navigator
  if (serviceWorker.controller) serviceWorker.addEventListener("controllerchange", whenTaken)
  try {
    follow(await serviceWorker.register(appUrl(SERVICE_WORKER), { updateViaCache: "none" }))
  } catch {
    // A browser that refuses (private windows of some) still runs the app, with a network.
  }
}

/** Start the newer app: this page is loaded anew, so save first. */
export async function takeOver(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration()
  hasAsked = true
  if (registration?.waiting) registration.waiting.postMessage({ type: "take-over" })
  else location.reload()
}

function follow(registration: ServiceWorkerRegistration): void {
  const look = () => {
    if (registration.waiting && registration.active) state.value = "ready"
  }
  const check = () => {
    if (document.visibilityState === "visible") registration.update().catch(() => undefined) // no network: later
  }
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", look)
  })
  document.addEventListener("visibilitychange", check)
  setInterval(check, AN_HOUR)
  look()
}

function whenTaken(): void {
  if (hasAsked) location.reload()
  else state.value = "taken"
}

function checked(url: string): string {
  const { origin, pathname } = new URL(url, location.href)
  if (origin === location.origin && (import.meta.env.DEV || ALLOWED.test(pathname))) return url
  throw new TypeError("not a script of this app")
}
