"""Story 1: invited by a link, enrolled, and opened by a fingerprint and four digits: a virtual authenticator's."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.pwa import people
from tests.pwa.browser import DESK, PHONE, Browser
from tests.pwa.conftest import OpenBrowser
from tests.pwa.house import House

PIN = "2580"
Look = Callable[[Page, str], Path]


@pytest.fixture
def house(tmp_path: Path, built: Path) -> Iterator[House]:
    running = House(tmp_path, built, ENGAWA_FOUNDING="open")
    yield running
    running.stop()


class Finger:
    """A fingerprint reader of this tab. gives: whether a passkey of it gives bytes (PRF)."""

    def __init__(self, browser: Browser, *, gives: bool = True) -> None:
        self._session: CDPSession = browser.context.new_cdp_session(browser.page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "hasPrf": gives,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = made["authenticatorId"]

    def is_known(self, known: bool) -> None:
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": known})

    def passkeys(self) -> int:
        return len(self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"])


def join_by_finger(phone: Browser, link: str) -> Page:
    page = phone.open("/" + link[link.index("#") :])
    page.get_by_label("この端末の名前").fill("青いスマホ")
    people.choose(page, "開き方", "指紋・顔と暗証番号")
    page.get_by_label("暗証番号", exact=True).fill(PIN)
    page.get_by_label("暗証番号（もう一度）").fill(PIN)
    page.get_by_role("button", name="招待を受ける").click()
    people.inside(page)
    return page


def lock(page: Page) -> None:
    if page.get_by_role("heading", level=1, name="わたし").count() == 0:  # it opens where it was closed
        people.go(page, "わたし")
    page.get_by_role("button", name="閉じる", exact=True).click()
    expect(page.get_by_role("heading", name="どのノートを開きますか")).to_be_visible()


def open_by_pin(page: Page, pin: str) -> None:
    page.get_by_label("暗証番号").fill(pin)
    page.get_by_role("button", name="指紋・顔で開く").click()


def test_a_finger_and_four_digits_open_a_notebook_without_a_network(
    house: House, open_browser: OpenBrowser, look: Look
) -> None:
    desk = people.found(open_browser(DESK), "白波")
    link = people.welcome(desk, "三枝", "サポーター")
    phone = open_browser(PHONE)
    finger = Finger(phone)
    page = phone.open("/" + link[link.index("#") :])
    people.choose(page, "開き方", "指紋・顔と暗証番号")
    page.get_by_label("暗証番号", exact=True).fill("1234")
    expect(page.get_by_text("同じ数字や続き番号は、さけてください")).to_be_visible()
    assert [] == phone.axe()
    look(page, "join")
    page = join_by_finger(phone, link)
    assert 1 == finger.passkeys()
    phone.kept()
    lock(page)
    house.kill()
    page.reload()
    expect(page.get_by_label("暗証番号")).to_be_visible(timeout=people.SLOW)
    assert [] == phone.axe()
    look(page, "unlock")
    open_by_pin(page, "2581")
    expect(page.get_by_text("暗証番号がちがいます")).to_be_visible(timeout=people.SLOW)
    open_by_pin(page, PIN)
    people.inside(page)
    lock(page)
    finger.is_known(known=False)
    open_by_pin(page, PIN)
    expect(page.get_by_text("指紋・顔の確認ができませんでした")).to_be_visible(timeout=people.SLOW)


def test_wrong_digits_are_counted_like_wrong_passphrases(open_browser: OpenBrowser) -> None:
    phone = open_browser(PHONE)
    Finger(phone)
    desk = people.found(open_browser(DESK), "白波")
    page = join_by_finger(phone, people.welcome(desk, "三枝", "サポーター"))
    lock(page)
    for _ in range(4):
        open_by_pin(page, "2581")
        expect(page.get_by_text("暗証番号がちがいます")).to_be_visible(timeout=people.SLOW)
        expect(page.get_by_role("button", name="指紋・顔で開く")).to_be_enabled()
    open_by_pin(page, PIN)
    expect(page.get_by_text("少し間をおいてください")).to_be_visible(timeout=people.SLOW)


def test_a_passphrase_and_a_finger_stand_beside_each_other(open_browser: OpenBrowser, look: Look) -> None:
    phone = open_browser(PHONE)
    Finger(phone)
    page = people.found(phone, "白波")
    people.go(page, "わたし")
    page.locator("summary", has_text="指紋・顔と暗証番号").click()
    page.get_by_label("いまの合い言葉").first.fill(people.PASSPHRASE)
    page.get_by_label("暗証番号", exact=True).fill(PIN)
    page.get_by_label("暗証番号（もう一度）").fill(PIN)
    assert [] == phone.axe()
    look(page, "me")
    page.get_by_role("button", name="使えるようにする").click()
    expect(page.get_by_text("指紋・顔と暗証番号でも開きます")).to_be_visible(timeout=people.SLOW)
    page.get_by_role("button", name="閉じる", exact=True).click()
    open_by_pin(page, PIN)
    people.inside(page)

    lock(page)
    page.get_by_role("button", name="合い言葉で開く").click()
    people.unlock(page)
    page.locator("summary", has_text="指紋・顔と暗証番号").click()
    page.get_by_role("button", name="使うのをやめる").click()
    expect(page.get_by_text("指紋・顔と暗証番号でも開きます")).to_have_count(0)
    lock(page)
    people.unlock(page)


def test_a_finger_that_gives_nothing_makes_no_notebook(open_browser: OpenBrowser) -> None:
    """Some readers only say who one is. The invitation is not used up by trying."""
    phone = open_browser(PHONE)
    Finger(phone, gives=False)
    desk = people.found(open_browser(DESK), "白波")
    link = people.welcome(desk, "三枝", "サポーター")
    page = phone.open("/" + link[link.index("#") :])
    page.get_by_label("この端末の名前").fill("青いスマホ")
    people.choose(page, "開き方", "指紋・顔と暗証番号")
    page.get_by_label("暗証番号", exact=True).fill(PIN)
    page.get_by_label("暗証番号（もう一度）").fill(PIN)
    page.get_by_role("button", name="招待を受ける").click()
    expect(page.get_by_text("この端末の指紋・顔では、ノートを開けません")).to_be_visible(timeout=people.SLOW)
    people.choose(page, "開き方", "合い言葉")
    people.choose_passphrase(page)
    page.get_by_role("button", name="招待を受ける").click()
    people.inside(page)
