"""Who comes to the demo's centre last: three who are still to enrol, and what waits for the one sent to the house."""

import time

from server.demo.town import Town

NEWCOMERS = (
    ("supporter", "サポーター", "四方田"),
    ("staff", "職員", "萌黄"),
    ("admin", "管理者", "朝霧"),
)
"""Role, as what, name."""

_HOUR = 3_600_000  # ms
_NAMES = frozenset({"alias_for_supporter", "label"})


def send(town: Town, member: bytes) -> None:
    """A dispatch of the newcomer's own, with a visit planned for the day on which somebody looks around."""
    head = town.devices["白波"]
    town.dispatch = head.circles.dispatch(town.case.id, [member])
    dispatch = town.put(
        "白波",
        "dispatch",
        requested_by="person",
        person_wish="expressed",
        kind=["home"],
        purpose="窓ごしのあいさつを続ける",
        plan="30分まで。返事を待たない",
        period_from="2026-12-04",
        period_until="2027-03-31",
        supporters=[member],
        state="both_agreed",
    )
    town.put(
        "白波",
        "visit",
        dispatch=dispatch,
        planned_start=time.time_ns() // 1_000_000 + 2 * _HOUR,
        place_kind="home",
        purpose=["relationship"],
        announced="told_family",
        participants=[{"role": "main", "member": member}],
        status="planned",
    )
    for who, alias in (("世帯", "庭木の家"), ("父", "お父さん"), ("母", "お母さん"), ("長男", "尚さん")):
        source = _name_of(town, town.people[who])
        town.put("白波", "extract", topic="alias", about=town.people[who], text=alias, copied_from=source)


def _name_of(town: Town, record: bytes) -> bytes:
    """The change that named a person, or the house."""
    book = town.devices["白波"].book
    views = [*book.views(record, "person"), *book.views(record, "household")]
    return next(view.shown.changes[0] for view in views if view.key.field in _NAMES and view.shown)
