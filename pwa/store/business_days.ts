/** Working days in Japan: no Saturday, no Sunday, no public holiday. Days are YYYY-MM-DD. */

import holidays from "@holiday-jp/holiday_jp"

const DAY = 86_400_000

export function isWorkingDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  const weekday = at.getUTCDay()
  return weekday !== 0 && weekday !== 6 && !isHoliday(day)
}

/** The working day that is so many working days after a day. */
export function workingDaysAfter(day: string, count: number): string {
  let [reached, left] = [day, count]
  while (left > 0) {
    reached = dayAfter(reached)
    if (isWorkingDay(reached)) left--
  }
  return reached
}

export function dayAfter(day: string, count = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY).toISOString().slice(0, 10)
}

function isHoliday(day: string): boolean {
  return Object.hasOwn(holidays.holidays, day)
}
