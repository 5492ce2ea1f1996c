/**
 * What a device keeps in its vault: who it is, how far it has come, its chains, its dead letters, what it has pulled.
 *
 * The vault vouches for every byte: what is read here was written here, or by the Python twin. Structs are MessagePack
 * maps in the order in which their fields are declared.  Twin: sync/device_values.py.
 */

import { decode, encode } from "@msgpack/msgpack"
import { type Bytes, concat, toHex, uint } from "../crypto/bytes.ts"
import { chainIds } from "../crypto/change.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { type Change, parseRun, type RunHead } from "../crypto/run.ts"
import { ByteMap, ByteSet, textOf } from "./byte_map.ts"
import { type Draft, type OpenRun, OwnChain, type Place, type SaidHead } from "./own_chain.ts"

/** Among the desks a device is seated at: it knows the circles its member was in when it came. */
export const ENROLLED: Uint8Array = new Uint8Array(0)

/** Who this device is. link: of the invitation, until it is enrolled. As text, and in consoles, without its keys. */
export class Identity {
  readonly centre: Uint8Array
  readonly origin: string
  readonly link: string | null
  readonly #signing: Uint8Array
  readonly #sealing: Uint8Array

  constructor(
    centre: Uint8Array,
    origin: string,
    signing: Uint8Array,
    sealing: Uint8Array,
    link: string | null = null,
  ) {
    this.centre = centre
    this.origin = origin
    this.link = link
    this.#signing = signing
    this.#sealing = sealing
  }

  get signing(): Uint8Array {
    return this.#signing
  }

  get sealing(): Uint8Array {
    return this.#sealing
  }

  /** The same, once it is enrolled. */
  withoutLink(): Identity {
    return new Identity(this.centre, this.origin, this.#signing, this.#sealing)
  }

  toString(): string {
    return `Identity(${toHex(this.centre)})`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** Something that a person has to see. about: a circle, device, run or entry; empty if it is about the server. */
export type Alarm = { readonly code: string; readonly about: Uint8Array; readonly at: number }

/**
 * How far this device has come. whole: circles fetched from their beginning; seated: desks whose circles it knows, and
 * `ENROLLED` once it knows those of its member.
 *
 * generation: of the directory's files; a device that changes over to another chain begins a new one.
 */
export type Standing = { cursor: number; generation: number; whole: ByteSet; seated: ByteSet; alarms: Alarm[] }

export function newStanding(): Standing {
  return { cursor: 0, generation: 1, whole: new ByteSet(), seated: new ByteSet(), alarms: [] }
}

/**
 * A run the server would not take, or holds apart, why, and what its changes say, in order.
 *
 * id: of the run's last change. It is not in the value but in its name.
 */
export type DeadLetter = {
  readonly id: Uint8Array
  readonly circle: Uint8Array
  readonly code: string
  readonly run: Uint8Array
  readonly texts: readonly Uint8Array[]
  readonly at: number
}

/** cursor: in the server's log, 0 where it told none; index: of the directory's head when it arrived there. */
export type KeptRun = { readonly cursor: number; readonly index: number; readonly run: Uint8Array }

/** An entry, and the statements that came with it. */
export type KeptEntry = { readonly entry: Uint8Array; readonly statements: readonly Uint8Array[] }

/** A statement that came later than its entry. */
export type KeptStatement = { readonly index: number; readonly statement: Uint8Array }

/** How values of one kind stand in MessagePack. */
export type Kind<T> = { readonly pack: (value: T) => Bytes; readonly unpack: (read: Read) => T }

export const IDENTITY: Kind<Identity> = {
  pack: ({ centre, origin, signing, sealing, link }) => encode({ centre, origin, signing, sealing, link }),
  unpack: (read) => {
    const { centre, origin, signing, sealing, link } = asMap(read)
    const name = link === null || link === undefined ? null : asText(link)
    return new Identity(asBytes(centre), asText(origin), asBytes(signing), asBytes(sealing), name)
  },
}

export const STANDING: Kind<Standing> = {
  pack: ({ cursor, generation, whole, seated, alarms }) => {
    return encode({ cursor, generation, whole: whole.values(), seated: seated.values(), alarms })
  },
  unpack: (read) => {
    const { cursor, generation, whole, seated, alarms } = asMap(read)
    return {
      cursor: asNumber(cursor),
      generation: asNumber(generation),
      whole: new ByteSet(asArray(whole).map(asBytes)),
      seated: new ByteSet(asArray(seated).map(asBytes)),
      alarms: asArray(alarms).map(readAlarm),
    }
  },
}

/** Without its id. */
export const DEAD_LETTER: Kind<Omit<DeadLetter, "id">> = {
  pack: ({ circle, code, run, texts, at }) => encode({ circle, code, run, texts, at }),
  unpack: (read) => {
    const { circle, code, run, texts, at } = asMap(read)
    return {
      circle: asBytes(circle),
      code: asText(code),
      run: asBytes(run),
      texts: asArray(texts).map(asBytes),
      at: asNumber(at),
    }
  },
}

export const KEPT_RUN: Kind<KeptRun> = {
  pack: ({ cursor, index, run }) => encode([cursor, index, run]),
  unpack: (read) => {
    const [cursor, index, run] = asArray(read)
    return { cursor: asNumber(cursor), index: asNumber(index), run: asBytes(run) }
  },
}

export const KEPT_ENTRY: Kind<KeptEntry> = {
  pack: ({ entry, statements }) => encode([entry, statements]),
  unpack: (read) => {
    const [entry, statements] = asArray(read)
    return { entry: asBytes(entry), statements: asArray(statements).map(asBytes) }
  },
}

export const KEPT_STATEMENT: Kind<KeptStatement> = {
  pack: ({ index, statement }) => encode([index, statement]),
  unpack: (read) => {
    const [index, statement] = asArray(read)
    return { index: asNumber(index), statement: asBytes(statement) }
  },
}

export function packValue<T>(kind: Kind<T>, value: T): Bytes {
  return kind.pack(value)
}

/** What `packValue` packed. */
export function unpackValue<T>(kind: Kind<T>, value: Uint8Array): T {
  return kind.unpack(decode(value))
}

/** A list of packed values. */
export function packList(values: readonly Uint8Array[]): Bytes {
  return concat(header(values.length, 0x90, 0xdc), ...values)
}

/** What `packList` packed, values of one kind. */
export function unpackList<T>(kind: Kind<T>, value: Uint8Array): T[] {
  return asArray(decode(value)).map(kind.unpack)
}

/** An own chain with everything that is unsent. */
export function packChain(chain: OwnChain): Bytes {
  const { circle, sent, sentHead, closed, open, texts, drafts, said } = chain
  const fields = {
    circle: encode(circle),
    sent: encode(sent),
    sent_head: encode(sentHead),
    closed: encode(closed.map((run) => run.raw)),
    open: encode(open && started(open.head)),
    bodies: encode(open ? open.changes.map((change) => change.body) : []),
    texts: packByteMap(texts),
    drafts: encode(drafts.map(({ id, plaintext }) => ({ id, plaintext }))),
    said: packByteMap(said),
  }
  return packPairs(Object.entries(fields).map(([name, value]) => [encode(name), value]))
}

/** What `packChain` packed. */
export async function unpackChain(value: Uint8Array): Promise<OwnChain> {
  // Keys are bytes in some of its maps. The library knows keys that are texts alone: these are turned back by `byteMap`.
  const kept = asMap(
    decode(value, { mapKeyConverter: (key) => (key instanceof Uint8Array ? textOf(key) : asText(key)) }),
  )
  const circle = asBytes(kept.circle)
  return new OwnChain(
    circle,
    asPlace(kept.sent),
    asNumber(kept.sent_head),
    await Promise.all(asArray(kept.closed).map((run) => parseRun(asBytes(run)))),
    kept.open === null ? null : await openRun(circle, asArray(kept.open), asArray(kept.bodies).map(asBytes)),
    byteMap(kept.texts, asBytes),
    asArray(kept.drafts).map(readDraft),
    byteMap(kept.said, readSaid),
  )
}

/** The head of an open run. */
function started(head: RunHead): readonly unknown[] {
  return [head.centre, head.epoch, head.device, head.first, head.previous, head.headIndex, head.headHash]
}

async function openRun(circle: Uint8Array, kept: readonly Read[], bodies: readonly Uint8Array[]): Promise<OpenRun> {
  const [centre, device, previous, headHash] = [kept[0], kept[2], kept[4], kept[6]].map(asBytes) as Four
  const [epoch, first, headIndex] = [kept[1], kept[3], kept[5]].map(asNumber) as Three
  const place = { centre, circle, epoch, device, previous }
  const ids = await chainIds({ ...place, sequence: first }, bodies)
  const changes = ids.map((id, i): Change => {
    const header = { ...place, sequence: first + i, previous: ids[i - 1] ?? previous }
    return { id, header, body: bodies[i]! }
  })
  return { head: { ...place, first, headIndex, headHash, known: [], blobs: [] }, changes }
}

function readAlarm(read: Read): Alarm {
  const { code, about, at } = asMap(read)
  return { code: asText(code), about: asBytes(about), at: asNumber(at) }
}

function readDraft(read: Read): Draft {
  const { id, plaintext } = asMap(read)
  return { id: asBytes(id), plaintext: asBytes(plaintext) }
}

function readSaid(read: Read): SaidHead {
  const [id, first] = asArray(read)
  return [asBytes(id), asNumber(first)]
}

function asPlace(read: Read): Place {
  const [sequence, id] = asArray(read)
  return [asNumber(sequence), asBytes(id)]
}

function packByteMap(map: ByteMap<unknown>): Bytes {
  return packPairs(map.entries().map(([key, value]) => [encode(key), encode(value)]))
}

function packPairs(pairs: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): Bytes {
  return concat(header(pairs.length, 0x80, 0xde), ...pairs.flat())
}

/** What stands before the items of an array or a map: their number, in the shortest of three forms. */
function header(count: number, short: number, long: number): Bytes {
  if (count < 0x10) return uint(short + count, 1)
  return count < 0x10000 ? concat(uint(long, 1), uint(count, 2)) : concat(uint(long + 1, 1), uint(count, 4))
}

function byteMap<T>(read: Read, item: (read: Read) => T): ByteMap<T> {
  const map = new ByteMap<T>()
  for (const [key, value] of Object.entries(asMap(read))) {
    map.set(
      Uint8Array.from(key, (letter) => letter.charCodeAt(0)),
      item(value),
    )
  }
  return map
}

/** What the library made of MessagePack. The functions below throw ProtocolError "malformed" where it is another thing. */
type Read = unknown
type Three = [number, number, number]
type Four = [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

function asBytes(read: Read): Uint8Array {
  if (read instanceof Uint8Array) return read
  throw new ProtocolError("malformed")
}

function asNumber(read: Read): number {
  if (typeof read === "number") return read
  throw new ProtocolError("malformed")
}

function asText(read: Read): string {
  if (typeof read === "string") return read
  throw new ProtocolError("malformed")
}

function asArray(read: Read): readonly Read[] {
  if (Array.isArray(read)) return read
  throw new ProtocolError("malformed")
}

function asMap(read: Read): { readonly [name: string]: Read } {
  if (typeof read === "object" && read !== null && !Array.isArray(read) && !(read instanceof Uint8Array)) {
    return read as { readonly [name: string]: Read }
  }
  throw new ProtocolError("malformed")
}
