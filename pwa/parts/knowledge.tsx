/** What somebody will be able to read, by type and field. Long lists are folded. */

import type { Readable } from "../store/who_will_know.ts"
import { fieldName, typeName } from "../words/records.ts"

export function Knowing({ readable }: { readonly readable: readonly Readable[] }) {
  return (
    <ul class="stack">
      {readable.map(({ kind, type, fields }) => (
        <li key={`${kind} ${type}`}>
          <details>
            <summary>{typeName(type)}</summary>
            <p class="soft">{fields.map((field) => fieldName(type, field)).join(" · ")}</p>
          </details>
        </li>
      ))}
    </ul>
  )
}
