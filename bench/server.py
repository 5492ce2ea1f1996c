"""The relay with what a measurement needs beside it: python -m bench.server DATA [alone]

alone: without group commit, to see what grouping brings. GET /constant/n: n bytes, the same each time. Not for use.
"""

import os
import sys
from functools import cache
from pathlib import Path

import uvicorn
from litestar import Response, get
from litestar.params import FromPath

from server.app import create_app
from server.logs import configure
from server.serve import Server, bind
from server.settings import load
from server.store.files import FOLDER, BlobDirectory
from server.store.sqlite import SqliteStore


@cache
def _bytes(size: int) -> bytes:
    return os.urandom(size)


@get("/constant/{size:int}", media_type="application/octet-stream")
async def constant(size: FromPath[int]) -> Response[bytes]:
    return Response(_bytes(size))


def main(data: Path, *, group_commit: bool) -> None:
    data.mkdir(parents=True, exist_ok=True)
    listener, settings = bind(load(None, {**os.environ, "ENGAWA_PORT": "0"}))
    configure()
    store = SqliteStore(data, group_commit=group_commit)
    app = create_app(settings, store=store, blobs=BlobDirectory(data / FOLDER))
    app.register(constant)
    config = uvicorn.Config(app, access_log=False, log_config=None, lifespan="on")
    Server(config, app.state.hub, settings).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]), group_commit="alone" not in sys.argv[2:])
