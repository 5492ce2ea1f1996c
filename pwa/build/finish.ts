/** After Vite has written the app: its service worker, the compressed variants, and the budget. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { brotliCompressSync, gzipSync } from "node:zlib"
import type { Plugin } from "vite"
import { type Built, measure, report } from "./budget.ts"
import { bundleServiceWorker, SERVICE_WORKER } from "./precache.ts"

const COMPRESSIBLE = /\.(css|html|js|json|md|svg|wasm|webmanifest)$/
const VARIANT = /\.(br|gz)$/

/** Fails the build when what comes before the first screen is over its budget. */
export function finish(): Plugin {
  let root = ""
  let folder = ""
  return {
    name: "engawa:finish",
    apply: "build",
    configResolved(config) {
      root = config.root
      folder = resolve(config.root, config.build.outDir)
    },
    async writeBundle() {
      writeFileSync(
        join(folder, SERVICE_WORKER),
        await bundleServiceWorker(join(root, "service_worker.ts"), read(folder)),
      )
      const built = read(folder)
      compress(folder, built)
      const measured = measure(built)
      console.log(report(measured))
      if (measured.isOver) this.error("the app is over its budget")
    },
  }
}

/** Every file that was built, by its path on the server. */
function read(folder: string): Built {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile() && !VARIANT.test(entry.name))
  const files = paths.map((entry) => join(entry.parentPath, entry.name))
  return new Map(files.sort().map((file) => [file.slice(folder.length), readFileSync(file)]))
}

function compress(folder: string, built: Built): void {
  for (const [path, bytes] of built) {
    if (!COMPRESSIBLE.test(path)) continue
    writeFileSync(join(folder, `${path}.br`), brotliCompressSync(bytes))
    writeFileSync(join(folder, `${path}.gz`), gzipSync(bytes, { level: 9 }))
  }
}
