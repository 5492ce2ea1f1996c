/**
 * Signing, sealing, derivation, authenticated encryption.
 *
 * Source: SPEC 2.2, 4.1.  Twin: keys.py.
 */

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core"
import { type Bytes, concat, fromHex } from "./bytes.ts"
import { context, NONCE_SIZE, type Purpose, SECRET_SIZE } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"

/** Gives that many unpredictable bytes. */
export type Random = (size: number) => Bytes

export const systemRandom: Random = (size) => crypto.getRandomValues(new Uint8Array(size))

/** Of AES-256-GCM: 32 bytes, or what `loadAeadKey` made of them. */
export type AeadKey = Uint8Array | CryptoKey

const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })

/** What stands before the 32 private bytes in PKCS #8 (RFC 8410), the only form WebCrypto takes them in. */
const PKCS8_ED25519 = fromHex("302e020100300506032b657004220420")
const PKCS8_X25519 = fromHex("302e020100300506032b656e04220420")

/** HKDF-SHA256 of `secret` for this purpose and binding, `size` bytes. */
export async function derive(secret: Uint8Array, purpose: Purpose, binding: Uint8Array, size: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", concat(secret), "HKDF", false, ["deriveBits"])
  const info = concat(context(purpose), binding)
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, size * 8))
}

/** An Ed25519 pair. `public` (32 bytes) is the name of the device, root or invite that owns it. */
export class SigningKey {
  readonly public: Bytes
  readonly #private: CryptoKey

  private constructor(privateKey: CryptoKey, publicBytes: Bytes) {
    this.#private = privateKey
    this.public = publicBytes
  }

  static async from(privateBytes: Uint8Array): Promise<SigningKey> {
    const pkcs8 = concat(PKCS8_ED25519, privateBytes)
    const [key, publicBytes] = await importPair(pkcs8, "Ed25519", ["sign"])
    return new SigningKey(key, publicBytes)
  }

  static generate(random: Random = systemRandom): Promise<SigningKey> {
    return SigningKey.from(random(SECRET_SIZE))
  }

  /** 64 bytes. */
  async sign(purpose: Purpose, data: Uint8Array): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.sign("Ed25519", this.#private, concat(context(purpose), data)))
  }
}

/** An X25519 pair that secrets are sealed to. */
export class SealingKey {
  readonly public: Bytes
  readonly #pair: CryptoKeyPair

  private constructor(pair: CryptoKeyPair, publicBytes: Bytes) {
    this.#pair = pair
    this.public = publicBytes
  }

  static async from(privateBytes: Uint8Array): Promise<SealingKey> {
    const pkcs8 = concat(PKCS8_X25519, privateBytes)
    const [privateKey, publicBytes] = await importPair(pkcs8, "X25519", ["deriveBits"])
    const publicKey = await crypto.subtle.importKey("raw", publicBytes, "X25519", true, [])
    return new SealingKey({ privateKey, publicKey }, publicBytes)
  }

  static generate(random: Random = systemRandom): Promise<SealingKey> {
    return SealingKey.from(random(SECRET_SIZE))
  }

  /**
   * What was sealed to this key for this purpose and binding.
   *
   * Throws ProtocolError: "truncated" below 48 bytes, "wrong_key".
   */
  async open(purpose: Purpose, binding: Uint8Array, sealed: Uint8Array): Promise<Bytes> {
    if (sealed.length < 48) throw new ProtocolError("truncated")
    const info = concat(context(purpose), binding)
    const enc = concat(sealed.subarray(0, 32)).buffer
    try {
      return new Uint8Array(await suite.open({ recipientKey: this.#pair, enc, info }, concat(sealed.subarray(32))))
    } catch {
      throw new ProtocolError("wrong_key")
    }
  }
}

/**
 * Seal to a 32-byte X25519 key: enc (32 bytes), ciphertext and tag.
 *
 * Throws ProtocolError: "bad_key" if nobody can hold the private half.
 */
export async function hpkeSeal(
  recipient: Uint8Array,
  purpose: Purpose,
  binding: Uint8Array,
  plaintext: Uint8Array,
): Promise<Bytes> {
  try {
    const recipientPublicKey = await crypto.subtle.importKey("raw", concat(recipient), "X25519", true, [])
    const info = concat(context(purpose), binding)
    const { ct, enc } = await suite.seal({ recipientPublicKey, info }, concat(plaintext))
    return concat(new Uint8Array(enc), new Uint8Array(ct))
  } catch {
    throw new ProtocolError("bad_key")
  }
}

/** The 32 bytes, ready to seal and open with and not extractable; worth keeping for a key that is used often. */
export async function loadAeadKey(key: AeadKey): Promise<CryptoKey> {
  if (!(key instanceof Uint8Array)) return key
  return crypto.subtle.importKey("raw", concat(key), "AES-GCM", false, ["encrypt", "decrypt"])
}

/** AES-256-GCM: ciphertext and 16-byte tag. A nonce is never used twice with one key. */
export async function aeadSeal(
  key: AeadKey,
  nonce: Uint8Array,
  purpose: Purpose,
  binding: Uint8Array,
  plaintext: Uint8Array,
): Promise<Bytes> {
  const algorithm = { name: "AES-GCM", iv: concat(nonce), additionalData: concat(context(purpose), binding) }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, await loadAeadKey(key), concat(plaintext)))
}

/** Throws ProtocolError: "wrong_key". */
export async function aeadOpen(
  key: AeadKey,
  nonce: Uint8Array,
  purpose: Purpose,
  binding: Uint8Array,
  sealed: Uint8Array,
): Promise<Bytes> {
  const algorithm = { name: "AES-GCM", iv: nonce as Bytes, additionalData: concat(context(purpose), binding) }
  const loaded = key instanceof Uint8Array ? await loadAeadKey(key) : key
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, loaded, sealed as Bytes))
  } catch {
    throw new ProtocolError("wrong_key")
  }
}

/** A fresh 12-byte nonce, then the ciphertext and tag under it. */
export async function sealWithNonce(
  key: AeadKey,
  purpose: Purpose,
  binding: Uint8Array,
  plaintext: Uint8Array,
  random: Random,
): Promise<Bytes> {
  const nonce = random(NONCE_SIZE)
  return concat(nonce, await aeadSeal(key, nonce, purpose, binding, plaintext))
}

/**
 * What `sealWithNonce` sealed.
 *
 * Throws ProtocolError: "wrong_key".
 */
export function openWithNonce(key: AeadKey, purpose: Purpose, binding: Uint8Array, sealed: Uint8Array): Promise<Bytes> {
  return aeadOpen(key, sealed.subarray(0, NONCE_SIZE), purpose, binding, sealed.subarray(NONCE_SIZE))
}

/** The private key, not extractable, and its public bytes, which only an extractable import gives away. */
async function importPair(pkcs8: Bytes, algorithm: string, usages: KeyUsage[]): Promise<[CryptoKey, Bytes]> {
  const readable = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, usages)
  const { x } = await crypto.subtle.exportKey("jwk", readable)
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, usages)
  return [key, fromBase64Url(x!)]
}

function fromBase64Url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0))
}
