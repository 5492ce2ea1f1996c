/** The text of a QR code in a picture. */

import decodeQR, { type Image } from "qr/decode.js"

/** How long to try again by other means, ms. */
export const A_FRAME = 20
export const A_PHOTO = 600

/** null: there is none, or none that can be read. frame: four bytes a pixel, red first. */
export function codeIn(frame: Image, patience: number): string | null {
  try {
    return decodeQR(frame, { format: "RGBA", effort: patience > A_FRAME ? 16 : 2, timeLimit: patience })
  } catch {
    return null
  }
}
