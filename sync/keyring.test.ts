/** Secrets: who opens what, and what is wrong is complained of by name. Twin: tests/sync/test_keyring.py. */

import { describe, expect, it } from "vitest"
import { compare } from "../crypto/bytes.ts"
import { Centre, type TestDevice } from "../tests/sync/centre.ts"
import { codeOf } from "./entries.ts"
import { type CircleEpoch, digestOf, parseStatement, statementBytes } from "./statements.ts"

/** A renewal by `author` with one thing wrong. */
async function renewBadly(
  centre: Centre,
  author: TestDevice,
  circle: Uint8Array,
  wrong: (said: CircleEpoch) => CircleEpoch,
): Promise<void> {
  const draft = centre.draft(author)
  await draft.renew(circle)
  const [, [data]] = await draft.frame(author.signing, 0)
  const said = wrong(parseStatement(data!) as CircleEpoch)
  await centre.put(await centre.frame(author, [], [said]))
}

describe("a keyring", () => {
  it("gives a newcomer the circle's history, back through the locks", async () => {
    const centre = await Centre.found(100)
    const [yuki, nao] = [await centre.join(), await centre.join()]
    const visit = await centre.open("case", { members: [yuki.member] })
    await centre.act(centre.admin, (draft) => draft.renew(visit))
    const members = [yuki.member, nao.member]
    await centre.act(centre.admin, (draft) => draft.renew(visit, { members }))

    for (const epoch of [1, 2, 3]) {
      const secrets = await Promise.all(
        [yuki, nao, centre.admin, centre.root].map((p) => p.keyring.secret(visit, epoch)),
      )
      expect(new Set(secrets.map((secret) => String(secret?.secret))).size).toBe(1)
      expect(secrets[0]).not.toBeNull()
    }
  })

  it("gives the same to all who ask at once", async () => {
    const centre = await Centre.found(105)
    const visit = await centre.open("case")
    await centre.act(centre.admin, (draft) => draft.renew(visit))
    const { keyring } = centre.root
    const secrets = await Promise.all([1, 2, 1, 2].map((epoch) => keyring.secret(visit, epoch)))

    expect(secrets.map((secret) => secret?.epoch)).toEqual([1, 2, 1, 2])
  })

  it("gives nothing of what was written after its owner was left out", async () => {
    const centre = await Centre.found(101)
    const yuki = await centre.join()
    const visit = await centre.open("case", { members: [yuki.member] })
    await centre.act(centre.admin, (draft) => draft.renew(visit, { members: [] }))

    expect(await yuki.keyring.secret(visit, 1)).not.toBeNull()
    expect(await yuki.keyring.secret(visit, 2)).toBeNull()
    expect(await yuki.keyring.newest(visit)).toBeNull()
  })

  it("finds a bad lock, and the epoch after it passes it by", async () => {
    const centre = await Centre.found(102)
    const yuki = await centre.join()
    const visit = await centre.open("case", { members: [yuki.member] })
    await renewBadly(centre, centre.admin, visit, (said) => ({ ...said, lock: new Uint8Array(60) }))

    expect(await yuki.keyring.newest(visit)).toBeNull()
    expect(yuki.keyring.complaints).toEqual([{ circle: visit, epoch: 2, reason: "bad_lock" }])
    await centre.act(yuki, (draft) => draft.complain(visit, 2, "bad_lock"))
    await centre.act(yuki, (draft) => draft.renew(visit))
    expect(centre.directory.epoch(visit, 3)?.after).toBe(1)
    expect(await yuki.keyring.newest(visit)).not.toBeNull()
  })

  it.each([
    ["bad_commitment", (said: CircleEpoch) => ({ ...said, commitment: new Uint8Array(32) })],
    ["bad_circle_key", (said: CircleEpoch) => ({ ...said, circleKey: new Uint8Array(32).fill(7) })],
    [
      "wrong_key",
      (said: CircleEpoch) => ({ ...said, seals: said.seals.map(([key]) => [key, new Uint8Array(80)] as const) }),
    ],
  ])("finds %s", async (reason, wrong) => {
    const centre = await Centre.found(103)
    const yuki = await centre.join()
    const visit = await centre.open("case", { members: [yuki.member] })
    await renewBadly(centre, centre.admin, visit, wrong)

    expect(await yuki.keyring.newest(visit)).toBeNull()
    expect(yuki.keyring.complaints).toEqual([{ circle: visit, epoch: 2, reason }])
  })

  it("opens nothing with a link found after its use", async () => {
    const centre = await Centre.found(104)
    const yuki = await centre.join()
    const invite = await centre.invite(yuki.member)
    const finder = await centre.device(yuki.member, await invite.sealing())
    expect(await finder.keyring.newest(centre.circle)).not.toBeNull()
    await centre.enrol(invite)
    const late = await centre.device(yuki.member, await invite.sealing())

    expect(await late.keyring.newest(centre.circle)).toBeNull()
  })
})

describe("a draft", () => {
  it("tells what it leaves stale and cannot renew", async () => {
    const centre = await Centre.found(110)
    const [yuki, nao] = [await centre.join(), await centre.join()]
    const members = [yuki.member, nao.member].sort(compare)
    const secret = await centre.open("private", { members }, yuki)
    const visit = await centre.open("case", { members: [yuki.member] })
    const draft = centre.draft(centre.admin)
    await draft.say({ kind: "device.revoke", device: yuki.key })

    expect(await draft.renewStale()).toEqual([secret])
    await centre.put(await draft.frame(centre.admin.signing, 0))
    expect([secret, visit].map((circle) => centre.directory.stale(circle, centre.head))).toEqual([true, false])
  })

  it("needs the secret it locks", async () => {
    const centre = await Centre.found(112)
    const outside = await centre.join("staff")
    const visit = await centre.open("case")
    const codeFor = (work: Promise<unknown>) => work.then(() => null, codeOf)

    expect(await codeFor(centre.draft(outside).renew(visit))).toBe("wrong_key")
    expect(await codeFor(centre.draft(outside).admit(visit))).toBe("wrong_key")
    expect(await codeFor(centre.draft(outside).close(new Uint8Array(16)))).toBe("unknown_circle")
  })

  it("chains what it says of one circle", async () => {
    const centre = await Centre.found(113)
    const visit = await centre.open("case")
    const draft = centre.draft(centre.admin)
    await draft.close(visit)
    await draft.cutOff(visit, centre.admin.key, null)
    const [entry, given] = await draft.frame(centre.admin.signing, 0)
    const said = given.map((data) => parseStatement(data))

    expect(said.map(statementBytes)).toEqual(given)
    expect("previous" in said[1]! && said[1].previous).toEqual(await digestOf(said[0]!))
    await centre.put([entry, given])
    expect(centre.directory.circle(visit, centre.head)?.closed).toBe(true)
  })

  it("cannot be taken in when the directory has moved on under it", async () => {
    const centre = await Centre.found(114)
    const draft = centre.draft(centre.admin)
    await draft.say({ kind: "policy", values: { idle_minutes: 1 } })
    await centre.say(centre.admin, { kind: "policy", values: { idle_minutes: 2 } })
    const frame = await draft.frame(centre.admin.signing, 0)

    expect(await centre.put(frame).then(() => null, codeOf)).toBe("head_moved")
  })
})
