"""The part of a contact that follows the log: runs in, runs out, runs back.

Never imported by the server.  Source: sync/SPEC.md 6 to 8.  Twin: sync/exchange_log.ts.
"""

from collections.abc import Iterable, Iterator, Sequence

from crypto.contexts import SIGNATURE_SIZE
from crypto.run import Run
from sync import contact
from sync.contact import Contact, PushResult, Tip
from sync.exchange_chains import ChainActions
from sync.holdings import Holdings
from sync.transport import OfflineError, PushAnswer, Transport
from sync.validity import judge_head
from sync.wire import PUSH_BYTES, PUSH_RUNS, PulledRun

_KEEP_RUNS, _KEEP_BYTES = 1_000, 1024**2  # of a pull, before they are put on disk: so many, or one so large
_BY_STATEMENTS = frozenset({"circle_closed", "not_principal", "old_epoch", "epoch_unknown", "circle_stale"})
"""Refusals that rest on statements on circles, of which either side may lack some."""
_LEAP = 2**20  # cursors; a server's log that was put back goes on at least so much further


class LogActions:
    """For one contact; each action gives the contact after it. lost: runs the server, asked for all, did not have."""

    def __init__(self, held: Holdings, server: Transport, chains: ChainActions) -> None:
        self.lost: list[Run] = []
        self._held = held
        self._server = server
        self._chains = chains
        self._is_all = False
        self._is_recount = False

    def pull(self, now: Contact, after: int, backfill: Sequence[str]) -> Contact:
        """What came is on disk; the cursor stands behind it."""
        held, signatures = self._held, set[bytes]()
        part: list[PulledRun] = []
        before = held.standing.cursor
        self._is_recount = before > after

        def take(pulled: PulledRun) -> None:
            part.append(pulled)
            signatures.add(pulled.run[-SIGNATURE_SIZE:])
            if len(part) >= _KEEP_RUNS or len(pulled.run) >= _KEEP_BYTES:
                self._keep(part, after)

        if before == 0:
            self._mark_whole(held.directory.circles())
        try:
            complete = self._server.pull(after, [(bytes.fromhex(circle), 0) for circle in backfill], take)
        finally:
            self._keep(part, after)
        if complete is None:
            raise OfflineError("truncated")
        self._is_all = after == 0
        if self._is_all:
            self.lost = [run for run in held.held_runs() if run.signature not in signatures]
        was_put_back = complete < before or complete >= before + _LEAP
        if was_put_back:
            held.standing.seated.clear()  # statements may be lost too: all are compared
        held.standing.cursor = complete
        self._mark_whole(held.directory.circles() if self._is_all else map(bytes.fromhex, backfill))
        named = max((run.head.head_index for run in held.came), default=-1)
        asked = (*now.held.fresh, *now.held.missing) if self._is_all else backfill
        return contact.runs_came(now, named, asked, not self._is_all and was_put_back)

    def take_runs(self, now: Contact) -> Contact:
        held = self._held
        for run in held.came:
            held.ledger.add(run)
        held.came.clear()
        for circle, tip in (now.heads or {}).items():
            self._chains.join(bytes.fromhex(circle), (tip.sequence, bytes.fromhex(tip.id)))
        unsent = {change.id for chain in held.chains.values() for change in chain.unsent}
        for fork in held.ledger.log.forks:
            if unsent.isdisjoint(fork.ids):  # else our own, which is chained anew before anybody sees it
                held.alarm("fork", fork.device)
        for change in held.ledger.log.redated:
            held.alarm("fork", change)
        return contact.runs_taken(now, self._is_all)

    def hand_back_runs(self, now: Contact) -> Contact:
        """Bytes as they were, in the order of their chains; what the server does with each is its own affair."""
        for batch in _batches(self.lost):
            self._server.push(batch)
        return contact.runs_handed_back(now)

    def push(self, now: Contact, runs: Sequence[str]) -> Contact:
        places = [self._chains.find(bytes.fromhex(id_)) for id_ in runs]
        answers = self._server.push([run.raw for _, run in places])
        results = [self._result(circle, run, answer) for (circle, run), answer in zip(places, answers, strict=True)]
        return contact.pushed(now, results)

    def _result(self, circle: bytes, run: Run, answer: PushAnswer) -> PushResult:
        last = Tip(run.last.header.sequence, run.last.id.hex())
        if answer.status == "refused" or not self._chains.sent(circle, run, answer):
            return PushResult(circle.hex(), last, "refused", self._heard(run, answer.code or "chain_gap"))
        return PushResult(
            circle.hex(), last, "quarantined" if answer.status == "quarantined" else "accepted", answer.code
        )

    def _heard(self, run: Run, code: str) -> str:
        """A server that lacks statements (it was put back) denies what it should know. The run waits; all are compared,
        so that one of us learns better: the server by what is handed back, or this device.
        """
        head = run.head
        own = judge_head(self._held.directory, head.circle, head.device, head.epoch, head.head_index)
        if code not in _BY_STATEMENTS or own is not None:
            return code
        self._held.standing.seated.clear()
        self._held.keep_standing()
        return "restoring"

    def _keep(self, part: list[PulledRun], start: int) -> None:
        """The cursor follows in the part of a pull that goes on behind it; not when all is asked for once more."""
        self._held.keep_runs(part)
        cursors = [pulled.cursor for pulled in part if pulled.cursor > start]
        part.clear()
        if cursors and not self._is_recount:
            self._held.standing.cursor = max(cursors)
            self._held.keep_standing()

    def _mark_whole(self, circles: Iterable[bytes]) -> None:
        """What the cursor covers from the beginning: what is known while it is 0, and what was asked for since."""
        directory, key = self._held.directory, self._held.key
        self._held.standing.whole.update(circle for circle in circles if directory.was_principal(circle, key))
        self._held.keep_standing()


def _batches(runs: Sequence[Run]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for run in runs:
        size += 4 + len(run.raw)
        if batch and (len(batch) == PUSH_RUNS or size > PUSH_BYTES):
            yield batch
            batch, size = [], 4 + len(run.raw)
        batch.append(run.raw)
    if batch:
        yield batch
