/** Words in both languages: the same shape twice, and the reader's choice between them. */

import { signal } from "@preact/signals"

export type Language = "ja" | "en"

export const language = signal<Language>("ja")

/** Strings become `string`, so that the other language may differ; functions keep their parameters. */
type Shape<T> = T extends string
  ? string
  : T extends (...given: infer G) => string
    ? (...given: G) => string
    : { readonly [K in keyof T]: Shape<T[K]> }

/** The words of one screen. Reads the reader's language when called: call it where it is drawn. */
export function both<T>(ja: T, en: Shape<T>): () => Shape<T> {
  return () => (language.value === "ja" ? (ja as Shape<T>) : en)
}
