/**
 * How a device begins: with a new centre, or by an invitation. Its keys are in its vault before anybody hears of them.
 *
 * Source: sync/SPEC.md 3.1, 3.7, crypto/SPEC.md 8.  Twin: sync/enrolment.py.
 */

import { equal } from "../crypto/bytes.ts"
import { SECRET_SIZE } from "../crypto/contexts.ts"
import { parseEntry } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { type Invitation, readLink } from "../crypto/invite.ts"
import { RecoveryKey } from "../crypto/recovery.ts"
import type { Means } from "./device_core.ts"
import { IDENTITY, Identity, packValue } from "./device_values.ts"
import { Directory } from "./directory.ts"
import { Draft } from "./draft.ts"
import type { Progress } from "./exchange_log.ts"
import { Holdings } from "./holdings.ts"
import { Keyring } from "./keyring.ts"
import { RefusedError, type Transport } from "./transport.ts"
import { NoVaultError, type VaultFiles } from "./vault_files.ts"

const TRIES = 16

/** How to begin. signal: throws its reason when it is aborted, as if the line had been cut. */
export interface Beginning {
  readonly signal?: AbortSignal | undefined
  readonly progress?: Progress | undefined
}

/** duties: of the first admin. foundingCode: where the server wants one. */
export interface Founding extends Beginning {
  readonly duties?: readonly string[]
  readonly foundingCode?: string
}

/**
 * A new centre: entry 0 with its first admin, this device, the centre circle and one desk. The key is given once.
 *
 * files: a vault with nothing in it; closed if this fails.
 * Throws NoVaultError when a device is in it; OfflineError, RefusedError: then there is no centre.
 */
export async function found(
  files: VaultFiles,
  origin: string,
  means: Means,
  { duties = [], foundingCode = "", signal }: Founding,
): Promise<readonly [Holdings, RecoveryKey]> {
  const recovery = RecoveryKey.generate(means.random)
  const [centre, root, rootSeal] = [await recovery.centre(), await recovery.signing(), await recovery.sealing()]
  const member = means.random(16)
  return lettingGo(files, async () => {
    const held = await begin(files, means, new Identity(centre, origin, ...keys(means)))
    const draft = new Draft(new Keyring(new Directory(centre), rootSeal), root.public, means.random)
    await draft.say({ kind: "centre.found", root: root.public, rootSeal: rootSeal.public })
    await draft.say({ kind: "member.add", member, role: "admin", duties: duties.toSorted() })
    await draft.say({ kind: "device.add", member, device: held.key, sealKey: held.sealing.public })
    await draft.openCircle("centre")
    await draft.openCircle("desk", { devices: [held.key] })
    const frame = await draft.frame(root, means.clock())
    await means.connect(origin, centre).through({ signal }).append(frame, foundingCode)
    await held.takeEntries([frame])
    return [held, recovery]
  })
}

/**
 * A device of whom the link invites: enrolled, and what the invitation opened renewed in the same entry.
 *
 * files: a vault with nothing in it; closed if this fails.
 * Throws NoVaultError when a device is in it; ProtocolError: those of `readLink`; as `finish`.
 */
export async function enrol(files: VaultFiles, link: string, means: Means, beginning: Beginning): Promise<Holdings> {
  return lettingGo(files, async () => {
    const { invite, server } = await readLink(link)
    const held = await begin(files, means, new Identity(invite.centre, server, ...keys(means), link))
    await finish(held, means, beginning)
    return held
  })
}

/**
 * Enrol, unless that is done: also after a crash in the middle of it. The server's whole chain is verified.
 *
 * Throws OfflineError; ProtocolError: what the chain or the server says; "forked" when it is not the inviter's chain.
 */
export async function finish(held: Holdings, means: Means, { signal, progress }: Beginning = {}): Promise<void> {
  const { link } = held.identity
  if (link === null) return
  const invitation = await readLink(link)
  const server = means.connect(invitation.server, invitation.invite.centre).through({ signal })
  let isDone = false
  for (let tries = 0; tries < TRIES && !isDone; tries++) {
    isDone = await isDoneIn(held, invitation, server, means, progress)
  }
  if (!isDone) throw new ProtocolError("head_moved")
  await held.keepIdentity(held.identity.withoutLink())
}

async function begin(files: VaultFiles, means: Means, identity: Identity): Promise<Holdings> {
  if (await files.get("identity")) throw new NoVaultError()
  await files.put("identity", packValue(IDENTITY, identity))
  return Holdings.load(files, means.random, means.clock)
}

/** What cannot go on leaves its state to others. */
export async function lettingGo<T>(files: VaultFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await files.close()
    throw error
  }
}

function keys(means: Means): [signing: Uint8Array, sealing: Uint8Array] {
  return [means.random(SECRET_SIZE), means.random(SECRET_SIZE)]
}

/** One try. False: somebody else's entry was first. */
async function isDoneIn(
  held: Holdings,
  invitation: Invitation,
  server: Transport,
  means: Means,
  progress?: Progress,
): Promise<boolean> {
  const { invite } = invitation
  await readAs(held, invitation, server, progress)
  if (held.isEnrolled) return true
  const [named, sealKey] = [await invite.signing(), held.sealing.public]
  const keyring = new Keyring(held.directory, held.sealing, await invite.sealing())
  const signature = await invite.signEnrolment(held.key, sealKey)
  const draft = new Draft(keyring, held.key, means.random)
  await draft.say({ kind: "device.enrol", invite: named.public, device: held.key, sealKey, signature })
  await draft.renewStale()
  const frame = await draft.frame(held.signing, means.clock())
  try {
    await server.append(frame)
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== "head_moved") throw error
  }
  return false
}

/** The invitation is closed: by ourselves, before a crash, or not. */
async function signInAsDevice(held: Holdings, server: Transport, closed: RefusedError): Promise<void> {
  try {
    await server.signIn(held.signing)
  } catch (error) {
    throw error instanceof RefusedError && error.code === "unknown_device" ? closed : error
  }
}

/** Take in what is behind our head, read as the invited, or as the device once it is enrolled. */
async function readAs(
  held: Holdings,
  invitation: Invitation,
  server: Transport,
  progress: Progress = () => undefined,
): Promise<void> {
  try {
    await server.signIn(await invitation.invite.signing())
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== "invite_closed") throw error
    await signInAsDevice(held, server, error)
  }
  const [frames] = await server.entries(held.head)
  const last = frames[invitation.headIndex - held.head - 1]
  const isTheirs = last !== undefined && equal((await parseEntry(last[0])).hash, invitation.headHash)
  if (held.head < 0 && !isTheirs) throw new ProtocolError("forked")
  progress("directory", 0, frames.length)
  await held.takeEntries(frames)
  progress("directory", frames.length, frames.length)
}
