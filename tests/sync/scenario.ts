/** Scenarios in TypeScript: reading them, and what the twin makes of them, as sync/vectors/scenarios.py says it. */

import { compare, fromHex, toHex } from "../../crypto/bytes.ts"
import { parseRun, type Run, verifyRun } from "../../crypto/run.ts"
import type { Frame } from "../../sync/chain.ts"
import { Directory } from "../../sync/directory.ts"
import type { Log } from "../../sync/log.ts"

export type Json = unknown
export type EntryJson = { readonly entry: string; readonly statements: readonly string[] }
export type Attempt = EntryJson & { readonly name: string; readonly expect: string | null }
export type Scenario = {
  readonly comment: string
  readonly spec: string
  readonly centre: string
  readonly entries: readonly EntryJson[]
  readonly runs: readonly string[]
  readonly table: Json
  readonly verdicts: { readonly [id: string]: string | null }
  readonly attempts: readonly Attempt[]
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

export function frameOf(held: EntryJson): Frame {
  return [bytes(held.entry), held.statements.map(bytes)]
}

export async function replay(held: Scenario, trusted = false): Promise<Directory> {
  const directory = new Directory(fromHex(held.centre))
  for (const entry of held.entries) await directory.apply(...frameOf(entry), { trusted })
  return directory
}

export async function runsOf(held: Scenario): Promise<Run[]> {
  const runs = await Promise.all(held.runs.map((run) => parseRun(bytes(run))))
  await Promise.all(runs.map((run) => verifyRun(run)))
  return runs
}

/** What the directory answers at every index, where it changes: `table` of the generator. */
export function table(directory: Directory): Json {
  const indices = directory.entries.map((_, index) => index)
  const devices = directory.devices(directory.head.index).map((device) => device.key)
  const members = directory.members(directory.head.index).map((member) => member.id)
  const circles = directory.circles().map((circle) => [toHex(circle), circleTable(directory, circle, devices)])
  return {
    void: indices.filter((index) => directory.isVoid(index)),
    alarms: directory.alarms.map((alarm) => [alarm.index, toHex(alarm.digest), alarm.code]),
    roles: byHex(members, (member) => turns(indices, (at) => directory.role(member, at))),
    active: byHex(devices, (device) => turns(indices, (at) => directory.isActive(device, at))),
    invites: turns(indices, (at) => hexes(directory.invites(at).map((invite) => invite.key))),
    circles: Object.fromEntries(circles),
  }
}

function circleTable(directory: Directory, circle: Uint8Array, devices: readonly Uint8Array[]): Json {
  const indices = directory.entries.map((_, index) => index)
  return {
    views: turns(indices, (at) => viewOf(directory, circle, at)),
    stale: turns(indices, (at) => directory.stale(circle, at)),
    entitled: turns(indices, (at) => hexes(directory.entitled(circle, at)).map((key) => key.slice(0, 8))),
    principals: byHex(devices, (device) => directory.principalSpans(circle, device)),
    cutoffs: byHex(devices, (device) =>
      directory.cutoffs(circle, device).map(({ index, last }) => [index, last && toHex(last)]),
    ),
    letins: directory.letins(circle).map((letin) => [letin.index, toHex(letin.change)]),
  }
}

function viewOf(directory: Directory, circle: Uint8Array, at: number): Json {
  const view = directory.circle(circle, at)
  return view && [view.kind, view.epoch, view.closed, view.shredded, view.members.map(toHex)]
}

function turns(indices: readonly number[], ask: (at: number) => Json): Json[] {
  const found: [number, Json][] = []
  for (const index of indices) {
    const answer = ask(index)
    const last = found.at(-1)
    if (!last || JSON.stringify(last[1]) !== JSON.stringify(answer)) found.push([index, answer])
  }
  return found
}

function byHex<T>(keys: readonly Uint8Array[], ask: (key: Uint8Array) => T): { [key: string]: T } {
  return Object.fromEntries(keys.map((key) => [toHex(key), ask(key)]))
}

function hexes(keys: readonly Uint8Array[]): string[] {
  return keys.toSorted(compare).map(toHex)
}

export function verdictsOf(log: Log, ids: Iterable<string>): { [id: string]: string | null | undefined } {
  return Object.fromEntries([...ids].map((id) => [id, log.verdict(fromHex(id))?.code]))
}
