/** What is being typed, sealed like everything else, until it is submitted or thrown away. */

import { utf8 } from "../../crypto/bytes.ts"
import type { VaultFiles } from "../../sync/vault_files.ts"
import type { Typing } from "../store/host.ts"

const PREFIX = "typing."

export async function keepTyping(files: VaultFiles, typing: Typing): Promise<void> {
  await files.put(PREFIX + typing.id, utf8(JSON.stringify(typing)))
}

export async function dropTyping(files: VaultFiles, id: string): Promise<void> {
  await files.drop(PREFIX + id)
}

/** Newest first. */
export async function typings(files: VaultFiles): Promise<Typing[]> {
  const kept = await Promise.all((await files.names(PREFIX)).map((name) => files.get(name)))
  const read = kept.flatMap((value) => (value ? [JSON.parse(new TextDecoder().decode(value)) as Typing] : []))
  return read.sort((one, other) => other.at - one.at)
}
