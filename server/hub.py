"""Who listens to which centre. Fed after each commit; says only "moved", and only the newest of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from crypto.errors import ProtocolError
from server.store.protocol import Moved


class Listener:
    """One open stream. However slow its reader, it holds one `Moved`."""

    def __init__(self, device: bytes) -> None:
        self.device = device
        self._news: Moved | None = None
        self._wake = asyncio.Event()

    def tell(self, moved: Moved | None) -> None:
        self._news = moved
        self._wake.set()

    async def next(self, seconds: float) -> Moved | None:
        """The newest since the last call, waited for. None: nothing for so long, or the hub closed."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return None
        self._wake.clear()
        return self._news


class Hub:
    """For one event loop."""

    def __init__(self, streams: int, streams_per_device: int) -> None:
        self.is_closed = False
        self.streams = 0
        self._most = streams
        self._most_per_device = streams_per_device
        self._listeners: dict[bytes, set[Listener]] = {}

    def tell(self, moved: Moved) -> None:
        for listener in self._listeners.get(moved.centre, ()):
            listener.tell(moved)

    def close(self) -> None:
        """Wake everybody for the last time."""
        self.is_closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.tell(None)

    def check(self, centre: bytes, device: bytes) -> None:
        """Raises ProtocolError: "stopping"; "rate_limited" when too many streams are open, of all or of this device."""
        if self.is_closed:
            raise ProtocolError("stopping")
        of_device = sum(listener.device == device for listener in self._listeners.get(centre, ()))
        if self.streams >= self._most or of_device >= self._most_per_device:
            raise ProtocolError("rate_limited")

    @contextmanager
    def listen(self, centre: bytes, device: bytes) -> Iterator[Listener]:
        """Raises as `check`."""
        self.check(centre, device)
        listener = Listener(device)
        listeners = self._listeners.setdefault(centre, set())
        listeners.add(listener)
        self.streams += 1
        try:
            yield listener
        finally:
            self.streams -= 1
            listeners.discard(listener)
            if not listeners and self._listeners.get(centre) is listeners:
                del self._listeners[centre]
