/** Warnings are errors: what Node would only print stops the tests. */

process.on("warning", (warning) => {
  throw warning
})

console.warn = console.error = (...what: unknown[]) => {
  throw new Error(`printed instead of raised: ${what.join(" ")}`)
}
