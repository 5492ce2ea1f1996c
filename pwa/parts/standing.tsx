/** The line at the top: what waits, how old what we see is, what a person has to see. Grey: no signal is normal. */

import { CloudOff, RefreshCw, TriangleAlert } from "lucide-preact"
import { host } from "../store/link.ts"
import type { SyncPicture } from "../store/picture.ts"
import { address } from "../store/route.ts"
import { now, sync } from "../store/store.ts"
import { ago } from "../words/days.ts"
import { say } from "../words/house.ts"

export function StandingLine() {
  const { doing, unsent, refused, received, alarms, storage, progress } = sync.value
  const words = say()
  return (
    <aside class="standing no-print" aria-live="polite">
      <span class="row">
        <Doing doing={doing} />
        {received === null ? words.never : words.received(ago(received, now.value))}
      </span>
      {unsent > 0 && <a href={address("waiting")}>{words.unsent(unsent)}</a>}
      {refused.length > 0 && <a href={address("waiting")}>{words.refused(refused.length)}</a>}
      {alarms.length > 0 && (
        <a href={address("alarms")}>
          <TriangleAlert aria-hidden="true" size="1em" /> {words.alarms(alarms.length)}
        </a>
      )}
      {storage.isFull && <strong>{words.full}</strong>}
      {progress && (
        <span class="row">
          <progress
            aria-label={words.phase[progress.phase]}
            {...(progress.total === null ? {} : { max: Math.max(1, progress.total), value: progress.done })}
          />
          {words.phase[progress.phase]} {words.of(progress.done, progress.total)}
          <button type="button" class="button plain" onClick={() => void host.stopContact()}>
            {words.stop}
          </button>
        </span>
      )}
    </aside>
  )
}

function Doing({ doing }: Pick<SyncPicture, "doing">) {
  const words = say()
  if (doing === "contact") return <RefreshCw size="1em" aria-label={words.contact} />
  if (doing === "offline") return <CloudOff size="1em" aria-label={words.offline} />
  if (doing === "stopped") return <TriangleAlert size="1em" aria-label={words.stopped} />
  return null
}
