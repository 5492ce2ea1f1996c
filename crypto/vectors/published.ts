/**
 * Published vectors, and ten thousand cases in one number. Twin: tests/crypto/published.py.
 *
 * Our modules always add a purpose, so a published vector of a primitive runs against the call our module makes.
 */

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core"
import { entropyToMnemonic } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/japanese.js"
import { argon2id } from "hash-wasm"
import { type Bytes, concat, fromHex, toNumber, uint, utf8 } from "../bytes.ts"
import { unpack } from "../encoding.ts"
import { ProtocolError } from "../errors.ts"
import { SigningKey } from "../keys.ts"
import { padme } from "../padding.ts"
import { parseRun } from "../run.ts"
import { loadVerifyingKey } from "../signature.ts"
import { type Gives, type Runners, runner } from "./vector.ts"

const PKCS8_X25519 = fromHex("302e020100300506032b656e04220420")
const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })

async function hpkeOpen(privateBytes: Bytes, enc: Bytes, info: Bytes, aad: Bytes, ciphertext: Bytes): Promise<Bytes> {
  const pkcs8 = concat(PKCS8_X25519, privateBytes)
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", true, ["deriveBits"])
  const { x, crv, kty } = await crypto.subtle.exportKey("jwk", privateKey)
  const publicKey = await crypto.subtle.importKey("jwk", { x: x!, crv: crv!, kty: kty! }, "X25519", true, [])
  const recipientKey = { privateKey, publicKey }
  return new Uint8Array(await suite.open({ recipientKey, enc: enc.buffer, info }, ciphertext, aad))
}

/** The stream of seeded.py: SHA-256(seed || u32(0)) || SHA-256(seed || u32(1)) || … */
class Seeded {
  readonly #bytes: Bytes
  #at = 0

  private constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  static async from(seed: string, size: number): Promise<Seeded> {
    const counters = Array.from({ length: Math.ceil(size / 32) }, (_, i) => concat(utf8(seed), uint(i, 4)))
    return new Seeded(concat(...(await Promise.all(counters.map(sha256)))))
  }

  take(size: number): Bytes {
    this.#at += size
    if (this.#at > this.#bytes.length) throw new RangeError("the stream was made too short")
    return this.#bytes.slice(this.#at - size, this.#at)
  }

  below(limit: number): number {
    return toNumber(this.take(4)) % limit
  }
}

async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data))
}

/** One of the bases, altered once or twice: see makers/accumulated.py. */
function altered(stream: Seeded, bases: readonly Bytes[]): Bytes {
  let data = [...bases[stream.below(bases.length)]!]
  for (let left = 1 + stream.below(2); left > 0; left--) {
    const kind = stream.below(4)
    if (kind < 2 && data.length > 0) data[stream.below(data.length)] = stream.take(1)[0]!
    else if (kind === 2) data = data.slice(0, stream.below(data.length + 1))
    else if (kind === 3) data.push(stream.take(1)[0]!)
  }
  return Uint8Array.from(data)
}

async function total(
  seed: string,
  cases: number,
  outcome: (stream: Seeded) => Promise<string> | string,
): Promise<Gives> {
  const stream = await Seeded.from(seed, cases * 40)
  let outcomes = ""
  for (let i = 0; i < cases; i++) outcomes += `${await outcome(stream)}\n`
  return { sha256: await sha256(utf8(outcomes)) }
}

async function verdict(read: (data: Bytes) => unknown, data: Bytes): Promise<string> {
  try {
    await read(data)
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
  return "success"
}

const ARGON = { password: "octets", salt: "octets", memory_kib: "number", passes: "number", lanes: "number" } as const
const ACCUMULATED = { seed: "text", cases: "number", bases: "octetsList" } as const

export const PUBLISHED: Runners = {
  published: {
    ed25519_public: runner({ secret: "octets" }, async ({ secret }) => ({
      public: (await SigningKey.from(secret)).public,
    })),
    ed25519_verify: runner(
      { public: "octets", message: "octets", signature: "octets" },
      async ({ public: bytes, message, signature }) => {
        const key = await loadVerifyingKey(bytes)
        if (!(await crypto.subtle.verify("Ed25519", key, signature, message))) throw new ProtocolError("bad_signature")
        return {}
      },
    ),
    hkdf: runner(
      { secret: "octets", salt: "octets", info: "octets", size: "number" },
      async ({ secret, salt, info, size }) => {
        const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"])
        const algorithm = { name: "HKDF", hash: "SHA-256", salt, info }
        return { derived: new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, size * 8)) }
      },
    ),
    aes_256_gcm: runner(
      { key: "octets", nonce: "octets", aad: "octets", plaintext: "octets" },
      async ({ key, nonce, aad, plaintext }) => {
        const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"])
        const algorithm = { name: "AES-GCM", iv: nonce, additionalData: aad }
        return { sealed: new Uint8Array(await crypto.subtle.encrypt(algorithm, aes, plaintext)) }
      },
    ),
    hpke_open: runner(
      { private: "octets", info: "octets", sealed: "octets" },
      async ({ private: bytes, info, sealed }) => ({
        plaintext: await hpkeOpen(bytes, sealed.slice(0, 32), info, new Uint8Array(0), sealed.slice(32)),
      }),
    ),
    hpke_open_with_aad: runner(
      { private: "octets", enc: "octets", info: "octets", aad: "octets", ciphertext: "octets" },
      async ({ private: bytes, enc, info, aad, ciphertext }) => ({
        plaintext: await hpkeOpen(bytes, enc, info, aad, ciphertext),
      }),
    ),
    argon2id_plain: runner(ARGON, async ({ password, salt, memory_kib, passes, lanes }) => ({
      derived: await argon2id({
        password,
        salt,
        parallelism: lanes,
        iterations: passes,
        memorySize: memory_kib,
        hashLength: 32,
        outputType: "binary",
      }),
    })),
    bip39_japanese: runner({ entropy: "octets" }, ({ entropy }) => ({
      words: entropyToMnemonic(entropy, wordlist).normalize("NFC"),
    })),
  },
  accumulated: {
    padme: runner({ seed: "text", cases: "number" }, ({ seed, cases }) =>
      total(seed, cases, (stream) => {
        const number = toNumber(stream.take(4))
        return String(padme(number >>> (stream.take(1)[0]! & 31)))
      }),
    ),
    parse_run: runner(ACCUMULATED, ({ seed, cases, bases }) =>
      total(seed, cases, (stream) => verdict(parseRun, altered(stream, bases))),
    ),
    unpack: runner(ACCUMULATED, ({ seed, cases, bases }) =>
      total(seed, cases, (stream) => verdict(unpack, altered(stream, bases))),
    ),
  },
}

/** What the libraries here cannot try: hash-wasm's Argon2id takes no associated data. */
export const NOT_HERE: ReadonlySet<string> = new Set(["published/argon2id_rfc_9106"])
