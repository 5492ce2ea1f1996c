/**
 * Whose reminder may be shown. A signature says who wrote it; whether she may is asked of the directory.
 *
 * Source: sync/SPEC.md 8.2.  Twin: sync/reminders.py.
 */

import { equal } from "../crypto/bytes.ts"
import type { Reminder } from "../crypto/reminder.ts"
import type { Directory } from "./directory.ts"

/**
 * Why a reminder, or a cancelling, that was verified is kept aside at our head; null if it is not.
 *
 * Gives "wrong_place", "unknown_circle", "shredded", "not_principal", in that order.
 */
export function judgeReminder(directory: Directory, reminder: Reminder): string | null {
  if (!equal(reminder.centre, directory.centre)) return "wrong_place"
  const head = directory.head.index
  const view = directory.circle(reminder.circle, head)
  if (!view) return "unknown_circle"
  if (view.shredded) return "shredded"
  return directory.principal(reminder.circle, reminder.device, head) ? null : "not_principal"
}
