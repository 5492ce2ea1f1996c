"""The server process: uvicorn, stopped in the right order."""

import socket
from logging import getLogger
from typing import Any

import msgspec
import uvicorn

from server.app import create_app
from server.settings import Settings

_log = getLogger("engawa")


class Server(uvicorn.Server):
    """Open streams end before uvicorn waits for them: it would wait for ever."""

    def __init__(self, config: uvicorn.Config, hub: Any, settings: Settings) -> None:
        super().__init__(config)
        self._hub = hub
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        fields = {"host": self._settings.host, "port": self._settings.port, "data": self._settings.data}
        _log.info("listening", extra={"fields": fields})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)
        _log.info("stopped")


def bind(settings: Settings) -> tuple[socket.socket, Settings]:
    """A listening socket, and the settings with the port it really has."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((settings.host, settings.port))
    return listener, msgspec.structs.replace(settings, port=listener.getsockname()[1])


def make_server(settings: Settings) -> Server:
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        timeout_graceful_shutdown=settings.times.shutdown,
        lifespan="on",
    )
    return Server(config, app.state.hub, settings)
