"""Signing in: a challenge, its answer, a token; and who stands behind a token now. Source: sync/SPEC.md 8."""

from crypto.errors import ProtocolError
from crypto.session import verify_session
from server.relay.relay import Relay
from server.relay.roll import Roll, Visitor
from server.sessions import Session
from server.store.protocol import Reader, Writer


async def make_challenge(relay: Relay, centre: bytes, key: bytes) -> tuple[bytes, int]:
    """A challenge and when it expires (s). Raises ProtocolError "unknown_centre"."""
    if await relay.store.read(centre, lambda reader: reader.state()) is None:
        raise ProtocolError("unknown_centre")
    return relay.sessions.make_challenge(centre, key)


async def sign_in(relay: Relay, centre: bytes, key: bytes, challenge: bytes, origin: str, signature: bytes) -> str:
    """A token for a device or an open invite that answered our challenge for one of our addresses.

    A revoked device gets one too: it is told what revoked it. Raises ProtocolError: "bad_challenge", "wrong_origin",
    "bad_key", "bad_signature", "unknown_centre", "unknown_device", "invite_closed", "bad_challenge" (used before).
    """
    expires = relay.sessions.check_challenge(centre, key, challenge)
    if origin not in relay.origins:
        raise ProtocolError("wrong_origin")
    await relay.work(lambda: verify_session(centre, key, challenge, origin, signature))

    def job(reader: Reader) -> None:
        with relay.directories.for_reader(reader) as roll:
            roll.who(key, relay.now(), even_revoked=True)

    await relay.store.read(centre, job)
    if not await relay.store.write(centre, lambda writer: writer.spend(challenge, expires)):
        raise ProtocolError("bad_challenge")
    return relay.sessions.make_token(centre, key)


async def sign_out(relay: Relay, session: Session) -> None:
    """The token is worth nothing from now on."""

    def job(writer: Writer) -> None:
        writer.spend(session.token, session.expires)

    await relay.store.write(session.centre, job)


def visitor_of(relay: Relay, reader: Reader, roll: Roll, session: Session, *, even_revoked: bool = False) -> Visitor:
    """Who stands behind a session now. Raises ProtocolError: "no_session" when it was ended, then as `Roll.who`."""
    if reader.is_spent(session.token):
        raise ProtocolError("no_session")
    return roll.who(session.key, relay.now(), even_revoked=even_revoked)
