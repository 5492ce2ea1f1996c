"""A change that its device signed under several heads: in what capacity its author wrote."""

from collections.abc import Sequence
from itertools import permutations

import pytest

from crypto.run import Run, RunHead
from sync.capacity import capacities
from sync.dictionary import dictionary
from sync.directory import Applied
from sync.edits import Edit, Value, Write, encode_edits
from sync.ledger import Ledger
from sync.statements import MemberRole, Policy
from sync.validity import Verdict
from sync.writes import RegisterKey
from tests.sync.centre import ACKNOWLEDGEMENT, Centre, Device

RECORD = bytes([7]) * 16


class Door:
    """A door circle in which the admin said "urgent"; Yuki, who is in it, is a supporter, then staff and reviewer."""

    def __init__(self, seed: int) -> None:
        self.c = Centre.found(seed)
        self.yuki = self.c.join()
        self.circle = self.c.open("door", members=[self.yuki.member])
        self.urgent = self.level(self.c.admin, "urgent")
        self.before = self.c.head
        self.become("staff", "reviewer")

    def become(self, role: str, *duties: str) -> Applied:
        return self.c.say(self.c.admin, MemberRole(self.yuki.member, role, duties))

    def level(self, author: Device, value: Value, *over: Run, at: int | None = None) -> Run:
        ids = tuple(sorted(run.last.id for run in over))
        edit = Edit(RECORD, "risk_flag", (Write("level", None, value, ids),))
        return self.c.write(author, self.circle, encode_edits(0, 1, [edit]), at=at)

    def again(self, run: Run, at: int) -> Run:
        """The same changes, signed by their device under another head."""
        head, hashed = run.head, self.c.directory.entry(at).hash
        dated = RunHead(head.centre, head.circle, head.epoch, head.device, head.first, head.previous, at, hashed)
        return self.c.sign(self.yuki, dated, [change.body for change in run.changes])

    def ledger(self, runs: Sequence[Run]) -> Ledger:
        ledger = Ledger(self.c.directory, self.c.admin.keyring, dictionary())
        for run in runs:
            ledger.add(run)
        return ledger

    def shown(self, ledger: Ledger) -> Value:
        view = ledger.merge.register(RegisterKey(self.circle, RECORD, "risk_flag", "level"))
        return view.shown.value if view.shown else None

    def shown_of(self, *runs: Run) -> Value:
        """The same in whatever order they come."""
        states = {self.ledger(order).merge.to_json() for order in permutations(runs)}

        assert 1 == len(states)
        return self.shown(self.ledger(runs))


def test_an_old_signature_does_not_undo_a_decision_that_already_counts() -> None:
    """A thief, or a server with an old run in hand, shows the change under a head before its author's promotion."""
    d = Door(120)
    decision = d.level(d.yuki, "notice", d.urgent)
    redated = d.again(decision, d.before)

    assert "notice" == d.shown_of(d.urgent, decision)
    assert "notice" == d.shown_of(d.urgent, decision, redated)
    assert [d.before, d.c.head] == list(d.ledger([decision, redated]).log.counting_heads(decision.last.id))


def test_who_is_promoted_may_sign_an_old_word_of_hers_anew_in_her_new_capacity() -> None:
    """The same as writing it again; it is shown, as every change under two heads is."""
    d = Door(121)
    plea = d.level(d.yuki, "notice", d.urgent, at=d.before)
    ledger = d.ledger([d.urgent, plea, d.again(plea, d.c.head)])

    assert "urgent" == d.shown_of(d.urgent, plea)
    assert "notice" == d.shown(ledger)
    assert [plea.last.id] == ledger.log.redated


def test_a_demoted_author_who_back_dates_is_bound_by_her_own_chain_and_shown() -> None:
    """Her chain moved under the newer head: a later change cannot go back behind that alone."""
    d = Door(122)
    reviewer = d.c.head
    d.become("supporter")
    seen, lowered = d.c.write(d.yuki, d.circle, ACKNOWLEDGEMENT), d.level(d.yuki, "notice", d.urgent)
    redated = d.again(lowered, reviewer)

    assert "urgent" == d.shown_of(d.urgent, seen, lowered, redated)
    assert [lowered.last.id] == d.ledger([seen, lowered, redated]).log.redated


@pytest.mark.parametrize("is_told", [True, False])
def test_a_cut_off_binds_a_demoted_author_whatever_she_signs_anew(is_told: bool) -> None:
    """Who signs the whole of a chain anew can date it before her demotion, as she can by a fork; a cut-off ends both.

    is_told: whether the entry comes after the runs or before them.
    """
    d = Door(123)
    reviewer = d.c.head
    d.become("supporter")
    seen, lowered = d.c.write(d.yuki, d.circle, ACKNOWLEDGEMENT), d.level(d.yuki, "notice", d.urgent)
    runs = [d.urgent, seen, lowered, d.again(seen, reviewer), d.again(lowered, reviewer)]
    ledger = d.ledger(runs)

    assert "notice" == d.shown_of(*runs)
    assert {seen.last.id, lowered.last.id} == set(ledger.log.redated)
    entry = d.c.act(d.c.admin, lambda draft: draft.cut_off(d.circle, d.yuki.key, seen.last.id))
    if is_told:
        ledger.rejudge(entry)
    else:
        ledger = d.ledger(runs)
    assert "urgent" == d.shown(ledger)
    assert Verdict("cut_off") == ledger.log.verdict(lowered.last.id)


def test_what_is_written_after_a_cut_off_counts_in_the_new_capacity_alone() -> None:
    """The old capacity falls with the old head, though the change itself goes on counting."""
    d = Door(124)
    reviewer = d.c.head
    d.become("supporter")
    shut = d.c.act(d.c.admin, lambda draft: draft.cut_off(d.circle, d.yuki.key, None))
    lowered = d.level(d.yuki, "notice", d.urgent)
    redated = d.again(lowered, reviewer)

    assert "urgent" == d.shown_of(d.urgent, lowered, redated)
    assert (shut.index,) == d.ledger([lowered, redated]).log.counting_heads(lowered.last.id)


def test_a_cut_off_that_takes_one_head_of_two_takes_the_capacity_of_that_head() -> None:
    d = Door(125)
    reviewer = d.c.head
    d.become("supporter")
    lowered = d.level(d.yuki, "notice", d.urgent)
    runs = [d.urgent, lowered, d.again(lowered, reviewer)]
    ledger = d.ledger(runs)
    d.c.act(d.c.admin, lambda draft: draft.cut_off(d.circle, d.yuki.key, None, deliberate=True))
    under_both = d.again(lowered, d.c.head)

    assert "notice" == d.shown(ledger)
    for each in (ledger, d.ledger([*runs])):
        each.rejudge(Applied(d.c.head, d.c.directory.head.hash, cutoffs=frozenset({(d.circle, d.yuki.key)})))
        each.add(under_both)
        assert "urgent" == d.shown(each)
        assert (d.c.head,) == each.log.counting_heads(lowered.last.id)


def test_a_capacity_is_role_duties_and_rights_of_one_head() -> None:
    d = Door(126)
    promoted = d.c.head
    d.c.say(d.c.admin, Policy({"rights": [["risk_flag", "level", ["supporter"]]]}))
    first, second, third = capacities(d.c.directory, d.yuki.member, [d.before, promoted, d.c.head])

    assert frozenset({"supporter"}) == first.who
    assert frozenset({"staff", "reviewer"}) == second.who == third.who
    assert (None, None, ("supporter",)) == tuple(each.rights("risk_flag", "level") for each in (first, second, third))
    assert None is third.rights("risk_flag", "note")
