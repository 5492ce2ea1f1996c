/** An invitation for one device of a member: a QR and a link, shown once. */

import { useSignal } from "@preact/signals"
import { Button } from "../../parts/controls.tsx"
import { Qr } from "../../parts/qr.tsx"
import { host } from "../../store/link.ts"
import type { Id } from "../../store/picture.ts"
import { now } from "../../store/store.ts"
import { say } from "../../words/desk.ts"

const A_WEEK = 7 * 86_400_000

export function Invite({ member }: { readonly member: Id }) {
  const words = say().people
  const invite = useSignal<{ readonly link: string; readonly svg: string } | null>(null)
  const isCopied = useSignal(false)
  const isBusy = useSignal(false)
  const ask = async () => {
    isBusy.value = true
    invite.value = await host.invite(member, now.value + A_WEEK)
    isBusy.value = false
  }
  if (!invite.value) {
    return (
      <Button disabled={isBusy.value} onPress={() => void ask()}>
        {words.invite}
      </Button>
    )
  }
  const { link, svg } = invite.value
  return (
    <div class="stack">
      <p>{words.inviteHelp}</p>
      <Qr svg={svg} name={words.invite} />
      <div class="row">
        <Button
          onPress={() => {
            void navigator.clipboard.writeText(link)
            isCopied.value = true
          }}
        >
          {isCopied.value ? words.copied : words.copy}
        </Button>
        <Button
          look="plain"
          onPress={() => {
            invite.value = null
          }}
        >
          {say().close}
        </Button>
      </div>
    </div>
  )
}
