/**
 * What `test_vault_twins.py` asks the TypeScript twin of a vault that Python wrote, file for file.
 *
 * In: the passphrase, sealed values by name and the circle to write in. Out: what the device there shows, every value
 * unpacked and packed again, and the sealed values after it went on: it wrote, signed, waited, buried and raised an alarm.
 */

import { type Bytes, fromHex, toHex } from "../../crypto/bytes.ts"
import { systemRandom } from "../../crypto/keys.ts"
import {
  DEAD_LETTER,
  IDENTITY,
  KEPT_ENTRY,
  KEPT_RUN,
  KEPT_STATEMENT,
  type Kind,
  packChain,
  packList,
  packValue,
  STANDING,
  unpackChain,
  unpackList,
  unpackValue,
} from "../../sync/device_values.ts"
import { lastOf } from "../../sync/own_chain.ts"
import { MemoryVault } from "../../sync/vault_files.ts"
import { LocalDevice } from "./local_device.ts"

type Asked = {
  readonly passphrase: string
  readonly files: { readonly [name: string]: string }
  readonly circle: string
}

const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64")

function packedAgain<T>(kind: Kind<T>): (value: Uint8Array) => Uint8Array {
  return (value) => packValue(kind, unpackValue(kind, value))
}

function packedAgainInLists<T>(kind: Kind<T>): (value: Uint8Array) => Uint8Array {
  return (value) => packList(unpackList(kind, value).map((each) => packValue(kind, each)))
}

/** By what stands before the first dot of a name. */
const AGAIN: { readonly [kind: string]: (value: Uint8Array) => Uint8Array | Promise<Uint8Array> } = {
  identity: packedAgain(IDENTITY),
  standing: packedAgain(STANDING),
  dead: packedAgain(DEAD_LETTER),
  log: packedAgainInLists(KEPT_RUN),
  directory: packedAgainInLists(KEPT_ENTRY),
  statements: packedAgainInLists(KEPT_STATEMENT),
  chain: async (value) => packChain(await unpackChain(value)),
}

const input: Buffer[] = []
for await (const chunk of process.stdin) input.push(chunk)
const asked: Asked = JSON.parse(Buffer.concat(input).toString())
const disk = new Map(Object.entries(asked.files).map(([name, sealed]) => [name, fromBase64(sealed)]))
const files = await MemoryVault.open(disk, asked.passphrase)
const device = await LocalDevice.load(files, 1)
const { held, book, outlook } = device

const again: { [name: string]: string } = {}
for (const name of await files.names("")) {
  again[name] = toHex(await AGAIN[name.split(".")[0]!]!((await files.get(name))!))
}
const shown = {
  state: held.ledger.merge.toJson(),
  look: await outlook.look(0),
  conflicts: book.conflicts().length,
  alarms: held.standing.alarms.map(({ code, about }) => [code, toHex(about)]),
  letters: held.letters.map(({ id, code, texts }) => [toHex(id), code, texts.map(toHex)]),
  arrived: held.arrived.entries().map(([id, index]) => [toHex(id), index]),
  logged: held.logged.entries().map(([id, index]) => [toHex(id), index]),
}

const circle = fromHex(asked.circle)
await book.writing({ centre: circle }).put(book.newId(), "member_profile", { name: "楓", kana: "かえで" }).save()
const run = (await device.close(circle))!
await book.writing({ centre: circle }).put(book.newId(), "member_profile", { name: "梢" }).save()
const chain = held.chain(circle)
chain.drafts.push({ id: systemRandom(16), plaintext: systemRandom(40) })
await held.bury(circle, run, chain.texts.values(), "cut_off")
await held.alarm("fork", lastOf(run).id)
await held.keepChain(chain)
const after = {
  state: held.ledger.merge.toJson(),
  look: await outlook.look(0),
  files: Object.fromEntries([...disk].map(([name, sealed]) => [name, toBase64(sealed)])),
}
process.stdout.write(JSON.stringify({ again, shown, after }))
