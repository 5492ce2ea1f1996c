"""What a device holds, looked at for the client engine: where its chains end, what waits, what is wanting.

Never imported by the server.  Source: sync/SPEC.md 6, 7.  Twin: sync/outlook.ts.
"""

from crypto.circle import EpochSecret
from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from sync.chain import Head
from sync.client import RENEWABLE
from sync.contact import EVERY, Closed, Held, Own, Tip
from sync.device_values import ENROLLED
from sync.holdings import Holdings
from sync.log import Log
from sync.own_chain import OwnChain, Pen
from sync.validity import judge_head

GAPS = frozenset({"unknown_circle", "bad_previous"})
"""Codes of statements kept aside that say: others before them are wanting."""


class Outlook:
    """Looks anew only where something can have changed."""

    def __init__(self, held: Holdings) -> None:
        self._held = held
        self._seen = -1
        self._circles: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def look(self, lost: int) -> Held:
        """lost: runs that the server, asked for everything, did not have."""
        held = self._held
        fresh, lacking = self._wanting()
        return Held(
            head=held.head,
            cursor=held.standing.cursor,
            own=tuple(self._own(chain) for _, chain in sorted(held.chains.items())),
            fresh=fresh,
            lacking=tuple(dict.fromkeys((*lacking, *self._waiting_for("epoch_unknown"), *self._unheard_of()))),
            missing=tuple(dict.fromkeys((*self._named_and_missing(), *self._waiting_for("ancestor_missing")))),
            pending=len(held.ledger.pending),
            lost=lost,
            revoked=self._is_revoked(),
        )

    def _is_revoked(self) -> bool:
        device = self._held.directory.device(self._held.key, self._held.head)
        return device is not None and device.revoked is not None

    def trouble(self, circle: bytes) -> str | None:
        """Why nothing may be written in a circle under our head; None if it may."""
        held = self._held
        view = held.directory.circle(circle, held.head)
        code = judge_head(held.directory, circle, held.key, view.epoch if view else 0, held.head)
        if code is not None or view is None:
            return code
        if held.keyring.newest(circle) is not None:
            return None
        return held.keyring.complaints.get((circle, view.epoch), "wrong_key")

    def pen(self, circle: bytes) -> Pen:
        """With what to write in a circle now. Raises ProtocolError: the trouble."""
        code, secret = self.trouble(circle), self._held.keyring.newest(circle)
        if code is not None or secret is None:
            raise ProtocolError(code or "wrong_key")
        return self._pen(self._held.directory.head, secret.epoch, secret)

    def ack_pen(self, circle: bytes) -> Pen:
        """With what to acknowledge our head in a circle, where nothing else may be written."""
        view = self._held.directory.circle(circle, self._held.head)
        return self._pen(self._held.directory.head, view.epoch if view else 1, None)

    def pen_at(self, circle: bytes, epoch: int, head: Head) -> Pen | None:
        """The same under an older head, if it could be written there then."""
        held = self._held
        if self._is_adrift(head):
            return None
        secret = held.keyring.secret(circle, epoch)
        if secret is None or judge_head(held.directory, circle, held.key, epoch, head.index) is not None:
            return None
        return self._pen(head, epoch, secret)

    def _is_adrift(self, head: Head) -> bool:
        """Is an entry void, or not of our chain (any more)?"""
        directory = self._held.directory
        return directory.index_of(head.hash) != head.index or directory.is_void(head.index)

    def _pen(self, head: Head, epoch: int, secret: EpochSecret | None) -> Pen:
        return Pen(self._held.identity.centre, self._held.key, head, epoch, secret, self._held.random)

    def _own(self, chain: OwnChain) -> Own:
        trouble = self.trouble(chain.circle) if chain.drafts else None
        return Own(
            circle=chain.circle.hex(),
            sent=Tip(chain.sent[0], chain.sent[1].hex()),
            behind=chain.behind.hex() if chain.behind is not None else None,
            closed=tuple(Closed(run.last.id.hex(), len(run.raw)) for run in chain.closed),
            open=len(chain.open.changes) if chain.open else 0,
            drafts=len(chain.drafts),
            adrift=any(self._is_adrift(head) for head in chain.unsent_heads),
            trouble=trouble,
            renewable=trouble in RENEWABLE and self.may_renew(chain.circle),
            acknowledge=self._is_narrowed(chain),
        )

    def may_renew(self, circle: bytes) -> bool:
        """Would a new epoch by us mend it? Not below a stale desk that is not ours: it would be stale again."""
        held = self._held
        view = held.directory.circle(circle, held.head)
        if view is None or not held.directory.principal(circle, held.key, held.head):
            return False
        if view.desk is not None and held.directory.stale(view.desk, held.head) and not self.may_renew(view.desk):
            return False
        return held.keyring.to_lock(circle) is not None

    def _is_narrowed(self, chain: OwnChain) -> bool:
        """Could we write here under the head of our last run, and cannot under ours? Then our chain should say so."""
        held = self._held
        if chain.sent[1] == ZERO_HASH or chain.newest_head >= held.head or chain.drafts:
            return False
        view = held.directory.circle(chain.circle, held.head)
        if view is None or view.shredded or not held.directory.is_active(held.key, held.head):
            return False
        is_out = view.closed or not held.directory.principal(chain.circle, held.key, held.head)
        return is_out and self._could_write(chain)

    def _could_write(self, chain: OwnChain) -> bool:
        held, then = self._held, chain.newest_head
        view = held.directory.circle(chain.circle, then)
        return view is not None and not view.closed and held.directory.principal(chain.circle, held.key, then)

    def _wanting(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Circles newly given, and circles of which statements are wanting."""
        held = self._held
        if held.turn != self._seen:
            self._seen, self._circles = held.turn, (self._fresh(), self._lacking())
        return self._circles

    def _named_and_missing(self) -> tuple[str, ...]:
        log = self._held.ledger.log
        return tuple(circle.hex() for circle in log.circles() if log.missing(circle))

    def _unheard_of(self) -> tuple[str, ...]:
        """Circles of which the server gave us runs, and not what was said on them."""
        known = set(self._held.directory.circles())
        return tuple(circle.hex() for circle in self._held.ledger.log.circles() if circle not in known)

    def _waiting_for(self, code: str) -> tuple[str, ...]:
        """Circles in which a change of another device is pending with this code."""
        log, own = self._held.ledger.log, self._held.key
        waiting = (log.change(id_) for id_ in self._held.ledger.pending if _code(log, id_) == code)
        found = (change for change in waiting if change is not None and change.header.device != own)
        return tuple(sorted({change.header.circle.hex() for change in found}))

    def _fresh(self) -> tuple[str, ...]:
        held = self._held
        wanted = (circle for circle in held.directory.circles() if circle not in held.standing.whole)
        return tuple(circle.hex() for circle in wanted if held.directory.was_principal(circle, held.key))

    def _lacking(self) -> tuple[str, ...]:
        held = self._held
        if not self.seats() <= held.standing.seated:
            return (EVERY,)
        gaps = {alarm.circle for alarm in held.directory.alarms if alarm.code in GAPS and alarm.circle is not None}
        return tuple(sorted(circle.hex() for circle in gaps))

    def seats(self) -> set[bytes]:
        """Desks this device sits at, or leads; it has to be told of the circles under them. And `ENROLLED`."""
        held = self._held
        known = (held.directory.circle(circle, held.head) for circle in held.directory.circles())
        desks = (view.id for view in known if view is not None and view.kind == "desk")
        return {ENROLLED, *(desk for desk in desks if held.directory.principal(desk, held.key, held.head))}


def _code(log: Log, change: bytes) -> str | None:
    verdict = log.verdict(change)
    return verdict.code if verdict else None
