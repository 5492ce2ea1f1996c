/**
 * An invitation: a secret, the two keys from it, and the link that carries it.
 *
 * Source: SPEC 4.4, 8.  Twin: invite.py.
 */

import { type Bytes, concat, equal, equalInConstantTime, toNumber, uint, utf8 } from "./bytes.ts"
import { centreId, digest, SECRET_SIZE } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"
import { derive, type Random, SealingKey, SigningKey, systemRandom } from "./keys.ts"

export const LINK_VERSION = 1
export const FRAGMENT = "#i="
const FIXED_SIZE = 150
const CHECK_SIZE = 4

/** A secret that may enrol one device in one centre. */
export class Invite {
  readonly centre: Uint8Array
  readonly secret: Uint8Array

  constructor(centre: Uint8Array, secret: Uint8Array) {
    this.centre = centre
    this.secret = secret
  }

  static generate(centre: Uint8Array, random: Random = systemRandom): Invite {
    return new Invite(centre, random(SECRET_SIZE))
  }

  /** Its public half names the invite. */
  async signing(): Promise<SigningKey> {
    return SigningKey.from(await derive(this.secret, "invite-sign", this.centre, 32))
  }

  /** What the new device needs at once is sealed to it. */
  async sealing(): Promise<SealingKey> {
    return SealingKey.from(await derive(this.secret, "invite-seal", this.centre, 32))
  }

  /** The invite's word for the new device's keys, 64 bytes. */
  async signEnrolment(device: Uint8Array, sealKey: Uint8Array): Promise<Bytes> {
    const signing = await this.signing()
    return signing.sign("enrol", enrolMessage(this.centre, signing.public, device, sealKey))
  }
}

/** What a link says: where to go, whom to trust, and the invite's secret. */
export type Invitation = {
  readonly invite: Invite
  readonly root: Uint8Array
  readonly rootSeal: Uint8Array
  readonly headIndex: number
  readonly headHash: Uint8Array
  /** The server's address, an ASCII origin. */
  readonly server: string
}

/** What an invite signs with purpose "enrol". */
export function enrolMessage(centre: Uint8Array, invite: Uint8Array, device: Uint8Array, sealKey: Uint8Array): Bytes {
  return concat(centre, invite, device, sealKey)
}

/** The link; everything secret is in its fragment, which browsers do not send. */
export async function inviteLink(invitation: Invitation): Promise<string> {
  const address = utf8(invitation.server)
  const body = concat(
    uint(LINK_VERSION, 1),
    invitation.invite.centre,
    invitation.root,
    invitation.rootSeal,
    uint(invitation.headIndex, 4),
    invitation.headHash,
    invitation.invite.secret,
    uint(address.length, 1),
    address,
  )
  const check = (await digest("invite-check", body)).slice(0, CHECK_SIZE)
  return `${invitation.server}/${FRAGMENT}${toBase64Url(concat(body, check))}`
}

/**
 * What a scanned or pasted link says.
 *
 * Throws ProtocolError: "malformed", "truncated", "unknown_suite", "malformed", "bad_check", "wrong_centre", in that
 * order.
 */
export async function readLink(text: string): Promise<Invitation> {
  const at = text.indexOf(FRAGMENT)
  const data = fromBase64Url(at < 0 ? text : text.slice(at + FRAGMENT.length))
  if (data.length < FIXED_SIZE + CHECK_SIZE) throw new ProtocolError("truncated")
  if (data[0] !== LINK_VERSION) throw new ProtocolError("unknown_suite")
  const address = data.slice(FIXED_SIZE, -CHECK_SIZE)
  if (address.length !== data[FIXED_SIZE - 1] || address.some((byte) => byte > 0x7f)) {
    throw new ProtocolError("malformed")
  }
  const check = (await digest("invite-check", data.subarray(0, -CHECK_SIZE))).slice(0, CHECK_SIZE)
  if (!equalInConstantTime(check, data.slice(-CHECK_SIZE))) throw new ProtocolError("bad_check")
  const [centre, root, rootSeal] = [data.slice(1, 17), data.slice(17, 49), data.slice(49, 81)]
  if (!equal(await centreId(root, rootSeal), centre)) throw new ProtocolError("wrong_centre")
  return {
    invite: new Invite(centre, data.slice(117, 149)),
    root,
    rootSeal,
    headIndex: toNumber(data.subarray(81, 85)),
    headHash: data.slice(85, 117),
    server: String.fromCharCode(...address),
  }
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "")
}

function fromBase64Url(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw new ProtocolError("malformed")
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
  if (toBase64Url(bytes) !== text) throw new ProtocolError("malformed")
  return bytes
}
