"""A device of Engawa as a library: the whole client, for programs, tools and tests.

    device, recovery = Device.found(folder, passphrase, "https://engawa.example")
    member = device.people.add("supporter", name="三枝")
    phone = Device.enrol(other_folder, passphrase, device.people.invite(member))
    case = device.circles.open_case(desk)
    dispatch = device.circles.dispatch(case.id, [member])
    phone.sync()
    phone.book.writing(phone.book.where(case.id, dispatch)).put(phone.book.new_id(), "visit", status="planned").save()
    assert phone.sync().synced

Everything that comes from the server is verified; what a server does wrong is an alarm by name. What a call saved is on
disk when it returns. Not for two threads at once. Never imported by the server.
Source: sync/SPEC.md.  Twin: sync/device.ts.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from crypto.recovery import RecoveryKey
from sync.book import Book
from sync.device_circles import Circles
from sync.device_core import Core, Means, Saved
from sync.device_people import People
from sync.device_values import Alarm, DeadLetter
from sync.edits import Edit, decode_edits
from sync.enrolment import enrol, finish, found
from sync.exchange import Report
from sync.holdings import Holdings
from sync.own_chain import Draft
from sync.vault_files import VaultFiles

__all__ = ["Device", "Means", "Report", "Saved"]


class Device:
    """Use `found`, `enrol` or `open`, and `close` it in the end."""

    def __init__(self, held: Holdings, means: Means) -> None:
        self.core = Core(held, means)
        self.book = Book(self.core)
        self.people = People(self.core, self.book)
        self.circles = Circles(self.core)

    @classmethod
    def found(
        cls,
        folder: Path,
        passphrase: str,
        origin: str,
        means: Means | None = None,
        *,
        duties: Sequence[str] = (),
        founding_code: str = "",
    ) -> "tuple[Device, RecoveryKey]":
        """A new centre on a server, its first admin and this device; and the recovery key, which is given this once.

        Raises NoVaultError, VaultInUseError; OfflineError, RefusedError: then there is no centre.
        """
        means = means or Means()
        held, recovery = found(folder, passphrase, origin, means, duties, founding_code)
        return cls(held, means), recovery

    @classmethod
    def enrol(cls, folder: Path, passphrase: str, link: str, means: Means | None = None) -> "Device":
        """A device for whom the link invites. Cut off in the middle, `open` goes on.

        Raises NoVaultError, VaultInUseError, OfflineError; ProtocolError: those of `read_link`; what the server says.
        """
        means = means or Means()
        return cls(enrol(folder, passphrase, link, means), means)

    @classmethod
    def open(cls, folder: Path, passphrase: str, means: Means | None = None) -> "Device":
        """The device whose state is in a directory.

        Raises NoVaultError, VaultInUseError; ProtocolError: "wrong_passphrase", …; as `enrol` if that was not done yet.
        """
        means = means or Means()
        files = VaultFiles.open(folder, passphrase, means.random)
        try:
            held = Holdings.load(files, means.random, means.clock)
            finish(held, means)
        except BaseException:
            files.close()
            raise
        return cls(held, means)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Everything is on disk already; another process may open it now."""
        self.core.server.close()
        self.core.held.files.close()

    def erase(self) -> None:
        """This device forgets everything, keys first. What it had not handed in is lost."""
        self.core.server.close()
        self.core.held.files.erase()

    # Who

    @property
    def key(self) -> bytes:
        """This device."""
        return self.core.held.key

    @property
    def member(self) -> bytes:
        """Who holds it."""
        return self.core.held.member

    # Contact

    def sync(self) -> Report:
        """One contact with the server, until there is nothing left to do.

        Raises OfflineError, RefusedError (it cannot now). Nothing is lost then; the next contact goes on.
        """
        return self.core.sync()

    def wait(self) -> bool:
        """Until the server has something that we lack; False: it ended the wait. Raises OfflineError, RefusedError."""
        return self.core.signed_in(self._is_behind)

    def save(self, circle: bytes, edits: Sequence[Edit], at: int | None = None) -> Saved:
        """Write edits in a circle: on disk when this returns, with its id and bytes; see `book.writing` for more ease.

        Raises ProtocolError: "malformed", "too_large".
        """
        return self.core.save(circle, edits, at)

    # What waits, what went wrong

    def drafts(self) -> list[tuple[bytes, Draft, str | None]]:
        """(circle, draft, why it cannot be written now)."""
        return [
            (chain.circle, draft, self.core.outlook.trouble(chain.circle))
            for chain in self.core.held.chains.values()
            for draft in chain.drafts
        ]

    def unsent(self) -> int:
        """Changes and drafts that the server is not known to have. 「未送信」"""
        return sum(len(chain.unsent) + len(chain.drafts) for chain in self.core.held.chains.values())

    def dead_letters(self) -> list[DeadLetter]:
        """Runs the server refused or holds apart, with what they say."""
        return list(self.core.held.letters)

    def rewrite(self, letter: DeadLetter) -> list[Saved]:
        """Write what a dead letter says anew, as new changes; the letter is done with."""
        read = [decode_edits(text) for text in letter.texts]
        saved = [self.core.save(letter.circle, each.edits, each.at) for each in read]
        self.core.held.unbury(letter)
        return saved

    def alarms(self) -> list[Alarm]:
        """What a person has to see, in the order in which it came."""
        return list(self.core.held.standing.alarms)

    def dismiss(self, alarm: Alarm) -> None:
        """It was seen. It comes again if its cause does."""
        self.core.held.standing.alarms.remove(alarm)
        self.core.held.keep_standing()

    def _is_behind(self) -> bool:
        held = self.core.held
        return any(cursor > held.standing.cursor or index > held.head for cursor, index in self.core.server.live())
