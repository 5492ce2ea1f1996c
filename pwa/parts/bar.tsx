/** Where one can go: below the thumb on a phone, at the side on a desk. Which places, depends on who one is. */

import { ClipboardCheck, GitCompareArrows, House, Search, Sun, User, Users } from "lucide-preact"
import type { ComponentChildren } from "preact"
import { address, route } from "../store/route.ts"
import { people, recordsOf, reviews } from "../store/store.ts"
import { say } from "../words/house.ts"

const AT_THE_DESK: ReadonlySet<string> = new Set(["staff", "admin"])

export function Bar() {
  const words = say()
  const me = people.value?.me
  const isAtTheDesk = me !== undefined && AT_THE_DESK.has(me.role)
  return (
    <nav class="bar no-print" aria-label={words.places}>
      <Place to="today" name={words.today} icon={<Sun aria-hidden="true" />} />
      {isAtTheDesk && (
        <Place
          to="reviews"
          name={words.reviews}
          icon={<ClipboardCheck aria-hidden="true" />}
          count={waitingReviews()}
        />
      )}
      {isAtTheDesk && (
        <Place
          to="differences"
          name={words.differences}
          icon={<GitCompareArrows aria-hidden="true" />}
          count={differences()}
        />
      )}
      <Place to="households" name={words.households} icon={<House aria-hidden="true" />} />
      {isAtTheDesk && <Place to="people" name={words.people} icon={<Users aria-hidden="true" />} isForDesks />}
      <Place to="search" name={words.search} icon={<Search aria-hidden="true" />} />
      <Place to="me" name={words.me} icon={<User aria-hidden="true" />} />
    </nav>
  )
}

interface PlaceProps {
  readonly to: string
  readonly name: string
  readonly icon: ComponentChildren
  readonly count?: number
  /** Where there is room; on a phone it is reached from one's own corner. */
  readonly isForDesks?: boolean
}

function Place({ to, name, icon, count = 0, isForDesks = false }: PlaceProps) {
  return (
    <a
      href={address(to)}
      class={isForDesks ? "for-desks" : undefined}
      aria-current={route.value.screen === to ? "page" : undefined}
    >
      {icon}
      <span>{name}</span>
      {count > 0 && <span class="count">{count}</span>}
    </a>
  )
}

function waitingReviews(): number {
  return [...reviews.value.values()].filter(({ state }) => state !== "accepted").length
}

function differences(): number {
  const types = [
    "case",
    "household",
    "person",
    "contact_preference",
    "consent",
    "dispatch",
    "visit",
    "follow_up",
    "risk_flag",
  ]
  return types
    .flatMap((type) => [...recordsOf(type).values()])
    .filter(({ open }) => open.some(({ status }) => status === "conflict")).length
}
