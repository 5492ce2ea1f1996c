"""A contact with the server as plain data: what is held, what this contact brought, and the events that change it.

An event gives the contact after it and does nothing else; what to do next is `client.decide`'s.
Ids are lower-case hex. Source: sync/SPEC.md 6, 7.  Twin: sync/contact.ts.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

ZERO_ID = "00" * 32
EVERY = "every"
"""In place of a circle: the statements of all circles are asked for."""
AGAIN = frozenset({"head_unknown", "unknown_device", "unknown_circle", "chain_gap", "fork"})
"""Refusals after which a device looks again and sends once more."""
LATER = AGAIN | {"quota_exceeded", "rate_limited", "restoring", "stopping", "internal"}
"""Refusals after which a run is kept and sent in a later contact; after every other it goes to the dead letters."""
REFUSED_CHAINS = frozenset({"rolled_back", "forked"})


class Tip(Struct, frozen=True):
    """The newest change of a chain; sequence 0 and zeros: there is none."""

    sequence: int
    id: str


NO_TIP = Tip(0, ZERO_ID)


class Closed(Struct, frozen=True):
    """A signed run that the server is not known to keep. id: of its last change; size: in bytes."""

    id: str
    size: int


class Own(Struct, frozen=True):
    """What this device itself has written in one circle.

    sent: the newest change known to be in the server's log. behind: what the first unsent change names as the one
    before; None when nothing is unsent. closed: signed runs, in order; open: changes not signed yet; drafts: not even
    changes. adrift: something unsent was written under an entry that is void, or not of our chain now. trouble: why
    nothing may be written there under our head; renewable: a new epoch by us would mend it. acknowledge: the chain
    should be moved under our head.
    """

    circle: str
    sent: Tip = NO_TIP
    behind: str | None = None
    closed: tuple[Closed, ...] = ()
    open: int = 0
    drafts: int = 0
    adrift: bool = False
    trouble: str | None = None
    renewable: bool = False
    acknowledge: bool = False


class Held(Struct, frozen=True):
    """What a device holds, looked at anew after every action.

    head: index of its newest entry. cursor: up to which it has pulled. fresh: circles newly given and not fetched yet.
    lacking: circles of which statements are wanting (or `EVERY`). missing: circles in which a named head is not held.
    pending: changes that are not judged yet. lost: runs held that the server, asked for everything, did not have.
    revoked: our own directory says that this device is.
    """

    head: int = -1
    cursor: int = 0
    own: tuple[Own, ...] = ()
    fresh: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    pending: int = 0
    lost: int = 0
    revoked: bool = False


class Contact(Struct, frozen=True):
    """One contact. told: the server says that this device is revoked. heads: of the own chains, as it says; None: not
    asked yet.

    directory: "came": entries wait; "behind": the server ends at `server`, an older entry of ours; "astray": it goes
    another way; "refused": with `code`. log: "came": runs wait. chased: the newest entry that runs named and that was
    asked for. rewound: the server's log ends before ours. counted: everything was pulled to see what the server has.
    returned: "entries", "runs" that were handed back; once is enough. filled, sought, renewed: circles already asked
    for, or tried. refusals: codes by id of the run's last change; retried: ids of runs sent once more.
    """

    held: Held = Held()
    session: Literal["none", "open", "unknown"] = "none"
    told: bool = False
    heads: Mapping[str, Tip] | None = None
    directory: Literal["unasked", "came", "behind", "astray", "refused", "current"] = "unasked"
    server: int = -1
    code: str | None = None
    log: Literal["unasked", "came", "current"] = "unasked"
    chased: int = -1
    rewound: bool = False
    counted: bool = False
    returned: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    sought: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    refusals: Mapping[str, str] = {}
    retried: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()


class PushResult(Struct, frozen=True):
    """What became of a run. last: its last change; code: why it was refused, or is held apart."""

    circle: str
    last: Tip
    status: Literal["accepted", "known", "quarantined", "refused"]
    code: str | None = None


def is_shut_out(contact: Contact) -> bool:
    """The server's word counts for nothing until our own directory, taken in like any other, says the same."""
    return contact.told and contact.held.revoked


def looked(contact: Contact, held: Held) -> Contact:
    """What is held was looked at anew."""
    return replace(contact, held=held)


def signed_in(contact: Contact) -> Contact:
    """The server knows us."""
    return replace(contact, session="open")


def session_ended(contact: Contact) -> Contact:
    """The server forgot that it knows us: sign in again."""
    return replace(contact, session="none")


def not_known(contact: Contact) -> Contact:
    """The server does not know this device, or this centre, though our directory does: it has lost entries."""
    if "entries" in contact.returned:
        return _refused(contact, "rolled_back")
    return _alarmed(replace(contact, session="unknown"), "rolled_back")


def told_revoked(contact: Contact) -> Contact:
    """The server says that this device is revoked; that is asked of the directory. Said instead of it, it is a lie."""
    if contact.told:
        return _refused(contact, "false_revocation")
    return replace(contact, told=True, directory="unasked")


def heads_came(contact: Contact, heads: Mapping[str, Tip]) -> Contact:
    """The server said where our chains end in its log."""
    return replace(contact, heads=heads)


def entries_came(contact: Contact, how: Literal["none", "some", "behind", "astray"], server: int) -> Contact:
    """The server was asked for entries behind our head. server: index of its newest."""
    if how == "none":
        return replace(contact, directory="current", server=server)
    if how == "some":
        return replace(contact, directory="came", server=server)
    if how == "astray":
        return replace(contact, directory="astray", server=server)
    if "entries" in contact.returned:
        return _refused(contact, "rolled_back")
    return _alarmed(replace(contact, directory="behind", server=server), "rolled_back")


def chain_came(contact: Contact, changed_over: bool) -> Contact:
    """The server's chain was read whole. changed_over: the root voids our side of it, so its side is to be taken in."""
    return replace(contact, directory="came") if changed_over else _refused(contact, "forked")


def entries_taken(contact: Contact, code: str | None) -> Contact:
    """Entries were taken in, or did not hold for `code`."""
    return replace(contact, directory="current") if code is None else _refused(contact, code)


def entries_handed_back(contact: Contact, code: str | None) -> Contact:
    """The server took back what it had lost, or would not, with `code`."""
    if code is not None:
        return _refused(contact, "rolled_back")
    session = "none" if contact.session == "unknown" else contact.session
    return replace(contact, session=session, directory="unasked", returned=(*contact.returned, "entries"))


def statements_came(contact: Contact, circle: str) -> Contact:
    """The server gave what statements it has on a circle (or on all)."""
    return replace(contact, sought=(*contact.sought, circle))


def runs_came(contact: Contact, named: int, filled: Sequence[str], rewound: bool) -> Contact:
    """Runs were pulled. named: the newest entry that one of them was written under; filled: circles asked for whole."""
    contact = replace(contact, log="came", filled=(*contact.filled, *filled), rewound=contact.rewound or rewound)
    if named <= max(contact.held.head, contact.chased):
        return contact
    return replace(contact, directory="unasked", chased=named)


def runs_taken(contact: Contact, counted: bool) -> Contact:
    """What was pulled was judged. counted: it was all that the server has."""
    return replace(contact, log="current", counted=contact.counted or counted)


def runs_handed_back(contact: Contact) -> Contact:
    """What the server had lost was sent again; where our chains end there is to be asked anew."""
    return replace(contact, heads=None, rewound=False, returned=(*contact.returned, "runs"))


def renewal_tried(contact: Contact, circles: Sequence[str]) -> Contact:
    """New epochs were appended, or refused; if appended, the entry is still to be taken in."""
    return replace(contact, directory="unasked", renewed=(*contact.renewed, *circles))


def pushed(contact: Contact, results: Sequence[PushResult]) -> Contact:
    """The server said what became of runs."""
    for result in results:
        if result.status == "refused":
            contact = _run_refused(contact, result.last.id, result.code or "internal")
        elif result.status != "quarantined" and contact.heads is not None:
            contact = replace(contact, heads={**contact.heads, result.circle: result.last})
    return contact


def _run_refused(contact: Contact, id_: str, code: str) -> Contact:
    if code not in AGAIN or id_ in contact.retried or is_shut_out(contact):
        return replace(contact, refusals={**contact.refusals, id_: code})
    contact = replace(contact, retried=(*contact.retried, id_))
    if code in ("chain_gap", "fork"):
        return replace(contact, heads=None, log="unasked")
    return replace(contact, directory="unasked")


def _refused(contact: Contact, code: str) -> Contact:
    return _alarmed(replace(contact, directory="refused", code=code), code)


def _alarmed(contact: Contact, code: str) -> Contact:
    return contact if code in contact.alarms else replace(contact, alarms=(*contact.alarms, code))
