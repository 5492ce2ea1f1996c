/**
 * What `test_directory_twins.py` asks the TypeScript twin, line by line.
 *
 * In: a scenario with centre, entries and runs; or {"draft": seed}. Out: its table and verdicts; or a centre that was
 * drafted here, with the recovery key's seed and every secret that it opens, by circle and epoch.
 */

import { createInterface } from "node:readline"
import { toHex } from "../../crypto/bytes.ts"
import { judge } from "../../sync/validity.ts"
import { Centre } from "./centre.ts"
import { replay, runsOf, type Scenario, table } from "./scenario.ts"

type Asked = Scenario | { readonly draft: number }

async function outcome(held: Scenario): Promise<unknown> {
  const directory = await replay(held)
  const verdicts = judge(directory, await runsOf(held))
  const codes = verdicts.entries().map(([id, { code }]) => [toHex(id), code] as const)
  return { table: table(directory), verdicts: Object.fromEntries(codes) }
}

async function drafted(seed: number): Promise<unknown> {
  const centre = await Centre.found(seed)
  const [yuki, nao] = [await centre.join(), await centre.join("staff")]
  const branch = await centre.open("desk", { desk: centre.desk, devices: [nao.key] })
  const visit = await centre.open("dispatch", { members: [yuki.member] })
  const members = [yuki.member]
  const circles = [centre.circle, centre.desk, branch, visit, await centre.open("case", { desk: branch }, nao)]
  circles.push(await centre.open("private", { members }, yuki))
  await centre.act(centre.admin, (draft) => draft.renew(visit))
  await centre.enrol(await centre.invite(yuki.member))
  await centre.say(centre.admin, { kind: "device.revoke", device: nao.key })
  return {
    centre: toHex(centre.directory.centre),
    seed: toHex(centre.recovery.seed),
    entries: centre.frames.map(([entry, statements]) => [toHex(entry), statements.map(toHex)]),
    secrets: Object.fromEntries(await Promise.all(circles.map((circle) => secretsOf(centre, circle)))),
  }
}

async function secretsOf(centre: Centre, circle: Uint8Array): Promise<readonly [string, unknown]> {
  const { epoch } = centre.directory.circle(circle, centre.head)!
  const numbers = Array.from({ length: epoch }, (_, place) => place + 1)
  const secrets = await Promise.all(numbers.map((number) => centre.root.keyring.secret(circle, number)))
  return [toHex(circle), secrets.map((secret) => secret && toHex(secret.secret))]
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked: Asked = JSON.parse(line)
  process.stdout.write(`${JSON.stringify("draft" in asked ? await drafted(asked.draft) : await outcome(asked))}\n`)
}
