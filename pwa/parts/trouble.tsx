/** A refusal in plain words: what happened, what to do, and the code for whoever helps by phone. */

import { refusalAdvice, refusalText } from "../words/refusals.ts"
import { Sheet } from "./sheet.tsx"

export function Trouble({ code }: { readonly code: string | null }) {
  return <div aria-live="assertive">{code && <Told code={code} />}</div>
}

function Told({ code }: { readonly code: string }) {
  return (
    <Sheet tone="care">
      <p>{refusalText(code)}</p>
      {refusalAdvice(code) && <p>{refusalAdvice(code)}</p>}
      <p class="soft">{code}</p>
    </Sheet>
  )
}
