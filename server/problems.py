"""Every no of this server: application/problem+json with a word of sync/SPEC.md 10 as its code, and nothing else.

No message of an exception is ever sent or logged: it could hold what somebody wrote.
"""

import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus
from logging import getLogger
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from crypto.errors import ProtocolError
from server.store.protocol import StoreClosedError, StoreFullError
from sync.errors import STATUS

MEDIA_TYPE = "application/problem+json"
_CRYPTO_STATUS = {"too_large": 413}
_HTTP_CODES = {
    401: "no_session",
    404: "not_found",
    405: "method_not_allowed",
    408: "bad_request",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
}
_GONE = "client disconnected prematurely"  # Litestar's word for a body that was cut off; it calls that a fault of ours
_RETRY_AFTER = {"rate_limited": "60", "restoring": "60", "stopping": "5"}  # s, where nothing better is known
_log = getLogger("engawa")


class Problem(msgspec.Struct, frozen=True):
    """The body of a refusal. code: a word of the SPEC's tables."""

    title: str
    status: int
    code: str
    type: str = "about:blank"


class RefusedError(ProtocolError):
    """A refusal that says more than its code. members: further ones of the body."""

    def __init__(self, code: str, headers: Mapping[str, str] | None = None, **members: str) -> None:
        super().__init__(code)
        self.headers = headers or {}
        self.members = members


def status_of(code: str) -> int:
    """HTTP status of a code. Codes of crypto say that the bytes sent are not as they should be: 422."""
    return STATUS.get(code) or _CRYPTO_STATUS.get(code, 422)


def problem_body(code: str, **members: str) -> dict[str, Any]:
    status = status_of(code)
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, **members}


def problem_headers(code: str, headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """With `Retry-After` wherever the SPEC promises one."""
    waits = {"Retry-After": _RETRY_AFTER[code]} if code in _RETRY_AFTER else {}
    return waits | dict(headers or {})


def problem(code: str, headers: Mapping[str, str] | None = None, **members: str) -> Response[dict[str, Any]]:
    return Response(
        problem_body(code, **members),
        status_code=status_of(code),
        media_type=MEDIA_TYPE,
        headers=problem_headers(code, headers),
    )


def _refused(request: Request[Any, Any, Any], error: ProtocolError) -> Response[Any]:
    more = error if isinstance(error, RefusedError) else RefusedError(error.code)
    request.scope["engawa_code"] = error.code  # type: ignore[typeddict-unknown-key]
    return problem(error.code, more.headers, **more.members)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if error.detail == _GONE:
        return _refused(request, ProtocolError("bad_request"))
    if error.status_code >= 500:
        return _internal(request, error)
    code = _HTTP_CODES.get(error.status_code, "bad_request")
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _refused(request, RefusedError(code, headers))


def _too_deep(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    return _refused(request, ProtocolError("bad_request"))


def _stopping(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    return _refused(request, ProtocolError("stopping"))


def _full(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    _log.error("disk full")
    return _refused(request, ProtocolError("quota_exceeded"))


def _internal(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    _log.error("internal", extra={"fields": {"error": type(error).__name__, "at": where(error)}})
    return _refused(request, ProtocolError("internal"))


def where(error: BaseException) -> list[str]:
    """File, line and function of each frame: enough to mend it, and nothing that anybody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


HANDLERS: dict[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    ProtocolError: _refused,
    HTTPException: _http,
    RecursionError: _too_deep,
    StoreClosedError: _stopping,
    StoreFullError: _full,
    Exception: _internal,
}
