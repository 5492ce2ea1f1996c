"""A device in a process of its own that is killed without warning. Prints each change as soon as it is saved.

python -m tests.ghost save <state> <dispatch>     saves notes for ever
python -m tests.ghost push <state> <dispatch>     saves two notes; the power goes when the server has them
python -m tests.ghost log <state> <dispatch>      the same, when they are in our log and not yet out of the outbox
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from sync.device import Device
from sync.device_core import Means
from sync.own_chain import OwnChain
from sync.transport import PushAnswer, Transport
from tests.devices import CHEAP, PASSPHRASE


class Dying(Transport):
    """The server has the runs; nobody is left to hear it."""

    def push(self, runs: Sequence[bytes]) -> list[PushAnswer]:
        super().push(runs)
        die()


def die_instead(chain: OwnChain) -> None:  # noqa: ARG001
    """Of keeping a chain."""
    die()


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still there")


def save(device: Device, dispatch: bytes, text: str) -> None:
    writing = device.book.writing({"dispatch": dispatch})
    (saved,) = writing.put(device.book.new_id(), "visit", place_text=text).save()
    print((saved.change or b"").hex(), flush=True)


def main(how: str, state: str, dispatch: str) -> None:
    means = Means(cost=CHEAP, connect=Dying if how == "push" else Transport)
    device = Device.open(Path(state), PASSPHRASE, means)
    if how == "save":
        number = 0
        while True:
            number += 1
            save(device, bytes.fromhex(dispatch), f"{number} 件目")
    save(device, bytes.fromhex(dispatch), "一件目")
    save(device, bytes.fromhex(dispatch), "二件目")
    if how == "log":
        device.core.chains.close(device.core.held.chain(bytes.fromhex(dispatch)))
        device.core.held.keep_chain = die_instead  # type: ignore[method-assign]
    device.sync()


if __name__ == "__main__":
    main(*sys.argv[1:])
