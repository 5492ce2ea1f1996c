"""Real devices of a fictional centre on a real server, for tests: seeded, on a clock that only moves when asked.

office = Office.found(server, folder)                 # a centre; office.admin is its first device
yuki = office.join("supporter", name="雪")            # member, invitation, enrolled device
case = office.open_case()
dispatch = office.send(case, yuki)
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from crypto.recovery import RecoveryKey
from crypto.vault import Cost
from sync.device import Device
from sync.device_circles import Case
from sync.device_core import Means
from sync.exchange import Report
from sync.transport import ChainEnd, OfflineError, PushAnswer, RefusedError, Transport
from tests.server.process import Process

START = 1_790_000_000_000  # ms
FAR = 32_503_680_000_000  # ms: an invitation that is not out of date
PASSPHRASE = "縁側 の 猫"
CHEAP = Cost(memory_kib=8, passes=1)


class Line(Transport):
    """A way to the server on which things go wrong as a test says.

    is_cut: nothing goes through. is_deaf: pushes arrive and their answers do not. answer: what a push is told instead.
    is_lying: instead of heads, "revoked".
    """

    def __init__(self, origin: str, centre: bytes) -> None:
        super().__init__(origin, centre)
        self.is_cut = False
        self.is_deaf = False
        self.answer: Callable[[bytes], PushAnswer | None] = lambda _: None
        self.pushes: list[list[bytes]] = []
        self.is_lying = False

    def push(self, runs: Sequence[bytes]) -> list[PushAnswer]:
        self.pushes.append(list(runs))
        told = [self.answer(run) for run in runs]
        answers = iter(super().push([run for run, answer in zip(runs, told, strict=True) if answer is None]))
        if self.is_deaf:
            raise OfflineError("cut")
        return [answer or next(answers) for answer in told]

    def heads(self, device: bytes | None = None) -> list[ChainEnd]:
        if self.is_lying:
            raise RefusedError("revoked")
        return super().heads(device)

    def _check_line(self) -> None:
        if self.is_cut:
            raise OfflineError("cut")

    def _ask(self, method: str, path: str, **request: object):  # type: ignore[no-untyped-def]
        self._check_line()
        return super()._ask(method, path, **request)

    def _stream(self, path: str, query: dict[str, object]):  # type: ignore[no-untyped-def]
        self._check_line()
        return super()._stream(path, query)


class Office:
    """Use `Office.found`. folder: one directory below it for each device's state; its name is the seed."""

    admin: Device
    recovery: RecoveryKey
    desk: bytes

    def __init__(self, origin: str, folder: Path) -> None:
        self.origin = origin
        self.folder = folder
        self.random = Random(folder.name)
        self.now = START
        self.means = Means(self.random.randbytes, self.tick, CHEAP, Line)
        self._count = 0
        self.devices: list[Device] = []

    @classmethod
    def found(cls, server: Process, folder: Path) -> "Office":
        """The first device sits at the one desk there is, and has every duty."""
        office = cls(server.origin, folder)
        office.admin, office.recovery = Device.found(
            office.new_folder(), PASSPHRASE, server.origin, office.means, duties=("coordinator", "privacy", "reviewer")
        )
        office.devices.append(office.admin)
        office.admin.sync()
        office.desk = office.admin.circles.of_kind("desk")[0].id
        return office

    def tick(self) -> int:
        self.now += 1_000
        return self.now

    def new_folder(self) -> Path:
        self._count += 1
        return self.folder / f"device-{self._count}"

    def join(self, role: str = "supporter", *duties: str, name: str | None = None) -> Device:
        """A new member with one device that has synced."""
        return self.enrol(self.admin.people.add(role, duties, name=name))

    def enrol(self, member: bytes) -> Device:
        """One more device of a member."""
        device = Device.enrol(self.new_folder(), PASSPHRASE, self.admin.people.invite(member, FAR), self.means)
        self.devices.append(device)
        settled(device.sync())
        self.admin.sync()
        return device

    def open_case(self, *carriers: Device) -> Case:
        return self.admin.circles.open_case(self.desk, [device.member for device in carriers])

    def send(self, case: Case, *devices: Device) -> bytes:
        """A dispatch of the members of these devices, which all know of it."""
        dispatch = self.admin.circles.dispatch(case.id, [device.member for device in devices])
        for device in devices:
            settled(device.sync())
        return dispatch

    def restart(self, device: Device) -> Device:
        """Close a device and open its state again."""
        device.close()
        return self.open(device.core.held.files.folder)

    def open(self, folder: Path) -> Device:
        opened = Device.open(folder, PASSPHRASE, self.means)
        self.devices.append(opened)
        return opened

    def copy(self, device: Device) -> Path:
        """A copy of a device's profile as it is on disk now."""
        folder = self.new_folder()
        shutil.copytree(device.core.held.files.folder, folder)
        return folder

    def close(self) -> None:
        for device in self.devices:
            device.close()


def line(device: Device) -> Line:
    """Its way to the server."""
    assert isinstance(device.core.server, Line)
    return device.core.server


def settled(report: Report) -> None:
    """A contact that has to come to "synced"."""
    assert report.synced, report


def state(device: Device) -> str:
    """Everything a device shows, as text that is equal where the state is."""
    return device.core.held.ledger.merge.to_json()
