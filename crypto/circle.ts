/**
 * A circle's secret in one epoch, and everything derived from it.
 *
 * Source: SPEC 5.  Twin: circle.py.
 */

import { type Bytes, concat, equalInConstantTime, toHex, uint } from "./bytes.ts"
import { CIRCLE_KINDS, type CircleKind, NONCE_SIZE, place, SECRET_SIZE, TAG_SIZE } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"
import {
  derive,
  hpkeSeal,
  loadAeadKey,
  openWithNonce,
  type Random,
  SealingKey,
  sealWithNonce,
  systemRandom,
} from "./keys.ts"

export const LOCK_SIZE = NONCE_SIZE + SECRET_SIZE + TAG_SIZE
export const SEAL_SIZE = 80

/** The secret of one epoch of one circle. Whoever holds it reads what was written in it, and in epochs before. */
export class EpochSecret {
  readonly centre: Uint8Array
  readonly circle: Uint8Array
  readonly epoch: number
  readonly secret: Uint8Array
  readonly #ciphers = new Map<string, Promise<CryptoKey>>()

  constructor(centre: Uint8Array, circle: Uint8Array, epoch: number, secret: Uint8Array) {
    this.centre = centre
    this.circle = circle
    this.epoch = epoch
    this.secret = secret
  }

  static generate(centre: Uint8Array, circle: Uint8Array, epoch: number, random: Random = systemRandom): EpochSecret {
    return new EpochSecret(centre, circle, epoch, random(SECRET_SIZE))
  }

  get place(): Bytes {
    return place(this.centre, this.circle, this.epoch)
  }

  /** The AES key of one device's changes in this epoch. Each device has its own, so that nonces never meet. */
  contentKey(device: Uint8Array): Promise<Bytes> {
    return derive(this.secret, "content", concat(this.place, device), 32)
  }

  /** The same key, loaded once: a device's changes are opened by the thousand. */
  contentCipher(device: Uint8Array): Promise<CryptoKey> {
    const name = toHex(device)
    const cipher = this.#ciphers.get(name) ?? this.contentKey(device).then(loadAeadKey)
    this.#ciphers.set(name, cipher)
    return cipher
  }

  /** The pair whose public half stands in the statement; desks are sealed to by it. */
  async circleKey(): Promise<SealingKey> {
    return SealingKey.from(await derive(this.secret, "circle-key", this.place, 32))
  }

  /** 32 bytes that only this secret gives. AES-GCM does not commit to its key; this does. */
  commitment(): Promise<Bytes> {
    return derive(this.secret, "commitment", this.place, 32)
  }

  /** The secret of an earlier epoch under this one's lock key, 60 bytes. */
  async lock(earlier: EpochSecret, random: Random = systemRandom): Promise<Bytes> {
    return sealWithNonce(await this.#lockKey(), "lock", this.place, earlier.secret, random)
  }

  /**
   * The secret of the earlier `epoch` that this one locks. Its commitment is still to be checked.
   *
   * Throws ProtocolError: "bad_lock".
   */
  async openLock(lock: Uint8Array, epoch: number): Promise<EpochSecret> {
    if (lock.length !== LOCK_SIZE) throw new ProtocolError("bad_lock")
    try {
      const secret = await openWithNonce(await this.#lockKey(), "lock", this.place, lock)
      return new EpochSecret(this.centre, this.circle, epoch, secret)
    } catch {
      throw new ProtocolError("bad_lock")
    }
  }

  #lockKey(): Promise<Bytes> {
    return derive(this.secret, "lock", this.place, 32)
  }
}

/**
 * Seal an epoch's secret to a recipient's X25519 key, 80 bytes. `kind`: the circle's, by name.
 *
 * Throws ProtocolError: "bad_key".
 */
export function sealEpoch(secret: EpochSecret, kind: CircleKind, recipient: Uint8Array): Promise<Bytes> {
  return hpkeSeal(recipient, "seal", binding(secret.place, kind, recipient), secret.secret)
}

/**
 * The secret sealed to us. It is not to be used before `checkEpoch`.
 *
 * Throws ProtocolError: "truncated", "wrong_key".
 */
export async function openSeal(
  sealed: Uint8Array,
  centre: Uint8Array,
  circle: Uint8Array,
  kind: CircleKind,
  epoch: number,
  recipient: SealingKey,
): Promise<EpochSecret> {
  if (sealed.length !== SEAL_SIZE) throw new ProtocolError("truncated")
  const secret = await recipient.open("seal", binding(place(centre, circle, epoch), kind, recipient.public), sealed)
  return new EpochSecret(centre, circle, epoch, secret)
}

/**
 * Check what a statement says of an epoch against its secret, and give the earlier secret it locks.
 *
 * `earlier`: number and commitment of the epoch that `lock` locks; both null in epoch 1.
 * Throws ProtocolError: "bad_commitment", "bad_circle_key", "bad_lock".
 */
export async function checkEpoch(
  secret: EpochSecret,
  commitment: Uint8Array,
  circleKey: Uint8Array,
  lock: Uint8Array | null = null,
  earlier: readonly [epoch: number, commitment: Uint8Array] | null = null,
): Promise<EpochSecret | null> {
  if (!equalInConstantTime(await secret.commitment(), commitment)) throw new ProtocolError("bad_commitment")
  if (!equalInConstantTime((await secret.circleKey()).public, circleKey)) throw new ProtocolError("bad_circle_key")
  if (secret.epoch === 1 && lock === null && earlier === null) return null
  if (lock === null || earlier === null) throw new ProtocolError("bad_lock")
  const found = await secret.openLock(lock, earlier[0])
  if (!equalInConstantTime(await found.commitment(), earlier[1])) throw new ProtocolError("bad_lock")
  return found
}

function binding(where: Uint8Array, kind: CircleKind, recipient: Uint8Array): Bytes {
  return concat(where, uint(CIRCLE_KINDS[kind], 1), recipient)
}
