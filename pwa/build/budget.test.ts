import { expect, it } from "vitest"
import { type Built, measure, report } from "./budget.ts"

const FILES = {
  "/index.html": '<link href="/assets/a.css"><link href="/icons/i.svg"><script src="/assets/page.js"></script>',
  "/assets/a.css": "a{}",
  "/assets/page.js": 'import"./shared.js";import("./later.js");new Worker(`/assets/device.js`)',
  "/assets/shared.js": 'export*from"./deep.js"',
  "/assets/deep.js": "export const a=1",
  "/assets/later.js": 'import"./only_later.js"',
  "/assets/only_later.js": "1",
  "/assets/device.js": 'import{a}from"./deep.js";export const b=()=>import(`./argon.js`)',
  "/assets/argon.js": "1",
  "/service_worker.js": "1",
}
const BUILT: Built = new Map(Object.entries(FILES).map(([path, text]) => [path, new TextEncoder().encode(text)]))

it("counts what the page and its worker need at once, and nothing that comes later", () => {
  const counted = measure(BUILT).sizes.map(([path]) => path)

  expect(counted.sort()).toEqual([
    "/assets/a.css",
    "/assets/deep.js",
    "/assets/device.js",
    "/assets/page.js",
    "/assets/shared.js",
    "/index.html",
  ])
})

it("says so when it is too much", () => {
  const { sum } = measure(BUILT)

  expect(measure(BUILT, sum).isOver).toBe(false)
  expect(measure(BUILT, sum - 1).isOver).toBe(true)
  expect(report(measure(BUILT, sum - 1), sum - 1)).toContain("TOO MUCH")
})

it("does not guess when a file that is linked was not built", () => {
  const without = new Map([...BUILT].filter(([path]) => path !== "/assets/deep.js"))

  expect(() => measure(without)).toThrow("/assets/deep.js was not built")
})
