"""What answers look like: streams of frames, and the refusals every route declares."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream
from litestar.response.base import ASGIResponse

from server.api.requests import BINARY
from server.problems import MEDIA_TYPE, Problem

_EVERYWHERE = (400, 404, 429, 500, 503)


class FrameStream(Stream):
    """Bytes as they come, with their type; to HEAD, only the headers."""

    def __init__(self, frames: AsyncIterator[bytes] | Iterable[bytes], media_type: str = BINARY, **given: Any) -> None:
        super().__init__(frames, media_type=media_type, **given)

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **given: Any) -> ASGIResponse:
        response = super().to_asgi_response(app, request, **given)
        response.is_head_response = request.method == "HEAD"
        return response


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """What a route may refuse with, beside what all may."""
    return {
        status: ResponseSpec(Problem, media_type=MEDIA_TYPE, generate_examples=False, description="Refused")
        for status in sorted({*_EVERYWHERE, *statuses})
    }
