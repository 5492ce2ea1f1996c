"""What the directory holds of one circle, each thing with the index from which it holds.

Source: sync/SPEC.md 2.  Twin: sync/circles.ts.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Protocol

from sync.statements import CircleEpoch, CircleOpen, Seals
from sync.timeline import Journal, Timeline

PUBLIC_KINDS = frozenset({"centre", "desk"})  # their statements stand in full


class Shape(Protocol):
    """What decides who is entitled: a circle as it is, or as a statement would make it."""

    @property
    def kind(self) -> str: ...
    @property
    def desk(self) -> bytes | None: ...
    @property
    def members(self) -> tuple[bytes, ...]: ...
    @property
    def devices(self) -> tuple[bytes, ...]: ...


@dataclass(frozen=True, slots=True)
class CircleView:
    """A circle at one index. epoch: number of its newest."""

    id: bytes
    kind: str
    case: bytes | None
    desk: bytes | None
    members: tuple[bytes, ...]
    devices: tuple[bytes, ...]
    epoch: int
    closed: bool
    shredded: bool


@dataclass(slots=True)
class Epoch:
    """opened: index of its statement. after: the epoch in its lock; None in epoch 1. seals: (index, key, sealed)."""

    number: int
    opened: int
    after: int | None
    commitment: bytes
    circle_key: bytes
    lock: bytes | None
    seals: list[tuple[int, bytes, bytes]] = field(default_factory=list)

    def recipients(self, at: int) -> list[bytes]:
        """Sealing keys this epoch's secret was sealed to, up to entry `at`."""
        return [key for index, key, _ in self.seals if index <= at]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """last: id of the last change that counts; None: none does."""

    index: int
    device: bytes
    last: bytes | None


@dataclass(frozen=True, slots=True)
class Letin:
    index: int
    change: bytes


@dataclass(frozen=True, slots=True)
class Complaint:
    """A `seal.bad`. author: the device (or root) that said it."""

    index: int
    epoch: int
    reason: str
    author: bytes


class Circle:
    """One circle through time. opened: index of its `circle.open`; last: digest of its newest statement."""

    def __init__(self, statement: CircleOpen, index: int, digest: bytes) -> None:
        self.id = statement.circle
        self.kind = statement.circle_kind
        self.case = statement.case
        self.desk = statement.desk
        self.opened = index
        self.last = digest
        self.members: Timeline[tuple[bytes, ...]] = Timeline()
        self.devices: Timeline[tuple[bytes, ...]] = Timeline()
        self.epochs: list[Epoch] = []
        self.closed: Timeline[bool] = Timeline()
        self.shredded: int | None = None
        self.frozen: int | None = None
        self.cutoffs: list[Cutoff] = []
        self.letins: list[Letin] = []
        self.complaints: list[Complaint] = []
        self.sealed_to: dict[bytes, Timeline[int]] = {}
        self.stale_at: dict[int, bool] = {}
        journal = Journal()
        self._name(index, statement.members, statement.devices, journal)
        self._add_epoch(
            Epoch(1, index, None, statement.commitment, statement.circle_key, None), statement.seals, journal
        )

    @property
    def public(self) -> bool:
        """Do its statements stand in full?"""
        return self.kind in PUBLIC_KINDS

    def view(self, at: int) -> CircleView:
        """The circle after entry `at`, which is not before its opening."""
        return CircleView(
            self.id,
            self.kind,
            self.case,
            self.desk,
            self.members.at(at) or (),
            self.devices.at(at) or (),
            self.newest(at).number,
            bool(self.closed.at(at)),
            self.is_shredded(at),
        )

    def newest(self, at: int) -> Epoch:
        """Its newest epoch after entry `at`, which is not before its opening."""
        return self.epochs[bisect_right(self.epochs, at, key=lambda epoch: epoch.opened) - 1]

    def epoch(self, number: int) -> Epoch | None:
        """Epochs count from 1 without a gap."""
        return self.epochs[number - 1] if 1 <= number <= len(self.epochs) else None

    def is_shredded(self, at: int) -> bool:
        """Is it shredded after entry `at`?"""
        return self.shredded is not None and self.shredded <= at

    def sound_epoch(self) -> int:
        """The newest epoch that no complaint names; the newest of all, if all are named."""
        named = {complaint.epoch for complaint in self.complaints}
        return next((epoch.number for epoch in reversed(self.epochs) if epoch.number not in named), len(self.epochs))

    def may_lock(self, epoch: int) -> bool:
        """May the next epoch lock this one? The newest always; an earlier one, if all above it are complained of."""
        named = {complaint.epoch for complaint in self.complaints}
        return 1 <= epoch <= len(self.epochs) and named.issuperset(range(epoch + 1, len(self.epochs) + 1))

    def renew(self, statement: CircleEpoch, index: int, journal: Journal) -> None:
        """A new epoch under new lists; a closed circle is open again."""
        self._name(index, statement.members, statement.devices, journal)
        if self.closed.at(index):
            self.closed.put(index, False, journal)
        made = Epoch(
            statement.epoch, index, statement.after, statement.commitment, statement.circle_key, statement.lock
        )
        self._add_epoch(made, statement.seals, journal)

    def admit(
        self, members: tuple[bytes, ...], devices: tuple[bytes, ...], seals: Seals, index: int, journal: Journal
    ) -> None:
        """Further seals on the newest epoch, under new lists."""
        self._name(index, members, devices, journal)
        self._seal(self.epochs[-1], seals, index, journal)

    def _name(self, index: int, members: tuple[bytes, ...], devices: tuple[bytes, ...], journal: Journal) -> None:
        if self.members.at(index) != members:
            self.members.put(index, members, journal)
        if self.devices.at(index) != devices:
            self.devices.put(index, devices, journal)

    def _add_epoch(self, epoch: Epoch, seals: Seals, journal: Journal) -> None:
        self.epochs.append(epoch)
        journal.note(self.epochs.pop)
        self._seal(epoch, seals, epoch.opened, journal)

    def _seal(self, epoch: Epoch, seals: Seals, index: int, journal: Journal) -> None:
        before = len(epoch.seals)
        epoch.seals.extend((index, key, sealed) for key, sealed in seals)
        journal.note(lambda: epoch.seals.__delitem__(slice(before, None)))
        for key, _ in seals:
            self.sealed_to.setdefault(key, Timeline()).put(index, epoch.number, journal)
