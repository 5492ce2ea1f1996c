/** How the app is built, and served while it is being written. Source: docs/decisions/011. */

import { defineConfig } from "vite"
import { finish } from "./build/finish.ts"

const API = ["/api", "/health", "/schema"]
const NODES_OWN = ["crypto"] // @hpke/common names it for runtimes without WebCrypto; no browser gets there
const server = process.env.ENGAWA_ORIGIN ?? "http://127.0.0.1:8200"

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    assetsInlineLimit: 0, // the policy of the page lets no font in from a data: address
    emptyOutDir: true,
    license: { fileName: "licences.md" },
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { external: NODES_OWN },
    sourcemap: false,
  },
  worker: { format: "es", rolldownOptions: { external: NODES_OWN } },
  server: { proxy: Object.fromEntries(API.map((path) => [path, server])) },
  plugins: [finish()],
})
