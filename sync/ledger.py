"""From runs to records: verdicts followed into the merge, change by change, and what is still open for a person.

Never imported by the server.  Source: sync/SPEC.md 4, 5.  Twin: sync/ledger.ts.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from crypto.content import open_change
from crypto.errors import ProtocolError
from crypto.run import Change, Run
from sync.capacity import capacities
from sync.chain import Applied
from sync.dictionary import Dictionary
from sync.directory import Directory
from sync.edits import Plaintext, decode_edits
from sync.keyring import Keyring
from sync.log import Log
from sync.merge import Merge
from sync.register import View
from sync.writes import Judged, RegisterKey


class Ledger:
    """What the changes a device holds add up to.

    pending: changes that may count when more is known. locked: that count as far as can be seen, but no key opens them
    here (yet). open: registers in which a person has something to decide: values in conflict, or decided by a policy
    only, or asked for. watch: told of the registers that moved, each time.
    """

    def __init__(self, directory: Directory, keyring: Keyring, dictionary: Dictionary) -> None:
        self.log = Log(directory)
        self.merge = Merge(dictionary)
        self.pending: dict[bytes, None] = {}
        self.locked: dict[bytes, None] = {}
        self.open: dict[RegisterKey, View] = {}
        self.watch: Callable[[Collection[RegisterKey]], None] | None = None
        self._directory = directory
        self._keyring = keyring
        self._dictionary = dictionary

    def add(self, run: Run) -> None:
        """Take in a run whose signature was verified, or which is our own."""
        self._follow(self.log.add_run(run))

    def rejudge(self, applied: Applied) -> None:
        """After a directory entry, or late bytes of a statement."""
        self._follow(self.log.rejudge(applied))
        if applied.rebuilt:
            self._merge_anew()
        self._follow(list(self.locked))

    def read(self, change: Change) -> Plaintext | None:
        """What a change says; None if no key opens it here.

        Raises ProtocolError: those of crypto 6.5, "malformed".
        """
        secret = self._keyring.secret(change.header.circle, change.header.epoch)
        return decode_edits(open_change(secret, change.header, change.body)) if secret else None

    def uncounted(self) -> Iterator[tuple[Change, str]]:
        """Changes that do not count, with why."""
        for circle in self.log.circles():
            for change_id in {change.id: None for run in self.log.runs(circle) for change in run.changes}:
                verdict, change = self.log.verdict(change_id), self.log.change(change_id)
                if change is not None and verdict is not None and verdict.code is not None:
                    yield change, verdict.code

    def _follow(self, moved: Iterable[bytes]) -> None:
        for id_ in moved:
            self._note(self._weigh(id_))

    def _weigh(self, id_: bytes) -> set[RegisterKey]:
        change, verdict = self.log.change(id_), self.log.verdict(id_)
        self.pending.pop(id_, None)
        self.locked.pop(id_, None)
        if change is None or verdict is None:
            return set()
        if verdict.is_pending:
            self.pending[id_] = None
        if change.is_acknowledgement:
            return set()
        if not verdict.counts:
            return self.merge.remove(id_)
        try:
            read = self.read(change)
        except ProtocolError as error:
            self.log.refuse(id_, error.code)
            return self.merge.remove(id_)
        if read is None:
            self.locked[id_] = None
            return self.merge.remove(id_)
        return self.merge.add(self._judged(change, read))

    def _judged(self, change: Change, read: Plaintext) -> Judged:
        header, directory = change.header, self._directory
        heads = self.log.counting_heads(change.id)
        view, device = directory.circle(header.circle, heads[0]), directory.device(header.device, heads[0])
        assert view is not None
        assert device is not None
        return Judged(
            change.id,
            header.circle,
            view.kind,
            header.device,
            device.member,
            capacities(directory, device.member, heads),
            read.at,
            read.version,
            read.edits,
        )

    def _note(self, touched: Collection[RegisterKey]) -> None:
        if self.watch is not None:
            self.watch(touched)
        for key in touched:
            view = self.merge.register(key)
            if view.status in ("conflict", "decided") or view.requests:
                self.open[key] = view
            else:
                self.open.pop(key, None)

    def _merge_anew(self) -> None:
        """An entry was voided: roles and rights at every head may be others now."""
        self.merge = Merge(self._dictionary)
        self.open.clear()
        counting = [change.id for circle in self.log.circles() for change in self.log.counting(circle)]
        self._follow(counting)
