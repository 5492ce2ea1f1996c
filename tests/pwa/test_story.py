"""Stories in real browsers on a real server: nobody writes anything but through the screens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.pwa import people
from tests.pwa.browser import DESK, PHONE, Browser
from tests.pwa.conftest import OpenBrowser
from tests.pwa.house import House

LINE = "窓ごしに手をふってくれた"
SLOW = people.SLOW


@pytest.fixture
def house(tmp_path: Path, built: Path) -> Iterator[House]:
    running = House(tmp_path, built, ENGAWA_FOUNDING="open")
    yield running
    running.stop()


def centre(open_browser: OpenBrowser) -> tuple[Page, Browser, Page]:
    """A desk, and a supporter's phone that is sent to a house."""
    desk = people.found(open_browser(DESK), "白波")
    link = people.welcome(desk, "三枝", "サポーター")
    phone = open_browser(PHONE)
    page = people.join(phone, link, "青いスマホ")
    people.new_household(desk, "B世帯")
    people.send(desk, "三枝")
    expect(page.get_by_role("link", name="記録する")).to_be_visible(timeout=SLOW)
    return desk, phone, page


def test_a_visit_is_recorded_without_a_signal_and_reviewed_at_the_desk(house: House, open_browser: OpenBrowser) -> None:
    """Story 2: offline, the browser closed, opened again offline, unlocked, added to, sent, reviewed."""
    desk, phone, page = centre(open_browser)
    phone.kept()
    house.kill()

    page.get_by_role("link", name="記録する").click()
    people.fill_quick_part(page, LINE)
    page.get_by_role("button", name="記録する（センターの確認者に送る）").click()
    expect(page.get_by_text("端末に安全に保存しました。つながったら送信します")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("link", name="未送信")).to_be_visible()
    phone.close()
    assert not in_files(phone.profile, LINE)

    phone.start()
    page = phone.open()
    people.unlock(page)
    people.go(page, "世帯")
    page.locator("a.sheet").first.click()
    page.get_by_role("link", name=LINE).click()
    expect(page.get_by_text("この端末だけにあります")).to_be_visible()
    page.get_by_text("追記する").first.click()
    page.get_by_label("追記する").fill("手をふったのは2回")
    page.get_by_role("button", name="追記する").click()
    expect(page.get_by_text("手をふったのは2回")).to_be_visible()
    assert not in_files(phone.profile, LINE)

    house.start()
    expect(page.get_by_text("センターに届いています")).to_be_visible(timeout=SLOW)

    people.go(desk, "確認")
    desk.get_by_role("link", name=LINE).click(timeout=SLOW)
    expect(desk.get_by_text("手をふったのは2回")).to_be_visible()
    desk.get_by_role("button", name="確認しました", exact=True).click()
    expect(page.get_by_text("確認済")).to_be_visible(timeout=SLOW)


def test_what_is_typed_survives_a_killed_browser(open_browser: OpenBrowser) -> None:
    """Story 5: no more than the last second is lost."""
    _, phone, page = centre(open_browser)
    page.get_by_role("link", name="記録する").click()
    page.get_by_label("今日のひとこと").fill(LINE)
    expect(page.get_by_text("書きかけは端末に残っています")).to_be_visible()

    phone.kill()
    phone.start()
    page = phone.open()
    people.unlock(page)
    page.get_by_text("書きかけの記録").click()

    expect(page.get_by_label("今日のひとこと")).to_have_value(LINE)


def test_two_tabs_never_write_one_notebook_at_once(open_browser: OpenBrowser) -> None:
    """Story 6: the second tab asks; the first one closes."""
    browser = open_browser(DESK)
    first = people.found(browser, "白波")
    second = browser.context.new_page()
    second.goto(browser.origin)
    second.get_by_label("合い言葉").fill(people.PASSPHRASE)
    second.get_by_role("button", name="開く", exact=True).click()
    second.get_by_role("button", name="こちらのタブで使う").click(timeout=SLOW)

    people.inside(second)
    expect(first.get_by_text("別のタブで開いたので、こちらは閉じました")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["日本語", "English"])
def test_no_screen_has_anything_that_axe_finds(open_browser: OpenBrowser, theme: str, language: str) -> None:
    """Every screen of the desk, and of a supporter's phone; none of them has to be scrolled sideways."""
    desk_browser = open_browser(DESK, color_scheme=theme)
    desk = people.found(desk_browser, "白波")
    link = people.welcome(desk, "三枝", "サポーター")
    phone_browser = open_browser(PHONE, color_scheme=theme)
    phone = people.join(phone_browser, link, "青いスマホ")
    people.new_household(desk, "B世帯")
    people.send(desk, "三枝")
    phone.get_by_role("link", name="記録する").click(timeout=SLOW)
    people.fill_quick_part(phone, LINE)
    phone.get_by_role("button", name="記録する（センターの確認者に送る）").click()
    expect(phone.get_by_text("センターに届きました")).to_be_visible(timeout=SLOW)
    people.go(desk, "確認")
    expect(desk.get_by_role("link", name=LINE)).to_be_visible(timeout=SLOW)
    found = {}
    for size, browser, page in (("desk", desk_browser, desk), ("phone", phone_browser, phone)):
        for place in places(page, language):
            page.goto(place)
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SLOW)
            is_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            found[size, page.url] = [*browser.axe(), *(["it scrolls sideways"] if is_wide else [])]

    assert len(found) >= 30
    assert {} == {place: violations for place, violations in found.items() if violations}


def places(page: Page, language: str) -> list[str]:
    """The addresses of all screens, with those of the records there are; then the language is chosen."""
    home = page.url.split("#")[0]
    known = ["today", "reviews", "differences", "households", "people", "search", "waiting", "alarms", "new-household"]
    found = [f"{home}#/{screen}" for screen in known]
    people.go(page, "わたし")
    people.go(page, "きょう")
    found += links(page)
    people.go(page, "世帯")
    page.locator("a.sheet").first.click()
    page.get_by_role("link", name=LINE).wait_for(timeout=SLOW)
    found += links(page)
    page.goto(f"{home}#/me")
    page.get_by_text(language, exact=True).click()
    return [*dict.fromkeys(found), f"{home}#/me"]


def links(page: Page) -> list[str]:
    found: list[str] = page.locator("main a[href^='#/']").evaluate_all("links => links.map((link) => link.href)")
    return found


def in_files(profile: Path, words: str) -> bool:
    """In any file of a browser's profile, in either of the encodings browsers use."""
    marks = [words.encode(), words.encode("utf-16-le")]
    files = (path for path in profile.rglob("*") if path.is_file())
    return any(mark in path.read_bytes() for path in files for mark in marks)
