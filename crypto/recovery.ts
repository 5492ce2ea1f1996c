/**
 * The recovery key: one seed, on paper, as 21 words and as a QR code.
 *
 * Source: SPEC 4.2.  Twin: recovery.py.
 */

import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/japanese.js"
import { type Bytes, concat, equalInConstantTime } from "./bytes.ts"
import { centreId, digest } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"
import { derive, type Random, SealingKey, SigningKey, systemRandom } from "./keys.ts"

export const SEED_SIZE = 24
export const CHECK_SIZE = 4
export const WORD_COUNT = 21
export const QR_PREFIX = "ENGAWA-RECOVERY-1:"
/** Base32 of 28 bytes. Without the flag u, no letter beyond ASCII passes for one of either case. */
const QR = new RegExp(`^${QR_PREFIX}([A-Z2-7]{45})$`, "i")
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
const KNOWN_WORDS = new Set(wordlist.map((word) => word.normalize("NFKD")))

/** The root of a centre: whoever holds it can do everything, and nobody needs it day to day. */
export class RecoveryKey {
  readonly seed: Uint8Array

  constructor(seed: Uint8Array) {
    this.seed = seed
  }

  static generate(random: Random = systemRandom): RecoveryKey {
    return new RecoveryKey(random(SEED_SIZE))
  }

  /** Its public half is the root. */
  async signing(): Promise<SigningKey> {
    return SigningKey.from(await derive(this.seed, "root-sign", new Uint8Array(0), 32))
  }

  async sealing(): Promise<SealingKey> {
    return SealingKey.from(await derive(this.seed, "root-seal", new Uint8Array(0), 32))
  }

  /** The id of the centre this key founds or founded. */
  async centre(): Promise<Bytes> {
    return centreId((await this.signing()).public, (await this.sealing()).public)
  }

  /** 21 Japanese words, joined by ideographic spaces, in NFC as people type them. */
  async words(): Promise<string> {
    return entropyToMnemonic(await this.#checked(), wordlist).normalize("NFC")
  }

  /** The text of the QR code, 63 characters of its alphanumeric set. */
  async qrText(): Promise<string> {
    return QR_PREFIX + toBase32(await this.#checked())
  }

  async #checked(): Promise<Bytes> {
    return concat(this.seed, await check(this.seed))
  }
}

/**
 * The key whose words somebody typed, in any Unicode form, with any white space between.
 *
 * Throws ProtocolError: "bad_length", "bad_word", "bad_check".
 */
export async function readWords(text: string): Promise<RecoveryKey> {
  const words = split(text.normalize("NFKD"))
  if (words.length !== WORD_COUNT) throw new ProtocolError("bad_length")
  if (unknownWords(text).length > 0) throw new ProtocolError("bad_word")
  let checked: Uint8Array
  try {
    checked = mnemonicToEntropy(words.join(" "), wordlist)
  } catch {
    throw new ProtocolError("bad_check")
  }
  return readChecked(checked)
}

/** Positions, from 0, of words that are not in the list: what to look at again. */
export function unknownWords(text: string): number[] {
  return split(text.normalize("NFKD")).flatMap((word, i) => (KNOWN_WORDS.has(word) ? [] : [i]))
}

/**
 * The key in a scanned QR code.
 *
 * Throws ProtocolError: "malformed", "bad_check".
 */
export async function readQr(text: string): Promise<RecoveryKey> {
  const found = QR.exec(split(text).join(" "))
  if (!found) throw new ProtocolError("malformed")
  return readChecked(fromBase32(found[1]!.toUpperCase()))
}

function split(text: string): string[] {
  return text.split(/\p{White_Space}+/u).filter(Boolean)
}

async function readChecked(checked: Uint8Array): Promise<RecoveryKey> {
  const seed = checked.slice(0, SEED_SIZE)
  if (!equalInConstantTime(await check(seed), checked.slice(SEED_SIZE))) throw new ProtocolError("bad_check")
  return new RecoveryKey(seed)
}

async function check(seed: Uint8Array): Promise<Bytes> {
  return (await digest("recovery-check", seed)).slice(0, CHECK_SIZE)
}

function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("")
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)]).join("")
}

function fromBase32(text: string): Bytes {
  const bits = Array.from(text, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("")
  const bytes = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
  if (bits.slice(bytes.length * 8).includes("1")) throw new ProtocolError("malformed")
  return bytes
}
