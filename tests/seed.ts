/** One seed for every property of a run, printed so that the run can be repeated: `SEED=… npx vitest run`. */

import fc from "fast-check"

const { SEED } = process.env
const seed = Number(SEED ?? Math.floor(Math.random() * 2 ** 31))
fc.configureGlobal({ seed })
console.info(`properties: SEED=${seed}`)
