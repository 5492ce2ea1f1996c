/** Whatever went wrong in the worker, as one word for the page. No text of a note, no stack ever crosses. */

import { ProtocolError } from "../../crypto/errors.ts"
import { OfflineError } from "../../sync/transport.ts"
import { NoVaultError, VaultClosedError, VaultFullError, VaultInUseError } from "../../sync/vault_files.ts"
import { PausedError } from "../vault/vaults.ts"

const WORDS = [
  [OfflineError, "offline"],
  [VaultFullError, "vault_full"],
  [VaultInUseError, "vault_in_use"],
  [VaultClosedError, "locked"],
  [NoVaultError, "no_vault"],
  [PausedError, "paused"],
] as const

/** "unexpected" for what nobody foresaw. */
export function codeOf(error: unknown): string {
  if (error instanceof ProtocolError) return error.code
  if (error instanceof DOMException && error.name === "AbortError") return "stopped"
  return WORDS.find(([kind]) => error instanceof kind)?.[1] ?? "unexpected"
}

/** The same object, whose methods throw nothing but an Error with a word. */
export function inWords<T extends object>(spoken: T): T {
  return new Proxy(spoken, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== "function") return value
      return async (...given: unknown[]) => {
        try {
          return await value.apply(target, given)
        } catch (error) {
          throw new Error(codeOf(error))
        }
      }
    },
  })
}
