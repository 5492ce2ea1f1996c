/** The way from the page to the device in its worker. Only this file writes the store's signals. */

import { proxy, type Remote, wrap } from "comlink"
import { appUrl } from "../register.ts"
import workerUrl from "../worker/worker.ts?worker&url"
import { type Host, Refusal, type Watcher } from "./host.ts"
import { forgetAll, now, people, sync, takeRecords, takeReviews } from "./store.ts"
import { closed } from "./way_in.ts"

/** The device, whatever is behind it. Set by `connect`. */
export let host: Host

const HALF_A_MINUTE = 30_000

const watcher: Watcher = {
  records: takeRecords,
  people: (given) => {
    people.value = given
  },
  sync: (given) => {
    sync.value = given
  },
  reviews: takeReviews,
  closed: (why) => {
    forgetAll()
    closed(why)
  },
}

/** Start the worker, or take another host, for looking at screens without one. */
export async function connect(given?: Host): Promise<void> {
  host = given ?? startWorker()
  await host.watch(given ? watcher : (proxy(watcher) as Watcher))
  setInterval(() => {
    now.value = Date.now()
  }, HALF_A_MINUTE)
  window.addEventListener("online", () => {
    if (people.value) void host.contact()
  })
}

function startWorker(): Host {
  const worker = new Worker(appUrl(new URL(workerUrl, location.origin)), { type: "module", name: "engawa" })
  return speaking(wrap<Host>(worker))
}

/** A worker's errors are words again. */
function speaking(remote: Remote<Host>): Host {
  return new Proxy(remote, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>
      return (...given: unknown[]) => method(...given).catch(refuse)
    },
  }) as unknown as Host
}

function refuse(error: unknown): never {
  throw new Refusal(error instanceof Error ? error.message : "unexpected")
}
