"""What lies on a server's disk of one centre, read as whoever takes the disk away would read it, with keys or none.

The law in full is applied to it anew here, so that what devices show can be held against it.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path

from crypto.keys import SealingKey
from crypto.run import Change, Run, parse_run
from server.store.engine import readable
from server.store.rows import SqliteReader
from server.store.sqlite import FILE
from sync.chain import Frame
from sync.dictionary import dictionary
from sync.directory import Directory
from sync.keyring import Keyring
from sync.ledger import Ledger
from sync.validity import Verdict, judge

_ALL = 2**53 - 1


class Archive:
    """runs: the log. apart: runs in quarantine. is_restoring: it takes no entries yet."""

    def __init__(self, data: Path, centre: bytes) -> None:
        self.centre = centre
        with closing(readable(data / FILE)) as connection:
            connection.execute("begin")
            reader = SqliteReader(connection, centre)
            state = reader.state()
            self.is_restoring = bool(state and state.restoring)
            self.frames: list[Frame] = [
                (entry.data, [each.data for each in reader.statements(entry.index)]) for entry in reader.entries(-1)
            ]
            self.apart = [parse_run(held.data) for held in reader.quarantine(0)]
            sql = "select data from runs where centre = ? order by cursor"
            self.runs = [parse_run(data) for (data,) in connection.execute(sql, (centre,))]

    @cached_property
    def directory(self) -> Directory:
        """With every statement."""
        whole = Directory(self.centre)
        whole.take(self.frames, trusted=True)
        return whole

    @property
    def head(self) -> int:
        return self.directory.head.index

    @cached_property
    def entries(self) -> set[bytes]:
        """Hashes of all entries."""
        return {self.directory.entry(index).hash for index in range(self.head + 1)}

    @cached_property
    def changes(self) -> dict[bytes, tuple[Change, Run]]:
        """Of the log and of the quarantine, by id."""
        return {change.id: (change, run) for run in (*self.runs, *self.apart) for change in run.changes}

    @cached_property
    def logged(self) -> set[bytes]:
        """Ids of the changes in the log."""
        return {id_ for run in self.runs for id_ in run.ids}

    @cached_property
    def verdicts(self) -> dict[bytes, Verdict]:
        """What the law says of the log."""
        return judge(self.directory, self.runs)

    def keyring(self, *sealing: SealingKey) -> Keyring:
        """What these keys open, with the help of everything that lies here."""
        return Keyring(self.directory, *sealing)

    def ledger(self, *sealing: SealingKey) -> Ledger:
        """The state that these keys make of the log."""
        ledger = Ledger(self.directory, self.keyring(*sealing), dictionary())
        for run in self.runs:
            ledger.add(run)
        return ledger


def all_bytes(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below a directory."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()
