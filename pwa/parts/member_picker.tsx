/** Members to choose from, with what they are. */

import type { Id, MemberPicture } from "../store/picture.ts"
import { say } from "../words/desk.ts"
import { ManyChips } from "./controls.tsx"

export interface MemberPickerProps {
  readonly legend: string
  readonly members: readonly MemberPicture[]
  readonly chosen: readonly Id[]
  readonly onChoose: (members: readonly Id[]) => void
}

export function MemberPicker({ legend, members, chosen, onChoose }: MemberPickerProps) {
  if (members.length === 0) return <p>{say().dispatch.none}</p>
  const options = members.map(({ id, name, role }) => {
    return { value: id, label: role ? `${name}（${say().people.roles[role]}）` : name }
  })
  return <ManyChips legend={legend} options={options} chosen={chosen} onChoose={onChoose} />
}
