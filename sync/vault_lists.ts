/**
 * Lists in a vault that are only added to, in values of about a megabyte: `kind.00000001`, `kind.00000002` and so on.
 *
 * Twin: in Python a part of sync/holdings.py.
 */

import { type Kind, packList, unpackList } from "./device_values.ts"
import type { Named, VaultFiles } from "./vault_files.ts"

const BATCH_BYTES = 1_048_576
const DIGITS = 8

/** What is to be put into the vault to add these packed values to a list, behind what is there. */
export async function batches(files: VaultFiles, kind: string, packed: readonly Uint8Array[]): Promise<Named[]> {
  if (packed.length === 0) return []
  const last = (await files.names(`${kind}.`)).at(-1) ?? "0"
  const number = Number(last.slice(last.lastIndexOf(".") + 1)) + 1
  return batched(packed).map((batch, i) => [`${kind}.${String(number + i).padStart(DIGITS, "0")}`, packList(batch)])
}

/** A list, whole. */
export async function listed<T>(files: VaultFiles, kind: string, of: Kind<T>): Promise<T[]> {
  return (await valuesOf(files, `${kind}.`)).flatMap(([, value]) => unpackList(of, value))
}

/** Every value whose name begins with a prefix, by name, ascending. */
export async function valuesOf(files: VaultFiles, prefix: string): Promise<Named[]> {
  const names = await files.names(prefix)
  return Promise.all(names.map(async (name) => [name, (await files.get(name))!] as const))
}

function batched(values: readonly Uint8Array[]): Uint8Array[][] {
  const found: Uint8Array[][] = []
  let size = BATCH_BYTES
  for (const value of values) {
    if (size >= BATCH_BYTES) {
      found.push([])
      size = 0
    }
    found.at(-1)!.push(value)
    size += value.length
  }
  return found
}
