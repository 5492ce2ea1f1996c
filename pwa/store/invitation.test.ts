import { beforeEach, describe, expect, it, vi } from "vitest"
import { type Host, Refusal } from "./host.ts"
import { accept } from "./invitation.ts"
import { step } from "./way_in.ts"

const HERE = "https://engawa.example"
const CODE = "#i=AbC-_123"
const readInvitation = vi.fn<Host["readInvitation"]>()

vi.mock("./link.ts", () => ({ host: { readInvitation: (link: string) => readInvitation(link) } }))

beforeEach(() => {
  vi.stubGlobal("window", { location: { origin: HERE } })
  readInvitation.mockReset().mockResolvedValue({ server: HERE })
  step.value = { at: "scan" }
})

describe("an invitation to this server", () => {
  it.each([
    ["alone", `${HERE}/${CODE}`],
    ["with white space around it", `  ${HERE}/${CODE}\n`],
    ["inside a message", `どうぞ→${HERE}/${CODE} （1週間）`],
    ["under another name of the server", `https://other.example/${CODE}`],
  ])("%s goes on as an opened link", async (_, text) => {
    expect(await accept(text)).toBe(null)
    expect(step.value).toEqual({ at: "join", links: [`${HERE}/${CODE}`] })
  })
})

describe("anything else", () => {
  it.each([
    ["of another kind", "https://shop.example/?id=1", { why: "foreign" }],
    ["of the app without an invitation", HERE, { why: "foreign" }],
    ["that is a recovery key", `ENGAWA-RECOVERY-1:${"ABCD".repeat(11)}`, { why: "recovery" }],
  ])("%s is told apart without being read", async (_, text, stray) => {
    expect(await accept(text)).toEqual(stray)
    expect(readInvitation).not.toHaveBeenCalled()
    expect(step.value).toEqual({ at: "scan" })
  })

  it.each(["malformed", "truncated", "bad_check", "wrong_centre"])("that is %s is called damaged", async (code) => {
    readInvitation.mockRejectedValue(new Refusal(code))

    expect(await accept(CODE)).toEqual({ why: "damaged" })
  })

  it("of a newer app asks for an update", async () => {
    readInvitation.mockRejectedValue(new Refusal("unknown_suite"))

    expect(await accept(CODE)).toEqual({ why: "newer" })
  })

  it.each([
    ["https://elsewhere.example", { why: "elsewhere", server: "elsewhere.example" }],
    ["http://engawa.example", { why: "elsewhere", server: "engawa.example" }],
    ["call this number", { why: "damaged" }],
  ])("for the server %s stays out", async (server, stray) => {
    readInvitation.mockResolvedValue({ server })

    expect(await accept(CODE)).toEqual(stray)
    expect(step.value).toEqual({ at: "scan" })
  })
})
