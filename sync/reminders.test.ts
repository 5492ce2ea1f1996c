/** Whose reminder may be shown, with true signatures only. Twin: tests/hostile/test_server.py. */

import { expect, it } from "vitest"
import { parseReminder, REMINDER_KINDS, reminderBody, verifyReminder } from "../crypto/reminder.ts"
import { Centre, START, type TestDevice } from "../tests/sync/centre.ts"
import { judgeReminder } from "./reminders.ts"

it("counts only from who is in its circle, at our head", async () => {
  const centre = await Centre.found(99)
  const elsewhere = await Centre.found(98)
  const [aiko, emi, stranger] = [await centre.join(), await centre.join(), await centre.join()]
  const visit = await centre.open("dispatch", { members: [aiko.member, emi.member] })

  const saidOf = async (author: TestDevice, circle = visit, of = centre) => {
    const body = reminderBody(
      of.directory.centre,
      circle,
      new Uint8Array(16),
      author.key,
      START,
      REMINDER_KINDS.cancel,
      [],
    )
    const signature = await author.signing.sign("reminder", body)
    const reminder = parseReminder(new Uint8Array([...body, ...signature]))
    await verifyReminder(reminder)
    return judgeReminder(centre.directory, reminder)
  }

  expect([await saidOf(aiko), await saidOf(centre.admin)]).toEqual([null, null])
  expect(await saidOf(stranger)).toBe("not_principal")
  expect(await saidOf(aiko, new Uint8Array(16))).toBe("unknown_circle")
  expect(await saidOf(elsewhere.admin, visit, elsewhere)).toBe("wrong_place")
  await centre.act(centre.admin, (draft) => draft.renew(visit, { members: [emi.member] }))
  expect([await saidOf(aiko), await saidOf(emi)]).toEqual(["not_principal", null])
  await centre.say(centre.admin, { kind: "device.revoke", device: emi.key })
  expect(await saidOf(emi)).toBe("not_principal")
  await centre.act(centre.admin, (draft) => draft.shred(visit))
  expect(await saidOf(centre.admin)).toBe("shredded")
})
