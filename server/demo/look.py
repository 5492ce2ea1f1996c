"""`engawa demo look DIRECTORY`: what one device holds, as text. It asks nobody and changes nothing.

Its days (visits and what is to be done), what differs, what waits for a reviewer, what is not sent, what gave alarm.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from crypto.errors import EngawaError
from server.demo.town import JST, PASSPHRASE
from server.demo.view import choice, counts, heading, label, pad, text_of
from sync.device import Device
from sync.edits import Value

_REVIEW = {
    "new": "確認待ち · waiting",
    "changed": "確認のあとに変わりました · changed since review",
    "question": "質問中 · a question asked",
    "waiting": "返事あり · answered",
}


def main(arguments: list[str]) -> int:
    """Exit status: 1 if the directory does not open."""
    parser = argparse.ArgumentParser(prog="engawa demo look", description=__doc__)
    parser.add_argument("state", type=Path, help="a device's directory, such as data/demo/demo/shiranami")
    parser.add_argument("--passphrase", default=PASSPHRASE, help="the demo's, unless given")
    given = parser.parse_args(arguments)
    try:
        with Device.open(given.state, given.passphrase) as device:
            print("\n".join(page(device)))
    except EngawaError as error:
        print(f"{given.state}: {type(error).__name__} {error}", file=sys.stderr)
        return 1
    return 0


def page(device: Device) -> Iterator[str]:
    """Everything, in lines."""
    role = device.people.role(device.member) or "–"
    yield heading(f"{device.people.name(device.member)}の端末", f"a device of a member who is {role}")
    yield f"  {counts(device)}"
    yield f"  未送信 · unsent {device.unsent()}　警告 · alarms {len(device.alarms())}"
    yield from _part("日程", "days", _days(device))
    yield from _part("相違", "what differs, for a person to decide", _differences(device))
    yield from _part("確認待ち", "what waits for a reviewer", _reviews(device))
    yield from _part("数えないもの", "what does not count, and why", _uncounted(device))
    yield from _part("警告", "alarms", (f"  {alarm.code}  {alarm.about.hex()}" for alarm in device.alarms()))


def _part(ja: str, en: str, lines: Iterable[str]) -> Iterator[str]:
    yield heading(ja, en)
    yield from list(lines) or ["  ありません · none"]


def _days(device: Device) -> Iterator[str]:
    """Visits by their planned start, follow-ups by when they are due."""
    visits = [(_of(device, visit, "visit", "planned_start"), visit) for visit in device.book.records("visit")]
    for start, visit in sorted((start, visit) for start, visit in visits if isinstance(start, int)):
        status = choice("visit", "status", _of(device, visit, "visit", "status"))
        settled = _of(device, visit, "visit", "official_contact_level")
        contact = "" if settled is None else choice("visit", "official_contact_level", settled)
        when = f"{datetime.fromtimestamp(start / 1_000, JST):%Y-%m-%d %H:%M}"
        yield f"  {when}  {pad('訪問 ' + status, 16)} {contact}".rstrip()
    for follow_up in device.book.records("follow_up"):
        due = _of(device, follow_up, "follow_up", "due")
        when = str(due["on"]) if isinstance(due, dict) else "相違あり · differs"
        kind = choice("follow_up", "kind", _of(device, follow_up, "follow_up", "kind"))
        state = choice("follow_up", "state", _of(device, follow_up, "follow_up", "state"))
        promised = "　お約束 · promised" if _of(device, follow_up, "follow_up", "promised") is True else ""
        yield f"  {pad(when, 16)}  フォローアップ {kind}　{state}{promised}"


def _differences(device: Device) -> Iterator[str]:
    for view in device.book.conflicts():
        yield f"  {label(view.key.type, view.key.field)} · {view.key.type}.{view.key.field}"
        for value in view.values:
            mark = "●" if view.shown is value else "○"
            writers = "、".join(sorted({_writer(device, change) for change in value.changes}))
            yield f"    {mark} {pad(text_of(view, value.value), 40)} {writers}"


def _reviews(device: Device) -> Iterator[str]:
    for review in device.book.review_queue():
        title = str(_of(device, review.note, "visit_note", "title") or "")
        unseen = f"（{len(review.unseen)} 件の変更 · changes）" if review.state == "changed" else ""
        state = _REVIEW.get(review.state, review.state)
        yield f"  {pad(device.people.name(review.author), 8)} {pad(title, 40)} {state}{unseen}"


def _uncounted(device: Device) -> Iterator[str]:
    for each in device.book.uncounted():
        what = f"{each.type}.{each.field}" if each.field else "変更 · change"
        yield f"  {pad(what, 36)} {each.code}  {each.change.hex()[:16]}"


def _of(device: Device, record: bytes, type_: str, field: str) -> Value:
    """What is shown of a field."""
    return device.book.value(record, type_, field)


def _writer(device: Device, change: bytes) -> str:
    judged = device.book.change(change)
    if judged is None:
        return "?"
    return f"{device.people.name(judged.member)} {datetime.fromtimestamp(judged.at / 1_000, JST):%m/%d %H:%M}"
