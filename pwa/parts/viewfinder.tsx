/** What the camera sees, until a code comes into sight. The camera is off as soon as this is gone or hidden. */

import { useSignal } from "@preact/signals"
import { Flashlight } from "lucide-preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import { type Camera, type NoCamera, openCamera, whileShown } from "../store/camera.ts"
import { watchFor } from "../store/scanning.ts"
import { say } from "../words/scan.ts"
import { Button } from "./controls.tsx"
import { Sheet } from "./sheet.tsx"

export function Viewfinder({ onText }: { readonly onText: (text: string) => void }) {
  const words = say()
  const camera = useSignal<Camera | NoCamera | null>(null)
  const tries = useSignal(0)
  const video = useRef<HTMLVideoElement>(null)
  // effects of the layout: others end after the next screen is painted, and the camera would be on till then
  useLayoutEffect(
    () =>
      whileShown(() => {
        const set = (found: Camera | NoCamera | null) => {
          camera.value = found
        }
        const close = openCamera({ opened: set, failed: set })
        return () => {
          close()
          set(null)
        }
      }),
    [tries.value],
  )
  const found = camera.value
  useLayoutEffect(() => {
    if (!video.current || found === null || typeof found === "string") return
    video.current.srcObject = found.stream
    return watchFor(video.current, onText)
  }, [found])
  if (typeof found === "string") {
    return (
      <CameraTrouble
        why={found}
        onAgain={() => {
          tries.value += 1
        }}
      />
    )
  }
  return (
    <>
      <div class="viewfinder">
        <video ref={video} aria-label={words.picture} autoplay muted playsInline />
      </div>
      <div>
        <p role="status">{found ? words.aim : words.opening}</p>
        <p class="soft">{words.private}</p>
      </div>
      {found?.light && <Light light={found.light} />}
    </>
  )
}

function Light({ light }: { readonly light: NonNullable<Camera["light"]> }) {
  const isOn = useSignal(false)
  const toggle = async () => {
    await light(!isOn.value)
    isOn.value = !isOn.value
  }
  return (
    <Button pressed={isOn.value} onPress={() => void toggle().catch(() => undefined /* it stays as it is */)}>
      <Flashlight aria-hidden="true" />
      {say().light}
    </Button>
  )
}

function CameraTrouble({ why, onAgain }: { readonly why: NoCamera; readonly onAgain: () => void }) {
  const words = say()
  return (
    <div role="status">
      <Sheet tone="info">
        <p>{words.noCamera[why]}</p>
        <p>{words.otherWays}</p>
        <Button onPress={onAgain}>{words.again}</Button>
      </Sheet>
    </div>
  )
}
