/** What somebody's code or pasted text is: an invitation to this server, or something else. For whoever was invited. */

import { Refusal } from "./host.ts"
import { host } from "./link.ts"
import { step } from "./way_in.ts"

/** Why a text is no way in here. server: whose invitation it is instead. */
export type Stray =
  | { readonly why: "foreign" | "recovery" | "damaged" | "newer" }
  | { readonly why: "elsewhere"; readonly server: string }

const INVITATION = /#i=[\w-]+/ // a message may stand around the link
const RECOVERY_KEY = /^ENGAWA-RECOVERY-\d+:/

/** Go on as if the link had been opened; or say what else the text is. */
export async function accept(text: string): Promise<Stray | null> {
  const fragment = INVITATION.exec(text)?.[0]
  if (fragment === undefined) return { why: RECOVERY_KEY.test(text) ? "recovery" : "foreign" }
  const stray = await strayOf(fragment)
  if (!stray) step.value = { at: "join", links: [`${window.location.origin}/${fragment}`] }
  return stray
}

async function strayOf(fragment: string): Promise<Stray | null> {
  try {
    const { server } = await host.readInvitation(fragment)
    if (server === window.location.origin) return null
    return URL.canParse(server) ? { why: "elsewhere", server: new URL(server).host } : { why: "damaged" }
  } catch (error) {
    return { why: error instanceof Refusal && error.code === "unknown_suite" ? "newer" : "damaged" }
  }
}
