"""GET and POST directory, its circles, and healing. Source: sync/SPEC.md 3.5, 8."""

from typing import Annotated, Any

from litestar import Controller, Request, post, route
from litestar.params import HeaderParameter, QueryParameter

from server.api.answers import FrameStream, refusals
from server.api.reading import READ
from server.api.requests import (
    BASE,
    BINARY,
    BinaryBody,
    CentrePath,
    CirclePath,
    HeldRelay,
    HeldSession,
    of_type,
    optional_session,
)
from server.relay.append import append, heal
from server.relay.push import Head
from server.relay.reading import open_directory, open_statements

AfterIndex = Annotated[int, QueryParameter(ge=-1, le=2**32 - 1, description="An index; -1 is before the first.")]
FoundingCode = Annotated[
    str | None, HeaderParameter(name="Engawa-Founding-Code", description="For founding, where the server wants one.")
]
_APPEND = refusals(401, 403, 409, 410, 413, 415, 422, 507)


class DirectoryController(Controller):
    path = BASE + "/directory"

    @route(http_method=READ, media_type=BINARY, responses=refusals(401, 403, 410))
    async def entries(
        self,
        centre: CentrePath,  # noqa: ARG002
        relay: HeldRelay,
        session: HeldSession,
        after: AfterIndex = -1,
    ) -> FrameStream:
        """Entries: u32 length || entry || u16 count || count × (u32 length || statement).

        With the statements on circles of which this device or invite is or was a principal. `Engawa-Head` names the
        head they lead to: its index and hash.
        """
        index, hashed, frames = await open_directory(relay, session, after)
        return FrameStream(frames, headers={"Engawa-Head": f"{index} {hashed.hex()}"})

    @route("/circles/{circle:str}", http_method=READ, media_type=BINARY, responses=refusals(401, 403, 410))
    async def statements(
        self,
        centre: CentrePath,  # noqa: ARG002
        circle: CirclePath,
        relay: HeldRelay,
        session: HeldSession,
    ) -> FrameStream:
        """Statements on one circle: u32 index || u32 length || statement."""
        return FrameStream(await open_statements(relay, session, bytes.fromhex(circle)))

    @post(
        status_code=200,
        guards=[of_type(BINARY)],
        operation_class=BinaryBody,
        request_max_body_size=None,
        responses=_APPEND,
    )
    async def append(
        self,
        request: Request[Any, Any, Any],
        centre: CentrePath,
        relay: HeldRelay,
        founding_code: FoundingCode = None,
    ) -> Head:
        """Append one entry, all or none of its statements. Who lost the race gets `head_moved`, pulls and tries again.

        Body: one frame as `GET` gives them, with the bytes of all statements. Entry 0 founds a centre.
        """
        async with relay.bodies.read(request, relay.settings.limits.directory_bytes) as body:
            return await append(relay, bytes.fromhex(centre), body, founding_code or "")

    @post(
        "/heal",
        status_code=200,
        guards=[of_type(BINARY)],
        operation_class=BinaryBody,
        request_max_body_size=None,
        responses=_APPEND,
    )
    async def heal(
        self,
        request: Request[Any, Any, Any],
        centre: CentrePath,
        relay: HeldRelay,
        founding_code: FoundingCode = None,
    ) -> Head:
        """Hand back entries, or bytes of statements, that this server has lost. Those it has may be among them.

        A session is not needed; an admin's lets entries in of which not every statement is at hand.
        """
        session = optional_session(request, relay, centre)
        async with relay.bodies.read(request, relay.settings.limits.directory_bytes) as body:
            return await heal(relay, bytes.fromhex(centre), body, session, founding_code or "")
