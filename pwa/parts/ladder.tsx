/** The ladder over time, as a picture with its table: rungs named, no arrows, no colours that praise or blame. */

import { type Meeting, rungs } from "../store/ladder.ts"
import { memberName } from "../store/store.ts"
import { say } from "../words/day.ts"
import { dayOf, shortDay } from "../words/days.ts"
import { choiceName } from "../words/records.ts"

const ROW = 26
const COLUMN = 44
const NAMES = 172
const TOP = 16

export function Ladder({ meetings }: { readonly meetings: readonly Meeting[] }) {
  const words = say().house
  if (meetings.length === 0) return <p>{words.none}</p>
  return (
    <figure class="stack">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be within reach of a keyboard */}
      <section class="ladder" tabIndex={0} aria-label={words.ladder}>
        <Picture meetings={meetings} />
      </section>
      <figcaption class="soft">{words.ladderHelp}</figcaption>
      <details>
        <summary>{words.table}</summary>
        <Table meetings={meetings} />
      </details>
    </figure>
  )
}

function Picture({ meetings }: { readonly meetings: readonly Meeting[] }) {
  const levels = rungs()
  const x = (at: number) => NAMES + at * COLUMN + COLUMN / 2
  const y = (rung: number) => TOP + (levels.length - 1 - rung) * ROW + ROW / 2
  const [width, height] = [NAMES + meetings.length * COLUMN + COLUMN / 2, TOP + levels.length * ROW + 28]
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true" role="presentation">
      {levels.map((level, rung) => (
        <g key={level}>
          <text class="rung" x={NAMES - 8} y={y(rung) + 4} text-anchor="end">
            {choiceName("PersonContact", level).replace(/（.*）/u, "")}
          </text>
          <line class="rung-line" x1={NAMES} x2={width} y1={y(rung)} y2={y(rung)} />
        </g>
      ))}
      <polyline class="way" points={meetings.map(({ rung }, at) => `${x(at)},${y(rung)}`).join(" ")} />
      {meetings.map(({ note, rung, at }, place) => (
        <g key={note}>
          <circle class="met" cx={x(place)} cy={y(rung)} r={6} />
          <text class="rung" x={x(place)} y={height - 8} text-anchor="middle">
            {dayOf(at).slice(5).replace("-", "/")}
          </text>
        </g>
      ))}
    </svg>
  )
}

function Table({ meetings }: { readonly meetings: readonly Meeting[] }) {
  const words = say().house
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{words.day}</th>
          <th scope="col">{words.level}</th>
          <th scope="col">{words.by}</th>
        </tr>
      </thead>
      <tbody>
        {meetings.map(({ note, at, level, by }) => (
          <tr key={note}>
            <td>{shortDay(dayOf(at))}</td>
            <td>{choiceName("PersonContact", level)}</td>
            <td>{memberName(by)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
