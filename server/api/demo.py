"""GET demo: invitations that lie ready, where somebody may look around. Only a demo sets this."""

from pathlib import Path

import msgspec
from litestar import Response, route
from msgspec import Struct

from server.api.answers import refusals
from server.api.reading import READ
from server.api.requests import HeldRelay


class Role(Struct, frozen=True):
    """As what one may look around, and links of which each lets one device in."""

    role: str
    links: list[str]


@route("/api/v1/demo", http_method=READ, responses=refusals())
async def demo(relay: HeldRelay) -> Response[list[Role]]:
    """Roles to look around in; on any other server there are none."""
    ready = Path(relay.settings.demo) if relay.settings.demo else None
    roles = msgspec.json.decode(ready.read_bytes(), type=list[Role]) if ready and ready.is_file() else []
    return Response(roles, headers={"Cache-Control": "no-store"})
