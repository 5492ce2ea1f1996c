"""Somebody stays at the desk of the demo: whoever comes by an invitation for staff is given a place there."""

from threading import Thread

from server.demo.town import Town
from sync.device import Device
from sync.transport import OfflineError, RefusedError

_AT_THE_DESK = frozenset({"staff", "admin"})


def attend(town: Town) -> None:
    """Until the server is gone. 白波's device is the attendant's from now on."""
    Thread(target=_stay, args=(town.devices["白波"], town.desk), daemon=True).start()


def _stay(device: Device, desk: bytes) -> None:
    try:
        while True:
            device.wait()
            device.sync()
            _seat_newcomers(device, desk)
    except (OfflineError, RefusedError):
        device.close()


def _seat_newcomers(device: Device, desk: bytes) -> None:
    """In the story everybody is known by face; in life a fingerprint is compared first."""
    seated = device.circles.view(desk).devices
    for other in device.people.devices():
        if other.revoked is None and other.key not in seated and device.people.role(other.member) in _AT_THE_DESK:
            device.circles.seat(other.key, desk)
