"""What people do with the app, as they would: by the words on the screen."""

import re

from playwright.sync_api import Page, expect

from tests.pwa.browser import Browser

PASSPHRASE = "縁側で猫とひるねをする午後三時"
SLOW = 30_000  # ms: keys are made, and the machine may be busy


def found(browser: Browser, name: str) -> Page:
    """A centre with its first admin at a desk; the recovery key is written down."""
    page = browser.open()
    page.get_by_role("button", name="新しいセンターを始める").click()
    page.get_by_label("あなたの名前").fill(name)
    page.get_by_label("この端末の名前").fill("窓口のパソコン")
    choose_passphrase(page)
    page.get_by_role("button", name="始める", exact=True).click()
    write_down(page)
    inside(page)
    return page


def write_down(page: Page) -> None:
    """The 21 words, and then those that are asked for."""
    expect(page.get_by_role("heading", name="回復キー", exact=True)).to_be_visible(timeout=SLOW)
    words = [item.inner_text().split()[-1] for item in page.locator(".key-words li").all()]
    assert len(words) == 21
    page.get_by_role("button", name="書き写しました").click()
    for field in page.get_by_role("textbox").all():
        number = re.search(r"\d+", page.locator(f"label[for='{field.get_attribute('id')}']").inner_text())
        assert number
        field.fill(words[int(number[0]) - 1])
    page.get_by_role("button", name="たしかめる").click()


def choose_passphrase(page: Page) -> None:
    for field in page.locator("input[type=password]").all():
        field.fill(PASSPHRASE)


def inside(page: Page) -> None:
    """A notebook is open."""
    expect(page.get_by_role("navigation", name="行き先")).to_be_visible(timeout=SLOW)


def go(page: Page, place: str) -> None:
    """By the bar."""
    page.get_by_role("navigation", name="行き先").get_by_role("link", name=place).click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def welcome(page: Page, name: str, role: str) -> str:
    """A new member, and the link that invites a device of theirs."""
    go(page, "メンバー")
    page.get_by_label("名前", exact=True).fill(name)
    page.get_by_text(role, exact=True).last.click()
    page.get_by_role("button", name="メンバーを迎える").click()
    card = page.get_by_role("region", name=name)
    card.get_by_role("button", name="端末を招待する").click()
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    card.get_by_role("button", name="リンクをコピー").click(timeout=SLOW)
    link: str = page.evaluate("window.copied")
    return link


def join(browser: Browser, link: str, device: str) -> Page:
    """By a link, as if it had been opened from a message."""
    page = browser.open("/" + link[link.index("#") :])
    page.get_by_label("この端末の名前").fill(device)
    choose_passphrase(page)
    page.get_by_role("button", name="招待を受ける").click()
    inside(page)
    return page


def unlock(page: Page) -> None:
    page.get_by_label("合い言葉").fill(PASSPHRASE)
    page.get_by_role("button", name="開く", exact=True).click()
    inside(page)


def new_household(page: Page, label: str) -> None:
    go(page, "世帯")
    page.get_by_role("link", name="新しい世帯").click()
    page.get_by_label("呼び名").fill(label)
    page.get_by_label("地区").fill("北郷")
    page.get_by_role("button", name="始める", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=label)).to_be_visible(timeout=SLOW)


def send(page: Page, *names: str) -> None:
    """From the household's page."""
    page.get_by_role("link", name="派遣").click()
    for name in names:
        page.get_by_text(re.compile(f"^{name}")).click()
    page.get_by_label("目的").fill("顔を知ってもらう")
    page.get_by_label("計画").fill("急がない")
    page.get_by_role("button", name="派遣する", exact=True).click()
    expect(page.get_by_role("heading", name="これまでの接点")).to_be_visible(timeout=SLOW)


def choose(page: Page, legend: str, *options: str) -> None:
    """Chips of a question."""
    question = page.get_by_role("group", name=legend)
    for option in options:
        question.get_by_text(option, exact=True).click()


def fill_quick_part(page: Page, line: str) -> None:
    """The thirty seconds."""
    page.get_by_label("今日のひとこと").fill(line)
    choose(page, "本人との接点", "接点なし・応答なし")
    choose(page, "家族との接点", "玄関先")
    choose(page, "玄関で", "応対あり")
    choose(page, "次は", "しばらく待つ")
    choose(page, "次についてご本人は", "聞いていない")
    choose(page, "気になる様子", "気になる様子なし")
