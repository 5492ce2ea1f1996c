"""The app as it was built, from memory, under a policy that lets nothing else in. Source: docs/decisions/011.

It stands before the router: what is no file of the app goes on to the API, and it cannot hide the API. There is no
fallback: the app keeps its place behind `#`, which no browser sends, and any other address that is not there is a 404.
"""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

PAGE = "index.html"
HASHED = "/assets/"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "app-url",
}
_OFF = (
    "accelerometer",
    "autoplay",
    "clipboard-read",
    "compute-pressure",
    "digital-credentials-get",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(["camera=(self)", *(f"{feature}=()" for feature in _OFF)]),
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
"""On every file: a worker takes its policy from its own script, and the browser's cache keeps them for offline."""

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the smaller first


class _Variant(NamedTuple):
    """A file in one encoding. headers: as ASGI wants them."""

    body: bytes
    etag: str
    headers: list[tuple[bytes, bytes]]


class AppFiles:
    """folder: a build of `pwa/`, read once by `load`; None: there is no app, and every address is left to the API."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files: dict[str, dict[str, _Variant]] = {}

    def load(self, taken: Collection[str] = ()) -> None:
        """taken: paths of the API, none of which a file may hide.

        Raises KeyError without an index.html and for a file of a type that is not known, ValueError for one that would
        stand where the API does.
        """
        if self._folder is None:
            return
        paths = [path for path in self._folder.rglob("*") if path.is_file() and path.suffix not in _ENCODINGS.values()]
        files = {f"/{path.relative_to(self._folder).as_posix()}": path for path in paths}
        files["/"] = files.pop(f"/{PAGE}")
        hidden = {_room(path) for path in taken} & {_room(address) for address in files}
        if hidden:
            raise ValueError(f"{self._folder} hides /{min(hidden)} of the API")
        self._files = {address: dict(_variants(address, path)) for address, path in files.items()}

    def has(self, scope: HTTPScope) -> bool:
        """Whether this asks for a file of the app."""
        return scope["method"] in ("GET", "HEAD") and scope["path"] in self._files

    def before(self, app: ASGIApp) -> ASGIApp:
        """Its files, then `app`."""

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            if str(scope["type"]) == "http" and self.has(cast(HTTPScope, scope)):
                await self._answer(cast(HTTPScope, scope), send)
            else:
                await app(scope, receive, send)

        return either

    async def _answer(self, scope: HTTPScope, send: Send) -> None:
        cast(dict[str, Any], scope)["path_template"] = "app"  # how it is called in logs and figures
        variants = self._files[scope["path"]]
        weights = _weights(_header(scope, b"accept-encoding"))
        encoding = next((name for name in variants if weights.get(name, weights.get("*", 0.0)) > 0), "identity")
        variant = variants[encoding]
        known = variant.etag in _etags(_header(scope, b"if-none-match"))
        headers = variant.headers if known else [*variant.headers, (b"content-length", b"%d" % len(variant.body))]
        body = b"" if known or scope["method"] == "HEAD" else variant.body
        await send({"type": "http.response.start", "status": 304 if known else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _variants(address: str, path: Path) -> Iterator[tuple[str, _Variant]]:
    """By encoding, those that were built, the best first; the file itself last."""
    cache = "public, max-age=31536000, immutable" if address.startswith(HASHED) else "no-cache"
    common = {**HEADERS, "Content-Type": TYPES[path.suffix], "Cache-Control": cache}
    for encoding, suffix in {**_ENCODINGS, "identity": ""}.items():
        compressed = path.with_name(path.name + suffix)
        if not compressed.exists():
            continue
        body = compressed.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        own = {"ETag": etag} if encoding == "identity" else {"ETag": etag, "Content-Encoding": encoding}
        headers = [(name.lower().encode(), value.encode()) for name, value in {**common, **own}.items()]
        yield encoding, _Variant(body, etag, headers)


def _room(path: str) -> str:
    return path.split("/")[1]


def _header(scope: HTTPScope, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for given, value in scope["headers"] if given.lower() == name)


def _weights(accept: str) -> dict[str, float]:
    """How gladly each encoding is taken, 0 to 1: "br;q=0.5, gzip" is {"br": 0.5, "gzip": 1}."""
    weights: dict[str, float] = {}
    for each in accept.split(","):
        name, _, weight = each.replace(" ", "").lower().partition(";q=")
        try:
            weights[name] = float(weight or 1)
        except ValueError:
            weights[name] = 0.0
    return weights


def _etags(given: str) -> set[str]:
    return {each.strip().removeprefix("W/") for each in given.split(",")}
