"""Chromium as a process of its own, and as slow as a cheap phone where that is asked for.

DevTools slow the page's main thread alone: neither its workers nor its service worker, and not the processes that keep
files. So all processes of the browser are stopped for three quarters of the time, a few milliseconds each time, and how
much slower page and worker really are is measured beside.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from playwright.sync_api import BrowserContext, BrowserType, Page, Worker

SLICE = 0.002  # s
ENOUGH = 60.0  # s
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--accept-lang=ja-JP",
    "--window-size=400,800",
)
_BUSY = """() => {
  const began = performance.now()
  let sum = 0
  for (let i = 0; i < 30_000_000; i++) sum += i % 7
  return [performance.now() - began, sum][0]
}"""


class Chromium:
    """On a profile; its one page is empty at first."""

    context: BrowserContext
    page: Page

    def __init__(self, kind: BrowserType, executable: str, profile: Path) -> None:
        profile.mkdir(parents=True, exist_ok=True)
        told = profile / "DevToolsActivePort"
        told.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [executable, f"--user-data-dir={profile}", *_OPTIONS, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + ENOUGH
        while not (told.exists() and told.read_text().count("\n")):
            assert time.monotonic() < until, "the browser says nothing"
            assert self._process.poll() is None, "the browser did not start"
            time.sleep(0.02)
        self._browser = kind.connect_over_cdp(f"http://127.0.0.1:{told.read_text().split()[0]}")
        self.context = self._browser.contexts[0]
        self.context.set_default_timeout(10 * ENOUGH * 1_000)
        self.page = self.context.pages[0]

    @property
    def worker(self) -> Worker:
        """In which the device is."""
        return next(worker for worker in self.page.workers if "/worker-" in worker.url)

    def close(self) -> None:
        """As a person does; what it was about to write is written."""
        self._browser.new_browser_cdp_session().send("Browser.close")
        self._process.wait(ENOUGH)

    def kill(self) -> None:
        """All its processes, if it was not closed."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    @contextmanager
    def slowed(self, times: int) -> Iterator[None]:
        """All its processes, by stopping them again and again. Use it alone: who waits for the browser waits longer."""
        done = Event()
        slower = Thread(target=self._slow, args=(times, done))
        slower.start()
        try:
            yield
        finally:
            done.set()
            slower.join()

    def _slow(self, times: int, done: Event) -> None:
        group, debt = self._process.pid, 0.0
        while not done.is_set():
            began = time.perf_counter()
            time.sleep(SLICE)
            os.killpg(group, signal.SIGSTOP)
            stopped = time.perf_counter()
            debt += (times - 1) * (stopped - began)
            time.sleep(max(0.0, debt))
            os.killpg(group, signal.SIGCONT)
            debt -= time.perf_counter() - stopped

    def busy(self) -> tuple[float, float]:
        """ms that one and the same work takes in the page and in the worker."""
        return self.page.evaluate(_BUSY), self.worker.evaluate(_BUSY)
