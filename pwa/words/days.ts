/** Days and times as people here say them: era or western dates by preference, weekdays, holidays, how long ago. */

import holidays from "@holiday-jp/holiday_jp"
import { signal } from "@preact/signals"
import { language } from "./both.ts"

/** Which year a date shows: 令和8年 or 2026年. */
export type Calendar = "era" | "western"

export const calendar = signal<Calendar>("era")

/** The centres are in Japan, wherever the browser believes to be. */
export const ZONE = "Asia/Tokyo"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function locale(): string {
  if (language.value === "en") return "en-GB"
  return calendar.value === "era" ? "ja-JP-u-ca-japanese" : "ja-JP"
}

function format(options: Intl.DateTimeFormatOptions, at: number): string {
  return new Intl.DateTimeFormat(locale(), { timeZone: ZONE, ...options }).format(at)
}

/** YYYY-MM-DD in Japan. */
export function dayOf(at: number): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short" }).format(at)
}

/** The moment a day begins in Japan, ms. */
export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00+09:00`)
}

/** 令和8年5月28日(木), or 28 May 2026 (Thu). day: YYYY-MM-DD. */
export function longDay(day: string): string {
  const at = startOf(day)
  return format({ dateStyle: "long" }, at) + weekday(at)
}

/** 5月28日(木). */
export function shortDay(day: string): string {
  const at = startOf(day)
  return format({ month: "long", day: "numeric" }, at) + weekday(at)
}

function weekday(at: number): string {
  return language.value === "ja" ? `(${format({ weekday: "short" }, at)})` : ` (${format({ weekday: "short" }, at)})`
}

/** 14:10. */
export function timeOf(at: number): string {
  return new Intl.DateTimeFormat("ja-JP", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hour12: false }).format(
    at,
  )
}

/** 5月28日(木) 14:10. */
export function momentOf(at: number): string {
  return `${shortDay(dayOf(at))} ${timeOf(at)}`
}

/** The name of a Japanese holiday; null on other days. */
export function holidayOf(day: string): string | null {
  const [found] = holidays.between(new Date(`${day}T00:00:00`), new Date(`${day}T00:00:00`))
  if (!found) return null
  return language.value === "ja" ? found.name : found.name_en
}

/** 3時間前, or 3 h ago. */
export function ago(at: number, now: number): string {
  const [amount, unit] = since(Math.max(0, now - at))
  if (amount === 0) return language.value === "ja" ? "たった今" : "just now"
  return language.value === "ja" ? `${amount}${unit[0]}前` : `${amount} ${unit[1]} ago`
}

function since(passed: number): readonly [number, readonly [string, string]] {
  if (passed < HOUR) return [Math.floor(passed / MINUTE), ["分", "min"]]
  if (passed < DAY) return [Math.floor(passed / HOUR), ["時間", "h"]]
  return [Math.floor(passed / DAY), ["日", passed < 2 * DAY ? "day" : "days"]]
}
