"""POST push: runs in, one result each. Source: sync/SPEC.md 8, 8.1."""

from typing import Any

from litestar import Controller, Request, post

from server.api.answers import refusals
from server.api.requests import BASE, BINARY, BinaryBody, CentrePath, HeldRelay, of_type
from server.relay.push import Pushed, push_runs
from sync.wire import PUSH_BYTES


class PushController(Controller):
    path = BASE + "/push"

    @post(
        status_code=200,
        guards=[of_type(BINARY)],
        operation_class=BinaryBody,
        request_max_body_size=None,
        responses=refusals(413, 415, 422),
    )
    async def push(self, request: Request[Any, Any, Any], centre: CentrePath, relay: HeldRelay) -> Pushed:
        """Keep runs: what is accepted is on disk. Sending the same push again changes nothing.

        Body: n × (u32 length || run), at most 64 runs and 8 MiB. One bad run refuses no other.
        """
        async with relay.bodies.read(request, PUSH_BYTES) as body:
            return await push_runs(relay, bytes.fromhex(centre), body)
