"""The one door for bodies of bytes: sized, timed, and counted while they are in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException

from crypto.errors import ProtocolError


class Bodies:
    """Reads bodies of bytes. Those in memory at one time have a budget; each has a time in which to arrive."""

    def __init__(self, budget: int, seconds: float) -> None:
        self._left = budget
        self._seconds = seconds

    @asynccontextmanager
    async def read(self, request: Request[Any, Any, Any], limit: int) -> AsyncIterator[bytes]:
        """The whole body, its size checked before and while it is read.

        Raises ProtocolError: "too_large", "rate_limited" (too much in memory), "bad_request" (too slow, or cut off).
        """
        if (request.content_length or 0) > limit:
            raise ProtocolError("too_large")
        taken: list[bytes] = []
        try:
            await self._gather(request, limit, taken)
            yield b"".join(taken)
        finally:
            self._left += sum(map(len, taken))

    async def _gather(self, request: Request[Any, Any, Any], limit: int, taken: list[bytes]) -> None:
        size = 0
        try:
            async with asyncio.timeout(self._seconds):
                async for part in request.stream():
                    taken.append(part)
                    size += len(part)
                    self._left -= len(part)
                    if size > limit:
                        raise ProtocolError("too_large")
                    if self._left < 0:
                        raise ProtocolError("rate_limited")
        except (TimeoutError, HTTPException):
            raise ProtocolError("bad_request") from None
