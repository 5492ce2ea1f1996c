/**
 * Passkeys: a fingerprint or a face gives 32 bytes (the PRF extension of WebAuthn) that open a vault together with a PIN.
 *
 * Only the page may ask for one; nothing of it goes to a server. The bytes go to the worker and are wiped here.
 * Source: crypto/SPEC.md 12; W3C WebAuthn 3, 10.1.4.
 */

import { signal } from "@preact/signals"
import { type NewPasskey, type Opener, type Passkey, Refusal } from "./host.ts"
import { host } from "./link.ts"

/** Digits at least. With a passkey nobody can try them out without the finger, and after a few the pause grows. */
export const SHORTEST_PIN = 4
export const LONGEST_PIN = 12
const PRF_SIZE = 32
const PATIENCE = 60_000 // ms
const ES256 = -7
const RS256 = -257

/** Whether this browser may have a passkey that opens something; some say so and have none, which shows on making. */
export const isPossible = signal(false)

export async function lookForPasskeys(): Promise<void> {
  const asked = globalThis.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.()
  isPossible.value = (await asked?.catch(() => false)) ?? false
}

/** Digits enough, and none that everybody tries first: all alike, or counted up or down. */
export function isPin(pin: string): boolean {
  return new RegExp(`^[0-9]{${SHORTEST_PIN},${LONGEST_PIN}}$`).test(pin) && !isPlain(pin)
}

export function isPlain(pin: string): boolean {
  const steps = [...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at]))
  return steps.length > 0 && [-1, 0, 1].includes(steps[0]!) && steps.every((step) => step === steps[0])
}

/**
 * A new one on this device. label: what the system's own list calls it.
 *
 * Throws Refusal: "passkey_stopped" (by the person, or nobody came), "passkey_unfit" (it gives no bytes).
 */
export async function makePasskey(label: string, pin: string): Promise<NewPasskey> {
  const salt = randomBytes(PRF_SIZE)
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: document.title },
        user: { id: randomBytes(16), name: label, displayName: label },
        challenge: randomBytes(32),
        pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: {
          authenticatorAttachment: "platform",
          residentKey: "preferred",
          userVerification: "required",
        },
        timeout: PATIENCE,
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  )
  const passkey = { credential: new Uint8Array(made.rawId), salt }
  const { prf } = made.getClientExtensionResults()
  if (!prf?.enabled && !prf?.results) throw new Refusal("passkey_unfit")
  return { passkey, prf: bytesOf(prf) ?? (await askPasskey(passkey)), pin }
}

/** What a passkey gives: 32 bytes. Throws Refusal: as `makePasskey`. */
export async function askPasskey({ credential, salt }: Passkey): Promise<Uint8Array> {
  const given = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: randomBytes(32),
        allowCredentials: [{ type: "public-key", id: new Uint8Array(credential) }],
        userVerification: "required",
        timeout: PATIENCE,
        extensions: { prf: { eval: { first: new Uint8Array(salt) } } },
      },
    }),
  )
  const bytes = bytesOf(given.getClientExtensionResults().prf)
  if (!bytes) throw new Refusal("passkey_unfit")
  return bytes
}

/** Open something by a vault's passkey and a PIN; what the passkey gave is wiped. Throws what either throws. */
export async function byPasskey<T>(vault: string, pin: string, open: (opener: Opener) => Promise<T>): Promise<T> {
  const passkey = await host.passkeyOf(vault)
  if (!passkey) throw new Refusal("no_vault")
  const prf = await askPasskey(passkey)
  try {
    return await open({ pin, prf })
  } catch (error) {
    throw error instanceof Refusal && error.code === "wrong_passphrase" ? new Refusal("wrong_pin") : error
  } finally {
    prf.fill(0)
  }
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask()
    if (credential instanceof PublicKeyCredential) return credential
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    if (error.name === "NotSupportedError") throw new Refusal("passkey_unfit")
  }
  throw new Refusal("passkey_stopped")
}

function bytesOf(prf: AuthenticationExtensionsPRFOutputs | undefined): Uint8Array | null {
  const { first } = prf?.results ?? {}
  if (!first) return null
  const bytes = ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength).slice()
    : new Uint8Array(first)
  return bytes.length === PRF_SIZE ? bytes : null
}

function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(size))
}
