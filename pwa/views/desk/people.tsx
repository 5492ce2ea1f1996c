/** Members and their devices: who is here, whom to welcome, what to do about a lost phone. */

import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { Button } from "../../parts/controls.tsx"
import { Badge, Screen, Sheet } from "../../parts/sheet.tsx"
import { host } from "../../store/link.ts"
import type { DevicePicture, InvitePicture, MemberPicture } from "../../store/picture.ts"
import { circles, memberName, members, people } from "../../store/store.ts"
import { momentOf } from "../../words/days.ts"
import { say } from "../../words/desk.ts"
import { Invite } from "./invite.tsx"
import { NewMember } from "./new_member.tsx"

const AT_THE_DESK: ReadonlySet<string> = new Set(["staff", "admin"])

export function People() {
  const words = say().people
  const isAdmin = people.value?.me.role === "admin"
  const all = [...members.value.values()]
  const former = all.filter(({ role }) => role === null)
  return (
    <Screen title={words.title}>
      <Stale />
      <ul class="stack">
        {all
          .filter(({ role }) => role !== null)
          .map((member) => (
            <li key={member.id}>
              <Member member={member} isAdmin={isAdmin} />
            </li>
          ))}
      </ul>
      {isAdmin && <NewMember />}
      <OpenInvites />
      {former.length > 0 && <h2>{words.past}</h2>}
      <p>{former.map(({ name }) => name).join("・")}</p>
    </Screen>
  )
}

function Member({ member, isAdmin }: { readonly member: MemberPicture; readonly isAdmin: boolean }) {
  const words = say().people
  const isEnding = useSignal(false)
  const isMe = people.value?.me.member === member.id
  return (
    <Sheet label={member.name}>
      <div class="row apart">
        <h2>{member.name}</h2>
        <span class="row">
          {member.role && <Badge>{words.roles[member.role]}</Badge>}
          {member.duties.map((duty) => (
            <Badge key={duty}>{words.duty[duty as keyof typeof words.duty] ?? duty}</Badge>
          ))}
        </span>
      </div>
      {member.post && <p class="soft">{member.post}</p>}
      {member.devices.length === 0 && <p class="soft">{words.noDevice}</p>}
      {member.devices.map((device) => (
        <Device key={device.key} device={device} isAdmin={isAdmin}>
          {member.role && AT_THE_DESK.has(member.role) && <Seat device={device} />}
        </Device>
      ))}
      {isAdmin && <Invite member={member.id} />}
      {isAdmin && !isMe && !isEnding.value && (
        <Button
          look="plain"
          onPress={() => {
            isEnding.value = true
          }}
        >
          {words.end}
        </Button>
      )}
      {isEnding.value && (
        <>
          <p>{words.endHelp}</p>
          <Button look="danger" onPress={() => void host.endMember(member.id)}>
            {words.endSure}
          </Button>
        </>
      )}
    </Sheet>
  )
}

interface DeviceProps {
  readonly device: DevicePicture
  readonly isAdmin: boolean
  readonly children: ComponentChildren
}

function Device({ device, isAdmin, children }: DeviceProps) {
  const words = say().people
  const isLost = useSignal(false)
  const could = useSignal<number | null>(null)
  const stop = async () => {
    const { circles: read } = await host.revoke(device.key)
    could.value = read.length
  }
  return (
    <div class="stack">
      <p class="row apart">
        <span>
          {device.name} {device.isThis && <Badge>{words.thisDevice}</Badge>}
          {!device.isActive && <Badge>{words.off}</Badge>}
        </span>
        {isAdmin && device.isActive && !device.isThis && !isLost.value && (
          <Button
            onPress={() => {
              isLost.value = true
            }}
          >
            {words.lost}
          </Button>
        )}
      </p>
      {children}
      {isLost.value && could.value === null && (
        <>
          <p>{words.lostHelp}</p>
          <Button look="danger" onPress={() => void stop()}>
            {words.stop}
          </Button>
        </>
      )}
      {could.value !== null && (
        <p role="status">
          {words.stopped}。{words.could(could.value)}
        </p>
      )}
    </div>
  )
}

/** A device of the staff that does not sit at our desk yet. */
function Seat({ device }: { readonly device: DevicePicture }) {
  const words = say().people
  const desk = [...circles.value.values()].find(({ kind, opens }) => kind === "desk" && opens)
  if (!desk || !device.isActive || desk.devices.includes(device.key)) return null
  return (
    <>
      <Button onPress={() => void host.seat(device.key, desk.id)}>{words.seat}</Button>
      <p class="soft">{words.seatHelp}</p>
    </>
  )
}

function OpenInvites() {
  const words = say().people
  const open = people.value?.invites ?? []
  if (open.length === 0) return null
  return (
    <section class="stack">
      <h2>{words.open}</h2>
      {open.map((invite) => (
        <OpenInvite key={invite.key} invite={invite} />
      ))}
    </section>
  )
}

function OpenInvite({ invite: { key, member, expires } }: { readonly invite: InvitePicture }) {
  return (
    <p class="row apart">
      <span>{say().when(memberName(member), `〜 ${momentOf(expires)}`)}</span>
      <Button look="plain" onPress={() => void host.cancelInvite(key)}>
        {say().people.cancel}
      </Button>
    </p>
  )
}

/** Places where nobody can write until somebody who reads them makes new keys. */
function Stale() {
  const words = say().people
  const stale = [...circles.value.values()].filter(({ isStale, opens }) => isStale && opens)
  if (stale.length === 0) return null
  return (
    <Sheet tone="care">
      <p>{words.stale(stale.length)}</p>
      <p class="soft">{words.staleHelp}</p>
      <Button look="main" onPress={() => void host.renewStale()}>
        {words.renew}
      </Button>
    </Sheet>
  )
}
