/** Paper to put things on, badges, and the frame of a screen. */

import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"

export type Tone = "normal" | "care" | "danger" | "info" | "good"

export function Sheet({
  children,
  tone = "normal",
  label,
}: {
  children: ComponentChildren
  tone?: Tone
  label?: string
}) {
  return (
    <section class={tone === "normal" ? "sheet" : `sheet ${tone}`} aria-label={label}>
      {children}
    </section>
  )
}

/** A state in words, with a sign of its own: never by colour alone. */
export function Badge({ children, tone = "normal" }: { children: ComponentChildren; tone?: Tone }) {
  return <span class={tone === "normal" ? "badge" : `badge ${tone}`}>{children}</span>
}

export interface ScreenProps {
  readonly title: ComponentChildren
  readonly children: ComponentChildren
  /** What stands beside the title. */
  readonly aside?: ComponentChildren
  readonly wide?: boolean
}

/** A screen under its one heading, which is focused when the screen is entered. */
export function Screen({ title, children, aside, wide }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [])
  return (
    <div class={wide ? "screen wide" : "screen"}>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </header>
      {children}
    </div>
  )
}
