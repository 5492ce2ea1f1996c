"""What requests carry: ids in paths, sessions in cookies, the type of a body. Each has one guarded door here."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import PathParameter, SkipValidation

from crypto.errors import ProtocolError
from server.relay.relay import Relay
from server.sessions import COOKIE, Session

BINARY, JSON = "application/octet-stream", "application/json"
BASE = "/api/v1/{centre:str}"
HEX16, HEX32, HEX64 = "^[0-9a-f]{32}$", "^[0-9a-f]{64}$", "^[0-9a-f]{128}$"

CentrePath = Annotated[str, PathParameter(pattern=HEX16, description="The centre's id, lower-case hex.")]
CirclePath = Annotated[str, PathParameter(pattern=HEX16, description="The circle's id, lower-case hex.")]
BlobPath = Annotated[str, PathParameter(pattern=HEX32, description="The blob's id, lower-case hex.")]
HeldRelay = NamedDependency[SkipValidation[Relay]]
HeldSession = NamedDependency[SkipValidation[Session]]


class BinaryBody(Operation):
    """Says in the OpenAPI document that a body of bytes is needed."""

    def __post_init__(self) -> None:
        schema = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
        self.request_body = RequestBody(content={BINARY: OpenAPIMediaType(schema=schema)}, required=True)


def of_type(media_type: str) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """A guard: bodies of this type only; one that names no type is bytes (RFC 9110, 8.3).

    Raises ProtocolError "unsupported_media_type".
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        given = connection.headers.get("content-type", BINARY).partition(";")[0].strip().lower()
        if given != media_type:
            raise ProtocolError("unsupported_media_type")

    return guard


def provide_session(request: Request[Any, Any, Any], centre: CentrePath, relay: HeldRelay) -> Session:
    """Who the cookie says it is; whether that still holds, the relay sees. Raises ProtocolError "no_session"."""
    return relay.sessions.read_token(bytes.fromhex(centre), request.cookies.get(COOKIE, ""))


def optional_session(request: Request[Any, Any, Any], relay: Relay, centre: str) -> Session | None:
    """The same where none is needed. Raises ProtocolError "no_session" when there is one that is not good."""
    if COOKIE not in request.cookies:
        return None
    return relay.sessions.read_token(bytes.fromhex(centre), request.cookies[COOKIE])
