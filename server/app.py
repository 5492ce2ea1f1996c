"""Wiring, and nothing else: settings in, an application out. Nothing happens before its lifespan begins."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from logging import getLogger
from pathlib import Path

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.types import Message, Scope

from server.api.app_files import AppFiles
from server.api.blobs import BlobController
from server.api.demo import demo
from server.api.directory import DirectoryController
from server.api.health import health, metrics, ready
from server.api.live import LiveController
from server.api.push import PushController
from server.api.reading import ReadingController
from server.api.requests import provide_session
from server.api.session import Answer, ChallengeFor, SessionController
from server.bodies import Bodies
from server.edge import Edge
from server.hub import Hub
from server.metrics import Metrics
from server.problems import HANDLERS
from server.relay.attachments import collect
from server.relay.directories import Directories
from server.relay.relay import Relay
from server.relay.turns import Turns
from server.sessions import COOKIE, Sessions
from server.settings import Settings, app_folder, bound_origin
from server.store.files import FOLDER, BlobDirectory
from server.store.protocol import BlobFiles, Store
from server.store.sqlite import SqliteStore

CONTROLLERS = [
    PushController,
    ReadingController,
    LiveController,
    DirectoryController,
    SessionController,
    BlobController,
]
_WORKERS = max(2, os.cpu_count() or 1)
_log = getLogger("engawa")


def create_app(
    settings: Settings,
    *,
    store: Store | None = None,
    blobs: BlobFiles | None = None,
    clock: Callable[[], float] = time.time,
) -> Litestar:
    """The relay as an ASGI application. Without a store: SQLite and files in `settings.data`.

    clock: seconds since 1970. `app.state.hub.close()` ends the open streams; call it before the server stops.
    """
    data = Path(settings.data)
    kept = store or SqliteStore(data)
    hub = Hub(settings.limits.streams, settings.limits.streams_per_device)
    figures = Metrics()
    figures.streams.set_function(lambda: hub.streams)
    kept.moved = hub.tell
    files = AppFiles(app_folder(settings))

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        if store is None:
            data.mkdir(parents=True, exist_ok=True)
        files.load([route.path for route in app.routes])
        await kept.open()
        relay = Relay(
            settings=settings,
            origins=frozenset(settings.origins or [bound_origin(settings)]),
            store=kept,
            blobs=blobs or BlobDirectory(data / FOLDER),
            directories=Directories(),
            turns=Turns(),
            bodies=Bodies(settings.limits.bodies_in_flight, settings.times.body),
            sessions=Sessions(kept.secret, clock, settings.times.challenge, settings.times.session),
            hub=hub,
            metrics=figures,
            workers=ThreadPoolExecutor(_WORKERS, "worker"),
            clock=clock,
        )
        app.state.relay = relay
        _declare_strict(app)
        caretaker = asyncio.create_task(_take_care(relay))
        try:
            yield
        finally:
            hub.close()
            caretaker.cancel()
            with suppress(asyncio.CancelledError):
                await caretaker
            await kept.close()
            relay.workers.shutdown()

    app = Litestar(
        route_handlers=[*CONTROLLERS, health, ready, metrics, demo],
        dependencies={
            "relay": Provide(lambda: app.state.relay, sync_to_thread=False),
            "session": Provide(provide_session, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        before_send=[_name_methods],
        openapi_config=_openapi(),
        request_max_body_size=settings.limits.json_bytes,
        logging_config=None,
    )
    app.state.hub = hub
    app.asgi_handler = Edge(
        files.before(app.asgi_handler),
        lambda: app.state.relay.sessions,
        settings.rates,
        figures,
        clock,
        free=files.has,
        log_addresses=settings.log_addresses,
    )
    return app


async def _take_care(relay: Relay) -> None:
    """Now and then: forget spent tokens, drop blobs that nothing refers to. What fails is tried again."""
    while True:
        await asyncio.sleep(relay.settings.times.collect_every)
        try:
            await relay.store.tidy(int(relay.clock()))
            dropped = await collect(relay)
            _log.info("collected", extra={"fields": {"blobs": dropped}})
        except Exception:
            _log.exception("not collected")


async def _name_methods(message: Message, scope: Scope) -> None:
    """Litestar answers OPTIONS with the methods of a path's first handler only."""
    if message["type"] == "http.response.start" and scope.get("method") == "OPTIONS":
        route = next(
            (route for route in scope["litestar_app"].routes if route.path_format == scope.get("path_template")), None
        )
        if isinstance(route, HTTPRoute):
            MutableScopeHeaders.from_message(message)["Allow"] = ", ".join(sorted(route.methods))


def _declare_strict(app: Litestar) -> None:
    """Litestar does not say in the document that these take no other fields."""
    for name, schema in (app.openapi_schema.components.schemas or {}).items():
        if name in (ChallengeFor.__name__, Answer.__name__):
            schema.additional_properties = False


def _openapi() -> OpenAPIConfig:
    scheme = SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie")
    return OpenAPIConfig(
        title="Engawa",
        version="1",
        path="/schema",
        render_plugins=[],
        use_handler_docstrings=True,
        components=Components(security_schemes={"session": scheme}),
    )
