/**
 * A reminder's text, sealed to one device.
 *
 * Source: SPEC 10.  Twin: reminder_content.py.
 */

import { type Bytes, concat, equal } from "./bytes.ts"
import { ProtocolError } from "./errors.ts"
import { hpkeSeal, type SealingKey } from "./keys.ts"
import { type Reminder, verifyReminder } from "./reminder.ts"

/** Bytes. */
export const MAX_TEXT = 2_048

/**
 * The text for one recipient device, whose sealing key is `sealKey`.
 *
 * Throws ProtocolError: "too_large", "bad_key".
 */
export async function sealReminder(
  sealKey: Uint8Array,
  centre: Uint8Array,
  circle: Uint8Array,
  id: Uint8Array,
  recipient: Uint8Array,
  text: Uint8Array,
): Promise<Bytes> {
  if (text.length > MAX_TEXT) throw new ProtocolError("too_large")
  return hpkeSeal(sealKey, "reminder", binding(centre, circle, id, recipient), text)
}

/**
 * The text for this device, null if there is none. The signature is checked first: an unsigned body is never shown.
 *
 * Throws ProtocolError: "bad_key", "bad_signature", "truncated", "wrong_key".
 */
export async function openReminder(reminder: Reminder, recipient: Uint8Array, key: SealingKey): Promise<Bytes | null> {
  await verifyReminder(reminder)
  const where = binding(reminder.centre, reminder.circle, reminder.id, recipient)
  for (const [device, sealed] of reminder.sealed) {
    if (equal(device, recipient)) return key.open("reminder", where, sealed)
  }
  return null
}

function binding(centre: Uint8Array, circle: Uint8Array, id: Uint8Array, recipient: Uint8Array): Bytes {
  return concat(centre, circle, id, recipient)
}
