"""GET health, ready, metrics: for whoever watches the server."""

import hmac
from ipaddress import ip_address
from typing import Annotated, Any

from litestar import Request, Response, route
from litestar.params import HeaderParameter

from crypto.errors import ProtocolError
from server.api.answers import refusals
from server.api.reading import READ
from server.api.requests import HeldRelay
from server.metrics import CONTENT_TYPE

Bearer = Annotated[str | None, HeaderParameter(name="Authorization", description="Bearer and the metrics token.")]


@route("/health", http_method=READ, media_type="text/plain", responses=refusals())
async def health() -> str:
    """The process answers."""
    return "ok"


@route("/ready", http_method=READ, media_type="text/plain", responses=refusals())
async def ready(relay: HeldRelay) -> str:
    """The store answers, and the server is not stopping."""
    if relay.hub.is_closed:
        raise ProtocolError("stopping")
    await relay.store.read(b"", lambda reader: reader.state())
    return "ready"


@route("/metrics", http_method=READ, media_type=CONTENT_TYPE, responses=refusals())
async def metrics(request: Request[Any, Any, Any], relay: HeldRelay, authorization: Bearer = None) -> Response[bytes]:
    """Figures for Prometheus: with the operator's token, or, where there is none, from this machine only."""
    token = relay.settings.metrics_token
    if token and not hmac.compare_digest((authorization or "").encode(), f"Bearer {token}".encode()):
        raise ProtocolError("not_found")
    if not token and not _is_from_here(request):
        raise ProtocolError("not_found")
    states = (await relay.store.centres()).values()
    relay.metrics.centres.set(len(states))
    relay.metrics.run_bytes.set(sum(state.run_bytes for state in states))
    relay.metrics.blob_bytes.set(sum(state.blob_bytes for state in states))
    return Response(relay.metrics.text(), media_type=CONTENT_TYPE)


def _is_from_here(request: Request[Any, Any, Any]) -> bool:
    """A forwarded request came from elsewhere, whoever handed it on."""
    try:
        is_loopback = ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
    return is_loopback and not request.headers.keys() & {"x-forwarded-for", "forwarded"}
