/** What a code or a pasted text is, when it is no way in here, and what to do. */

import type { Stray } from "../store/invitation.ts"
import { both } from "./both.ts"

const say = both(
  {
    foreign: "えんがわの招待ではないようです。センターからもらったものかどうか、たしかめてください",
    recovery: "これは、センターの回復キーです。ここでは使いません。鍵のかかる場所にもどしてください",
    damaged: "招待の一部が欠けています。もう一度ためして、読めなければ、新しい招待をセンターに頼んでください",
    newer: "この招待を読むには、アプリを新しくしてください",
    elsewhere: (server: string) =>
      `この招待は、別のアドレス（${server}）のものです。招待をくれたセンターに、たしかめてください`,
  },
  {
    foreign: "This does not seem to be an invitation to Engawa. Is it what your centre gave you?",
    recovery: "This is a centre's recovery key. It is not needed here. Please lock it away again",
    damaged: "A part of this invitation is missing. If it fails again, ask the centre for a new one",
    newer: "Please update the app to read this invitation",
    elsewhere: (server: string) =>
      `This invitation is for another address (${server}). Please check with the centre that gave it to you`,
  },
)

export function strayText(stray: Stray): string {
  return stray.why === "elsewhere" ? say().elsewhere(stray.server) : say()[stray.why]
}
