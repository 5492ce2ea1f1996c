"""GET live: says when there is something to pull. Source: sync/SPEC.md 8."""

from litestar import Controller, route

from server.api.answers import FrameStream, refusals
from server.api.reading import READ
from server.api.requests import BASE, CentrePath, HeldRelay, HeldSession
from server.relay.live import open_live

EVENTS = "text/event-stream"


class LiveController(Controller):
    path = BASE + "/live"

    @route(http_method=READ, media_type=EVENTS, responses=refusals(401, 403))
    async def live(
        self,
        centre: CentrePath,  # noqa: ARG002
        relay: HeldRelay,
        session: HeldSession,
    ) -> FrameStream:
        """Server-sent events: `poke` with the newest cursor and index; a comment now and then; an end after a while."""
        return FrameStream(await open_live(relay, session), EVENTS, headers={"X-Accel-Buffering": "no"})
