"""What every part of a device works with: what it holds, its way to the server, saving, appending, contacts.

Never imported by the server.  Source: sync/SPEC.md 3, 6, 7.  Twin: sync/device_core.ts.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from crypto.entry import parse_entry
from crypto.errors import ProtocolError
from crypto.keys import Random, system_random
from crypto.vault import Cost
from sync.dictionary import dictionary
from sync.draft import Draft
from sync.edits import Edit, encode_edits
from sync.exchange import Exchange, Report
from sync.exchange_chains import ChainActions
from sync.holdings import Clock, Holdings
from sync.outlook import Outlook
from sync.own_chain import Draft as Waiting
from sync.statements import CircleCutoff
from sync.transport import RefusedError, Transport

T = TypeVar("T")
_TRIES = 16
_BUILT_ANEW = frozenset({"head_moved", "bad_previous"})
"""Refusals of an entry after which a device looks again, and builds another."""


def wall_clock() -> int:
    """ms since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Means:
    """With what a device works.

    clock: ms. cost: of one guess at the passphrase. connect: (origin, centre) to the way there.
    """

    random: Random = system_random
    clock: Clock = wall_clock
    cost: Cost = field(default_factory=Cost)
    connect: Callable[[str, bytes], Transport] = Transport


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save. change: its id; None: it waits as a draft for `code`, and is written when that is gone."""

    circle: bytes
    change: bytes | None
    code: str | None = None


class Saying(Draft):
    """A draft that can also speak of circles its author cannot read. is_empty: nothing was said."""

    @property
    def is_empty(self) -> bool:
        return not self._in_full and not self._hashed

    def cut_off_unseen(self, circle: bytes, previous: bytes, device: bytes, last: bytes) -> None:
        """As `cut_off`; previous: digest of the newest statement on the circle, as the server told an admin."""
        self._add("case", CircleCutoff(circle, previous, device, last, False))


class Core:
    """Of one device."""

    def __init__(self, held: Holdings, means: Means) -> None:
        self.held = held
        self.means = means
        self.outlook = Outlook(held)
        self.chains = ChainActions(held, self.outlook)
        self.server = means.connect(held.identity.origin, held.identity.centre)

    def sync(self) -> Report:
        """One contact with the server, until there is nothing left to do.

        Raises OfflineError, RefusedError. Nothing is lost then; the next contact goes on.
        """
        return Exchange(self.held, self.outlook, self.server).run()

    def save(self, circle: bytes, edits: Sequence[Edit], at: int | None = None) -> Saved:
        """Write edits in a circle: on disk when this returns. at: device time, ms; now, unless it is given.

        Raises ProtocolError: "malformed", "too_large".
        """
        moment = self.means.clock() if at is None else at
        plaintext = encode_edits(moment, dictionary().version, edits)
        chain = self.held.chain(circle)
        code = "circle_stale" if chain.drafts else self.outlook.trouble(circle)
        if code is None:
            return Saved(circle, self.chains.save(chain, self.outlook.pen(circle), plaintext))
        chain.drafts.append(Waiting(self.means.random(16), plaintext))
        self.held.keep_chain(chain)
        return Saved(circle, None, code)

    def append(self, build: Callable[[Saying], T]) -> T:
        """One directory entry: what `build` says; none, if it says nothing. Who loses the race builds anew.

        Raises ProtocolError: what the directory or the server says of it; OfflineError.
        """
        for _ in range(_TRIES):
            draft = Saying(self.held.keyring, self.held.key, self.means.random)
            built = build(draft)
            if draft.is_empty:
                return built
            frame = draft.frame(self.held.signing, self.means.clock())
            try:
                self.server.append(frame)
            except RefusedError as error:
                if error.code not in _BUILT_ANEW:
                    raise
                if error.code == "bad_previous":
                    self.held.standing.seated.clear()  # one of us lacks statements: all are compared
            self.follow()
            if self.held.directory.index_of(parse_entry(frame[0]).hash) is not None:
                return built  # also where it was first heard of as lost: it had come twice
        raise ProtocolError("head_moved")

    def follow(self) -> None:
        """A contact that must not be stopped. Raises ProtocolError with the alarm that stopped it."""
        report = self.sync()
        if report.alarm is not None:
            raise ProtocolError(report.alarm)

    def signed_in(self, ask: Callable[[], T]) -> T:
        """Ask the server something that needs a session."""
        try:
            return ask()
        except RefusedError as error:
            if error.code != "no_session":
                raise
        self.server.sign_in(self.held.signing)
        return ask()
