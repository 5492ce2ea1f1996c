"""The next directory entry in the making: statements with the right `previous`, secrets sealed to exactly the entitled.

Never imported by the server.  Source: sync/SPEC.md 3, crypto/SPEC.md 5.  Twin: sync/draft.ts.
"""

from collections.abc import Sequence

from crypto.circle import EpochSecret, seal_epoch
from crypto.entry import close_entry, entry_body
from crypto.errors import ProtocolError
from crypto.keys import Random, SigningKey, system_random
from sync.chain import Frame
from sync.circles import PUBLIC_KINDS, CircleView
from sync.entitled import Proposed
from sync.entries import Said
from sync.keyring import Keyring
from sync.statements import (
    CentreStatement,
    CircleClose,
    CircleCutoff,
    CircleEpoch,
    CircleLetin,
    CircleOpen,
    CircleSeal,
    CircleShred,
    CircleStatement,
    SealBad,
    Seals,
    Void,
    digest_of,
    statement_bytes,
    statement_map,
)


class Draft:
    """One entry by one author, behind the directory's head as it is now.

    Say what is on the centre first, then on desks (lead desks first), then on the rest.
    """

    def __init__(self, keyring: Keyring, author: bytes, random: Random = system_random) -> None:
        self.directory = keyring.directory
        self.author = author
        self._head = keyring.directory.head
        self._keyring = keyring
        self._random = random
        self._centre: list[Said] = []
        self._public: list[Said] = []
        self._hashed: list[bytes] = []
        self._hashed_digests: list[bytes] = []
        self._last: dict[bytes, bytes] = {}
        self._renewed: dict[bytes, EpochSecret] = {}

    def say(self, statement: CentreStatement) -> None:
        """A statement of SPEC 3.1."""
        self._centre.append((statement, digest_of(statement)))

    def open_circle(
        self,
        kind: str,
        *,
        case: bytes | None = None,
        desk: bytes | None = None,
        members: Sequence[bytes] = (),
        devices: Sequence[bytes] = (),
    ) -> EpochSecret:
        """A new circle; its id is in the secret.

        Raises ProtocolError: what the directory would say of the statements so far.
        """
        shape = Proposed(kind, desk, tuple(sorted(members)), tuple(sorted(devices)))
        secret = EpochSecret.generate(self.directory.centre, self._random(16), 1, self._random)
        seals = self._seals(secret, kind, self.directory.entitled_after(self.author, self._in_full, shape))
        key = secret.circle_key.public
        opened = CircleOpen(
            secret.circle, None, kind, case, desk, shape.members, shape.devices, secret.commitment, key, seals
        )
        self._add(kind, opened)
        self._renewed[secret.circle] = secret
        return secret

    def renew(
        self, circle: bytes, *, members: Sequence[bytes] | None = None, devices: Sequence[bytes] | None = None
    ) -> EpochSecret:
        """A new epoch, under other lists if given, locked onto the newest that is right (`Keyring.to_lock`).

        Raises ProtocolError: "unknown_circle"; "wrong_key" if the epoch to lock does not open here; what the directory
        would say of the statements so far.
        """
        view = self._view(circle)
        after = self._keyring.to_lock(circle)
        earlier = self._keyring.secret(circle, after) if after is not None else None
        if after is None or earlier is None:
            raise ProtocolError("wrong_key")
        shape = _reshaped(view, members, devices)
        secret = EpochSecret.generate(self.directory.centre, circle, view.epoch + 1, self._random)
        renewed = CircleEpoch(
            circle,
            self._previous(circle),
            secret.epoch,
            after,
            shape.members,
            shape.devices,
            secret.commitment,
            secret.circle_key.public,
            secret.lock(earlier, self._random),
            self._seals(secret, view.kind, self.directory.entitled_after(self.author, self._in_full, shape)),
        )
        self._add(view.kind, renewed)
        self._renewed[circle] = secret
        return secret

    def admit(
        self, circle: bytes, *, members: Sequence[bytes] | None = None, devices: Sequence[bytes] | None = None
    ) -> None:
        """Seals the newest epoch to everybody entitled who lacks one, under lists that may have grown.

        Raises ProtocolError: as `renew`.
        """
        view = self._view(circle)
        shape = _reshaped(view, members, devices)
        secret = self._renewed.get(circle) or self._keyring.newest(circle)
        if secret is None:
            raise ProtocolError("wrong_key")
        epoch = self.directory.epoch(circle, secret.epoch)
        has = set(epoch.recipients(self.directory.head.index)) if epoch is not None else set()
        lacking = self.directory.entitled_after(self.author, self._in_full, shape) - has
        seals = self._seals(secret, view.kind, lacking)
        previous = self._previous(circle)
        self._add(view.kind, CircleSeal(circle, previous, secret.epoch, shape.members, shape.devices, seals))

    def renew_stale(self) -> list[bytes]:
        """A new epoch for every open circle that this entry would leave stale, desks before what is sealed to them.

        Gives those left stale: this author may not renew them, or their secret does not open here. Beside a `void`
        nothing is renewed: what it leaves stale is known when it holds, and renewed in the next entry.
        """
        left: list[bytes] = []
        if any(isinstance(said, Void) for said, _ in self._centre):
            return left
        for circle in self.directory.stale_after(self.author, self._in_full):
            if circle in self._renewed:
                continue
            if self._may_renew(circle) and self._keyring.to_lock(circle) is not None:
                self.renew(circle)
            else:
                left.append(circle)
        return left

    def close(self, circle: bytes) -> None:
        """The circle takes no more writes, until it is renewed."""
        self._add(self._view(circle).kind, CircleClose(circle, self._previous(circle)))

    def cut_off(self, circle: bytes, device: bytes, last: bytes | None, *, deliberate: bool = False) -> None:
        """Of what the device wrote under older heads, only `last` and its ancestors count; nothing, if None."""
        self._add(self._view(circle).kind, CircleCutoff(circle, self._previous(circle), device, last, deliberate))

    def let_in(self, circle: bytes, change: bytes) -> None:
        """The change and its ancestors count in spite of older cut-offs."""
        self._add(self._view(circle).kind, CircleLetin(circle, self._previous(circle), change))

    def shred(self, circle: bytes) -> None:
        """Nothing is written or judged there any more; the server destroys its bytes."""
        self._add(self._view(circle).kind, CircleShred(circle, self._previous(circle)))

    def complain(self, circle: bytes, epoch: int, reason: str) -> None:
        """An epoch's seal, key or lock is wrong, by name."""
        self._add(self._view(circle).kind, SealBad(circle, self._previous(circle), epoch, reason))

    def frame(self, signing: SigningKey, time: int) -> Frame:
        """The signed entry and the bytes of its hashed statements. time: ms, for people only."""
        statements = [statement_map(said) for said, _ in self._in_full if said is not None]
        body = entry_body(
            self.directory.centre,
            self._head.index + 1,
            self._head.hash,
            self.author,
            time,
            [*statements, *self._hashed_digests],
        )
        return close_entry(body, signing.sign("entry", body)), tuple(self._hashed)

    @property
    def _in_full(self) -> list[Said]:
        return [*self._centre, *self._public]

    def _view(self, circle: bytes) -> CircleView:
        view = self.directory.circle(circle, self.directory.head.index)
        if view is None:
            raise ProtocolError("unknown_circle")
        return view

    def _previous(self, circle: bytes) -> bytes:
        return self._last.get(circle) or self.directory.last_statement(circle)

    def _add(self, kind: str, statement: CircleStatement) -> None:
        digest = digest_of(statement)
        self._last[statement.circle] = digest
        if kind in PUBLIC_KINDS:
            self._public.append((statement, digest))
        else:
            self._hashed.append(statement_bytes(statement))
            self._hashed_digests.append(digest)

    def _may_renew(self, circle: bytes) -> bool:
        """A device that enrols in this very entry is judged by it."""
        at = self.directory.head.index
        root = self.directory.root(at)
        if root is None or root.key == self.author or not self.directory.is_active(self.author, at):
            return True
        return self.directory.principal(circle, self.author, at)

    def _seals(self, secret: EpochSecret, kind: str, keys: set[bytes]) -> Seals:
        return tuple((key, seal_epoch(secret, kind, key)) for key in sorted(keys))


def _reshaped(view: CircleView, members: Sequence[bytes] | None, devices: Sequence[bytes] | None) -> Proposed:
    return Proposed(
        view.kind,
        view.desk,
        view.members if members is None else tuple(sorted(members)),
        view.devices if devices is None else tuple(sorted(devices)),
    )
