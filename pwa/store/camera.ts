/** The camera, for as long as a code is looked for and not a moment longer. No picture leaves the page's memory. */

export type NoCamera = "refused" | "none" | "busy"

/** light: switches the lamp beside the lens; null where there is none. */
export interface Camera {
  readonly stream: MediaStream
  readonly light: ((isOn: boolean) => Promise<void>) | null
}

export interface CameraWatcher {
  opened(camera: Camera): void
  failed(why: NoCamera): void
}

const WANTED = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
} satisfies MediaStreamConstraints
const REASONS: Readonly<Record<string, NoCamera>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  TypeError: "none", // an address without TLS has no cameras at all
}

/** Open the rear camera, or any. The function it gives stops every track, also of a camera that opens only later. */
export function openCamera(watcher: CameraWatcher): () => void {
  const closing = new AbortController()
  void open(watcher, closing.signal)
  return () => closing.abort()
}

/** Do it while the page is shown: again whenever it comes back. The function it gives ends it for good. */
export function whileShown(begin: () => () => void): () => void {
  let end: (() => void) | null = null
  const follow = () => {
    if (!document.hidden) {
      end ??= begin()
      return
    }
    end?.()
    end = null
  }
  document.addEventListener("visibilitychange", follow)
  follow()
  return () => {
    document.removeEventListener("visibilitychange", follow)
    end?.()
  }
}

async function open({ opened, failed }: CameraWatcher, closing: AbortSignal): Promise<void> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(WANTED)
    const stop = () => {
      for (const track of stream.getTracks()) track.stop()
    }
    if (closing.aborted) return stop()
    closing.addEventListener("abort", stop)
    for (const track of stream.getTracks()) track.addEventListener("ended", () => failed("busy"), { signal: closing })
    opened({ stream, light: lightOf(stream) })
  } catch (error) {
    if (!closing.aborted) failed(REASONS[(error as Error).name] ?? "busy")
  }
}

function lightOf(stream: MediaStream): Camera["light"] {
  const [track] = stream.getVideoTracks()
  const can = track?.getCapabilities?.() as { readonly torch?: boolean } | undefined
  if (!track || !can?.torch) return null
  return (isOn) => track.applyConstraints({ advanced: [{ torch: isOn } as MediaTrackConstraintSet] })
}
