/**
 * How long a passphrase would last against somebody who has the phone and much money.
 *
 * An honest rule of thumb, no more: characters count by their kind, what repeats or stands in a row counts little. Every
 * guess costs 64 MiB and a third of a second on a phone; a rich attacker makes a million a second.
 */

export type Strength = "weak" | "fair" | "good"

/** Bits below which it is weak, and from which it is good. */
const FAIR = 40
const GOOD = 60
export const SHORTEST = 8 // characters

const KINDS: readonly (readonly [RegExp, number])[] = [
  [/[0-9０-９]/u, 3.3],
  [/[a-zａ-ｚ]/u, 4],
  [/[A-ZＡ-Ｚ]/u, 4.5],
  [/[\p{sc=Hira}\p{sc=Kana}]/u, 5],
  [/\p{sc=Han}/u, 8],
]
const OTHER = 5
const ROW = 1 // of a character that repeats the one before, or follows it in its alphabet

/** Bits, roughly. */
export function bitsOf(passphrase: string): number {
  let [bits, before] = [0, -10]
  for (const letter of passphrase) {
    const code = letter.codePointAt(0) ?? 0
    const isInRow = Math.abs(code - before) <= 1
    bits += isInRow ? ROW : (KINDS.find(([kind]) => kind.test(letter))?.[1] ?? OTHER)
    before = code
  }
  return bits
}

export function strengthOf(passphrase: string): Strength {
  const bits = [...passphrase].length < SHORTEST ? 0 : bitsOf(passphrase)
  return bits >= GOOD ? "good" : bits >= FAIR ? "fair" : "weak"
}
