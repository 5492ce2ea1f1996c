"""`engawa serve` as a process of its own, over real sockets, on real files; it can be killed at any moment."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import httpx

from tests.server.house import Visitors

SETTINGS = {
    "ENGAWA_FOUNDING": "open",
    "ENGAWA_RATES_DEVICE": "1000000",
    "ENGAWA_RATES_ADDRESS": "1000000",
}
_START = "from server.console import main; main()"


class Process:
    """lines: what it logged so far."""

    def __init__(self, data: Path, port: int = 0, **settings: str) -> None:
        command = [sys.executable, "-W", "error", "-c", _START, "serve", "--data", str(data), "--port", str(port)]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **SETTINGS, **settings},
        )
        self.lines: list[str] = []
        assert self._process.stdout
        self.lines.append(self._process.stdout.readline())
        self.port: int = json.loads(self.lines[0])["port"]
        self._reader = Thread(target=lambda: self.lines.extend(self._process.stdout or ()))
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rss(self) -> int:
        """Bytes of memory now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """SIGKILL: nothing is said or written any more."""
        self._process.kill()
        self._wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._wait()

    def _wait(self) -> int:
        code = self._process.wait(30)
        self._reader.join()
        if self._process.stdout:
            self._process.stdout.close()
        return code


@asynccontextmanager
async def serving(data: Path, **settings: str) -> AsyncIterator[tuple[Process, Visitors]]:
    """A server and a client for it; stopped at the end if it still runs."""
    process = Process(data, 0, **settings)
    try:
        async with httpx.AsyncClient(base_url=process.origin, timeout=30) as http:
            yield process, Visitors(http, process.origin)
    finally:
        process.stop()
