/**
 * A directory entry as it is held: its statements read, and the bytes that were given for its digests.
 *
 * Source: sync/SPEC.md 3.5, crypto/SPEC.md 7.  Twin: sync/entries.py.
 */

import { concat } from "../crypto/bytes.ts"
import { centreId } from "../crypto/contexts.ts"
import { type Entry, parseEntry, statementDigest, verifyEntry } from "../crypto/entry.ts"
import { ProtocolError } from "../crypto/errors.ts"
import { verify } from "../crypto/signature.ts"
import { ByteMap } from "./byte_map.ts"
import { circleNamed, digestOf, parseStatement, type Statement } from "./statements.ts"

/** Bytes of a hashed statement. code: why it cannot be read, with `statement` null; circle: the one it speaks of. */
export type Given = {
  readonly data: Uint8Array
  readonly digest: Uint8Array
  readonly statement: Statement | null
  readonly code: string | null
  readonly circle: Uint8Array | null
}

/** What stands at one position: the statement, if in full, and its digest. */
export type Said = readonly [statement: Statement | null, digest: Uint8Array]

/**
 * An entry, its hash chain not looked at yet.
 *
 * fault: the code of the first statement in full that cannot be read; `said` ends before it.
 * founds: the centre that the keys of a founding give. enrolmentCode: what is wrong with an enrolment's signature.
 * settled: it holds a `void` that the root was found to have made; such an entry cannot fall.
 */
export type Held = {
  readonly entry: Entry
  readonly said: readonly Said[]
  readonly fault: string | null
  readonly founds: Uint8Array | null
  readonly enrolmentCode: string | null
  readonly given: ByteMap<Given>
  settled: boolean
}

/** Throws ProtocolError: "malformed", "unknown_statement" or "too_large" for a statement that stands in full. */
export function checkReadable(held: Held): void {
  if (held.fault !== null) throw new ProtocolError(held.fault)
}

/** Hashes of the entries it names in a `void`. */
export function voidsOf(held: Held): Uint8Array[] {
  return held.said.flatMap(([statement]) => (statement?.kind === "void" ? statement.entries : []))
}

/** Digests of the statements that do not stand in full, in their order. */
export function digestsOf(held: Held): Uint8Array[] {
  return held.said.filter(([statement]) => statement === null).map(([, digest]) => digest)
}

/**
 * Read an entry and the statements given with it; trusted: its hash is vouched for, no signature is checked.
 *
 * Throws ProtocolError: those of crypto 7.3, in that order; "too_large" for a given statement over 262,144 bytes.
 */
export async function readEntry(data: Uint8Array, statements: readonly Uint8Array[], trusted = false): Promise<Held> {
  const entry = await parseEntry(data)
  if (!trusted) await verifyEntry(entry)
  const [said, fault] = await readSaid(entry)
  const enrolmentCode = trusted ? null : await enrolmentCodeOf(entry.centre, said)
  const given = new ByteMap<Given>()
  for (const late of await Promise.all(statements.map(readGiven))) given.set(late.digest, late)
  return { entry, said, fault, founds: await foundsOf(said), enrolmentCode, given, settled: false }
}

/** Bytes of a statement that stands as a digest. Throws ProtocolError: "too_large". */
export async function readGiven(data: Uint8Array): Promise<Given> {
  const digest = await statementDigest(data)
  const circle = circleNamed(data)
  const [statement, code] = attempt(() => parseStatement(data))
  return { data, digest, statement, code, circle }
}

async function readSaid(entry: Entry): Promise<[Said[], string | null]> {
  const said: Said[] = []
  for (const raw of entry.statements) {
    if (raw instanceof Uint8Array) {
      said.push([null, raw])
      continue
    }
    const [statement, code] = attempt(() => parseStatement(raw))
    if (statement === null) return [said, code]
    try {
      said.push([statement, await digestOf(statement)])
    } catch (error) {
      return [said, codeOf(error)]
    }
  }
  return [said, null]
}

async function foundsOf(said: readonly Said[]): Promise<Uint8Array | null> {
  const first = said[0]?.[0]
  return first?.kind === "centre.found" ? centreId(first.root, first.rootSeal) : null
}

async function enrolmentCodeOf(centre: Uint8Array, said: readonly Said[]): Promise<string | null> {
  const first = said[0]?.[0]
  if (first?.kind !== "device.enrol") return null
  const { invite, device, sealKey, signature } = first
  try {
    await verify(invite, "enrol", concat(centre, invite, device, sealKey), signature)
    return null
  } catch (error) {
    return codeOf(error)
  }
}

function attempt(read: () => Statement): [Statement, null] | [null, string] {
  try {
    return [read(), null]
  } catch (error) {
    return [null, codeOf(error)]
  }
}

/** The code of a ProtocolError; anything else is a bug and goes on. */
export function codeOf(error: unknown): string {
  if (error instanceof ProtocolError) return error.code
  throw error
}
