/**
 * Keeps the app on the device, whole or not at all, so that it opens with the server gone.
 *
 * Answers for the app's own files, from its cache first; never touches a request to the API. A newer app waits until
 * a page says `{ type: "take-over" }`: an update never comes over an unsaved note. Source: docs/decisions/011.
 */

declare const self: ServiceWorkerGlobalScope

/** Set by the build (`build/precache.ts`): integrity by path, and the digest of that list. */
declare const PRECACHE: Readonly<Record<string, string>>
declare const VERSION: string

const KEPT = PRECACHE
const PREFIX = "app-"
const CACHE = PREFIX + VERSION
const HASHED = "/assets/" // a name there stands for one content, in every version

self.addEventListener("install", (event) => event.waitUntil(fill()))
self.addEventListener("activate", (event) => event.waitUntil(begin()))

self.addEventListener("message", (event) => {
  if (event.data?.type === "take-over") void self.skipWaiting()
})

self.addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  const isOurs = origin === self.location.origin && (Object.hasOwn(KEPT, pathname) || pathname.startsWith(HASHED))
  if (request.method === "GET" && isOurs) event.respondWith(answer(request, pathname))
})

/** Fails, and leaves the app that is running in charge, if one file cannot be had as it was built. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all(Object.entries(KEPT).map(([path, integrity]) => keep(cache, path, integrity)))
}

async function keep(cache: Cache, path: string, integrity: string): Promise<void> {
  const held = path.startsWith(HASHED) ? await caches.match(path, { ignoreVary: true }) : undefined
  const found = held ?? (await fetch(path, { integrity, cache: "no-cache" }))
  if (!found.ok) throw new Error(`${path}: ${found.status}`)
  await cache.put(path, found)
}

/** Older files go, unless another window that was opened with them may still ask for one. */
async function begin(): Promise<void> {
  await self.clients.claim()
  const windows = await self.clients.matchAll({ type: "window" })
  if (windows.length > 1) return
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
}

async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(path, { ignoreVary: true })
  return kept ?? (await caches.match(path, { ignoreVary: true })) ?? fetch(request)
}
