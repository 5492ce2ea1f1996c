/** The chain in TypeScript: all or none, void, other chains. Rows and stories are replayed in scenarios.test.ts. */

import { describe, expect, it } from "vitest"
import { compare as byBytes } from "../crypto/bytes.ts"
import { ZERO_HASH } from "../crypto/contexts.ts"
import { pack } from "../crypto/encoding.ts"
import { closeEntry, entryBody, parseEntry, statementDigest } from "../crypto/entry.ts"
import { Centre, START, type TestDevice } from "../tests/sync/centre.ts"
import { table } from "../tests/sync/scenario.ts"
import type { Frame } from "./chain.ts"
import { compare } from "./compare.ts"
import { Directory } from "./directory.ts"
import { codeOf } from "./entries.ts"
import { isOpen } from "./state.ts"
import type { Statement } from "./statements.ts"

const IDLE = (minutes: number): Statement => ({ kind: "policy", values: { idle_minutes: minutes } })

async function readerOf(centre: Centre, frames: readonly Frame[] = centre.frames): Promise<Directory> {
  const reader = new Directory(centre.directory.centre)
  await reader.take(frames)
  return reader
}

async function codeFor(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    return codeOf(error)
  }
}

function hashAt(centre: Centre, index: number): Uint8Array {
  return centre.directory.entry(index).hash
}

/** An entry that holds one hashed statement nobody can read. */
async function unreadable(centre: Centre, author: TestDevice, circle: Uint8Array): Promise<Frame> {
  const data = pack({ kind: "circle.merge", circle })
  const { index, hash } = centre.directory.head
  const digest = await statementDigest(data)
  const body = entryBody(centre.directory.centre, index + 1, hash, author.key, START, [digest])
  return [await closeEntry(body, await author.signing.sign("entry", body)), [data]]
}

describe("the chain", () => {
  it("leaves nothing of a refused entry", async () => {
    const centre = await Centre.found(1)
    const yuki = await centre.join()
    const visit = await centre.open("dispatch", { members: [yuki.member] })
    const before = table(centre.directory)
    const said: Statement[] = [
      { kind: "member.end", member: yuki.member },
      { kind: "root.replace", root: centre.random(32), rootSeal: centre.random(32) },
      { kind: "device.revoke", device: yuki.key },
      { kind: "circle.close", circle: centre.desk, previous: centre.directory.lastStatement(centre.desk) },
    ]
    const shut: Statement = { kind: "circle.close", circle: visit, previous: ZERO_HASH }
    const frame = await centre.frame(centre.root, said, [shut])

    expect(await codeFor(centre.directory.apply(...frame, { complete: true }))).toBe("bad_previous")
    expect(table(centre.directory)).toEqual(before)
    expect(centre.directory.head.index).toBe(centre.head)
  })

  it("keeps a bad hashed statement aside for a reader, and the rest of the entry holds", async () => {
    const centre = await Centre.found(2)
    const visit = await centre.open("dispatch")
    const shut: Statement = { kind: "circle.close", circle: visit, previous: ZERO_HASH }
    const reader = await readerOf(centre)
    const applied = await reader.apply(...(await centre.frame(centre.admin, [IDLE(1)], [shut])))

    expect(applied.alarms.map(({ code }) => code)).toEqual(["bad_previous"])
    expect(reader.policy(reader.head.index)).toEqual({ idle_minutes: 1 })
    expect(reader.circle(visit, reader.head.index)?.closed).toBe(false)
  })

  it("stops a circle at what a newer version said there, if its author may say something", async () => {
    const centre = await Centre.found(3)
    const yuki = await centre.join()
    const visit = await centre.open("case")
    const [outside, inside] = [await readerOf(centre), await readerOf(centre)]
    await outside.apply(...(await unreadable(centre, yuki, visit)))
    await inside.apply(...(await unreadable(centre, centre.admin, visit)))

    expect(outside.frozen(visit)).toBeNull()
    expect(inside.frozen(visit)).toBe(inside.head.index)
  })

  it("works out staleness again when bytes come late", async () => {
    const centre = await Centre.found(4)
    const yuki = await centre.join()
    const visit = await centre.open("case", { members: [yuki.member] })
    const opened = centre.head
    await centre.say(centre.admin, { kind: "device.revoke", device: yuki.key })
    const reader = await readerOf(
      centre,
      centre.frames.map(([entry]) => [entry, []]),
    )
    await reader.give(opened, centre.frames[opened]![1][0]!)

    expect(reader.stale(visit, centre.head)).toBe(true)
    await reader.give(centre.head, centre.frames[centre.head]![1][0]!)
    expect(reader.stale(visit, centre.head)).toBe(false)
  })

  it("closes the invitations of a member whose role changes", async () => {
    const centre = await Centre.found(5)
    const yuki = await centre.join()
    const invite = await centre.invite(yuki.member)
    await centre.say(centre.admin, { kind: "member.role", member: yuki.member, role: "admin", duties: [] })
    const known = centre.directory.invite((await invite.signing()).public, centre.head)

    expect(known && isOpen(known, centre.head)).toBe(false)
    expect(await codeFor(centre.enrol(invite))).toBe("invite_closed")
  })
})

describe("void", () => {
  it("undoes what a rogue admin did, and what was built on it", async () => {
    const centre = await Centre.found(10)
    const rogue = await centre.join("admin")
    const kept = centre.head
    await centre.say(rogue, { kind: "device.revoke", device: centre.admin.key })
    const ghost = centre.random(16)
    await centre.say(rogue, { kind: "member.add", member: ghost, role: "admin", duties: [] })
    const entries = [hashAt(centre, kept + 1), hashAt(centre, kept + 2)].sort(byBytes)
    const applied = await centre.say(centre.root, { kind: "void", entries })

    expect(applied.rebuilt).toBe(true)
    expect([1, 2, 3].map((place) => centre.directory.isVoid(kept + place))).toEqual([true, true, false])
    expect(centre.directory.isActive(centre.admin.key, centre.head)).toBe(true)
    expect(centre.directory.member(ghost, centre.head)).toBeNull()
    expect(table(await readerOf(centre))).toEqual(table(centre.directory))
  })

  it("is undone by a later one that names it, and never reaches the founding", async () => {
    const centre = await Centre.found(11)
    await centre.put(await centre.frame(centre.admin, [IDLE(1)]))
    await centre.say(centre.root, { kind: "void", entries: [hashAt(centre, centre.head)] })
    expect(centre.directory.policy(centre.head)).toEqual({})

    await centre.say(centre.root, { kind: "void", entries: [hashAt(centre, centre.head)] })
    expect(centre.directory.policy(centre.head)).toEqual({ idle_minutes: 1 })
    const founding: Statement = { kind: "void", entries: [hashAt(centre, 0)] }
    expect(await codeFor(centre.directory.apply(...(await centre.frame(centre.root, [founding]))))).toBe("not_entitled")
  })

  it("is refused whole with what stands beside it", async () => {
    const centre = await Centre.found(12)
    const yuki = await centre.join()
    const before = table(centre.directory)
    const said: Statement[] = [
      { kind: "void", entries: [hashAt(centre, 1)] },
      { kind: "member.end", member: yuki.member },
    ]
    const frame = await centre.frame(centre.root, said)

    expect(await codeFor(centre.directory.apply(...frame))).toBe("unknown_member")
    expect(table(centre.directory)).toEqual(before)
    expect(centre.directory.indexOf(hashAt(centre, centre.head))).toBe(centre.head)
  })

  it("carries a reader over an entry that fails, if it is the root's", async () => {
    const centre = await Centre.found(13)
    const seized: Statement = { kind: "root.replace", root: centre.admin.key, rootSeal: centre.admin.sealing.public }
    const bad = await centre.frame(centre.admin, [seized])
    const hash = await hashOf(bad)
    const behind = { index: centre.head + 1, hash }
    const byRoot = await entryBehind(centre, centre.root, behind, hash)
    const byAdmin = await entryBehind(centre, centre.admin, behind, hash)
    const reader = await readerOf(centre)

    expect(await codeFor(reader.take([bad, byAdmin]))).toBe("not_entitled")
    expect(reader.head.index).toBe(centre.head)
    const applied = await reader.take([bad, byRoot])
    expect(applied.at(-1)?.rebuilt).toBe(true)
    expect([1, 2].map((place) => reader.isVoid(centre.head + place))).toEqual([true, false])
  })
})

describe("another chain", () => {
  it("is the same, ahead, rolled back or forked", async () => {
    const centre = await Centre.found(20)
    const own = await readerOf(centre)
    const ours = await centre.frame(centre.admin, [IDLE(7)])
    await centre.put(await centre.frame(centre.admin, [IDLE(1)]))
    const outcome = async (directory: Directory, frames: readonly Frame[]) => (await compare(directory, frames)).outcome

    expect(await outcome(centre.directory, centre.frames)).toBe("same")
    expect(await outcome(own, centre.frames)).toBe("ahead")
    expect(await outcome(centre.directory, centre.frames.slice(0, -1))).toBe("rolled_back")
    await own.apply(...ours)
    expect(await outcome(own, centre.frames)).toBe("forked")
  })

  it("is changed over to when the root voided our side", async () => {
    const centre = await Centre.found(21)
    const own = await readerOf(centre)
    await own.apply(...(await centre.frame(centre.admin, [IDLE(7)])))
    await centre.say(centre.root, { kind: "void", entries: [own.head.hash] })
    const comparison = await compare(own, centre.frames)

    expect(comparison.outcome).toBe("changed_over")
    expect(comparison.outcome === "changed_over" && comparison.directory.head).toEqual(centre.directory.head)
    const [entry, given] = centre.frames.at(-1)!
    const forged = entry.slice()
    forged[forged.length - 1]! ^= 1
    expect((await compare(own, [...centre.frames.slice(0, -1), [forged, given]])).outcome).toBe("forked")
  })

  it("is not changed over to for an old paper key that our side replaced", async () => {
    const centre = await Centre.found(22)
    const own = await readerOf(centre)
    const fresh: Statement = { kind: "root.replace", root: centre.random(32), rootSeal: centre.random(32) }
    await own.apply(...(await centre.frame(centre.root, [fresh])))
    await centre.say(centre.root, { kind: "void", entries: [own.head.hash] })

    expect((await compare(own, centre.frames)).outcome).toBe("forked")
  })
})

async function hashOf(frame: Frame): Promise<Uint8Array> {
  return (await parseEntry(frame[0])).hash
}

async function entryBehind(
  centre: Centre,
  author: TestDevice,
  head: { readonly index: number; readonly hash: Uint8Array },
  named: Uint8Array,
): Promise<Frame> {
  const statement = { kind: "void", entries: [named] }
  const body = entryBody(centre.directory.centre, head.index + 1, head.hash, author.key, START, [statement])
  return [await closeEntry(body, await author.signing.sign("entry", body)), []]
}
