/** A button that asks for one file of this device. */

import type { ComponentChildren } from "preact"

export interface FileButtonProps {
  readonly children: ComponentChildren
  /** As the browser wants it: "image/*". */
  readonly accept: string
  readonly onChoose: (file: File) => void
}

export function FileButton({ children, accept, onChoose }: FileButtonProps) {
  return (
    <label class="button file">
      {children}
      <input
        type="file"
        class="unseen"
        accept={accept}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          currentTarget.value = "" // so that the same one can be chosen again
          if (file) onChoose(file)
        }}
      />
    </label>
  )
}
