"""The records of one device: what stands, what is in conflict, what does not count and why, what is to be reviewed.

Never imported by the server.  Source: sync/SPEC.md 4.3, 5.  Twin: sync/book.ts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crypto.encoding import unpack
from crypto.errors import ProtocolError
from sync.device_core import Core, Saved
from sync.dictionary import dictionary, rank
from sync.edits import Plaintext, Value
from sync.merge import Part
from sync.register import View
from sync.shapes import MARK_SIZE
from sync.writes import Judged
from sync.writing import Where, Writing

REVIEWED = frozenset({"accepted", "accepted_with_addendum"})


@dataclass(frozen=True, slots=True)
class Uncounted:
    """What does not count, and why. field: empty if the whole change does not; author: its device."""

    change: bytes
    circle: bytes
    author: bytes
    code: str
    record: bytes = b""
    type: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """How a note stands. state: "new", "accepted", "changed" (since it was), or the most demanding of its reviews'.

    unseen: changes of the note that no accepting review has looked at.
    """

    note: bytes
    circle: bytes
    author: bytes
    state: str
    reviews: tuple[bytes, ...]
    unseen: tuple[bytes, ...]


class Book:
    """Of one device."""

    def __init__(self, core: Core) -> None:
        self._core = core

    # Writing

    def where(self, case: bytes | None = None, dispatch: bytes | None = None, own_of: bytes | None = None) -> Where:
        """Circles by kind: the centre's, our desk's, those of a case; own: of a member, ourselves unless given."""
        held = self._core.held
        member = held.member if own_of is None else own_of
        found: dict[str, bytes] = {}
        for circle in held.directory.circles():
            view = held.directory.circle(circle, held.head)
            if view is None or view.shredded:
                continue
            if view.kind == "centre" or (view.kind == "desk" and held.directory.principal(circle, held.key, held.head)):
                found.setdefault(view.kind, circle)
            elif view.case is not None and view.case == case and view.kind in ("case", "door"):
                found[view.kind] = circle
            elif view.kind == "own" and view.case == case and view.members == (member,):
                found["own"] = circle
        return found | ({"dispatch": dispatch} if dispatch is not None else {})

    def new_id(self) -> bytes:
        """For a new record of ours: it begins as our member's id does. Raises ProtocolError "not_enrolled"."""
        return self._core.held.member[:MARK_SIZE] + self._core.means.random(16 - MARK_SIZE)

    def writing(self, where: Where) -> Writing:
        """Begin to write. See `Writing`."""
        return Writing(self._core, where)

    # Reading

    def records(self, type_: str) -> list[bytes]:
        """Ids of records of a type that are not crossed out in every part, ascending."""
        merge = self._core.held.ledger.merge
        known = (record for record, found in merge.records() if found == type_)
        return sorted(
            record for record in known if any(not part.is_deleted for part in merge.record(record, type_).values())
        )

    def parts(self, record: bytes, type_: str) -> list[Part]:
        """What each circle that opens here holds of a record."""
        return list(self._core.held.ledger.merge.record(record, type_).values())

    def views(self, record: bytes, type_: str) -> list[View]:
        """Every register of a record."""
        return [view for part in self.parts(record, type_) for view in part.views]

    def value(self, record: bytes, type_: str, field: str) -> Value:
        """What is shown of a field, of a single one; None if nothing is, or if it is in conflict."""
        views = [view for view in self.views(record, type_) if view.key.field == field]
        return views[0].shown.value if len(views) == 1 and views[0].shown else None

    def elements(self, record: bytes, type_: str, field: str) -> list[Value]:
        """What is in a set field."""
        views = [view for view in self.views(record, type_) if view.key.field == field and view.key.element is not None]
        return [unpack(view.key.element or b"") for view in views if view.shown and view.shown.value is True]

    def change(self, id_: bytes) -> Judged | None:
        """Who wrote a change, when, on which device."""
        return self._core.held.ledger.merge.change(id_)

    # For a person to decide

    def conflicts(self) -> list[View]:
        """Registers with more than one value, whether a policy shows one meanwhile or not."""
        views = self._core.held.ledger.open.values()
        return sorted((view for view in views if len(view.values) > 1), key=lambda view: view.key.text)

    def requests(self) -> list[View]:
        """Registers in which a state was asked for that nobody entitled has set."""
        views = self._core.held.ledger.open.values()
        return sorted((view for view in views if view.requests), key=lambda view: view.key.text)

    def resolve(self, view: View, value: Value) -> Saved:
        """One value in place of all that were shown.

        Raises ProtocolError: "bad_value", "not_entitled".
        """
        return Writing(self._core, {}).over(view, value).save()[0]

    def uncounted(self) -> list[Uncounted]:
        """Changes, and writes in changes that count, that do not count; "unjudged": a newer version may know better."""
        ledger = self._core.held.ledger
        found = [
            Uncounted(change.id, change.header.circle, change.header.device, code)
            for change, code in ledger.uncounted()
        ]
        for aside in (ledger.merge.refused, ledger.merge.unjudged):
            for id_, writes in aside.items():
                change = ledger.merge.change(id_)
                assert change is not None
                found += [
                    Uncounted(id_, change.circle, change.device, one.code, one.record, one.type, one.write.field)
                    for one in writes
                ]
        return found

    def read(self, id_: bytes) -> Plaintext | None:
        """What a change says, whether it counts or not; None if no key opens it here.

        Raises ProtocolError: those of crypto 6.5, "malformed".
        """
        change = self._core.held.ledger.log.change(id_)
        return self._core.held.ledger.read(change) if change else None

    def is_late(self, id_: bytes) -> bool:
        """Was a change written before its author's part in the circle ended, and came after? 「割当終了後」"""
        held = self._core.held
        change = held.ledger.log.change(id_)
        if change is None:
            return False
        spans = held.directory.principal_spans(change.header.circle, change.header.device)
        end = spans[-1][1] if spans else None
        runs = (run for run in held.ledger.log.runs(change.header.circle) if id_ in run.ids)
        return end is not None and any(held.arrived.get(run.last.id, -1) >= end for run in runs)

    # Review

    def changes_of_note(self, note: bytes, addenda: Sequence[bytes] | None = None) -> set[bytes]:
        """Changes that a note, with its addenda, is made of now."""
        written = self._naming("addendum", "target", note) if addenda is None else addenda
        views = self.views(note, "visit_note") + [view for one in written for view in self.views(one, "addendum")]
        return {change for view in views for value in view.values for change in value.changes}

    def reviews_of_note(self, note: bytes) -> list[bytes]:
        """Ids of its reviews."""
        return self._naming("review", "note", note)

    def review_of(self, note: bytes) -> Review:
        """How a note stands. Raises ProtocolError "unknown_circle": nothing of it opens here."""
        return self._standing(note, self.reviews_of_note(note), self._naming("addendum", "target", note))

    def reviews(self) -> list[Review]:
        """How all notes stand."""
        reviews, addenda = self._by_note("review", "note"), self._by_note("addendum", "target")
        notes = self.records("visit_note")
        return [self._standing(note, reviews.get(note, []), addenda.get(note, [])) for note in notes]

    def review_queue(self) -> list[Review]:
        """Notes that wait for a reviewer: new ones, changed ones, those with a question."""
        return [review for review in self.reviews() if review.state != "accepted"]

    def review(self, note: bytes, state: str, **fields: Any) -> bytes:
        """Write a review, in the author's own circle, of exactly what is seen here now; its record.

        Raises ProtocolError: as `Writing.put`; "not_home" when the author has no own circle in the case.
        """
        circle, author = self._origin(note)
        view = self._core.held.directory.circle(circle, self._core.held.head)
        where = self.where(view.case if view else None, circle, own_of=author)
        review = self.new_id()
        looked = sorted(self.changes_of_note(note))
        self.writing(where).put(review, "review", note=note, looked_at=looked, state=state, **fields).save()
        return review

    def _standing(self, note: bytes, reviews: Sequence[bytes], addenda: Sequence[bytes]) -> Review:
        circle, author = self._origin(note)
        states = {one: self.value(one, "review", "state") for one in reviews}
        looked: set[bytes] = set()
        for one in reviews:
            seen = self.value(one, "review", "looked_at") if states[one] in REVIEWED else None
            looked |= {id_ for id_ in seen if isinstance(id_, bytes)} if isinstance(seen, list) else set()
        unseen = tuple(sorted(self.changes_of_note(note, addenda) - looked))
        asked = [state for state in states.values() if isinstance(state, str) and state not in REVIEWED]
        if asked:
            rule = dictionary().types["review"].fields["state"]
            state = max(asked, key=lambda state: rank(rule, state))
        else:
            state = "new" if not states else "changed" if unseen else "accepted"
        return Review(note, circle, author, state, tuple(reviews), unseen)

    def _naming(self, type_: str, field: str, named: bytes) -> list[bytes]:
        """Records of a type that name this one."""
        return self._by_note(type_, field).get(named, [])

    def _by_note(self, type_: str, field: str) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for record in self.records(type_):
            named = self.value(record, type_, field)
            if isinstance(named, bytes):
                found.setdefault(named, []).append(record)
        return found

    def _origin(self, note: bytes) -> tuple[bytes, bytes]:
        """The dispatch circle of a note, and its author."""
        for view in self.views(note, "visit_note"):
            ids = [id_ for value in view.values for id_ in value.changes] if view.key.field == "visit" else []
            if ids and (change := self.change(ids[0])):
                return change.circle, change.member
        raise ProtocolError("unknown_circle")
