"""A person's browser, as it is: a profile on disk, closed, killed and opened again; and what went wrong in it.

Chromium is driven by Playwright, under the page's own policy. `troubles` holds every error of a page or worker, every
violation of the policy, and every request to another origin than the server's: a test ends with none.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Error,
    Page,
    Request,
    ViewportSize,
    WebError,
)

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NO_NETWORK = "Failed to load resource: net::ERR_"
_WITHIN_THE_BROWSER = ("data", "blob", "about", "chrome-error")
_NOTE_VIOLATIONS = """
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) =>
    console.error("policy:", violatedDirective, blockedURI, sourceFile))
"""


class Size(NamedTuple):
    """In CSS pixels."""

    width: int
    height: int
    is_phone: bool


PHONE = Size(360, 740, is_phone=True)
DESK = Size(1280, 800, is_phone=False)


class Browser:
    """origin: of the server, whether it runs or not. given: more of what Playwright lets one choose for a context."""

    context: BrowserContext
    page: Page

    def __init__(
        self, chromium: BrowserType, executable: str, origin: str, profile: Path, size: Size, **given: Any
    ) -> None:
        self.origin = origin
        self.profile = profile
        self.troubles: list[str] = []
        phone = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2} if size.is_phone else {}
        options = {"locale": "ja-JP", "timezone_id": "Asia/Tokyo", "reduced_motion": "reduce", **phone, **given}
        viewport = ViewportSize(width=size.width, height=size.height)
        self._launch: Callable[[], BrowserContext] = lambda: chromium.launch_persistent_context(
            profile, executable_path=executable, viewport=viewport, **options
        )
        self.start()

    def start(self) -> None:
        self.context = self._launch()
        self.context.add_init_script(_NOTE_VIOLATIONS)
        self.context.on("console", self._hear)
        self.context.on("weberror", self._see)
        self.context.on("request", self._follow)
        self.page = self.context.pages[0]

    def open(self, place: str = "/") -> Page:
        """The page on the app, at what stands behind the origin: "/", "/#i=…"."""
        self.page.goto(self.origin + place)
        return self.page

    def kept(self) -> None:
        """Wait until the app is kept on this device, so that it opens without the server."""
        self.page.evaluate(
            """async () => {
              const { active } = await navigator.serviceWorker.ready
              if (active.state === "activated") return
              await new Promise((done) => active.addEventListener("statechange", done, { once: true }))
            }"""
        )

    def close(self) -> None:
        self.context.close()

    def kill(self) -> None:
        """SIGKILL, all of its processes: nothing is written or said any more."""
        for process in _processes(self.profile):
            os.kill(process, signal.SIGKILL)
        with suppress(Error):  # that it is gone already is what was wanted
            self.context.close()

    def axe(self) -> list[str]:
        """What axe-core finds wrong with the page as it is: rule, then where."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(NO_NETWORK):
            self.troubles.append(f"console: {message.text}")

    def _see(self, error: WebError) -> None:
        self.troubles.append(f"error: {error.error}")

    def _follow(self, request: Request) -> None:
        if not request.url.startswith(f"{self.origin}/") and urlsplit(request.url).scheme not in _WITHIN_THE_BROWSER:
            self.troubles.append(f"asked: {request.url}")


def _processes(profile: Path) -> list[int]:
    """Those started on this profile, the one that started the others first."""
    mark = f"--user-data-dir={profile}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return sorted(found)
