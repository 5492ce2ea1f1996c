"""Fixtures of the app's tests: the app as it is built, a server that serves it, browsers of people.

def test_a_story(house, open_browser):
    phone = open_browser(PHONE)
    phone.open("/").get_by_role("button", name="…").click()
    house.kill()
"""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, sync_playwright

from tests.pwa.browser import DESK, PHONE, ROOT, Browser, Size
from tests.pwa.house import House

OpenBrowser = Callable[..., Browser]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app, built if its sources are newer; by one worker at a time. $ENGAWA_APP_BUILT names another build."""
    if given := os.environ.get("ENGAWA_APP_BUILT"):
        return Path(given)
    with (tmp_path_factory.getbasetemp().parent / "app.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "--silent", "app"], cwd=ROOT, check=True, env=_without_makes_own(os.environ))
    return ROOT / "pwa" / "dist"


@pytest.fixture(scope="session")
def executable() -> str:
    """Of Chromium. Installed, if there is none."""
    found = subprocess.run([ROOT / "scripts" / "browser"], check=True, stdout=subprocess.PIPE, text=True)
    return found.stdout.strip()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For one module: it holds the thread's event loop, which other modules' tests need for themselves."""
    with sync_playwright() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, built: Path) -> Iterator[House]:
    """A server with the app, and no centre."""
    running = House(tmp_path, built)
    yield running
    running.stop()


@pytest.fixture
def open_browser(playwright: Playwright, executable: str, house: House, tmp_path: Path) -> Iterator[OpenBrowser]:
    """A new person's browser of a size. At the end of the test none may have had any trouble."""
    opened: list[Browser] = []

    def open_one(size: Size, **given: Any) -> Browser:
        profile = tmp_path / f"profile-{len(opened)}"
        opened.append(Browser(playwright.chromium, executable, house.origin, profile, size, **given))
        return opened[-1]

    yield open_one
    for browser in opened:
        browser.close()
    assert [] == [trouble for browser in opened for trouble in browser.troubles]


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def size(request: pytest.FixtureRequest) -> Size:
    """For what must hold on both."""
    chosen: Size = request.param
    return chosen


@pytest.fixture
def look(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], Path]:
    """Take a picture of the page as it is, whole; into $ENGAWA_LOOKS, if that is set."""
    folder = Path(os.environ.get("ENGAWA_LOOKS", tmp_path / "looks"))

    def take(page: Page, name: str) -> Path:
        path = folder / f"{request.node.name}-{name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    return take


def _without_makes_own(environ: "os._Environ[str]") -> dict[str, str]:
    """A make within a make would look for the other's job server."""
    return {name: value for name, value in environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
