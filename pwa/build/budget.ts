/** What a phone must fetch before the first screen works, and whether that is little enough. */

import { brotliCompressSync } from "node:zlib"
import { parseAst } from "rolldown/parseAst"

/** Bytes by path on the server. */
export type Built = ReadonlyMap<string, Uint8Array>

/** Of everything that is needed first, compressed by brotli. */
export const BUDGET = 170 * 1024

const PAGE = "/index.html"
const LINKED = /(?:src|href)="(\/[^"]+\.(?:js|css))"/g
const WORKER = /["'`](\/assets\/[\w.-]+\.js)["'`]/g // in full only where a script starts a worker; imports are relative

export interface Measured {
  /** Compressed bytes by path, greatest first. */
  readonly sizes: readonly (readonly [path: string, bytes: number])[]
  readonly sum: number
  readonly isOver: boolean
}

/** Sizes of the page, what it links, the workers that starts, and all that these import at once (`import()`: later). */
export function measure(built: Built, budget = BUDGET): Measured {
  const sizes = [...neededFirst(built)].map((path) => [path, brotliCompressSync(file(built, path)).length] as const)
  const sum = sizes.reduce((total, [, bytes]) => total + bytes, 0)
  return { sizes: sizes.sort(([, a], [, b]) => b - a), sum, isOver: sum > budget }
}

export function report({ sizes, sum, isOver }: Measured, budget = BUDGET): string {
  const lines = sizes.map(([path, bytes]) => `  ${kib(bytes).padStart(6)}  ${path}`)
  const verdict = `${kib(sum)} of ${kib(budget)} KiB before the first screen works${isOver ? ": TOO MUCH" : ""}`
  return [...lines, verdict].join("\n")
}

function neededFirst(built: Built): Set<string> {
  const needed = new Set<string>()
  const left = [PAGE, ...found(LINKED, text(built, PAGE))]
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (needed.has(path)) continue
    needed.add(path)
    if (path.endsWith(".js")) left.push(...imports(path, text(built, path)), ...found(WORKER, text(built, path)))
  }
  return needed
}

/** What a script imports when it is loaded. */
function imports(path: string, script: string): string[] {
  const statements = parseAst(script).body.filter((node) => "source" in node && node.source !== null)
  const names = statements.map((node) => (node as { source: { value: string } }).source.value)
  return names.map((name) => new URL(name, `http://app${path}`).pathname)
}

const found = (pattern: RegExp, where: string) => [...where.matchAll(pattern)].map((match) => match[1]!)
const kib = (bytes: number) => (bytes / 1024).toFixed(1)
const text = (built: Built, path: string) => new TextDecoder().decode(file(built, path))

function file(built: Built, path: string): Uint8Array {
  const bytes = built.get(path)
  if (!bytes) throw new Error(`${path} was not built`)
  return bytes
}
