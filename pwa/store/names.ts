/** What an id stands for, as far as this device knows: a member, a person, a household, a device. */

import { labelOfCase, personName } from "./households.ts"
import type { Id } from "./picture.ts"
import { memberName, members, people, record } from "./store.ts"

export function nameOf(id: Id): string | null {
  if (members.value.has(id)) return memberName(id)
  const person = record("person", id)
  if (person) return personName(person)
  const household = record("household", id)
  if (household) return labelOfCase(household.case)
  return deviceName(id)
}

/** null for a device nobody has named. */
export function deviceName(key: Id): string | null {
  const devices = people.value?.members.flatMap((member) => member.devices) ?? []
  return devices.find((device) => device.key === key)?.name ?? null
}
