"""The invented town 稲穂野市 as a stage: its clock, its people's devices, and how a visit is written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from crypto.recovery import RecoveryKey
from crypto.vault import Cost
from sync.device import Device, Means
from sync.device_circles import Case

JST = timezone(timedelta(hours=9))
PASSPHRASE = "縁側でひとやすみ"
CHEAP = Cost(memory_kib=1_024, passes=1)  # a demo's vaults guard nothing
LATER = int(datetime(2046, 3, 31, tzinfo=JST).timestamp() * 1_000)  # invitations outlive the story's calendar
HOUSE = {"mode": "home_visit", "met_persons": [], "risk_quick": "none_seen"}


def moment(month: int, day: int, hour: int = 10, minute: int = 0) -> int:
    """ms since 1970, on a day of 令和8年 in Japan."""
    return int(datetime(2026, month, day, hour, minute, tzinfo=JST).timestamp() * 1_000)


@dataclass
class Clock:
    """A clock that the story sets."""

    now: int = moment(4, 1, 9)

    def __call__(self) -> int:
        self.now += 1
        return self.now


@dataclass
class Town:
    """Who and what there is. devices: by the name of whoever holds them."""

    origin: str
    folder: Path
    passphrase: str
    clock: Clock = field(default_factory=Clock)
    devices: dict[str, Device] = field(default_factory=dict)
    members: dict[str, bytes] = field(default_factory=dict)
    people: dict[str, bytes] = field(default_factory=dict)
    case: Case = field(default_factory=lambda: Case(b"", b"", b""))
    dispatch: bytes = b""
    desk: bytes = b""
    recovery: RecoveryKey | None = None

    @property
    def means(self) -> Means:
        return Means(clock=self.clock, cost=CHEAP)

    def put(self, who: str, type_: str, record: bytes | None = None, /, **fields: Any) -> bytes:
        """A record, or fields of one, written on somebody's device, not sent yet."""
        device = self.devices[who]
        record = record or device.book.new_id()
        device.book.writing(device.book.where(self.case.id, self.dispatch or None)).put(record, type_, **fields).save()
        return record

    def sync(self) -> None:
        """Contacts of all, twice: after the second everybody has what the last of the first brought."""
        for device in [*self.devices.values()] * 2:
            device.sync()

    @contextmanager
    def day(self, month: int, day: int, hour: int = 10, minute: int = 0) -> Iterator[int]:
        self.clock.now = moment(month, day, hour, minute)
        yield self.clock.now

    def close(self) -> None:
        for device in self.devices.values():
            device.close()


def plan_visit(town: Town, who: str, start: int, *, status: str, purpose: list[str] | None = None) -> bytes:
    """A visit of the running dispatch, known to everybody in it."""
    wanted = purpose or ["relationship", "welfare_check"]
    visit = town.put(
        who,
        "visit",
        dispatch=town.people["派遣"],
        planned_start=start,
        place_kind="home",
        purpose=wanted,
        announced="unannounced",
        participants=[
            {"role": "main", "member": town.members["青葉"]},
            {"role": "accompany", "member": town.members["梶浦"]},
        ],
        status=status,
    )
    town.sync()
    return visit


def write_note(
    town: Town,
    who: str,
    visit: bytes,
    title: str,
    *,
    person: str,
    family: str,
    facts: list[tuple[str, str, str, str]],
    feelings: list[tuple[str, str, str, str]] | None = None,
    next_step: str = "wait",
    agreed: str = "not_asked",
    **fields: Any,
) -> bytes:
    """One author's account. facts, feelings: (kind, about whom, text, how certain)."""
    more = {"own_segments": [_segment(town, *each, "reviewer") for each in feelings]} if feelings else {}
    return town.put(
        who,
        "visit_note",
        visit=visit,
        title=title,
        person_contact_level=person,
        family_contact_level=family,
        next_step=next_step,
        person_agreed_next=agreed,
        segments=[_segment(town, *each, "shareable") for each in facts],
        **(HOUSE | fields | more),
    )


def _segment(town: Town, kind: str, about: str, text: str, certainty: str, share_class: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "about": [town.people[about]],
        "source": "self_observed",
        "certainty": certainty,
        "share_class": share_class,
        "text": text,
    }
