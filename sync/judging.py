"""Judging one entry against the state: who wrote it, what each statement does, in the law's order.

Source: sync/SPEC.md 3.5.  Twin: sync/judging.ts.
"""

from dataclasses import dataclass

from crypto.errors import ProtocolError
from sync.authority import Author, Place, say_on_centre
from sync.circle_authority import open_circle, reach, say_on_circle
from sync.circles import PUBLIC_KINDS, Circle
from sync.entries import Given, Held
from sync.state import State
from sync.statements import CentreFound, CircleOpen, CircleStatement, DeviceEnrol, Statement


@dataclass(slots=True)
class Heard:
    """A statement given for a digest, where it stands. code: why it has no effect; None if it holds."""

    index: int
    position: int
    author: Author
    given: Given
    code: str | None = None


def author_of(state: State, held: Held) -> Author:
    """Who wrote the entry, and at which index that is judged.

    Raises ProtocolError: "not_entitled" (entry 0 is not a founding), "revoked", "unknown_author".
    """
    entry = held.entry
    first = held.said[0][0] if held.said else None
    if entry.index == 0:
        if not isinstance(first, CentreFound) or first.root != entry.author:
            raise ProtocolError("not_entitled")
        return Author(entry.author, 0, 0, is_root=True)
    before = entry.index - 1
    root = state.root.at(before)
    if root is not None and root.key == entry.author:
        return Author(entry.author, entry.index, before, is_root=True)
    if state.is_active(entry.author, before):
        return Author(entry.author, entry.index, before, is_root=False)
    if isinstance(first, DeviceEnrol) and first.device == entry.author:
        return Author(entry.author, entry.index, entry.index, is_root=False)
    device = state.devices.get(entry.author)
    raise ProtocolError("revoked" if device is not None and device.revoked is not None else "unknown_author")


def judge_entry(state: State, held: Held, author: Author, *, complete: bool) -> list[Heard]:
    """Steps 5 to 8: what stands in full, then what was given for digests. Refused, the caller takes it back.

    complete: all statements are given and a failing one refuses the entry (the server); else it is kept aside.
    Raises ProtocolError: the code of the first failure.
    """
    had_admin = state.has_admin(author.index - 1)
    say_in_full(state, held, author, complete=complete)
    heard = hear_given(state, held, author, complete=complete)
    if not author.is_root and had_admin and not state.has_admin(author.index):
        raise ProtocolError("last_admin")
    return heard


def say_in_full(state: State, held: Held, author: Author, *, complete: bool = False) -> None:
    """Steps 5 and 6."""
    for position, (statement, _) in enumerate(held.said):
        if statement is not None and not isinstance(statement, CircleStatement):
            place = Place(held.entry.centre, position, held.founds, held.enrolment_code)
            say_on_centre(state, author, place, statement)
    for statement, digest in held.said:
        if isinstance(statement, CircleStatement):
            _say_on_public(state, author, statement, digest, complete=complete)


def hear_given(state: State, held: Held, author: Author, *, complete: bool) -> list[Heard]:
    """Step 7."""
    digests = held.digests
    if not held.given.keys() <= set(digests):
        raise ProtocolError("statement_stray")
    if complete and not held.given.keys() >= set(digests):
        raise ProtocolError("statement_missing")
    heard = []
    for position, (statement, digest) in enumerate(held.said):
        if statement is None and digest in held.given:
            heard.append(Heard(author.index, position, author, held.given[digest]))
            hear(state, heard[-1], complete=complete)
            if complete and heard[-1].code is not None:
                raise ProtocolError(heard[-1].code)
    return heard


def hear(state: State, heard: Heard, *, complete: bool = False) -> None:
    """A statement given for a digest takes effect, or its code is noted and nothing happens."""
    try:
        heard.code = None
        _say_hashed(state, heard, complete=complete)
    except ProtocolError as error:
        heard.code = error.code


def _say_hashed(state: State, heard: Heard, *, complete: bool) -> None:
    given, author = heard.given, heard.author
    circle = state.hashed.get(given.circle) if given.circle is not None else None
    if given.code == "unknown_statement" and circle is not None:
        _freeze(state, author, circle)
    if given.statement is None:
        raise ProtocolError(given.code or "malformed")
    if not isinstance(given.statement, CircleStatement) or _stands_in_full(state, given.statement, author.index):
        raise ProtocolError("malformed")
    if isinstance(given.statement, CircleOpen):
        state.add_circle(open_circle(state, author, given.statement, given.digest, complete=complete))
    elif circle is None:
        raise ProtocolError("unknown_circle")
    elif circle.frozen is not None:
        raise ProtocolError("unknown_statement")
    else:
        say_on_circle(state, author, circle, given.statement, given.digest)


def _say_on_public(state: State, author: Author, statement: CircleStatement, digest: bytes, *, complete: bool) -> None:
    if isinstance(statement, CircleOpen):
        if statement.circle_kind not in PUBLIC_KINDS:
            raise ProtocolError("malformed")
        state.add_circle(open_circle(state, author, statement, digest, complete=complete))
        return
    circle = state.public.get(statement.circle)
    if circle is None:
        raise ProtocolError("malformed" if statement.circle in state.hashed else "unknown_circle")
    say_on_circle(state, author, circle, statement, digest)


def _stands_in_full(state: State, statement: Statement, at: int) -> bool:
    """Should it have stood in full?"""
    if isinstance(statement, CircleOpen) and statement.circle_kind in PUBLIC_KINDS:
        return True
    public = state.public.get(statement.circle) if isinstance(statement, CircleStatement) else None
    return public is not None and public.opened <= at


def _freeze(state: State, author: Author, circle: Circle) -> None:
    """What this version cannot read may have narrowed the circle: nothing is judged there from this index on."""
    by = reach(state, author, circle)
    if circle.frozen is None and (by.admin or by.principal):
        circle.frozen = author.index
        state.journal.note(lambda: setattr(circle, "frozen", None))
