"""PUT, HEAD and GET of attachments. Source: sync/SPEC.md 8."""

import re
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, head, put
from litestar.params import HeaderParameter, QueryParameter

from crypto.blob import MAX_BLOB
from crypto.errors import ProtocolError
from server.api.answers import FrameStream, refusals
from server.api.requests import (
    BASE,
    BINARY,
    BinaryBody,
    BlobPath,
    CentrePath,
    HeldRelay,
    HeldSession,
    of_type,
)
from server.relay.attachments import blob_row, open_blob, put_piece
from sync.wire import BLOB_PIECE_BYTES

_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")

Offset = Annotated[int, QueryParameter(ge=0, le=MAX_BLOB, description="Where the piece belongs, in bytes.")]
Size = Annotated[int, QueryParameter(ge=1, le=MAX_BLOB, description="Of the whole blob, in bytes.")]
Range = Annotated[str | None, HeaderParameter(name="Range", description="bytes=first-last, or bytes=first-")]


class BlobController(Controller):
    path = BASE + "/blobs/{blob:str}"

    @put(
        status_code=204,
        guards=[of_type(BINARY)],
        operation_class=BinaryBody,
        request_max_body_size=None,
        responses=refusals(401, 403, 409, 413, 415, 422, 507),
    )
    async def add(
        self,
        request: Request[Any, Any, Any],
        centre: CentrePath,  # noqa: ARG002
        blob: BlobPath,
        relay: HeldRelay,
        session: HeldSession,
        offset: Offset,
        size: Size,
    ) -> Response[None]:
        """A piece, at most 1 MiB. `Upload-Offset` says where the next one belongs, also when this one did not."""
        async with relay.bodies.read(request, BLOB_PIECE_BYTES) as piece:
            end = await put_piece(relay, session, bytes.fromhex(blob), offset, size, piece)
        return Response(None, status_code=204, headers={"Upload-Offset": str(end)})

    @head(status_code=200, responses=refusals(401, 403))
    async def ask(
        self,
        centre: CentrePath,  # noqa: ARG002
        blob: BlobPath,
        relay: HeldRelay,
        session: HeldSession,
    ) -> Response[None]:
        """How much of it is here: `Upload-Offset` of `Upload-Length`."""
        row = await blob_row(relay, session, bytes.fromhex(blob))
        headers = {"Upload-Offset": str(row.received), "Upload-Length": str(row.size)}
        return Response(None, status_code=200, headers=headers)

    @get(media_type=BINARY, responses=refusals(401, 403))
    async def read(
        self,
        centre: CentrePath,  # noqa: ARG002
        blob: BlobPath,
        relay: HeldRelay,
        session: HeldSession,
        range_: Range = None,
    ) -> FrameStream:
        """The ciphertext, for devices that may read a circle with a run that refers to it."""
        start, stop = _span(range_)
        size, end, chunks = await open_blob(relay, session, bytes.fromhex(blob), start, stop)
        headers = {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
        if range_ is None:
            return FrameStream(chunks, headers=headers)
        if start >= end:
            raise ProtocolError("bad_request")
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return FrameStream(chunks, headers=headers, status_code=206)


def _span(range_: str | None) -> tuple[int, int | None]:
    """First byte, and the one behind the last. Raises ProtocolError "bad_request"."""
    if range_ is None:
        return 0, None
    found = _RANGE.fullmatch(range_.strip())
    if not found:
        raise ProtocolError("bad_request")
    first, last = found.groups()
    return int(first), int(last) + 1 if last else None
