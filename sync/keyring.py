"""The secrets of circles that one owner's keys open: by a seal, by a desk's key, or back through the locks.

Never imported by the server.  Source: crypto/SPEC.md 5, sync/SPEC.md 3.2.  Twin: sync/keyring.ts.
"""

from collections.abc import Iterator

from crypto.circle import EpochSecret, check_epoch, open_seal
from crypto.errors import ProtocolError
from crypto.keys import SealingKey
from sync.circles import CircleView, Epoch
from sync.directory import Directory

_UNUSABLE = "bad_commitment"


class Keyring:
    """What a device, an invite or the recovery key can open.

    complaints: (circle, epoch) with the reason (a code of crypto 5.5 or 5.6) of everything found wrong; each is to be
    said in a `seal.bad`, and the circle to be renewed.
    """

    def __init__(self, directory: Directory, *sealing: SealingKey) -> None:
        self.directory = directory
        self.complaints: dict[tuple[bytes, int], str] = {}
        self._own = {key.public: key for key in sealing}
        self._secrets: dict[tuple[bytes, int, bytes], EpochSecret] = {}
        self._tried: set[tuple[bytes, int, bytes]] = set()

    def secret(self, circle: bytes, epoch: int) -> EpochSecret | None:
        """The secret of an epoch, for reading; None if nothing that opens here leads to it.

        It fits the commitment in the directory. An epoch whose circle key or lock is wrong is still given for reading.
        """
        known = self._remembered(circle, epoch)
        if known is not None:
            return known
        for rank in reversed(list(self._ranks(circle))):
            self._open_circle(rank)
        return self._remembered(circle, epoch)

    def newest(self, circle: bytes) -> EpochSecret | None:
        """The secret to write under; None if there is none, or if the epoch is complained of."""
        view = self._view(circle)
        if view is None:
            return None
        secret = self.secret(circle, view.epoch)
        return None if (circle, view.epoch) in self.complaints else secret

    def to_lock(self, circle: bytes) -> int | None:
        """The epoch the next one's lock has to hold; None if it cannot be made here.

        The newest that opens here and is right, whatever others complain of; below it only what is complained of.
        """
        view = self._view(circle)
        if view is None:
            return None
        named = {complaint.epoch for complaint in self.directory.complaints(circle)}
        for number in range(view.epoch, 0, -1):
            secret = self.secret(circle, number)
            is_wrong = (circle, number) in self.complaints
            if secret is not None and not is_wrong:
                return number
            if number not in named and not is_wrong:
                return None
        return view.epoch if self.secret(circle, view.epoch) is not None else None

    def _view(self, circle: bytes) -> CircleView | None:
        return self.directory.circle(circle, self.directory.head.index)

    def _ranks(self, circle: bytes) -> Iterator[CircleView]:
        view = self._view(circle)
        while view is not None:
            yield view
            view = self._view(view.desk) if view.desk is not None else None

    def _open_circle(self, view: CircleView) -> None:
        """Newest epoch first, so that what the locks give is there when its turn comes."""
        for number in range(view.epoch, 0, -1):
            epoch = self.directory.epoch(view.id, number)
            if epoch is None:
                continue
            if self._remembered(view.id, number) is None:
                self._open_epoch(view, epoch)

    def _open_epoch(self, view: CircleView, epoch: Epoch) -> None:
        for _, recipient, sealed in epoch.seals:
            opener = self._opener(view, recipient)
            attempt = (view.id, epoch.number, sealed)
            if opener is None or attempt in self._tried:
                continue
            self._tried.add(attempt)
            try:
                secret = open_seal(sealed, self.directory.centre, view.id, view.kind, epoch.number, opener)
            except ProtocolError as error:
                self.complaints[view.id, epoch.number] = error.code
                continue
            if self._take(view.id, epoch, secret):
                return

    def _opener(self, view: CircleView, recipient: bytes) -> SealingKey | None:
        if recipient in self._own:
            return self._own[recipient]
        desk = self._view(view.desk) if view.desk is not None else None
        if desk is None:
            return None
        for number in range(desk.epoch, 0, -1):
            epoch = self.directory.epoch(desk.id, number)
            secret = self._remembered(desk.id, number)
            if epoch is not None and secret is not None and epoch.circle_key == recipient:
                return secret.circle_key
        return None

    def _take(self, circle: bytes, epoch: Epoch | None, secret: EpochSecret) -> bool:
        """Check a secret and keep it, and those that its lock and theirs lead back to."""
        taken = False
        found: EpochSecret | None = secret
        while epoch is not None and found is not None:
            earlier = self.directory.epoch(circle, epoch.after) if epoch.after is not None else None
            code, before = _checked(found, epoch, earlier)
            if code is not None:
                self.complaints[circle, epoch.number] = code
            if code == _UNUSABLE:
                return taken
            self._secrets[circle, epoch.number, epoch.commitment] = found
            taken = True
            epoch, found = earlier, before
        return taken

    def _remembered(self, circle: bytes, number: int) -> EpochSecret | None:
        epoch = self.directory.epoch(circle, number)
        return self._secrets.get((circle, number, epoch.commitment)) if epoch is not None else None


def _checked(secret: EpochSecret, epoch: Epoch, earlier: Epoch | None) -> tuple[str | None, EpochSecret | None]:
    locked = (earlier.number, earlier.commitment) if earlier is not None else None
    try:
        return None, check_epoch(secret, epoch.commitment, epoch.circle_key, epoch.lock, locked)
    except ProtocolError as error:
        return error.code, None
