import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"

/** As much of a browser as `register.ts` touches: an origin, a service worker container, one registration. */
class Browser {
  readonly container = Object.assign(new EventTarget(), {
    controller: {} as object | null,
    register: vi.fn(async () => this.registration),
    getRegistration: async () => this.registration,
  })
  readonly registration = Object.assign(new EventTarget(), {
    active: {} as object | null,
    waiting: null as { postMessage: (message: unknown) => void } | null,
    installing: null as EventTarget | null,
    update: vi.fn(async () => undefined),
  })
  readonly reload = vi.fn()
  readonly page = Object.assign(new EventTarget(), { visibilityState: "visible" })

  install(): void {
    const worker = Object.assign(new EventTarget(), { postMessage: vi.fn() })
    this.registration.installing = worker
    this.registration.dispatchEvent(new Event("updatefound"))
    this.registration.waiting = worker
    worker.dispatchEvent(new Event("statechange"))
  }
}

let browser: Browser
let app: typeof import("./register.ts")

beforeEach(async () => {
  browser = new Browser()
  vi.useFakeTimers()
  vi.resetModules()
  vi.stubEnv("PROD", true)
  vi.stubEnv("DEV", false)
  vi.stubGlobal("location", { origin: "https://a.example", href: "https://a.example/#/today", reload: browser.reload })
  vi.stubGlobal("navigator", { serviceWorker: browser.container })
  vi.stubGlobal("document", browser.page)
  app = await import("./register.ts")
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

describe("an update", () => {
  it("is offered when it is on this device, and nothing happens by itself", async () => {
    await app.register()
    browser.install()

    expect(app.update.value).toBe("ready")
    expect(browser.registration.waiting?.postMessage).not.toHaveBeenCalled()
    expect(browser.reload).not.toHaveBeenCalled()
  })

  it("that came with an earlier start is offered at once", async () => {
    browser.registration.waiting = { postMessage: vi.fn() }
    await app.register()

    expect(app.update.value).toBe("ready")
  })

  it("is none when the app is kept for the first time", async () => {
    browser.registration.active = null
    browser.container.controller = null
    await app.register()
    browser.install()
    browser.container.dispatchEvent(new Event("controllerchange"))

    expect(app.update.value).toBe("none")
    expect(browser.reload).not.toHaveBeenCalled()
  })

  it("takes over when somebody says so, and only then is the page loaded anew", async () => {
    await app.register()
    browser.install()
    await app.takeOver()

    expect(browser.registration.waiting?.postMessage).toHaveBeenCalledWith({ type: "take-over" })
    expect(browser.reload).not.toHaveBeenCalled()
    browser.container.dispatchEvent(new Event("controllerchange"))
    expect(browser.reload).toHaveBeenCalledOnce()
  })

  it("that another tab started is told, and does not reload this one", async () => {
    await app.register()
    browser.install()
    browser.container.dispatchEvent(new Event("controllerchange"))

    expect(app.update.value).toBe("taken")
    expect(browser.reload).not.toHaveBeenCalled()
  })

  it("is looked for hourly and when the page is shown, and no network is no error", async () => {
    await app.register()
    browser.registration.update.mockRejectedValue(new TypeError("no network"))
    browser.page.dispatchEvent(new Event("visibilitychange"))
    await vi.advanceTimersByTimeAsync(3_600_000)
    browser.page.visibilityState = "hidden"
    await vi.advanceTimersByTimeAsync(3_600_000)

    expect(browser.registration.update).toHaveBeenCalledTimes(2)
  })
})

describe("the policy for scripts", () => {
  it.each(["/service_worker.js", "/assets/worker-Ab_1-x.js", "https://a.example/assets/worker-1.js"])(
    "lets %s be loaded",
    (url) => {
      expect(app.appUrl(url)).toBe(url)
    },
  )

  it.each([
    "https://b.example/assets/worker-1.js",
    "//b.example/assets/a.js",
    "data:text/javascript,1",
    "blob:https://a.example/assets/a.js",
    "javascript:1",
    "/api/v1/00/blobs/00",
    "/assets/../api/a.js",
    "/assets/a.json",
    "/assets/a/b.js",
    "/other.js",
  ])("refuses %s", (url) => {
    expect(() => app.appUrl(url)).toThrow(TypeError)
  })
})
