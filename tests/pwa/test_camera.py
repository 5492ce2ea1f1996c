"""An invitation is read with the camera, or from a photo; what else is shown to it is told apart; then it is off."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from crypto.invite import Invitation, Invite, invite_link
from crypto.recovery import RecoveryKey
from tests.pwa import people
from tests.pwa.browser import DESK, PHONE, Browser
from tests.pwa.camera import ALLOWS, SHOWS, drawn, film, note_streams, photo_of, printed, tracks
from tests.pwa.conftest import OpenBrowser
from tests.pwa.house import House

SLOW = people.SLOW
KEY = RecoveryKey.generate()
INVITATION = Invitation(
    Invite.generate(KEY.centre), KEY.signing.public, KEY.sealing.public, 0, bytes(32), "https://elsewhere.example"
)
SHOW = """(isShown) => {
  Object.defineProperty(document, "hidden", { value: !isShown, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""

LIGHT = """
  window.lit = []
  MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true })
  MediaStreamTrack.prototype.applyConstraints = async ({ advanced: [{ torch }] }) => { lit.push(torch) }
"""


@pytest.fixture
def house(tmp_path: Path, built: Path) -> Iterator[House]:
    running = House(tmp_path, built, ENGAWA_FOUNDING="open")
    yield running
    running.stop()


def scan(browser: Browser) -> Page:
    """A new phone's way to the viewfinder."""
    note_streams(browser)
    page = browser.open()
    page.get_by_role("button", name="カメラで読む").click()
    expect(page.get_by_role("heading", level=1, name="招待を読む")).to_be_focused()
    return page


def looks(page: Page) -> None:
    """The camera is on, and its picture moves."""
    expect(page.get_by_role("status")).to_contain_text(re.compile("四角の中|inside the square"), timeout=SLOW)
    page.evaluate("new Promise((done) => document.querySelector('video').addEventListener('timeupdate', done))")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_is_enrolled_by_the_code_on_the_desks_screen(
    open_browser: OpenBrowser, tmp_path: Path, theme: str
) -> None:
    """Nothing is sent meanwhile, and the camera is off afterwards."""
    desk = people.found(open_browser(DESK, color_scheme=theme), "白波")
    people.welcome(desk, "三枝", "サポーター")
    shown = film(tmp_path / "desk.y4m", [photo_of(desk.get_by_role("img", name="端末を招待する"))])
    phone = open_browser(PHONE, color_scheme=theme, args=[SHOWS, ALLOWS, shown])
    page = scan(phone)
    asked: list[tuple[str, bytes | None]] = []
    phone.context.on("request", lambda request: asked.append((request.method, request.post_data_buffer)))

    expect(page.get_by_role("heading", level=1, name="招待を受ける")).to_be_focused(timeout=SLOW)
    assert ["ended"] == tracks(phone)
    assert [] == [each for each in asked if each != ("GET", None)]
    page.get_by_label("この端末の名前").fill("青いスマホ")
    people.choose_passphrase(page)
    page.get_by_role("button", name="招待を受ける").click()
    people.inside(page)


def test_what_is_no_invitation_of_this_server_is_told_apart(
    house: House, open_browser: OpenBrowser, tmp_path: Path
) -> None:
    link = invite_link(replace(INVITATION, server=house.origin))
    held = {
        "https://shop.example/?id=1": "えんがわの招待ではないようです",
        KEY.qr_text(): "これは、センターの回復キーです",
        invite_link(INVITATION): "別のアドレス（elsewhere.example）",
        link[:-3] + "abc": "招待の一部が欠けています",
    }
    phone = open_browser(PHONE, args=[SHOWS, ALLOWS, film(tmp_path / "codes.y4m", map(drawn, held))])
    page = scan(phone)
    for words in held.values():
        expect(page.get_by_text(words)).to_be_visible(timeout=SLOW)

    assert ["live"] == tracks(phone)
    page.get_by_role("button", name="やめる").click()
    expect(page.get_by_role("button", name="カメラで読む")).to_be_visible()
    assert ["ended"] == tracks(phone)


def test_it_looks_only_while_it_is_looked_at(open_browser: OpenBrowser) -> None:
    phone = open_browser(PHONE, args=[SHOWS, ALLOWS])
    page = scan(phone)
    looks(page)
    before = tracks(phone)
    page.evaluate(SHOW, False)
    hidden = tracks(phone)
    page.evaluate(SHOW, True)
    looks(page)

    assert (["live"], ["ended"], ["ended", "live"]) == (before, hidden, tracks(phone))
    page.get_by_role("button", name="リンクを貼る").click()
    expect(page.get_by_label("招待のリンクを貼る")).to_be_visible()
    assert ["ended", "ended"] == tracks(phone)


def test_a_camera_with_a_light_lets_it_be_switched(open_browser: OpenBrowser) -> None:
    phone = open_browser(PHONE, args=[SHOWS, ALLOWS])
    phone.context.add_init_script(LIGHT)
    page = scan(phone)
    light = page.get_by_role("button", name="ライト")
    light.click(timeout=SLOW)
    expect(light).to_have_attribute("aria-pressed", "true")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "false")

    assert [True, False] == page.evaluate("lit")


@pytest.mark.parametrize(
    ("args", "words"),
    [([SHOWS], "カメラを「許可」にすると"), ([ALLOWS], "カメラが見つかりませんでした")],
    ids=["refused", "none"],
)
def test_without_a_camera_a_photo_will_do(house: House, open_browser: OpenBrowser, args: list[str], words: str) -> None:
    phone = open_browser(PHONE, args=args)
    page = scan(phone)
    expect(page.get_by_text(words)).to_be_visible(timeout=SLOW)
    assert [] == phone.axe()
    page.get_by_role("button", name="もう一度ためす").click()
    expect(page.get_by_text(words)).to_be_visible(timeout=SLOW)

    choose = page.get_by_label("写真から")
    choose.set_input_files(png("nothing.png", printed("A")[:100]))
    expect(page.get_by_text("この写真は開けませんでした")).to_be_visible()
    choose.set_input_files(png("other.png", printed("A")))
    expect(page.get_by_text("えんがわの招待ではないようです")).to_be_visible()
    choose.set_input_files(Path(__file__).parents[2] / "pwa/public/icons/engawa-512.png")
    expect(page.get_by_text("QRを読めませんでした")).to_be_visible()
    choose.set_input_files(png("invitation.png", printed(invite_link(replace(INVITATION, server=house.origin)))))
    expect(page.get_by_role("heading", level=1, name="招待を受ける")).to_be_focused()


def png(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def test_a_pasted_link_goes_the_same_way(house: House, open_browser: OpenBrowser) -> None:
    page = open_browser(PHONE).open()
    pasted = page.get_by_label("招待のリンクを貼る")
    pasted.fill("https://shop.example/?id=1")
    page.get_by_role("button", name="すすむ").click()
    expect(page.get_by_text("えんがわの招待ではないようです")).to_be_visible()
    pasted.fill(f"招待です {invite_link(replace(INVITATION, server=house.origin))}\n")
    page.get_by_role("button", name="すすむ").click()

    expect(page.get_by_role("heading", level=1, name="招待を受ける")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["ja-JP", "en-GB"])
def test_axe_finds_nothing(
    open_browser: OpenBrowser, look: Callable[[Page, str], Path], theme: str, locale: str
) -> None:
    """On a narrow phone, and nothing is cut off."""
    phone = open_browser(PHONE, color_scheme=theme, locale=locale, args=[SHOWS, ALLOWS])
    page = phone.open()
    button = page.get_by_role("button", name=re.compile("カメラで読む|Scan with the camera"))
    expect(button).to_be_visible()
    look(page, "welcome")
    found = phone.axe()
    button.click()
    looks(page)
    look(page, "scan")

    assert [] == found + phone.axe()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_may_ask_for_the_camera_and_nobody_else_may(house: House, open_browser: OpenBrowser) -> None:
    page = open_browser(PHONE).open()
    allowed = set(page.evaluate("document.featurePolicy.allowedFeatures()"))

    assert "camera" in allowed
    assert set() == allowed & {"clipboard-read", "display-capture", "geolocation", "microphone", "payment", "usb"}
    assert [house.origin] == page.evaluate("document.featurePolicy.getAllowlistForFeature('camera')")
