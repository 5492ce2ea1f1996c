"""The app on its own: it opens under its policy, without the server, asks nobody else, and is renewed when asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from tests.pwa.browser import DESK, PHONE, Size
from tests.pwa.conftest import OpenBrowser
from tests.pwa.house import House

VERSION = "document.body.dataset.version"
WAITING = "navigator.serviceWorker.getRegistration().then((it) => it.waiting !== null)"
UPDATED = """async () => {
  const registration = await navigator.serviceWorker.ready
  await registration.update()
  const newer = registration.installing ?? registration.waiting
  if (newer.state === "installing") await new Promise((done) => { newer.onstatechange = done })
  return newer.state
}"""
TAKE_OVER = """async () => {
  const { waiting } = await navigator.serviceWorker.getRegistration()
  const taken = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done))
  waiting.postMessage({ type: "take-over" })
  await taken
}"""


def stands(page: Page) -> None:
    """Something is drawn."""
    expect(page.locator("#app h1").first).to_be_visible()


def test_it_opens_without_a_complaint(open_browser: OpenBrowser, size: Size, look: Callable[[Page, str], Path]) -> None:
    """No error, nothing that the policy forbids, nobody else asked: `open_browser` looks for each."""
    page = open_browser(size).open()
    stands(page)

    assert ("ja", "えんがわ") == (page.evaluate("document.documentElement.lang"), page.title())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert look(page, "first").stat().st_size > 1_000


def test_it_opens_cold_with_the_server_killed(house: House, open_browser: OpenBrowser, size: Size) -> None:
    browser = open_browser(size)
    stands(browser.open())
    browser.kept()
    house.kill()
    browser.close()
    browser.start()

    stands(browser.open())


def test_without_having_been_opened_before_it_does_not(house: House, open_browser: OpenBrowser) -> None:
    """The control: a server that is killed is gone."""
    house.kill()
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        open_browser(PHONE).open()


def test_it_opens_after_the_browser_was_killed(house: House, open_browser: OpenBrowser) -> None:
    browser = open_browser(PHONE)
    browser.open()
    browser.kept()
    house.kill()
    browser.kill()
    browser.start()

    stands(browser.open())


def test_every_file_of_it_is_kept(house: House, open_browser: OpenBrowser, built: Path) -> None:
    browser = open_browser(DESK)
    page = browser.open()
    browser.kept()
    house.kill()
    files = [path for path in built.rglob("*") if path.is_file() and path.suffix not in (".br", ".gz", ".md")]
    addresses = {f"/{path.relative_to(built).as_posix()}" for path in files} - {"/service_worker.js", "/index.html"}
    got = page.evaluate("(all) => Promise.all(all.map(async (one) => (await fetch(one)).ok))", sorted(addresses))

    assert len(addresses) > 6
    assert [True] * len(addresses) == got


def test_the_api_is_never_answered_from_what_is_kept(house: House, open_browser: OpenBrowser) -> None:
    browser = open_browser(DESK)
    page = browser.open()
    browser.kept()
    ask = "(path) => fetch(path).then(({ status }) => status, () => 'no network')"
    paths = ["/health", "/api/v1/00/pull", "/schema/openapi.json", "/nowhere"]
    up = [page.evaluate(ask, path) for path in paths]
    house.kill()

    assert [200, 400, 200, 404] == up
    assert ["no network"] * 4 == [page.evaluate(ask, path) for path in paths]
    browser.troubles[:] = [each for each in browser.troubles if "the server responded with a status of" not in each]


def test_an_update_is_offered_and_never_forced(house: House, open_browser: OpenBrowser) -> None:
    house.release("older")
    browser = open_browser(PHONE)
    page = browser.open()
    browser.kept()
    house.release("newer")
    came = page.evaluate(UPDATED)

    assert ("installed", "older", True) == (came, page.evaluate(VERSION), page.evaluate(WAITING))
    page.reload()
    assert ("older", True) == (page.evaluate(VERSION), page.evaluate(WAITING))
    page.evaluate(TAKE_OVER)
    page.reload()
    assert ("newer", False) == (page.evaluate(VERSION), page.evaluate(WAITING))
    assert 1 == page.evaluate("caches.keys().then((names) => names.length)")


def test_an_update_in_one_tab_leaves_the_other_what_it_needs(house: House, open_browser: OpenBrowser) -> None:
    """It may still ask for a part of the older app that it had not needed so far."""
    house.release("older")
    browser = open_browser(DESK)
    first = browser.open()
    browser.kept()
    second = browser.context.new_page()
    second.goto(house.origin)
    house.release("newer")
    first.evaluate(UPDATED)
    first.evaluate(TAKE_OVER)

    assert "older" == second.evaluate(VERSION)
    assert "older" == second.evaluate("import('/assets/older.js').then(({ version }) => version)")


def test_half_an_update_is_none(house: House, open_browser: OpenBrowser, tmp_path: Path) -> None:
    """A file that is not what the newer list says: the app that is there goes on."""
    house.release("older")
    browser = open_browser(DESK)
    page = browser.open()
    browser.kept()
    house.release("newer")
    house.stop()
    (tmp_path / "app-newer" / "assets" / "newer.js").write_text("something else")
    house.start()
    came = page.evaluate(UPDATED)
    page.reload()

    assert ("redundant", "older", False) == (came, page.evaluate(VERSION), page.evaluate(WAITING))


def test_it_can_be_put_on_the_home_screen(open_browser: OpenBrowser) -> None:
    browser = open_browser(PHONE)
    page = browser.open()
    session = browser.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    missing = session.send("Page.getInstallabilityErrors")

    assert ([], "えんがわ") == (manifest["errors"], json.loads(manifest["data"])["short_name"])
    assert [] == missing["installabilityErrors"]


def test_trouble_would_be_seen(open_browser: OpenBrowser) -> None:
    """The control of all the tests that end without any."""
    browser = open_browser(PHONE)
    page = browser.open()
    for doing, trouble in (
        ("document.body.setAttribute('style', 'color: red')", "style-src"),
        ("fetch('https://elsewhere.example/').catch(() => 0)", "connect-src"),
        ("new Image().src = 'https://elsewhere.example/a.png'", "img-src"),
        ("console.warn('careful')", "careful"),
        ("void Promise.reject(new Error('forgotten'))", "forgotten"),
        ("try { document.body.innerHTML = '<b>' } catch {}", "require-trusted-types-for"),
        ("try { trustedTypes.createPolicy('mine', {}) } catch {}", "trusted-types"),
    ):
        with browser.context.expect_event("weberror" if "reject" in doing else "console"):
            page.evaluate(f"() => {{ {doing} }}")
        page.evaluate("1")  # what was said before is heard before

        assert any(trouble in each for each in browser.troubles), doing
        browser.troubles.clear()
