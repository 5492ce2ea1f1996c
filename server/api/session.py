"""POST session/challenge, POST and DELETE session. Source: sync/SPEC.md 8, crypto/SPEC.md 11."""

from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody
from msgspec import Meta

from server.api.answers import refusals
from server.api.requests import BASE, HEX32, HEX64, JSON, CentrePath, HeldRelay, HeldSession, of_type
from server.relay.signin import make_challenge, sign_in, sign_out
from server.sessions import COOKIE

Key = Annotated[str, Meta(pattern=HEX32, description="32 bytes in lower-case hex.")]
Signature = Annotated[str, Meta(pattern=HEX64, description="64 bytes in lower-case hex.")]
Origin = Annotated[str, Meta(pattern="^[!-~]{1,255}$", description="The address the client believes it talks to.")]


class ChallengeFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """key: of a device or an open invite."""

    key: Key


class Challenge(msgspec.Struct, frozen=True):
    """challenge: 32 bytes in hex. expires: ms since 1970."""

    challenge: str
    expires: int


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """signature: of the session message, by `key`."""

    key: Key
    challenge: Key
    origin: Origin
    signature: Signature


class SessionController(Controller):
    path = BASE + "/session"

    @post("/challenge", status_code=200, guards=[of_type(JSON)], responses=refusals(413, 415))
    async def challenge(self, centre: CentrePath, data: JSONBody[ChallengeFor], relay: HeldRelay) -> Challenge:
        """What to sign to sign in. Good once, for two minutes, for this key."""
        challenge, expires = await make_challenge(relay, bytes.fromhex(centre), bytes.fromhex(data.key))
        return Challenge(challenge.hex(), expires * 1000)

    @post(status_code=204, guards=[of_type(JSON)], responses=refusals(401, 403, 410, 413, 415, 422))
    async def open(self, centre: CentrePath, data: JSONBody[Answer], relay: HeldRelay) -> Response[None]:
        """Sign in: the answer gives a cookie for fifteen minutes of reading."""
        key, challenge, signature = map(bytes.fromhex, (data.key, data.challenge, data.signature))
        token = await sign_in(relay, bytes.fromhex(centre), key, challenge, data.origin, signature)
        return Response(None, status_code=204, cookies=[_cookie(token, relay.sessions.session_seconds)])

    @delete(status_code=204, responses=refusals(401))
    async def close(
        self,
        centre: CentrePath,  # noqa: ARG002
        relay: HeldRelay,
        session: HeldSession,
    ) -> Response[None]:
        """Sign out: the cookie is worth nothing from now on."""
        await sign_out(relay, session)
        return Response(None, status_code=204, cookies=[_cookie("", 0)])


def _cookie(value: str, seconds: int) -> Cookie:
    return Cookie(COOKIE, value=value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")
