"""The part of a contact that mends and closes our own chains. Nothing here talks to anybody; all of it is durable.

Never imported by the server.  Source: sync/SPEC.md 6, 7.  Twin: sync/exchange_chains.ts.
"""

from crypto.errors import ProtocolError
from crypto.run import Run, RunHead
from sync import client
from sync.chain import Head
from sync.client import Action
from sync.holdings import Holdings
from sync.outlook import Outlook
from sync.own_chain import OwnChain, Pen, Place, rechain
from sync.transport import PushAnswer


class ChainActions:
    """On the chains of one device."""

    def __init__(self, held: Holdings, outlook: Outlook) -> None:
        self._held = held
        self._outlook = outlook

    def do(self, action: Action) -> None:
        match action:
            case client.MarkSent(circle=circle, id=id_):
                self._mark_sent(self._chain(circle), bytes.fromhex(id_))
            case client.Bury(circle=circle, id=id_, code=code):
                self._bury(self._chain(circle), bytes.fromhex(id_), code)
            case client.Rechain(circle=circle):
                self._rechain(self._chain(circle))
            case client.WriteDrafts(circle=circle):
                self._write_drafts(self._chain(circle))
            case client.CloseRun(circle=circle):
                self.close(self._chain(circle))
            case client.Acknowledge(circle=circle):
                self._acknowledge(self._chain(circle))
            case _:
                raise TypeError(type(action).__name__)

    def save(self, chain: OwnChain, pen: Pen, plaintext: bytes) -> bytes:
        """A change at the end of a chain; its id. On disk first, then shown.

        Raises ProtocolError "too_large"; OSError: it is not saved, and nothing has changed.
        """
        self._make_room(chain, pen, plaintext)
        change = chain.write(pen, plaintext)
        try:
            self._held.keep_chain(chain)
        except OSError:
            self._held.reload_runs()
            raise
        self._held.ledger.add(chain.provisional(change))
        return change.id

    def close(self, chain: OwnChain) -> None:
        """Sign the open run."""
        run = chain.close(self._held.signing, self._held.ledger.log.heads(chain.circle))
        self._held.keep_chain(chain)
        if run is not None:
            self._held.ledger.add(run)

    def find(self, id_: bytes) -> tuple[bytes, Run]:
        """The circle and the closed run that ends with a change."""
        runs = ((chain.circle, run) for chain in self._held.chains.values() for run in chain.closed)
        return next((circle, run) for circle, run in runs if run.last.id == id_)

    def sent(self, circle: bytes, run: Run, answer: PushAnswer) -> bool:
        """The server took a run into its log, or holds it apart. False: it cannot have, those before it are missing."""
        chain = self._held.chain(circle)
        if chain.closed[:1] != [run]:
            return False
        if answer.status == "quarantined":
            self._set_apart(chain, run, answer.code or "cut_off")
        else:
            self._mark_sent(chain, run.last.id)
        return True

    def join(self, circle: bytes, tip: Place) -> None:
        """The server's end of our chain is where we go on, if it gave it to us."""
        chain, head = self._held.chain(circle), self._held.logged.get(tip[1])
        if head is not None and tip[0] >= chain.sent[0] and tip != chain.sent:
            chain.sent, chain.sent_head = tip, head
            self._held.keep_chain(chain)

    def _chain(self, circle: str) -> OwnChain:
        return self._held.chain(bytes.fromhex(circle))

    def _mark_sent(self, chain: OwnChain, id_: bytes) -> None:
        """First into the log, then out of the outbox: after a crash between they are in both, and asking mends that."""
        closed = [run.last.id for run in chain.closed]
        self._held.keep_sent(chain.closed[: closed.index(id_) + 1])
        chain.take_sent(id_)
        self._held.keep_chain(chain)

    def _set_apart(self, chain: OwnChain, run: Run, code: str) -> None:
        self._held.keep_sent([run])
        self._take_out(chain, run, code)

    def _bury(self, chain: OwnChain, id_: bytes, code: str) -> None:
        self._take_out(chain, next(run for run in chain.closed if run.last.id == id_), code)
        self._held.reload_runs()

    def _take_out(self, chain: OwnChain, run: Run, code: str) -> None:
        texts = [chain.texts.get(change.id, b"") for change in run.changes]
        self._held.bury(chain.circle, run, texts, code)
        chain.drop(run.last.id)
        chain.forget_texts(run)
        self._held.keep_chain(chain)

    def _rechain(self, chain: OwnChain) -> None:
        def pen_of(head: RunHead, floor: int) -> Pen | None:
            kept = self._outlook.pen_at(chain.circle, head.epoch, Head(head.head_index, head.head_hash))
            if kept is not None and kept.head.index >= floor:
                return kept
            now = self._pen(chain.circle)
            return now if now is not None and now.head.index >= floor else None

        rechain(chain, self._held.signing, self._held.logged, pen_of)
        self._held.keep_chain(chain)
        self._held.reload_runs()

    def _write_drafts(self, chain: OwnChain) -> None:
        """Each leaves the drafts in the same moment in which its change is on disk."""
        pen = self._outlook.pen(chain.circle)
        while chain.drafts:
            self._make_room(chain, pen, chain.drafts[0].plaintext)
            self.save(chain, pen, chain.drafts.pop(0).plaintext)

    def _make_room(self, chain: OwnChain, pen: Pen, plaintext: bytes) -> None:
        if not chain.takes(pen, plaintext):
            self.close(chain)

    def _acknowledge(self, chain: OwnChain) -> None:
        chain.write(self._outlook.ack_pen(chain.circle), b"")
        self.close(chain)

    def _pen(self, circle: bytes) -> Pen | None:
        try:
            return self._outlook.pen(circle)
        except ProtocolError:
            return None
