/** Reading an invitation's code: with the camera, or from a photo of it. For whoever was invited. */

import { useSignal } from "@preact/signals"
import { ClipboardPaste, Images } from "lucide-preact"
import { Button } from "../../parts/controls.tsx"
import { FileButton } from "../../parts/file_button.tsx"
import { Screen, Sheet } from "../../parts/sheet.tsx"
import { Viewfinder } from "../../parts/viewfinder.tsx"
import { accept } from "../../store/invitation.ts"
import { codeInPhoto } from "../../store/scanning.ts"
import { step } from "../../store/way_in.ts"
import { say } from "../../words/scan.ts"
import { strayText } from "../../words/strays.ts"

export function Scan() {
  const words = say()
  const isReading = useSignal(false)
  const told = useSignal<string | null>(null)
  const take = async (text: string) => {
    const stray = await accept(text)
    told.value = stray && strayText(stray)
  }
  const takePhoto = async (file: File) => {
    isReading.value = true
    try {
      const text = await codeInPhoto(file)
      if (text === null) told.value = words.noCode
      else await take(text)
    } catch {
      told.value = words.noPhoto
    }
    isReading.value = false
  }
  return (
    <Screen title={words.title}>
      <Viewfinder onText={(text) => void take(text)} />
      <div class="stack">
        <div aria-live="polite">{told.value && <Sheet tone="care">{told.value}</Sheet>}</div>
        <div class="side-by-side">
          <FileButton accept="image/*" onChoose={(file) => void takePhoto(file)}>
            <Images aria-hidden="true" />
            {isReading.value ? words.reading : words.photo}
          </FileButton>
          <Button onPress={leave}>
            <ClipboardPaste aria-hidden="true" />
            {words.paste}
          </Button>
        </div>
        <Button look="plain" wide onPress={leave}>
          {words.stop}
        </Button>
      </div>
    </Screen>
  )
}

function leave(): void {
  step.value = { at: "welcome" }
}
