/** Whether the browser keeps what is here, and how much room is left. */

import type { StoragePicture } from "../store/picture.ts"

/** Below this a person is told, bytes. */
const LITTLE = 50 * 1024 ** 2

let isFull = false

/** Remember that a save did not fit; until one does. */
export function noteFull(full: boolean): void {
  isFull = full
}

export async function storagePicture(): Promise<StoragePicture> {
  const { storage } = navigator
  const isPersistent = (await storage?.persisted?.()) ?? false
  const { quota, usage } = (await storage?.estimate?.()) ?? {}
  const free = quota === undefined || usage === undefined ? null : quota - usage
  return { isPersistent, free, isFull: isFull || (free !== null && free < LITTLE && free <= 0) }
}
