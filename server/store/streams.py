"""Long answers, read as fast as they are taken and no faster.

Rows are read on the event loop, a chunk at a time: a hop to another thread costs more than reading 64 KiB does. A look
at the store ends when it lasts (a slow client must not keep old pages alive), and is taken again where it ended.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager

from server.store.protocol import Frames, Reader, Source

CHUNK_BYTES = 64 * 1024
_TURN_BYTES = 1024**2  # then others have theirs
_LOOK_SECONDS = 0.25


async def stream(
    look: Callable[[], AbstractContextManager[Reader]], source: Source, after: int
) -> AsyncIterator[bytes]:
    """What a source gives, in chunks. In memory is never more than one of them and a frame."""
    place, is_cut = after, True

    def cut(rows: Frames) -> None:
        nonlocal is_cut
        is_cut = True
        rows.close()

    while is_cut:
        is_cut = False
        with look() as reader:
            rows = source(reader, place)
            fuse = asyncio.get_running_loop().call_later(_LOOK_SECONDS, cut, rows)
            parts: list[bytes] = []
            size = turn = 0
            try:
                for place, frame in rows:  # noqa: B007  a look that was cut is taken again from there
                    parts += frame
                    size += sum(map(len, frame))
                    if size < CHUNK_BYTES:
                        continue
                    yield b"".join(parts)
                    turn, parts, size = turn + size, [], 0
                    if turn >= _TURN_BYTES:
                        turn = 0
                        await asyncio.sleep(0)
                if parts:
                    yield b"".join(parts)
            finally:
                fuse.cancel()
                rows.close()
