"""Around the application, for every request whatever becomes of it: rates, headers, one log line, figures.

Outside of the router, because a 404 or 405 must pass here too.
"""

import json
import re
import secrets
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from itertools import count
from logging import getLogger
from time import perf_counter
from typing import Any, cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from crypto.errors import ProtocolError
from server.metrics import Metrics
from server.problems import MEDIA_TYPE, problem_body, problem_headers, status_of
from server.rates import Buckets, network
from server.sessions import COOKIE, Sessions
from server.settings import Rates

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=63072000",
    "Cache-Control": "no-store",
}
_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_CENTRE = re.compile(r"/api/v1/([0-9a-f]{32})/")
_UNCOUNTED = frozenset({"/health", "/ready", "/metrics"})
_PROCESS = secrets.token_hex(4)
_NUMBERS = count(1)
_log = getLogger("engawa")


class Edge:
    """clock: seconds, never going back. free: what is answered however often it is asked.
    log_addresses: whether lines name the client's address."""

    def __init__(
        self,
        app: ASGIApp,
        sessions: Callable[[], Sessions],
        rates: Rates,
        metrics: Metrics,
        clock: Callable[[], float],
        *,
        free: Callable[[HTTPScope], bool],
        log_addresses: bool = False,
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._metrics = metrics
        self._free = free
        self._log_addresses = log_addresses
        self._devices = Buckets(rates.device, clock)
        self._addresses = Buckets(rates.address, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if str(scope["type"]) != "http":
            await self._app(scope, receive, send)
            return
        await self._answer(cast(HTTPScope, scope), receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        try:
            wait = 0 if scope["path"] in _UNCOUNTED or self._free(scope) else self._wait(scope)
            if wait:
                await _refuse(answer, "rate_limited", wait)
            else:
                await self._app(scope, receive, answer.send)
        finally:
            self._note(scope, answer)

    def _wait(self, scope: HTTPScope) -> int:
        """Seconds until this client may ask again; 0: now."""
        centre = _CENTRE.match(scope["path"])
        key = self._device(scope, bytes.fromhex(centre[1])) if centre else None
        if key is not None:
            return self._devices.take(key)
        client = scope.get("client")
        return self._addresses.take(network(client[0] if client else ""))

    def _device(self, scope: HTTPScope, centre: bytes) -> tuple[bytes, bytes] | None:
        for name, value in scope["headers"]:
            if name == b"cookie" and COOKIE.encode() in value:
                try:
                    token = SimpleCookie(value.decode("latin-1"))[COOKIE].value
                    return centre, self._sessions().read_token(centre, token).key
                except (CookieError, KeyError, ProtocolError):
                    return None
        return None

    def _note(self, scope: HTTPScope, answer: "_Answer") -> None:
        route = str(scope.get("path_template") or "unknown")
        status = str(answer.status or 499)
        seconds = perf_counter() - answer.began
        self._metrics.requests.labels(scope["method"], route, status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if scope["path"] in _UNCOUNTED:
            return
        centre = _CENTRE.match(scope["path"])
        fields: dict[str, Any] = {
            "request": answer.id,
            "method": scope["method"],
            "route": route,
            "centre": centre[1] if centre else None,
            "status": int(status),
            "code": scope.get("engawa_code") or answer.code,
            "ms": round(seconds * 1000, 1),
            "bytes": answer.size,
        }
        if self._log_addresses:
            client = scope.get("client")
            fields["address"] = client[0] if client else None
        _log.info("request", extra={"fields": {name: value for name, value in fields.items() if value is not None}})


class _Answer:
    """Adds the headers that stand on everything, unless a page of its own has stricter needs; remembers the outcome."""

    def __init__(self, send: Send) -> None:
        self.id = f"{_PROCESS}-{next(_NUMBERS):x}"
        self.began = perf_counter()
        self.status = 0
        self.size = 0
        self.code: str | None = None
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message["headers"])
            names = {name.lower() for name, _ in given}
            more = [header for header in _HEADERS if header[0] not in names]
            message = {**message, "headers": [*given, *more, (b"engawa-request", self.id.encode())]}
        elif message["type"] == "http.response.body":
            self.size += len(message["body"])
        await self._send(message)


async def _refuse(answer: _Answer, code: str, wait: int) -> None:
    """A refusal from outside the application."""
    answer.code = code
    body = json.dumps(problem_body(code)).encode()
    headers = problem_headers(code, {"Retry-After": str(wait), "Content-Type": MEDIA_TYPE})
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await answer.send({"type": "http.response.start", "status": status_of(code), "headers": raw})
    await answer.send({"type": "http.response.body", "body": body, "more_body": False})
