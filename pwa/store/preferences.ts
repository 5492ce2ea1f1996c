/** How one person likes to read: kept in this browser, in the open, for it says nothing about anybody. */

import { effect, signal } from "@preact/signals"
import { type Language, language } from "../words/both.ts"
import { type Calendar, calendar } from "../words/days.ts"

export type Theme = "system" | "light" | "dark"
export type TextSize = "normal" | "large" | "larger"

export const theme = signal<Theme>("system")
export const textSize = signal<TextSize>("normal")

const KEY = "engawa-preferences"
const SIZES: Readonly<Record<TextSize, string>> = { normal: "100%", large: "118.75%", larger: "137.5%" }

interface Kept {
  readonly language?: Language
  readonly calendar?: Calendar
  readonly theme?: Theme
  readonly textSize?: TextSize
}

/** Take what was kept, and keep what changes from now on. */
export function applyPreferences(): void {
  const kept = read()
  language.value = kept.language ?? (navigator.language.startsWith("ja") ? "ja" : "en")
  calendar.value = kept.calendar ?? "era"
  theme.value = kept.theme ?? "system"
  textSize.value = kept.textSize ?? "normal"
  effect(() => {
    const { documentElement: page } = document
    page.lang = language.value
    page.style.fontSize = SIZES[textSize.value]
    if (theme.value === "system") delete page.dataset.theme
    else page.dataset.theme = theme.value
    keep({ language: language.value, calendar: calendar.value, theme: theme.value, textSize: textSize.value })
  })
}

function read(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Kept
  } catch {
    return {}
  }
}

/** A browser that keeps nothing still shows everything. */
function keep(kept: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept))
  } catch {
    // private windows of some browsers
  }
}
