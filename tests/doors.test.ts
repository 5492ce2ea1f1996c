/** Imports go one way, and what runs in a browser needs nothing of Node. Source: docs/architecture.md. Twin: tests/test_doors.py. */

import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { describe, expect, it } from "vitest"

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Room to the rooms it may import from. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  crypto: ["crypto"],
  sync: ["crypto", "sync"],
  pwa: ["crypto", "sync", "pwa"],
}

/** What a file of the app may not import, by the folder it lies in: views draw, and never touch the vault or the wire. */
const CLOSED: Readonly<Record<string, RegExp>> = {
  "pwa/views/": /^(pwa\/(vault|worker)\/|sync\/(transport|client|exchange))/,
  "pwa/parts/": /^(pwa\/(vault|worker)\/|sync\/(transport|client|exchange))/,
}

/** Programs that build the app; they run in Node and are no part of it. */
const BUILDERS = /^pwa\/(build\/|dist\/|vite\.config\.ts$)/

/** Names with which one can open, seal, sign or derive: only `crypto/` holds them, the other rooms ask it. */
const KEYED = ["SubtleCrypto", "hash-wasm", "subtle", "@hpke/core"]

type Import = { readonly from: string; readonly to: string }

function modulesOf(room: string): string[] {
  return readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" })
    .map((path) => join(room, path))
    .filter(
      (path) =>
        /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) && !path.includes("/vectors/") && !BUILDERS.test(path),
    )
}

function parse(module: string): ts.SourceFile {
  return ts.createSourceFile(module, readFileSync(join(ROOT, module), "utf8"), ts.ScriptTarget.Latest, true)
}

function descendants(node: ts.Node): ts.Node[] {
  return [node, ...node.getChildren().flatMap(descendants)]
}

/** The module specifier of `import … from`, `export … from`, `import()` and `import("…").Type`. */
function specifier(node: ts.Node): string[] {
  const named =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : undefined
  if (named === undefined) return []
  return [ts.isStringLiteralLike(named) ? named.text : "a computed name"]
}

/** Every import of a module; our own as a path from the root, without what the builder is asked to make of it (`?…`). */
function importsOf(module: string): Import[] {
  return descendants(parse(module))
    .flatMap(specifier)
    .map((to) => ({
      from: module,
      to: to.startsWith(".") ? relative(ROOT, join(ROOT, dirname(module), to.replace(/\?.*/, ""))) : to,
    }))
}

function wordsOf(module: string): string[] {
  const names = descendants(parse(module)).filter((node) => ts.isIdentifier(node))
  return [...names.map((name) => name.text), ...importsOf(module).map(({ to }) => to)]
}

const isOurs = ({ to }: Import) => Object.hasOwn(DOORS, roomOf(to)) && /\.(tsx?|json|css)$/.test(to)
const roomOf = (path: string) => path.split("/")[0] ?? ""
const packageOf = (name: string) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name
const MODULES = new Map(Object.keys(DOORS).map((room) => [room, modulesOf(room)]))
const IMPORTS = [...MODULES.values()].flat().flatMap(importsOf)

describe("the doors between the rooms", () => {
  it.each(Object.entries(DOORS))("%s imports only from %j", (room, open) => {
    const own = IMPORTS.filter((one) => isOurs(one) && roomOf(one.from) === room)

    expect(MODULES.get(room)?.length).toBeGreaterThan(3)
    expect(own.length).toBeGreaterThan(3)
    expect(own.filter(({ to }) => !open.includes(roomOf(to)))).toEqual([])
  })

  it("leads from the screens to the store only", () => {
    const through = (folder: string, closed: RegExp) =>
      IMPORTS.filter(({ from, to }) => from.startsWith(folder) && closed.test(to))

    expect(Object.entries(CLOSED).flatMap(([folder, closed]) => through(folder, closed))).toEqual([])
    expect(IMPORTS.filter(({ from }) => from.startsWith("pwa/views/")).length).toBeGreaterThan(3)
  })

  it("lets in no package but those an app is shipped with", () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))
    const packages = IMPORTS.filter((one) => !isOurs(one))

    expect(packages.length).toBeGreaterThan(0)
    expect(packages.filter(({ to }) => !Object.hasOwn(dependencies, packageOf(to)))).toEqual([])
  })

  it("keeps everything that opens, seals, signs or derives in crypto", () => {
    const keyed = (room: string) => (MODULES.get(room) ?? []).flatMap(wordsOf).filter((word) => KEYED.includes(word))

    expect(keyed("sync")).toEqual([])
    expect(keyed("pwa")).toEqual([])
    expect(keyed("crypto")).toEqual(expect.arrayContaining(["subtle", "@hpke/core"]))
  })

  it("would see an import of every kind", () => {
    const text = `import a from "a"; import "b"; export * from "c"; type D = import("d").D; f(() => import("e")); import(g)`
    const file = ts.createSourceFile("every.ts", text, ts.ScriptTarget.Latest, true)

    expect(descendants(file).flatMap(specifier)).toEqual(["a", "b", "c", "d", "e", "a computed name"])
  })
})
