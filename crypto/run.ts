/**
 * A run: consecutive changes of one device in one circle, closed by one signature. Holds no keys.
 *
 * Source: SPEC 6.6, 6.7.  Twin: run.py.
 */

import { type Bytes, compare, concat, equal, toNumber, uint } from "./bytes.ts"
import { type ChangeHeader, chainIds, checkBodies } from "./change.ts"
import { HASH_SIZE, SIGNATURE_SIZE, SUITE, ZERO_HASH } from "./contexts.ts"
import { ProtocolError } from "./errors.ts"
import { verify } from "./signature.ts"

/** Bytes. */
export const MAX_RUN = 4_194_304
export const MAX_CHANGES = 1_000
export const MAX_KNOWN = 255
export const MAX_BLOBS = 255
export const FIXED_SIZE = 145
const KNOWN_SIZE = 68

/** The newest change of another device that the author held: device, its sequence number, its id. */
export type KnownHead = { readonly device: Uint8Array; readonly sequence: number; readonly id: Uint8Array }

/** One change of a run: its id, its header (which follows from the run) and its body. */
export type Change = { readonly id: Bytes; readonly header: ChangeHeader; readonly body: Uint8Array }

/** It carries no edit, only the chain under a newer head. */
export function isAcknowledgement(change: Change): boolean {
  return change.body.length === 0
}

/** The signed part of a run that stands before its changes. */
export type RunHead = {
  readonly centre: Uint8Array
  readonly circle: Uint8Array
  readonly epoch: number
  readonly device: Uint8Array
  readonly first: number
  readonly previous: Uint8Array
  readonly headIndex: number
  readonly headHash: Uint8Array
  readonly known: readonly KnownHead[]
  readonly blobs: readonly Uint8Array[]
}

/** A run that was read. `raw` are its bytes as they came: they are what is kept and handed on. */
export type Run = {
  readonly head: RunHead
  readonly bodies: readonly Uint8Array[]
  /** Of the changes, in order. They are chained, so the last one covers every body. */
  readonly ids: readonly Bytes[]
  readonly changes: readonly Change[]
  /** What the signature is over: everything before the changes, and the id of the last. */
  readonly signed: Bytes
  readonly signature: Uint8Array
  readonly raw: Uint8Array
}

/** The bytes before the changes of a run with `count` changes. */
export function runStart(head: RunHead, count: number): Bytes {
  return concat(
    uint(SUITE, 1),
    head.centre,
    head.circle,
    uint(head.epoch, 4),
    head.device,
    uint(head.first, 4),
    head.previous,
    uint(head.headIndex, 4),
    head.headHash,
    uint(head.known.length, 1),
    uint(head.blobs.length, 1),
    uint(count, 2),
    ...head.known.flatMap((known) => [known.device, uint(known.sequence, 4), known.id]),
    ...head.blobs,
  )
}

/** What the device signs with purpose "run": the start of the run and the id of its last change. */
export async function runMessage(head: RunHead, bodies: readonly Uint8Array[]): Promise<Bytes> {
  const ids = await chain(head, bodies)
  return concat(runStart(head, bodies.length), ids.at(-1)!)
}

/**
 * The run's bytes, to be sent and stored as they are.
 *
 * Throws ProtocolError: whatever `parseRun` would say of them.
 */
export async function closeRun(head: RunHead, bodies: readonly Uint8Array[], signature: Uint8Array): Promise<Bytes> {
  const framed = bodies.flatMap((body) => [uint(body.length, 3), body])
  const raw = concat(runStart(head, bodies.length), ...framed, signature)
  await parseRun(raw)
  return raw
}

/**
 * A run's parts; the signature is not checked yet. known: ids of its changes, if they were worked out of these bytes
 * before: here a hash is a promise, and a device has tens of thousands; Python needs none.
 *
 * Throws ProtocolError: "too_large", "truncated", "unknown_suite", "malformed" in the order of SPEC 6.7.
 */
export async function parseRun(raw: Uint8Array, known?: readonly Bytes[]): Promise<Run> {
  if (raw.length > MAX_RUN) throw new ProtocolError("too_large")
  if (raw.length < FIXED_SIZE + SIGNATURE_SIZE) throw new ProtocolError("truncated")
  if (raw[0] !== SUITE) throw new ProtocolError("unknown_suite")
  const fixed = readFixed(raw)
  const { epoch, device, first, previous, knownCount, blobCount, count } = fixed
  if (first < 1 || epoch < 1 || count < 1 || count > MAX_CHANGES || first + count - 1 >= 2 ** 32) {
    throw new ProtocolError("malformed")
  }
  if (equal(previous, ZERO_HASH) !== (first === 1)) throw new ProtocolError("malformed")
  const blobsAt = FIXED_SIZE + knownCount * KNOWN_SIZE
  const bodiesAt = blobsAt + blobCount * HASH_SIZE
  const bodies = splitBodies(raw, bodiesAt, count)
  const heads = Array.from({ length: knownCount }, (_, i) => readKnown(raw, FIXED_SIZE + i * KNOWN_SIZE))
  const blobs = Array.from({ length: blobCount }, (_, i) =>
    raw.slice(blobsAt + i * HASH_SIZE, blobsAt + (i + 1) * HASH_SIZE),
  )
  if (!ascend(heads.map((head) => head.device)) || !ascend(blobs)) throw new ProtocolError("malformed")
  if (heads.some((head) => equal(head.device, device))) throw new ProtocolError("malformed")
  checkBodies(bodies)
  const { centre, circle, headIndex, headHash } = fixed
  const head: RunHead = { centre, circle, epoch, device, first, previous, headIndex, headHash, known: heads, blobs }
  const ids = known?.length === count ? known : await chain(head, bodies)
  const signed = concat(raw.subarray(0, bodiesAt), ids.at(-1)!)
  return {
    head,
    bodies,
    ids,
    changes: changesOf(head, bodies, ids),
    signed,
    signature: raw.slice(-SIGNATURE_SIZE),
    raw,
  }
}

/**
 * Return if the run is signed by the device it names. `key`: that device's, if it is already loaded.
 *
 * Throws ProtocolError: "bad_key", "bad_signature".
 */
export function verifyRun(run: Run, key?: CryptoKey): Promise<void> {
  return verify(key ?? run.head.device, "run", run.signed, run.signature)
}

function readFixed(raw: Uint8Array) {
  return {
    centre: raw.slice(1, 17),
    circle: raw.slice(17, 33),
    epoch: toNumber(raw.subarray(33, 37)),
    device: raw.slice(37, 69),
    first: toNumber(raw.subarray(69, 73)),
    previous: raw.slice(73, 105),
    headIndex: toNumber(raw.subarray(105, 109)),
    headHash: raw.slice(109, 141),
    knownCount: raw[141]!,
    blobCount: raw[142]!,
    count: toNumber(raw.subarray(143, FIXED_SIZE)),
  }
}

function readKnown(raw: Uint8Array, at: number): KnownHead {
  return {
    device: raw.slice(at, at + 32),
    sequence: toNumber(raw.subarray(at + 32, at + 36)),
    id: raw.slice(at + 36, at + KNOWN_SIZE),
  }
}

function splitBodies(raw: Uint8Array, start: number, count: number): Uint8Array[] {
  const end = raw.length - SIGNATURE_SIZE
  const bodies: Uint8Array[] = []
  let at = start
  for (let i = 0; i < count; i++) {
    const bodyAt = at + 3
    if (bodyAt > end) throw new ProtocolError("truncated")
    at = bodyAt + toNumber(raw.subarray(at, bodyAt))
    if (at > end) throw new ProtocolError("truncated")
    bodies.push(raw.slice(bodyAt, at))
  }
  if (at !== end) throw new ProtocolError("malformed")
  return bodies
}

function chain(head: RunHead, bodies: readonly Uint8Array[]): Promise<Bytes[]> {
  return chainIds({ ...head, sequence: head.first }, bodies)
}

function changesOf(head: RunHead, bodies: readonly Uint8Array[], ids: readonly Bytes[]): Change[] {
  const { centre, circle, epoch, device, first } = head
  return ids.map((id, i) => {
    const previous = ids[i - 1] ?? head.previous
    return { id, header: { centre, circle, epoch, device, sequence: first + i, previous }, body: bodies[i]! }
  })
}

function ascend(items: readonly Uint8Array[]): boolean {
  return items.every((item, i) => i === 0 || compare(items[i - 1]!, item) < 0)
}
