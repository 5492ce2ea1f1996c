"""Who is signed in hears at once that the log or the directory grew, and nothing more. Source: sync/SPEC.md 8."""

import asyncio
import json
from collections.abc import AsyncIterator

from crypto.errors import ProtocolError
from server.hub import Listener
from server.relay.reading import look, only_devices
from server.relay.relay import Relay
from server.relay.roll import Roll, Visitor
from server.sessions import Session
from server.store.protocol import CentreState, Moved, Reader

_RETRY = b"retry: 3000\n\n"
_COMMENT = b":\n\n"


async def open_live(relay: Relay, session: Session) -> AsyncIterator[bytes]:
    """Events, the first at once. The stream of a device that is revoked ends.

    Raises ProtocolError: "not_entitled" (an invite), "stopping", "rate_limited" (too many streams).
    """
    moved = await look(relay, session, _newest)
    relay.hub.check(session.centre, session.key)

    async def events() -> AsyncIterator[bytes]:
        with relay.hub.listen(session.centre, session.key) as listener:
            yield _RETRY + poke(moved)
            async for event in _events(relay, session, listener, moved):
                yield event

    return events()


async def _events(relay: Relay, session: Session, listener: Listener, moved: Moved) -> AsyncIterator[bytes]:
    times, clock = relay.settings.times, asyncio.get_running_loop().time
    end = clock() + times.live_end
    while clock() < end and not relay.hub.is_closed:
        news = await listener.next(min(times.live_comment, end - clock()))
        if news is None:
            yield _COMMENT
            continue
        if news.index != moved.index and not await _is_still_in(relay, session):
            return
        moved = news
        yield poke(moved)


async def _is_still_in(relay: Relay, session: Session) -> bool:
    try:
        await look(relay, session, _newest)
    except ProtocolError:
        return False
    return True


def _newest(reader: Reader, _: Roll, visitor: Visitor, state: CentreState) -> Moved:
    only_devices(visitor)
    return Moved(reader.centre, state.cursor, state.index)


def poke(moved: Moved) -> bytes:
    data = json.dumps({"cursor": moved.cursor, "index": moved.index})
    return f"event: poke\ndata: {data}\n\n".encode()
