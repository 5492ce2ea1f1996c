/** Who wrote which value of a record, when, on which device, and why it counts or does not. */

import { equal, fromHex, toHex } from "../../crypto/bytes.ts"
import type { Device } from "../../sync/device.ts"
import type { Edit, Plaintext } from "../../sync/edits.ts"
import type { Trace } from "../store/host.ts"
import type { CircleKind, Id, RecordType } from "../store/picture.ts"
import { toPlain } from "./plain.ts"

interface Written {
  readonly id: Uint8Array
  readonly circle: Uint8Array
  readonly device: Uint8Array
  readonly at: number
  readonly edits: readonly Edit[]
  /** Why the whole change does not count. */
  readonly code: string | null
}

/** Newest first. */
export async function history(device: Device, record: Id, type: RecordType): Promise<Trace[]> {
  const id = fromHex(record)
  const shown = shownChanges(device, id, type)
  const counting = device.core.held.ledger.merge.changes().map((change) => ({ ...change, code: null }))
  const traces = [...counting, ...(await notCounting(device))].flatMap((change) => {
    const edits = change.edits.filter((edit) => edit.type === type && equal(edit.record, id))
    return edits.flatMap((edit) => tracesOf(device, change, edit, shown))
  })
  return traces.sort((one, other) => other.at - one.at)
}

async function notCounting(device: Device): Promise<Written[]> {
  const found: Written[] = []
  for (const [change, code] of device.core.held.ledger.uncounted()) {
    const read = await readable(device, change.id)
    const { circle, device: author } = change.header
    if (read) found.push({ id: change.id, circle, device: author, at: read.at, edits: read.edits, code })
  }
  return found
}

async function readable(device: Device, change: Uint8Array): Promise<Plaintext | null> {
  try {
    return await device.book.read(change)
  } catch {
    return null
  }
}

function shownChanges(device: Device, record: Uint8Array, type: RecordType): ReadonlySet<Id> {
  const views = device.book.views(record, type)
  return new Set(views.flatMap(({ shown }) => shown?.changes.map(toHex) ?? []))
}

function tracesOf(device: Device, change: Written, edit: Edit, shown: ReadonlySet<Id>): Trace[] {
  const { directory, head, ledger } = device.core.held
  const id = toHex(change.id)
  const aside = [...(ledger.merge.refused.get(id) ?? []), ...(ledger.merge.unjudged.get(id) ?? [])]
  const kind = directory.circle(change.circle, head)?.kind ?? "case"
  const by = directory.device(change.device, head)?.member
  return edit.writes.map((write) => ({
    field: write.field,
    element: toPlain(write.element),
    value: toPlain(write.value),
    changes: [id],
    by: by ? toHex(by) : "",
    device: toHex(change.device),
    at: change.at,
    circle: toHex(change.circle),
    circleKind: kind as CircleKind,
    counts: change.code ?? aside.find((one) => one.write === write)?.code ?? null,
    isShown: shown.has(id),
  }))
}
