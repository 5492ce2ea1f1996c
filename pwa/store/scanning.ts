/** From a running camera, or a picture of a code, to the text in it. What was seen is forgotten at once. */

import { A_FRAME, A_PHOTO, codeIn } from "./code_in.ts"

const A_BREATH = 150 // ms between two looks: the page stays quick, the phone cool
const SIDE = 720 // px
const PHOTO_SIDES = [1_000, 2_000, 500] // px: a code fills a photo, or is small in it, or is blurred

/** Look at the square in the middle, which is what is shown; tell each text when it comes into sight. Ended by what it gives. */
export function watchFor(video: HTMLVideoElement, tell: (text: string) => void): () => void {
  const canvas = document.createElement("canvas")
  let last: string | null = null
  let timer = setTimeout(look, 0)
  function look() {
    const text = codeIn(square(video, canvas), A_FRAME)
    if (text !== null && text !== last) tell(text)
    last = text ?? last
    timer = setTimeout(look, A_BREATH)
  }
  return () => clearTimeout(timer)
}

/** null: no code in it. Throws DOMException for a file that is no picture. */
export async function codeInPhoto(file: Blob): Promise<string | null> {
  const photo = await createImageBitmap(file)
  try {
    const canvas = document.createElement("canvas")
    for (const side of PHOTO_SIDES) {
      const text = codeIn(whole(photo, side, canvas), A_PHOTO)
      if (text !== null) return text
    }
    return null
  } finally {
    photo.close()
  }
}

function square(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData {
  const from = Math.min(video.videoWidth, video.videoHeight)
  const side = Math.max(1, Math.min(from, SIDE))
  const [left, top] = [(video.videoWidth - from) / 2, (video.videoHeight - from) / 2]
  return pixels(canvas, side, side, (on) => on.drawImage(video, left, top, from, from, 0, 0, side, side))
}

function whole(photo: ImageBitmap, longest: number, canvas: HTMLCanvasElement): ImageData {
  const scale = Math.min(1, longest / Math.max(photo.width, photo.height))
  const [width, height] = [photo.width, photo.height].map((each) => Math.max(1, Math.round(each * scale)))
  return pixels(canvas, width!, height!, (on) => on.drawImage(photo, 0, 0, width!, height!))
}

type Draw = (on: CanvasRenderingContext2D) => void

function pixels(canvas: HTMLCanvasElement, width: number, height: number, draw: Draw): ImageData {
  canvas.width = width
  canvas.height = height
  const on = canvas.getContext("2d", { willReadFrequently: true, alpha: false })!
  draw(on)
  return on.getImageData(0, 0, width, height)
}
