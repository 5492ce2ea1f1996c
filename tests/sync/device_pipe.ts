/**
 * Devices of the TypeScript twin, driven by `test_device_twins.py` line by line, on a real server.
 *
 * In: {"on": name, "do": one of `DEEDS`, "with": arguments}. Out: {"ok": what came of it} or {"error": code or name}.
 * Bytes are {"bytes": hex}.
 */

import { createHash } from "node:crypto"
import { createInterface } from "node:readline"
import { type Bytes, concat, fromHex, toHex } from "../../crypto/bytes.ts"
import type { Value } from "../../crypto/encoding.ts"
import { ProtocolError } from "../../crypto/errors.ts"
import type { Random } from "../../crypto/keys.ts"
import { Device } from "../../sync/device.ts"
import type { Means } from "../../sync/device_core.ts"
import { lastOf } from "../../sync/own_chain.ts"
import { type Fetch, Transport } from "../../sync/transport.ts"
import { type MemoryDisk, MemoryVault } from "../../sync/vault_files.ts"
import type { Where } from "../../sync/writing.ts"

const START = 1_790_000_000_000 // ms
const PASSPHRASE = "縁側 の 犬"
const CHEAP = { memoryKib: 8, passes: 1 }

/** What goes wrong on a way to the server. refuse: what a push is told instead. held: what a push waits for. */
type Line = {
  isCut: boolean
  isDeaf: boolean
  isLying: boolean
  refuse: string | null
  held: Promise<void> | null
  pushes: number
}
/** A device with what a machine would have. */
type Machine = { readonly disk: MemoryDisk; readonly line: Line; device: Device }
type Asked = { readonly on: string; readonly do: string; readonly with: readonly unknown[] }

const machines = new Map<string, Machine>()
let now = START
let drawn = 0

/** Unpredictable enough, and the same for one seed. */
const random: Random = (size) => {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, () => {
    drawn += 1
    return new Uint8Array(createHash("sha256").update(`${process.argv[2]}/${drawn}`).digest())
  })
  return concat(...blocks).slice(0, size)
}

function newLine(): Line {
  return { isCut: false, isDeaf: false, isLying: false, refuse: null, held: null, pushes: 0 }
}

/** What a browser does with the cookie, and what the line does to it all. */
function fetchOn(line: Line): Fetch {
  let cookie = ""
  return async (url, request) => {
    if (line.isCut) throw new TypeError("cut")
    if (line.isLying && url.endsWith("/heads")) return Response.json({ code: "revoked" }, { status: 403 })
    if (url.endsWith("/push")) {
      line.pushes += 1
      await line.held
      if (line.refuse !== null) return Response.json({ results: [{ status: "refused", code: line.refuse }] })
    }
    const answer = await fetch(url, { ...request, headers: { ...(request.headers as object), Cookie: cookie } })
    cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie
    if (line.isDeaf && url.endsWith("/push")) {
      await answer.body?.cancel()
      throw new TypeError("deaf")
    }
    return answer
  }
}

function meansOn(line: Line): Partial<Means> {
  const clock = () => {
    now += 1_000
    return now
  }
  return { random, clock, connect: (origin, centre) => new Transport(origin, centre, fetchOn(line)) }
}

async function newVault(): Promise<MemoryVault> {
  return MemoryVault.make(new Map(), PASSPHRASE, random, CHEAP)
}

function machine(name: string): Machine {
  const known = machines.get(name)
  if (!known) throw new Error(`no device ${name}`)
  return known
}

async function open(name: string, disk: MemoryDisk): Promise<void> {
  const line = newLine()
  const vault = await MemoryVault.open(disk, PASSPHRASE, random)
  machines.set(name, { disk, line, device: await Device.open(vault, meansOn(line)) })
}

type Deed = (name: string, ...given: readonly never[]) => unknown

const DEEDS: { readonly [name: string]: Deed } = {
  /** A centre; the words of its recovery key. */
  found: async (name, origin: string, duties: string[]) => {
    const [line, vault] = [newLine(), await newVault()]
    const [device, recovery] = await Device.found(vault, origin, meansOn(line), { duties })
    machines.set(name, { disk: vault.disk, line, device })
    return recovery.words()
  },
  /** A device for whom a link invites. */
  enrol: async (name, link: string) => {
    const [line, vault] = [newLine(), await newVault()]
    machines.set(name, { disk: vault.disk, line, device: await Device.enrol(vault, link, meansOn(line)) })
  },
  /** A method of the device, or of one of its parts. */
  call: (name, path: string, ...given: unknown[]) => method(machine(name).device, path)(...given),
  /** Fields of a record; the record and what became of the save. */
  put: async (name, places: Uint8Array[] | Where, record: Uint8Array | null, type: string, fields: never) => {
    const { book } = machine(name).device
    const id = record ?? book.newId()
    const where = Array.isArray(places) ? book.where(...places) : places
    const saved = await book.writing(where).put(id, type, fields).save()
    return [id, ...saved.map(({ change }) => change)]
  },
  /** One value in place of those in the first conflict. */
  resolve: (name, value: Value) => {
    const { book } = machine(name).device
    return book.resolve(book.conflicts()[0]!, value)
  },
  /** Everything it shows, as text. */
  state: (name) => machine(name).device.core.held.ledger.merge.toJson(),
  who: (name) => [machine(name).device.key, machine(name).device.member],
  /** Things go wrong from now on. */
  line: (name, how: Partial<Line>) => {
    Object.assign(machine(name).line, how)
  },
  pushes: (name) => machine(name).line.pushes,
  /** Ids of its unsent changes in a circle. */
  unsent: (name, circle: Uint8Array) =>
    machine(name)
      .device.core.held.chain(circle)
      .unsent.map(({ id }) => id),
  /** What it sees of a circle's runs: whether each ends with an acknowledgement. */
  ends: (name, circle: Uint8Array) => {
    const { log } = machine(name).device.core.held.ledger
    return log.runs(circle).map((run) => lastOf(run).body.length === 0)
  },
  /** Close it and open it again. */
  restart: async (name) => {
    const { disk, device } = machine(name)
    await device.close()
    await open(name, disk)
  },
  /** A copy of its disk as it is now, opened as another. */
  copy: async (name, other: string) => open(other, new Map(machine(name).disk)),
  /**
   * Save twice while a push hangs; what another machine finds on a copy of the disk before the push ends, whether the
   * contact had ended by then, and the contact's report.
   */
  save_while_pushing: async (name, circle: Uint8Array, records: Uint8Array[], texts: string[]) => {
    const { device, disk, line } = machine(name)
    let release: () => void = () => undefined
    line.held = new Promise((resolve) => {
      release = resolve
    })
    const before = line.pushes
    let hasEnded = false
    const contact = device.sync().finally(() => {
      hasEnded = true
    })
    while (line.pushes === before) await new Promise((resolve) => setImmediate(resolve))
    const ids = []
    for (const [i, record] of records.entries()) {
      const writing = device.book.writing({ dispatch: circle }).put(record, "visit", { place_text: texts[i]! })
      ids.push(...(await writing.save()).map(({ change }) => change))
    }
    const isOnItsWay = !hasEnded
    await open(`${name}, found`, new Map(disk))
    release()
    line.held = null
    return [isOnItsWay, ids, await contact]
  },
}

function method(device: Device, path: string): (...given: unknown[]) => unknown {
  const [part, name] = path.includes(".") ? path.split(".") : [null, path]
  const owner = (part === null ? device : device[part as "people"]) as unknown as Record<string, unknown>
  return (owner[name!] as (...given: unknown[]) => unknown).bind(owner)
}

function read(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(read)
  if (typeof given !== "object" || given === null) return given
  if ("bytes" in given) return fromHex(given.bytes as string)
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, read(value)]))
}

function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: toHex(value as Bytes) }
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== "object" || value === null) return value ?? null
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]))
}

async function outcome(asked: Asked): Promise<unknown> {
  try {
    return { ok: shown(await DEEDS[asked.do]!(asked.on, ...(read(asked.with) as never[]))) }
  } catch (error) {
    if (error instanceof ProtocolError) return { error: error.code }
    return { error: error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error) }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await outcome(JSON.parse(line)))}\n`)
}
