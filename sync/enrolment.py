"""How a device begins: with a new centre, or by an invitation. Its keys are on disk before anybody hears of them.

Never imported by the server.  Source: sync/SPEC.md 3.1, 3.7, crypto/SPEC.md 8.  Twin: sync/enrolment.ts.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec.structs import replace

from crypto.entry import parse_entry
from crypto.errors import ProtocolError
from crypto.invite import Invitation, read_link
from crypto.keys import SealingKey, SigningKey
from crypto.recovery import RecoveryKey
from sync.device_core import Means
from sync.device_values import Identity, pack_value
from sync.directory import Directory
from sync.draft import Draft
from sync.holdings import Holdings
from sync.keyring import Keyring
from sync.statements import CentreFound, DeviceAdd, DeviceEnrol, MemberAdd
from sync.transport import RefusedError, Transport
from sync.vault_files import VaultFiles

_TRIES = 16


def found(
    folder: Path, passphrase: str, origin: str, means: Means, duties: Sequence[str], founding_code: str
) -> tuple[Holdings, RecoveryKey]:
    """A new centre: entry 0 with its first admin, this device, the centre circle and one desk. The key is given once.

    Raises NoVaultError, VaultInUseError; OfflineError, RefusedError: then there is no centre.
    """
    recovery = RecoveryKey.generate(means.random)
    member = means.random(16)
    held = _begin(folder, passphrase, means, Identity(recovery.centre, origin, *_keys(means)))
    directory = Directory(recovery.centre)
    draft = Draft(Keyring(directory, recovery.sealing), recovery.signing.public, means.random)
    draft.say(CentreFound(recovery.signing.public, recovery.sealing.public))
    draft.say(MemberAdd(member, "admin", tuple(duties)))
    draft.say(DeviceAdd(member, held.key, held.sealing.public))
    draft.open_circle("centre")
    draft.open_circle("desk", devices=[held.key])
    frame = draft.frame(recovery.signing, means.clock())
    with _letting_go(held), closing(means.connect(origin, recovery.centre)) as server:
        server.append(frame, founding_code)
        held.take_entries([frame])
    return held, recovery


def enrol(folder: Path, passphrase: str, link: str, means: Means) -> Holdings:
    """A device of whom the link invites: enrolled, and what the invitation opened renewed in the same entry.

    Raises NoVaultError, VaultInUseError; ProtocolError: those of `read_link`; as `finish`.
    """
    invitation = read_link(link)
    identity = Identity(invitation.invite.centre, invitation.server, *_keys(means), link)
    held = _begin(folder, passphrase, means, identity)
    with _letting_go(held):
        finish(held, means)
    return held


def finish(held: Holdings, means: Means) -> None:
    """Enrol, unless that is done: also after a crash in the middle of it. The server's whole chain is verified.

    Raises OfflineError; ProtocolError: what the chain or the server says; "forked" when it is not the inviter's chain.
    """
    link = held.identity.link
    if link is None:
        return
    invitation = read_link(link)
    with closing(means.connect(invitation.server, invitation.invite.centre)) as server:
        if not any(_is_done(held, invitation, server, means) for _ in range(_TRIES)):
            raise ProtocolError("head_moved")
    held.keep_identity(replace(held.identity, link=None))


def _begin(folder: Path, passphrase: str, means: Means, identity: Identity) -> Holdings:
    files = VaultFiles.make(folder, passphrase, means.random, means.cost)
    files.put("identity", pack_value(identity))
    return Holdings.load(files, means.random, means.clock)


@contextmanager
def _letting_go(held: Holdings) -> Iterator[None]:
    """What cannot go on leaves its state to others."""
    try:
        yield
    except BaseException:
        held.files.close()
        raise


def _keys(means: Means) -> tuple[bytes, bytes]:
    return SigningKey.generate(means.random).private, SealingKey.generate(means.random).private


def _is_done(held: Holdings, invitation: Invitation, server: Transport, means: Means) -> bool:
    """One try. False: somebody else's entry was first."""
    invite = invitation.invite
    _read_as(held, invitation, server)
    if held.is_enrolled:
        return True
    keyring = Keyring(held.directory, held.sealing, invite.sealing)
    signature = invite.sign_enrolment(held.key, held.sealing.public)
    draft = Draft(keyring, held.key, means.random)
    draft.say(DeviceEnrol(invite.signing.public, held.key, held.sealing.public, signature))
    draft.renew_stale()
    frame = draft.frame(held.signing, means.clock())
    try:
        server.append(frame)
    except RefusedError as error:
        if error.code != "head_moved":
            raise
        return False
    return False


def _sign_in_as_device(held: Holdings, server: Transport, closed: RefusedError) -> None:
    """The invitation is closed: by ourselves, before a crash, or not."""
    try:
        server.sign_in(held.signing)
    except RefusedError as error:
        raise closed if error.code == "unknown_device" else error from None


def _read_as(held: Holdings, invitation: Invitation, server: Transport) -> None:
    """Take in what is behind our head, read as the invited, or as the device once it is enrolled."""
    try:
        server.sign_in(invitation.invite.signing)
    except RefusedError as closed:
        if closed.code != "invite_closed":
            raise
        _sign_in_as_device(held, server, closed)
    frames, _ = server.entries(held.head)
    place = invitation.head_index - held.head - 1
    if held.head < 0 and (place >= len(frames) or parse_entry(frames[place][0]).hash != invitation.head_hash):
        raise ProtocolError("forked")
    held.take_entries(frames)
