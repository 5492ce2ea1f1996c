"""What a device does next in a contact with its server: one function, `decide`.

1. Own heads are known before anything is pushed in a contact. (A device that is shut out cannot ask; it only hands in.)
2. An open run is closed before an entry is taken in.
3. The directory is taken in before runs that name it are judged.
4. Nothing is written into a stale or closed circle: a principal renews a stale one first, else the draft waits.
5. Only unsent changes are chained anew.
6. What is refused goes to the dead letters with its code and never holds up the rest.
7. A refused chain (`rolled_back`, `forked`) stops sending and shows the alarm; drafts stay.
8. Entries and runs the server lost are handed back before new ones are sent.
9. A newly given circle is fetched whole, nothing else again.
10. "Synced" is said only when the outbox is empty, no run is pending, no head is missing and the server's head is ours.
11. "Revoked" is followed only when our own directory says so, taken in like any other; else it is an alarm.

Source: sync/SPEC.md 6, 7.  Twin: sync/client.ts.
"""

from collections.abc import Callable, Sequence
from itertools import takewhile

from msgspec import Struct

from sync.contact import LATER, NO_TIP, Contact, Own, Tip, is_shut_out
from sync.wire import PULL_BACKFILL, PUSH_BYTES, PUSH_RUNS

RENEWABLE = frozenset(
    {"circle_stale", "truncated", "wrong_key", "malformed", "bad_commitment", "bad_circle_key", "bad_lock"}
)
"""Troubles that a new epoch mends. A closed circle is opened again by a person, never by itself."""


class SignIn(Struct, frozen=True, tag_field="do", tag="sign_in"):
    """Answer the server's challenge."""


class AskHeads(Struct, frozen=True, tag_field="do", tag="ask_heads"):
    """Ask where our chains end in the server's log."""


class FetchEntries(Struct, frozen=True, tag_field="do", tag="fetch_entries"):
    """Ask for entries behind our head."""

    after: int


class FetchChain(Struct, frozen=True, tag_field="do", tag="fetch_chain"):
    """Ask for the server's whole chain, to see whether the root voids our side of it."""


class TakeEntries(Struct, frozen=True, tag_field="do", tag="take_entries"):
    """Take in the entries that came."""


class FetchStatements(Struct, frozen=True, tag_field="do", tag="fetch_statements"):
    """Ask for what was said on a circle (or on every one), and take it in."""

    circle: str


class HandBackEntries(Struct, frozen=True, tag_field="do", tag="hand_back_entries"):
    """Give the server the entries it has lost."""

    after: int


class Pull(Struct, frozen=True, tag_field="do", tag="pull"):
    """Ask for runs behind a cursor, and for some circles whole."""

    after: int
    backfill: tuple[str, ...] = ()


class TakeRuns(Struct, frozen=True, tag_field="do", tag="take_runs"):
    """Judge the runs that came, open and merge what counts."""


class HandBackRuns(Struct, frozen=True, tag_field="do", tag="hand_back_runs"):
    """Give the server the runs it has lost, bytes as they were."""


class MarkSent(Struct, frozen=True, tag_field="do", tag="mark_sent"):
    """The server keeps our runs up to this change: its answer had not reached us."""

    circle: str
    id: str


class Bury(Struct, frozen=True, tag_field="do", tag="bury"):
    """Put a refused run among the dead letters."""

    circle: str
    id: str
    code: str


class Rechain(Struct, frozen=True, tag_field="do", tag="rechain"):
    """Write our unsent changes anew: behind the newest that the server has, under heads of our chain."""

    circle: str


class Renew(Struct, frozen=True, tag_field="do", tag="renew"):
    """Append new epochs of these circles."""

    circles: tuple[str, ...]


class WriteDrafts(Struct, frozen=True, tag_field="do", tag="write_drafts"):
    """Make changes of the drafts that waited."""

    circle: str


class CloseRun(Struct, frozen=True, tag_field="do", tag="close_run"):
    """Sign the open run."""

    circle: str


class Acknowledge(Struct, frozen=True, tag_field="do", tag="acknowledge"):
    """Write and sign an empty change under our head."""

    circle: str


class Push(Struct, frozen=True, tag_field="do", tag="push"):
    """Send these runs, named by their last changes."""

    runs: tuple[str, ...]


class Stop(Struct, frozen=True, tag_field="do", tag="stop"):
    """Send and take in nothing more; show the alarm."""

    code: str


class Rest(Struct, frozen=True, tag_field="do", tag="rest"):
    """Nothing is left to do. because: what waits, and why "synced" is not to be said; empty: it is."""

    because: tuple[str, ...] = ()


Action = (
    SignIn
    | AskHeads
    | FetchEntries
    | FetchChain
    | TakeEntries
    | FetchStatements
    | HandBackEntries
    | Pull
    | TakeRuns
    | HandBackRuns
    | MarkSent
    | Bury
    | Rechain
    | Renew
    | WriteDrafts
    | CloseRun
    | Acknowledge
    | Push
    | Stop
    | Rest
)


def decide(contact: Contact) -> list[Action]:
    """What to do now, in this order; then look and ask again. A `Stop` or a `Rest` stands alone and is the last."""
    return next(actions for rule in _RULES if (actions := rule(contact)))


def _stop(contact: Contact) -> list[Action]:
    """Invariant 7."""
    return [Stop(contact.code or "internal")] if contact.directory == "refused" else []


def _shut_out(contact: Contact) -> list[Action]:
    """Invariant 11. It can read nothing any more, but what it wrote is handed in (quarantine)."""
    if not is_shut_out(contact):
        return []
    return _close(contact) or _push(contact, contact.held.own) or [Stop("revoked")]


def _introduce(contact: Contact) -> list[Action]:
    """Invariants 1, 8."""
    if contact.session == "none":
        return [SignIn()]
    if contact.session == "unknown":
        return [HandBackEntries(-1)]
    return [AskHeads()] if contact.heads is None and not contact.told else []


def _follow_directory(contact: Contact) -> list[Action]:
    """Invariants 2, 3, 8, 11."""
    match contact.directory:
        case "unasked":
            return [FetchEntries(contact.held.head)]
        case "came":
            return [*_close(contact), TakeEntries()]
        case "behind":
            return [HandBackEntries(contact.server)]
        case "astray":
            return [FetchChain()]
        case _ if contact.told:
            return [Stop("false_revocation")]
        case _:
            return [FetchStatements(circle) for circle in contact.held.lacking if circle not in contact.sought]


def _follow_log(contact: Contact) -> list[Action]:
    """Invariants 3, 8, 9."""
    if contact.log == "came":
        return [TakeRuns()]
    if not contact.counted and (contact.rewound or _has_lost_runs(contact)):
        return [Pull(0)]
    wanted = [circle for circle in (*contact.held.fresh, *contact.held.missing) if circle not in contact.filled]
    if contact.log == "unasked" or wanted:
        backfill = tuple(dict.fromkeys(wanted)) if contact.held.cursor else ()
        return [Pull(contact.held.cursor, backfill[:PULL_BACKFILL])]
    if contact.counted and contact.held.lost and "runs" not in contact.returned:
        return [HandBackRuns()]
    return []


def _mend_chains(contact: Contact) -> list[Action]:
    """Invariants 5, 6."""
    return [action for own in contact.held.own if (action := _mend_chain(contact, own))]


def _mend_chain(contact: Contact, own: Own) -> Action | None:
    tip = _tip(contact, own)
    if any(run.id == tip.id for run in own.closed):
        return MarkSent(own.circle, tip.id)
    for run in own.closed:
        code = contact.refusals.get(run.id)
        if code is not None and code not in LATER:
            return Bury(own.circle, run.id, code)
    is_chained = own.behind is None or (own.behind == own.sent.id and not own.adrift)
    return None if is_chained or _blocked(contact, own) else Rechain(own.circle)


def _renew(contact: Contact) -> list[Action]:
    """Invariant 4."""
    waiting = [own for own in contact.held.own if own.drafts and own.renewable and own.trouble in RENEWABLE]
    circles = tuple(own.circle for own in waiting if own.circle not in contact.renewed)
    return [Renew(circles)] if circles else []


def _write(contact: Contact) -> list[Action]:
    """Invariant 4."""
    writable = (own for own in contact.held.own if own.drafts and own.trouble is None)
    return [WriteDrafts(own.circle) for own in writable if not _blocked(contact, own)]


def _close(contact: Contact) -> list[Action]:
    return [CloseRun(own.circle) for own in contact.held.own if own.open]


def _send(contact: Contact) -> list[Action]:
    """Invariants 1, 6."""
    return _push(contact, [own for own in contact.held.own if not _blocked(contact, own)])


def _acknowledge(contact: Contact) -> list[Action]:
    """Only where nothing else moves the chain."""
    quiet = (own for own in contact.held.own if own.acknowledge and not own.closed and not own.open)
    return [Acknowledge(own.circle) for own in quiet if not _blocked(contact, own)]


def _rest(contact: Contact) -> list[Action]:
    """Invariant 10."""
    held = contact.held
    troubles = {
        "head": contact.server > held.head,
        "drafts": any(own.drafts for own in held.own),
        "unsent": any(own.closed or own.open for own in held.own),
        "pending": held.pending > 0,
        "missing": len(held.missing) > 0,
        "fresh": len(held.fresh) > 0,
        "withheld": any(_withheld(contact, own) for own in held.own),
        "fork": any(_forked(contact, own) for own in held.own),
    }
    return [Rest(tuple(name for name, is_so in troubles.items() if is_so))]


_RULES: Sequence[Callable[[Contact], list[Action]]] = (
    _stop,
    _shut_out,
    _introduce,
    _follow_directory,
    _follow_log,
    _mend_chains,
    _renew,
    _write,
    _close,
    _send,
    _acknowledge,
    _rest,
)


def _push(contact: Contact, circles: Sequence[Own]) -> list[Action]:
    """As much as one push holds; of each chain only what stands before a refused run."""
    runs: list[str] = []
    size = 0
    for own in circles:
        for run in takewhile(lambda run: run.id not in contact.refusals, own.closed):
            size += 4 + run.size
            if len(runs) == PUSH_RUNS or size > PUSH_BYTES:
                return [Push(tuple(runs))]
            runs.append(run.id)
    return [Push(tuple(runs))] if runs else []


def _tip(contact: Contact, own: Own) -> Tip:
    return (contact.heads or {}).get(own.circle, NO_TIP)


def _has_lost_runs(contact: Contact) -> bool:
    return any(_tip(contact, own).sequence < own.sent.sequence for own in contact.held.own)


def _blocked(contact: Contact, own: Own) -> bool:
    """Where the server's end of our chain cannot be joined, nothing is written behind it."""
    return _withheld(contact, own) or _forked(contact, own)


def _withheld(contact: Contact, own: Own) -> bool:
    """The server names a change of ours that it does not give, and that we do not have."""
    tip = _tip(contact, own)
    return tip.sequence > own.sent.sequence and all(run.id != tip.id for run in own.closed)


def _forked(contact: Contact, own: Own) -> bool:
    """Two changes with one number, and both were sent."""
    tip = _tip(contact, own)
    return tip.sequence == own.sent.sequence and tip.id != own.sent.id
