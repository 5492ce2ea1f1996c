import { describe, expect, it } from "vitest"
import { Turn } from "./device_core.ts"

/** Something that others wait for. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

describe("a turn", () => {
  it("is had by one at a time, in the order in which they asked", async () => {
    const turn = new Turn()
    const told: string[] = []
    const work = (name: string) => async () => {
      told.push(`${name} begins`)
      await Promise.resolve()
      told.push(`${name} ends`)
    }
    await Promise.all(["a", "b", "c"].map((name) => turn.hold(work(name))))

    expect(told).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]))
  })

  it("passes on when the work fails", async () => {
    const turn = new Turn()
    const failed = turn.hold(() => Promise.reject(new Error("no"))).catch((error: Error) => error.message)

    expect([await failed, await turn.hold(async () => "next")]).toEqual(["no", "next"])
  })

  it("is let go while its holder is away, and waited for again", async () => {
    const turn = new Turn()
    const told: string[] = []
    const [away, other] = [gate(), gate()]
    const first = turn.hold(async () => {
      await turn.leave(() => away.opened)
      told.push("back")
    })
    const second = turn.hold(async () => {
      told.push("meanwhile")
      away.open()
      await other.opened
      told.push("done")
    })
    other.open()
    await Promise.all([first, second])

    expect(told).toEqual(["meanwhile", "done", "back"])
  })

  it("comes back to its holder also when what was waited for failed", async () => {
    const turn = new Turn()
    const told: string[] = []
    const first = turn.hold(async () => {
      await turn.leave(() => Promise.reject(new Error("cut"))).catch(() => told.push("cut"))
      await Promise.resolve()
      told.push("first ends")
    })
    await Promise.all([first, turn.hold(async () => void told.push("second"))])

    expect(told).toEqual(["second", "cut", "first ends"])
  })

  it("is not waited for any longer than the signal says", async () => {
    const turn = new Turn()
    const [held, stop] = [gate(), new AbortController()]
    const first = turn.hold(() => held.opened)
    const second = turn.hold(async () => "had it", stop.signal).catch((reason: unknown) => reason)
    const third = turn.hold(async () => "third")
    stop.abort("enough")
    const reason = await second
    held.open()
    await first

    expect([reason, await third]).toEqual(["enough", "third"])
  })

  it("that came is kept, whatever the signal says later", async () => {
    const turn = new Turn()
    const stop = new AbortController()
    const had = turn.hold(async () => {
      stop.abort("late")
      return "had it"
    }, stop.signal)

    expect(await had).toBe("had it")
  })
})
