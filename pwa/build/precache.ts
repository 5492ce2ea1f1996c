/** The service worker, bundled with the list of what it keeps: path and digest of every file of the build. */

import { createHash } from "node:crypto"
import { rolldown } from "rolldown"
import type { Built } from "./budget.ts"

export const SERVICE_WORKER = "service_worker.js"
const NOT_KEPT = /^\/(service_worker\.js|licences\.md)$/

/** Integrity (`sha256-…`) by path; the page itself stands under `/`. */
export function precache(built: Built): Record<string, string> {
  const kept = [...built].filter(([path]) => !NOT_KEPT.test(path))
  return Object.fromEntries(kept.map(([path, bytes]) => [path.replace(/^\/index\.html$/, "/"), integrity(bytes)]))
}

/** A classic script, which every browser takes as a service worker. Its version is the digest of its list. */
export async function bundleServiceWorker(source: string, built: Built): Promise<string> {
  const list = JSON.stringify(precache(built))
  const version = createHash("sha256").update(list).digest("hex").slice(0, 16)
  const define = { PRECACHE: list, VERSION: JSON.stringify(version) }
  const bundle = await rolldown({ input: source, platform: "browser", transform: { define } })
  const { output } = await bundle.generate({ format: "iife", minify: true })
  await bundle.close()
  return output[0].code
}

function integrity(bytes: Uint8Array): string {
  return `sha256-${createHash("sha256").update(bytes).digest("base64")}`
}
