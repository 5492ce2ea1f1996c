"""What every rule has at hand. One for one application."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from server.bodies import Bodies
from server.hub import Hub
from server.metrics import Metrics
from server.relay.directories import Directories
from server.relay.turns import Turns
from server.sessions import Sessions
from server.settings import Settings
from server.store.protocol import BlobFiles, Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Relay:
    """clock: seconds since 1970. workers: threads for what takes long without the interpreter: signatures, digests."""

    settings: Settings
    origins: frozenset[str]
    store: Store
    blobs: BlobFiles
    directories: Directories
    turns: Turns
    bodies: Bodies
    sessions: Sessions
    hub: Hub
    metrics: Metrics
    workers: ThreadPoolExecutor
    clock: Callable[[], float]

    async def work(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.workers, job)

    def now(self) -> int:
        """ms"""
        return int(self.clock() * 1000)
