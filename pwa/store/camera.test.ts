import { beforeEach, describe, expect, it, vi } from "vitest"
import { type Camera, type NoCamera, openCamera, whileShown } from "./camera.ts"

class Track extends EventTarget {
  isLive = true
  lit: unknown = null
  readonly can: object

  constructor(can: object = {}) {
    super()
    this.can = can
  }

  getCapabilities = () => this.can
  stop = () => {
    this.isLive = false
  }
  applyConstraints = async (wanted: { advanced: unknown[] }) => {
    this.lit = wanted.advanced[0]
  }
}

const streamOf = (...tracks: Track[]) => ({ getTracks: () => tracks, getVideoTracks: () => tracks })
const settled = () => new Promise((done) => setTimeout(done, 0))

let asked: Promise<unknown>
let heard: (Camera | NoCamera)[]
const watcher = {
  opened: (camera: Camera) => heard.push(camera),
  failed: (why: NoCamera) => heard.push(why),
}
const getUserMedia = vi.fn((_wanted: MediaStreamConstraints) => asked)

beforeEach(() => {
  heard = []
  getUserMedia.mockClear()
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } })
})

describe("a camera", () => {
  it("is the one at the back, and never listens", () => {
    asked = new Promise(() => undefined)
    openCamera(watcher)

    expect(getUserMedia.mock.calls[0]?.[0]).toMatchObject({
      audio: false,
      video: { facingMode: { ideal: "environment" } },
    })
  })

  it("is off, every track of it, once it is closed", async () => {
    const tracks = [new Track(), new Track()]
    asked = Promise.resolve(streamOf(...tracks))
    const close = openCamera(watcher)
    await settled()

    expect([true, true]).toEqual(tracks.map(({ isLive }) => isLive))
    close()
    expect([false, false]).toEqual(tracks.map(({ isLive }) => isLive))
  })

  it("that opens after it was closed is off at once, and nobody is told", async () => {
    const track = new Track()
    asked = Promise.resolve(streamOf(track))
    openCamera(watcher)()
    await settled()

    expect({ isLive: false, heard: [] }).toEqual({ isLive: track.isLive, heard })
  })

  it.each<[string, NoCamera]>([
    ["NotAllowedError", "refused"],
    ["SecurityError", "refused"],
    ["NotFoundError", "none"],
    ["OverconstrainedError", "none"],
    ["NotReadableError", "busy"],
    ["AbortError", "busy"],
  ])("%s is told as %s", async (name, why) => {
    asked = Promise.reject(new DOMException("", name))
    openCamera(watcher)
    await settled()

    expect([why]).toEqual(heard)
  })

  it("is told to be missing by a browser that knows none", async () => {
    vi.stubGlobal("navigator", {})
    openCamera(watcher)
    await settled()

    expect(["none"]).toEqual(heard)
  })

  it("that is taken away is told", async () => {
    const track = new Track()
    asked = Promise.resolve(streamOf(track))
    openCamera(watcher)
    await settled()
    track.dispatchEvent(new Event("ended"))

    expect("busy").toBe(heard[1])
  })

  it("has a light if its track has one", async () => {
    const tracks = [new Track(), new Track({ torch: true })]
    const lights: Camera["light"][] = []
    for (const track of tracks) {
      asked = Promise.resolve(streamOf(track))
      openCamera({ ...watcher, opened: ({ light }) => lights.push(light) })
      await settled()
    }
    await lights[1]?.(true)

    expect(null).toBe(lights[0])
    expect({ torch: true }).toEqual(tracks[1]?.lit)
  })
})

describe("while the page is shown", () => {
  const page = Object.assign(new EventTarget(), { hidden: false })
  const show = (isShown: boolean) => {
    page.hidden = !isShown
    page.dispatchEvent(new Event("visibilitychange"))
  }
  let open: number
  const begin = () => {
    open += 1
    return () => {
      open -= 1
    }
  }

  beforeEach(() => {
    open = 0
    page.hidden = false
    vi.stubGlobal("document", page)
  })

  it("it is done; hidden it is not; shown again it is done again, once", () => {
    whileShown(begin)
    const seen = [open]
    for (const isShown of [false, false, true, true]) {
      show(isShown)
      seen.push(open)
    }

    expect([1, 0, 0, 1, 1]).toEqual(seen)
  })

  it("it ends for good when it is ended", () => {
    const end = whileShown(begin)
    end()
    show(false)
    show(true)

    expect(0).toBe(open)
  })

  it("it does not begin on a hidden page", () => {
    page.hidden = true
    whileShown(begin)

    expect(0).toBe(open)
  })
})
