"""The server of the app's tests: a process of its own on real files, which is killed and started again on one port."""

import base64
import hashlib
import re
import shutil
import socket
from pathlib import Path

from tests.server.process import Process


class House:
    """folder: where it keeps everything. app: a build of the app. settings: `ENGAWA_…` of the server."""

    def __init__(self, folder: Path, app: Path, **settings: str) -> None:
        self._folder = folder
        self._built = app
        self._app = app
        self._port = _free_port()
        self._settings = {"ENGAWA_ORIGINS": self.origin, **settings}
        self._process: Process | None = None
        self.start()

    @property
    def origin(self) -> str:
        """By name: browsers give passkeys to no address."""
        return f"http://localhost:{self._port}"

    @property
    def process(self) -> Process:
        assert self._process, "the server is down"
        return self._process

    def start(self) -> None:
        self._process = Process(self._folder / "server", self._port, ENGAWA_APP=str(self._app), **self._settings)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self._process = None

    def stop(self) -> None:
        if self._process:
            self._process.stop()
            self._process = None

    def release(self, name: str) -> None:
        """Serve another version of the app from now on: the same, with a name in its page and a script of that name."""
        self.stop()
        self._app = self._folder / f"app-{name}"
        shutil.copytree(self._built, self._app)
        _make_version(self._app, name)
        self.start()


def _make_version(app: Path, name: str) -> None:
    """As a build would: the page differs, `/assets/{name}.js` is there, and the service worker's list says both."""
    page, worker, script = app / "index.html", app / "service_worker.js", app / "assets" / f"{name}.js"
    before = _integrity(page)
    page.write_text(page.read_text().replace("<body>", f'<body data-version="{name}">'))
    script.write_text(f'export const version = "{name}"\n')
    entry = f'"/assets/{name}.js":`{_integrity(script)}`,"/":`{_integrity(page)}`'
    listed = worker.read_text().replace(f'"/":`{before}`', entry)
    assert entry in listed
    worker.write_text(re.sub("app-[0-9a-f]{16}", f"app-{hashlib.sha256(entry.encode()).hexdigest()[:16]}", listed))
    for changed in (page, worker):
        for suffix in (".br", ".gz"):
            changed.with_name(changed.name + suffix).unlink()


def _integrity(path: Path) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
