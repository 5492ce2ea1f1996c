/** The app: the way in while no vault is open, then the house with the screen that the address names. */

import type { ComponentType } from "preact"
import { Bar } from "./parts/bar.tsx"
import { later } from "./parts/later.tsx"
import { Screen } from "./parts/sheet.tsx"
import { StandingLine } from "./parts/standing.tsx"
import { route } from "./store/route.ts"
import { isInside } from "./store/way_in.ts"
import { Today } from "./views/today/today.tsx"
import { WayIn } from "./views/way_in/way_in.tsx"
import { say } from "./words/house.ts"

/** Screens by the first word of the address. */
const SCREENS: Readonly<Record<string, ComponentType>> = {
  today: Today,
  visit: later(() => import("./views/visit/record_visit.tsx").then((file) => file.RecordVisit)),
  plan: later(() => import("./views/visit/plan_visit.tsx").then((file) => file.PlanVisit)),
  note: later(() => import("./views/visit/note.tsx").then((file) => file.Note)),
  household: later(() => import("./views/household/household.tsx").then((file) => file.Household)),
  waiting: later(() => import("./views/waiting/waiting.tsx").then((file) => file.Waiting)),
  me: later(() => import("./views/me/me.tsx").then((file) => file.Me)),
  alarms: later(() => import("./views/me/alarms.tsx").then((file) => file.Alarms)),
  reviews: later(() => import("./views/desk/review_queue.tsx").then((file) => file.ReviewQueue)),
  review: later(() => import("./views/desk/review.tsx").then((file) => file.Review)),
  differences: later(() => import("./views/desk/differences.tsx").then((file) => file.Differences)),
  households: later(() => import("./views/desk/households.tsx").then((file) => file.Households)),
  "new-household": later(() => import("./views/desk/new_household.tsx").then((file) => file.NewHousehold)),
  dispatch: later(() => import("./views/desk/dispatch.tsx").then((file) => file.Dispatch)),
  people: later(() => import("./views/desk/people.tsx").then((file) => file.People)),
  search: later(() => import("./views/desk/search.tsx").then((file) => file.Search)),
  history: later(() => import("./views/desk/history.tsx").then((file) => file.History)),
  edit: later(() => import("./views/desk/edit_record.tsx").then((file) => file.EditRecord)),
}

export function App() {
  return isInside.value ? <House /> : <WayIn />
}

function House() {
  const { screen, about } = route.value
  const place = [screen, ...about].join("/")
  const View = SCREENS[screen] ?? NothingHere
  return (
    <div class="house">
      <StandingLine />
      <main key={place}>
        <View />
      </main>
      <Bar />
    </div>
  )
}

function NothingHere() {
  return <Screen title={say().nothingHere}>{null}</Screen>
}
