"""Real devices and a real server in this process, and whoever sits on the way between them.

with town(tmp_path) as place:              # a server, and devices with vaults on disk
    admin, phone = place.admin, place.enrol("supporter")
    place.lie = lambda request, ask: ...   # instead of asking the server, or after it
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from crypto.recovery import RecoveryKey
from crypto.vault import Cost
from server.settings import Settings
from sync.device import Device, Means
from sync.device_circles import Case
from sync.transport import Transport
from tests.hostile.census import standing
from tests.server.house import OPEN, ORIGIN, Clock, House

PASSPHRASE = "正しい馬 電池 ホチキス"
VISIT = bytes([7]) * 16
Ask = Callable[[httpx.Request], httpx.Response]
Lie = Callable[[httpx.Request, Ask], httpx.Response]
"""(what a device asks, the way to the true server) to what the device hears."""


def honest(request: httpx.Request, ask: Ask) -> httpx.Response:
    return ask(request)


class Bridge(httpx.BaseTransport):
    """The way of one device to the server."""

    def __init__(self, town: "Town") -> None:
        self._town = town

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._town.lie(request, self._town.ask)


@dataclass
class Town:
    """A server and its devices. lie: what becomes of their requests from now on."""

    portal: BlockingPortal
    folder: Path
    random: Random
    house: House | None = None
    lie: Lie = honest
    devices: list[Device] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def ask(self, request: httpx.Request) -> httpx.Response:
        """The true server's answer."""
        if self.house is None:
            raise httpx.ConnectError("nobody there")
        return self.portal.call(self._asked, request)

    async def _asked(self, request: httpx.Request) -> httpx.Response:
        assert self.house is not None
        copied = self.house.http.build_request(
            request.method, request.url, headers=request.headers, content=request.content
        )
        answer = await self.house.http.send(copied)
        self.house.http.cookies.clear()
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)

    def means(self) -> Means:
        def connect(origin: str, centre: bytes) -> Transport:
            return Transport(origin, centre, httpx.Client(transport=Bridge(self)))

        return Means(self.random.randbytes, lambda: int(self.clock.now * 1000), Cost(8, 1), connect)

    def found(self) -> tuple[Device, RecoveryKey]:
        device, recovery = Device.found(self._next_folder(), PASSPHRASE, ORIGIN, self.means(), duties=("reviewer",))
        self.devices.append(device)
        return device, recovery

    def enrol(self, admin: Device, member: bytes) -> Device:
        """A device for a member."""
        link = admin.people.invite(member)
        device = Device.enrol(self._next_folder(), PASSPHRASE, link, self.means())
        self.devices.append(device)
        return device

    def _next_folder(self) -> Path:
        return self.folder / f"device {len(self.devices)}"


@contextmanager
def server_at(town: Town, data: Path, settings: Settings = OPEN) -> Iterator[House]:
    """The server runs while this lasts; devices find nobody before and after."""
    data.mkdir(exist_ok=True)
    with town.portal.wrap_async_context_manager(standing(data, settings)) as house:
        town.house = house
        try:
            yield house
        finally:
            town.house = None


@contextmanager
def town(folder: Path, seed: int = 1) -> Iterator[Town]:
    """Without a server yet."""
    with start_blocking_portal("asyncio") as portal:
        made = Town(portal, folder, Random(seed))
        try:
            yield made
        finally:
            for device in made.devices:
                device.close()


@dataclass
class Pair:
    """An admin, two supporters who are sent together, and their circle."""

    admin: Device
    aiko: Device
    emi: Device
    case: Case
    visit: bytes
    recovery: RecoveryKey

    @property
    def devices(self) -> tuple[Device, Device, Device]:
        return self.admin, self.aiko, self.emi


def pair(place: Town) -> Pair:
    """Everybody is in step."""
    admin, recovery = place.found()
    [desk] = admin.circles.of_kind("desk")
    members = [admin.people.add("supporter", name=name) for name in ("愛子", "恵美")]
    aiko, emi = (place.enrol(admin, member) for member in members)
    admin.sync()
    case = admin.circles.open_case(desk.id)
    made = Pair(admin, aiko, emi, case, admin.circles.dispatch(case.id, members), recovery)
    for device in made.devices:
        assert device.sync().synced
    return made


def write(device: Device, made: Pair, text: str, record: bytes = VISIT) -> bytes:
    """Where the visit took place, over what the device sees; the change's id."""
    [saved] = device.book.writing({"dispatch": made.visit}).put(record, "visit", place_text=text).save()
    assert saved.change is not None
    return saved.change


def reads(device: Device, record: bytes = VISIT) -> object:
    """What the device shows there."""
    return device.book.value(record, "visit", "place_text")


def alarms(device: Device) -> list[str]:
    return [alarm.code for alarm in device.alarms()]
