import { expect, it, vi } from "vitest"
import type { Typing } from "./host.ts"
import { keep } from "./typing.ts"

const asked: { readonly typing: Typing; readonly done: () => void; readonly fail: (error: Error) => void }[] = []
const dropped: string[] = []

vi.mock("./link.ts", () => ({
  host: {
    keepTyping: (typing: Typing) => new Promise<void>((done, fail) => asked.push({ typing, done, fail })),
    dropTyping: async (id: string) => void dropped.push(id),
  },
}))

const turn = () => new Promise((resolve) => setTimeout(resolve))
const contents = () => asked.splice(0).map(({ typing }) => typing.content)

it("keeps a keystroke at once, and what is typed meanwhile as soon as that is kept, the last of it only", async () => {
  const { content, keptAt } = keep("a", { form: "visit" }, "")
  content.value = "え"
  content.value = "えん"
  content.value = "えんが"
  const [first] = asked

  expect(contents()).toEqual(["え"])
  expect(keptAt.value).toBeNull()

  first!.done()
  await turn()

  expect(contents()).toEqual(["えんが"])
  expect(keptAt.value).not.toBeNull()
})

it("tries again with the next keystroke what could not be kept", async () => {
  const { content } = keep("b", { form: "visit" }, "")
  content.value = "え"
  asked[0]!.fail(new Error("full"))
  await turn()
  content.value = "えん"

  expect(contents()).toEqual(["え", "えん"])
})

it("forgets a form only after its last keystroke was kept, so that nothing of it comes back", async () => {
  const { content, done } = keep("c", { form: "visit" }, "")
  content.value = "え"
  const forgotten = done()
  await turn()

  expect(dropped).toEqual([])

  asked[0]!.done()
  await forgotten

  expect(dropped).toEqual(["c"])
})
