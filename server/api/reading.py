"""GET pull, heads, quarantine, refusals. Source: sync/SPEC.md 8."""

from typing import Annotated

from litestar import Controller, route
from litestar.enums import HttpMethod
from litestar.params import QueryParameter

from server.api.answers import FrameStream, refusals
from server.api.requests import BASE, HEX32, CentrePath, HeldRelay, HeldSession
from server.relay.reading import Heads, Refusals, heads_of, open_pull, open_quarantine, refusals_of
from sync.wire import PULL_BACKFILL

READ = (HttpMethod.GET, HttpMethod.HEAD)
MOST_CURSOR = 2**53 - 1
_PART = "[0-9a-f]{32}:[0-9]{1,15}"
_BACKFILL = f"^{_PART}(,{_PART}){{0,{PULL_BACKFILL - 1}}}$"

After = Annotated[int, QueryParameter(ge=0, le=MOST_CURSOR, description="A cursor; 0 is the beginning.")]
Backfill = Annotated[
    str | None, QueryParameter(pattern=_BACKFILL, description="Circles with their own cursors: circle:cursor,…")
]
DeviceQuery = Annotated[str | None, QueryParameter(pattern=HEX32, description="Another device; for admins.")]


class ReadingController(Controller):
    path = BASE

    @route("/pull", http_method=READ, media_type="application/octet-stream", responses=refusals(401, 403))
    async def pull(
        self,
        centre: CentrePath,  # noqa: ARG002
        relay: HeldRelay,
        session: HeldSession,
        after: After = 0,
        backfill: Backfill = None,
    ) -> FrameStream:
        """Runs as they are stored: u64 cursor || u32 index || u32 length || run, and a last frame of length 0.

        First the backfilled circles from their own cursors up to `after`, then everything after it, in all circles of
        which the device is or was a principal. May be cut anywhere and resumed.
        """
        parts = [part.split(":") for part in backfill.split(",")] if backfill else []
        wanted = [(bytes.fromhex(circle), int(cursor)) for circle, cursor in parts]
        return FrameStream(await open_pull(relay, session, after, wanted))

    @route("/heads", http_method=READ, responses=refusals(401, 403))
    async def heads(
        self,
        centre: CentrePath,  # noqa: ARG002
        relay: HeldRelay,
        session: HeldSession,
        device: DeviceQuery = None,
    ) -> Heads:
        """The newest change of each chain of this device, and the newest statement on its circle."""
        return await heads_of(relay, session, bytes.fromhex(device) if device else None)

    @route("/quarantine", http_method=READ, media_type="application/octet-stream", responses=refusals(401, 403))
    async def quarantine(
        self,
        centre: CentrePath,  # noqa: ARG002
        relay: HeldRelay,
        session: HeldSession,
    ) -> FrameStream:
        """Runs held apart, for staff: u64 number || u64 time || u8(length) || code || u32 length || run."""
        return FrameStream(await open_quarantine(relay, session))

    @route("/refusals", http_method=READ, responses=refusals(401, 403))
    async def refusals(
        self,
        centre: CentrePath,  # noqa: ARG002
        relay: HeldRelay,
        session: HeldSession,
    ) -> Refusals:
        """That pushes were refused, for staff: device, circle, code and how often; not what was in them."""
        return await refusals_of(relay, session)
