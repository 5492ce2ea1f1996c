"""What a device of the demo sees, as text: its days, what differs, what waits for a reviewer, in both languages."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import sync.records
from server.demo.town import JST, Town
from sync.device import Device
from sync.edits import Value
from sync.register import View

_WORDS = Path(sync.records.__file__).with_name("dictionary.json")
_STATES = {
    "new": "確認待ち · waiting",
    "changed": "確認のあとに変わりました · changed since review",
    "question": "質問中 · a question asked",
    "accepted": "確認済 · accepted",
}
WIDTH = 78


def heading(ja: str, en: str) -> str:
    return f"\n── {ja} · {en} " + "─" * max(0, WIDTH - _width(f"── {ja} · {en} "))


def counts(device: Device) -> str:
    """How much of each kind there is."""
    kinds = ("household", "person", "dispatch", "visit", "visit_note", "addendum", "consent", "follow_up", "review")
    return "　".join(f"{_form(kind)['ja']} {len(device.book.records(kind))}" for kind in kinds)


def timeline(town: Town, device: Device) -> Iterator[str]:
    """Notes by day: when, who, what was shown of contact, in a line."""
    notes = sorted((_started(device, note), note) for note in device.book.records("visit_note"))
    for start, note in notes:
        shown = {view.key.field: view.shown.value for view in device.book.views(note, "visit_note") if view.shown}
        author = device.book.review_of(note).author
        level = choice("visit_note", "person_contact_level", shown.get("person_contact_level"))
        who = next((name for name, member in town.members.items() if member == author), "?")
        state = _STATES.get(device.book.review_of(note).state, device.book.review_of(note).state)
        yield f"  {_day(start)}  {pad(who, 6)} {pad(str(shown.get('title', '')), 36)} {pad(level, 26)} {state}"


def differences(town: Town, device: Device) -> Iterator[str]:
    """Every register with more than one value, each with who wrote it."""
    for view in device.book.conflicts():
        form = _form(view.key.type)
        meanwhile = "　（いまは決まりにより表示中 · a rule shows one meanwhile）" if view.status == "decided" else ""
        yield f"  {form['ja']} › {label(view.key.type, view.key.field)}{meanwhile}"
        for each in view.values:
            writers = {_writer(town, device, change) for change in each.changes}
            mark = "●" if view.shown is each else "○"
            yield f"    {mark} {pad(text_of(view, each.value), 40)} {'、'.join(sorted(writers))}"


def text_of(view: View, value: Value) -> str:
    """A value as people say it."""
    if isinstance(value, str):
        return choice(view.key.type, view.key.field, value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**11:
        return f"{datetime.fromtimestamp(value / 1_000, JST):%m/%d %H:%M}"
    if isinstance(value, dict):
        return " 〜 ".join(str(part) for part in value.values())
    return str(value)


def label(type_: str, field: str) -> str:
    return next((str(line["ja"]) for line in _form(type_)["fields"] if line["name"] == field), field)


def choice(type_: str, field: str, value: Value) -> str:
    """The word for a choice; other text as it is."""
    kind = _dictionary()["types"][type_]["fields"][field]["kind"]
    words = {each["value"]: each["ja"] for each in _dictionary()["choices"].get(kind.get("name", ""), [])}
    return str(words.get(value, value))


def pad(text: str, width: int) -> str:
    """Filled up to a width on the screen, where Japanese letters take two places."""
    return text + " " * max(0, width - _width(text))


def _writer(town: Town, device: Device, change: bytes) -> str:
    judged = device.book.change(change)
    if judged is None:
        return "?"
    name = next((name for name, member in town.members.items() if member == judged.member), "?")
    return f"{name} {datetime.fromtimestamp(judged.at / 1_000, JST):%m/%d %H:%M}"


def _started(device: Device, note: bytes) -> int:
    visit = device.book.value(note, "visit_note", "visit")
    views = device.book.views(note, "visit_note")
    visit = next((v.shown.value for v in views if v.key.field == "visit" and v.shown), visit)
    start = device.book.value(visit, "visit", "planned_start") if isinstance(visit, bytes) else None
    return start if isinstance(start, int) else 0


def _day(start: int) -> str:
    at = datetime.fromtimestamp(start / 1_000, JST)
    return f"R{at.year - 2018}/{at.month:>2}/{at.day:>2}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


@cache
def _dictionary() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_WORDS.read_text())
    return data


def _form(type_: str) -> dict[str, Any]:
    form: dict[str, Any] = _dictionary()["forms"][type_]
    return form
