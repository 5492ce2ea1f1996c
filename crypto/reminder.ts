/**
 * A reminder's envelope: signed by a device of the circle, each text sealed to one device. Holds no keys.
 *
 * Source: SPEC 10.  Twin: reminder.py.
 */

import { type Bytes, concat, toNumber, uint } from "./bytes.ts"
import { SIGNATURE_SIZE, SUITE } from "./contexts.ts"
import { MAX_INTEGER } from "./encoding.ts"
import { ProtocolError } from "./errors.ts"
import { verify } from "./signature.ts"

/** Bytes. */
export const MAX_REMINDER = 1_048_576
export const MAX_RECIPIENTS = 500
export const REMINDER_KINDS = { cancel: 0, plain: 1, ladder: 2 } as const
const FIXED_SIZE = 92
const RECIPIENT_SIZE = 34

/** Recipient device and the text sealed to it. */
export type SealedText = readonly [recipient: Uint8Array, sealed: Uint8Array]

/** A reminder that was read. Nothing of it is shown before `verifyReminder`. */
export type Reminder = {
  readonly centre: Uint8Array
  readonly circle: Uint8Array
  readonly id: Uint8Array
  readonly device: Uint8Array
  /** Milliseconds since 1970 UTC. */
  readonly due: number
  readonly kind: number
  /** Of a ladder, in the order they are called. */
  readonly sealed: readonly SealedText[]
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/** What the device signs with purpose "reminder". */
export function reminderBody(
  centre: Uint8Array,
  circle: Uint8Array,
  id: Uint8Array,
  device: Uint8Array,
  due: number,
  kind: number,
  sealed: readonly SealedText[],
): Bytes {
  const texts = sealed.flatMap(([recipient, text]) => [recipient, uint(text.length, 2), text])
  return concat(
    uint(SUITE, 1),
    centre,
    circle,
    id,
    device,
    uint(due, 8),
    uint(kind, 1),
    uint(sealed.length, 2),
    ...texts,
  )
}

/**
 * A reminder's parts; the signature is not checked yet.
 *
 * Throws ProtocolError: "too_large", "truncated", "unknown_suite", "malformed", "truncated", "malformed".
 */
export function parseReminder(raw: Uint8Array): Reminder {
  if (raw.length > MAX_REMINDER) throw new ProtocolError("too_large")
  if (raw.length < FIXED_SIZE + SIGNATURE_SIZE) throw new ProtocolError("truncated")
  if (raw[0] !== SUITE) throw new ProtocolError("unknown_suite")
  const due = toNumber(raw.subarray(81, 89))
  const kind = raw[89]!
  const count = toNumber(raw.subarray(90, FIXED_SIZE))
  if (kind > 2 || due > MAX_INTEGER || (count === 0) !== (kind === 0) || count > MAX_RECIPIENTS) {
    throw new ProtocolError("malformed")
  }
  const body = raw.slice(0, -SIGNATURE_SIZE)
  return {
    centre: raw.slice(1, 17),
    circle: raw.slice(17, 33),
    id: raw.slice(33, 49),
    device: raw.slice(49, 81),
    due,
    kind,
    sealed: splitTexts(body, count),
    body,
    signature: raw.slice(-SIGNATURE_SIZE),
  }
}

/**
 * Return if the reminder is signed by the device it names.
 *
 * Throws ProtocolError: "bad_key", "bad_signature".
 */
export function verifyReminder(reminder: Reminder): Promise<void> {
  return verify(reminder.device, "reminder", reminder.body, reminder.signature)
}

function splitTexts(body: Uint8Array, count: number): SealedText[] {
  const sealed: SealedText[] = []
  let at = FIXED_SIZE
  for (let i = 0; i < count; i++) {
    const textAt = at + RECIPIENT_SIZE
    if (textAt > body.length) throw new ProtocolError("truncated")
    const end = textAt + toNumber(body.subarray(at + 32, textAt))
    if (end > body.length) throw new ProtocolError("truncated")
    sealed.push([body.slice(at, at + 32), body.slice(textAt, end)])
    at = end
  }
  if (at !== body.length) throw new ProtocolError("malformed")
  return sealed
}
