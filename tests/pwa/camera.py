"""What is held before a camera of the tests: codes, and pictures of screens, as a film that Chromium shows instead."""

import base64
import io
from collections.abc import Iterable
from pathlib import Path

import segno
from playwright.sync_api import Locator

from tests.pwa.browser import Browser

WIDTH, HEIGHT, RATE = 960, 720, 10  # px, px, pictures a second
SHOWS = "--use-fake-device-for-media-stream"
"""There is a camera; it shows a moving test picture, unless there is a film."""
ALLOWS = "--use-fake-ui-for-media-stream"
"""Whoever is asked for the camera allows it. Without it, headless Chromium refuses."""
_NOTE_STREAMS = """
  window.streams = []
  const { mediaDevices } = navigator
  const open = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted)
    window.streams.push(stream)
    return stream
  }
"""
_GREY = """
  async ([png, width, height]) => {
    const image = new Image()
    image.src = `data:image/png;base64,${png}`
    await image.decode()
    const canvas = document.createElement("canvas")
    Object.assign(canvas, { width, height })
    const on = canvas.getContext("2d")
    on.drawImage(image, 0, 0, width, height)
    const { data } = on.getImageData(0, 0, width, height)
    const grey = new Uint8Array(width * height)
    for (let at = 0; at < grey.length; at++) {
      grey[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2]
    }
    return grey.toBase64?.() ?? btoa(Array.from(grey, (each) => String.fromCharCode(each)).join(""))
  }
"""

Picture = bytes
"""Grey levels, WIDTH times HEIGHT, a line after the other."""


def photo_of(thing: Locator) -> Picture:
    """As a camera sees it that is held before the screen: what is around it is in the picture too."""
    thing.scroll_into_view_if_needed()
    box = thing.bounding_box()
    assert box
    width = box["height"] * 1.3 * WIDTH / HEIGHT
    left, top = box["x"] + box["width"] / 2 - width / 2, box["y"] - box["height"] * 0.15
    png = thing.page.screenshot(clip={"x": left, "y": top, "width": width, "height": box["height"] * 1.3})
    given = [base64.b64encode(png).decode(), WIDTH, HEIGHT]
    return base64.b64decode(thing.page.evaluate(_GREY, given))


def drawn(text: str) -> Picture:
    """A code on grey paper."""
    rows = [bytes(225 - 195 * dark for dark in row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)]
    scale = HEIGHT * 9 // 10 // len(rows)
    side = scale * len(rows)
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    edge = bytes([140]) * WIDTH
    lines = [
        edge[:left] + b"".join(row[at : at + 1] * scale for at in range(len(rows))) + edge[left + side :]
        for row in rows
    ]
    return edge * top + b"".join(line * scale for line in lines) + edge * (HEIGHT - side - top)


def printed(text: str) -> bytes:
    """A code as a picture file, PNG."""
    file = io.BytesIO()
    segno.make_qr(text, error="m").save(file, kind="png", scale=8, border=4)
    return file.getvalue()


def film(path: Path, scenes: Iterable[Picture], seconds: float = 1.5) -> str:
    """Y4M, played again and again; the argument that makes Chromium play it."""
    colourless = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n" % (WIDTH, HEIGHT, RATE))
        for scene in scenes:
            file.write((b"FRAME\n" + scene + colourless) * round(RATE * seconds))
    return f"--use-file-for-fake-video-capture={path}"


def note_streams(browser: Browser) -> None:
    """From now on, see `tracks`."""
    browser.context.add_init_script(_NOTE_STREAMS)


def tracks(browser: Browser) -> list[str]:
    """The state of every track that was ever opened in the page: "live" or "ended"."""
    states: list[str] = browser.page.evaluate(
        "streams.flatMap((each) => each.getTracks()).map((each) => each.readyState)"
    )
    return states
