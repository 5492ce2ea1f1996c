"""Stories 3, 7 and 8: two phones say different things of one visit; a full disk; a server that answers badly."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.pwa import people
from tests.pwa.browser import DESK, PHONE, Browser
from tests.pwa.conftest import OpenBrowser
from tests.pwa.house import House

LINE = "窓ごしに手をふってくれた"
SLOW = people.SLOW
PUSH = re.compile(r".*/push$")


@pytest.fixture
def house(tmp_path: Path, built: Path) -> Iterator[House]:
    running = House(tmp_path, built, ENGAWA_FOUNDING="open")
    yield running
    running.stop()


def centre(open_browser: OpenBrowser, *names: str) -> tuple[Page, list[tuple[Browser, Page]]]:
    """A desk, and supporters' phones that are sent to a house together."""
    desk = people.found(open_browser(DESK), "白波")
    phones: list[tuple[Browser, Page]] = []
    for name in names:
        people.go(desk, "きょう" if phones else "さがす")
        phone = open_browser(PHONE)
        phones.append((phone, people.join(phone, people.welcome(desk, name, "サポーター"), f"{name}のスマホ")))
    people.new_household(desk, "B世帯")
    people.send(desk, *names)
    for _, page in phones:
        expect(page.get_by_role("link", name="記録する")).to_be_visible(timeout=SLOW)
    return desk, phones


def record(page: Page) -> None:
    page.get_by_role("link", name="記録する").click()
    people.fill_quick_part(page, LINE)
    page.get_by_role("button", name="記録する（センターの確認者に送る）").click()


def move(page: Page, time: str) -> None:
    """A planned visit to another hour, on the phone."""
    page.get_by_role("link", name="予定を見る・変える").click()
    page.get_by_label("時刻").fill(time)
    page.get_by_role("button", name="予定を変える").click()
    expect(page.get_by_role("link", name=re.compile(time))).to_be_visible(timeout=SLOW)


def test_two_phones_move_one_visit_and_the_desk_settles_it(house: House, open_browser: OpenBrowser) -> None:
    """Story 3: offline, on both; each keeps its own word until they meet; then both show what the desk decided."""
    desk, [(_, aiko), (_, emi)] = centre(open_browser, "三枝", "青葉")
    aiko.get_by_role("link", name="訪問を予定する").click()
    aiko.get_by_label("時刻").fill("14:00")
    aiko.get_by_role("button", name="訪問を予定する").click()
    for page in (aiko, emi):
        expect(page.get_by_role("link", name=re.compile("14:00"))).to_be_visible(timeout=SLOW)
    house.kill()
    move(aiko, "15:00")
    move(emi, "16:30")
    house.start()

    people.go(desk, "相違")
    expect(desk.get_by_text("三枝")).to_be_visible(timeout=SLOW)
    expect(desk.get_by_text("青葉")).to_be_visible()
    desk.locator(".beside > .sheet", has_text="16:30").get_by_role("button", name="こちらにする").click()
    for page in (aiko, emi):
        expect(page.get_by_role("link", name=re.compile("16:30"))).to_be_visible(timeout=SLOW)
    expect(desk.get_by_text("ちがいはありません")).to_be_visible(timeout=SLOW)


FULL_DISK = """
  const put = IDBObjectStore.prototype.put
  let isFull = false
  new BroadcastChannel("disk").onmessage = ({ data }) => { isFull = data }
  IDBObjectStore.prototype.put = function (...given) {
    if (isFull) throw new DOMException("full", "QuotaExceededError")
    return put.apply(this, given)
  }
"""


def test_a_full_disk_is_said_and_nothing_typed_is_lost(open_browser: OpenBrowser) -> None:
    """Story 7: no more fits; the form keeps what was typed, and is saved when there is room again.

    Chromium lets no test set the room it has, so the worker's own IndexedDB says that there is none.
    """
    desk = people.found(open_browser(DESK), "白波")
    phone = open_browser(PHONE, service_workers="block")
    phone.context.route(
        re.compile(r".*/assets/worker-.*[.]js$"),
        lambda route: route.fulfill(response=(given := route.fetch()), body=FULL_DISK + given.text()),
    )
    page = people.join(phone, people.welcome(desk, "三枝", "サポーター"), "三枝のスマホ")
    people.new_household(desk, "B世帯")
    people.send(desk, "三枝")
    page.get_by_role("link", name="記録する").click(timeout=SLOW)
    people.fill_quick_part(page, LINE)
    page.evaluate("new BroadcastChannel('disk').postMessage(true)")
    save = page.get_by_role("button", name="記録する（センターの確認者に送る）")
    save.click()
    expect(page.get_by_text("端末の空きがなく、保存できませんでした")).to_be_visible(timeout=SLOW)
    expect(page.get_by_label("今日のひとこと")).to_have_value(LINE)

    page.evaluate("new BroadcastChannel('disk').postMessage(false)")
    save.click()
    expect(page.get_by_text("おつかれさまでした")).to_be_visible(timeout=SLOW)
    people.go(desk, "確認")
    expect(desk.get_by_role("link", name=LINE)).to_be_visible(timeout=SLOW)
    phone.troubles.remove("console: Service Worker registration blocked by Playwright")


@pytest.mark.parametrize("how", ["500", "429", "half a body", "cut"])
def test_a_bad_answer_loses_nothing_and_says_so(how: str, open_browser: OpenBrowser) -> None:
    """Story 8: what was sent and not acknowledged is "on this device", and goes again by itself."""
    desk, [(phone, page)] = centre(open_browser, "三枝")

    def answer(route: Route) -> None:
        if how == "cut":
            route.abort("connectionreset")
        elif how == "half a body":
            route.fulfill(status=200, content_type="application/json", body='{"results": [{"sta')
        else:
            code = {"500": "internal", "429": "rate_limited"}[how]
            body = f'{{"type": "about:blank", "title": "-", "status": {how}, "code": "{code}"}}'
            headers = {"Retry-After": "1"}
            route.fulfill(status=int(how), content_type="application/problem+json", headers=headers, body=body)

    phone.context.route(PUSH, answer)
    with page.expect_request(PUSH, timeout=SLOW):
        record(page)
    expect(page.get_by_text("端末に安全に保存しました。つながったら送信します")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("link", name="未送信")).to_be_visible(timeout=SLOW)
    people.go(page, "わたし")
    with page.expect_request(PUSH, timeout=SLOW):
        page.get_by_role("button", name="いま送受信する").click()
    expect(page.get_by_role("link", name="未送信")).to_be_visible(timeout=SLOW)
    phone.context.unroute(PUSH)
    page.get_by_role("button", name="いま送受信する").click()

    people.go(desk, "確認")
    expect(desk.get_by_role("link", name=LINE)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("link", name="未送信")).to_have_count(0, timeout=SLOW)
    phone.troubles[:] = [trouble for trouble in phone.troubles if "Failed to load resource" not in trouble]
