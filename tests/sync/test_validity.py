"""What counts: each code of sync/SPEC.md 4.1, and their order."""

from crypto.run import Run, RunHead
from sync.circles import Cutoff, Letin
from sync.statements import Policy, Void
from sync.validity import judge_cutoffs, judge_head
from tests.sync.centre import ACKNOWLEDGEMENT, Centre, Device
from tests.sync.verdicts import codes


def wrong_head(run: Run, c: Centre, author: Device, hashed: bytes) -> Run:
    head = run.head
    named = RunHead(
        head.centre, head.circle, head.epoch, head.device, head.first, head.previous, head.head_index, hashed
    )
    return c.sign(author, named, [change.body for change in run.changes])


def test_a_change_of_an_enrolled_principal_under_the_newest_epoch_counts() -> None:
    c = Centre.found(60)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])

    assert [None, None] == codes(c, c.write(yuki, visit), c.write(c.admin, visit, b"a", b"", b"b"))


def test_a_change_waits_for_its_ancestors() -> None:
    c = Centre.found(61)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    first, second, third = (c.write(yuki, visit) for _ in range(3))

    assert ["ancestor_missing"] == codes(c, second)
    assert ["ancestor_missing", None] == codes(c, third, first)
    assert [None, None, None] == codes(c, third, first, second)


def test_a_change_that_names_another_devices_change_as_its_own_past_never_counts() -> None:
    c = Centre.found(62)
    yuki, nao = c.join(), c.join()
    visit = c.open("dispatch", members=[yuki.member, nao.member])
    theirs, elsewhere = c.write(yuki, visit), c.write(nao, c.circle)
    own = c.write(nao, visit)
    posing = c.write(nao, visit, behind=(1, theirs.last.id))
    moved = c.write(nao, visit, behind=(1, elsewhere.last.id))
    skipping = c.write(nao, visit, behind=(2, own.last.id))

    assert [None, None, None] == codes(c, theirs, elsewhere, own)
    assert ["ancestor_missing"] == codes(c, posing, theirs)[:1]
    assert ["ancestor_missing"] == codes(c, moved, elsewhere)[:1]
    assert ["ancestor_missing"] == codes(c, skipping, own)[:1]


def test_a_run_under_an_entry_that_is_not_in_the_chain_waits() -> None:
    c = Centre.found(63)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    run = c.write(yuki, visit)

    assert ["head_unknown"] == codes(c, wrong_head(run, c, yuki, bytes(32)))
    assert ["head_unknown"] == codes(c, wrong_head(run, c, yuki, c.directory.entry(0).hash))


def test_a_run_under_a_voided_entry_does_not_count() -> None:
    c = Centre.found(64)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    c.say(c.admin, Policy({"idle_minutes": 1}))
    run = c.write(yuki, visit)
    acknowledged = c.write(yuki, visit, ACKNOWLEDGEMENT)
    c.say(c.root, Void((run.head.head_hash,)))
    later = c.write(yuki, visit)

    assert ["head_void", "head_void", None] == codes(c, run, acknowledged, later)


def test_heads_never_go_back_in_a_chain_not_even_behind_a_run_that_does_not_count() -> None:
    """Else a bad run in between would lower the floor."""
    c = Centre.found(65)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    old = c.head
    c.say(c.admin, Policy({"idle_minutes": 1}))
    first = c.write(yuki, visit)
    bad = c.write(yuki, visit, at=old)
    behind = c.write(yuki, visit, at=old)
    again = c.write(yuki, visit)

    assert [None, "head_went_back", "head_went_back", None] == codes(c, first, bad, behind, again)


def test_rule_3_gives_its_codes_in_order() -> None:
    """Each step mends the first fault of the step before; the faults behind it are there from the start."""
    c = Centre.found(66)
    yuki, lost = c.join(), c.join()
    nobody = c.random(16)
    case = c.open("case", members=[lost.member])
    shut = c.open("case", members=[lost.member])
    c.revoke(lost, renew=False)
    stale = c.head
    c.act(c.admin, lambda draft: draft.close(shut), renew=False)
    closed = c.head
    c.act(c.admin, lambda draft: draft.shred(shut), renew=False)

    def code(circle: bytes, device: Device, epoch: int, at: int) -> str | None:
        return judge_head(c.directory, circle, device.key, epoch, at)

    assert "not_enrolled" == code(nobody, lost, 9, c.head)
    assert "unknown_circle" == code(nobody, yuki, 9, c.head)
    assert "unknown_circle" == code(case, yuki, 9, stale - 3)
    assert "shredded" == code(shut, yuki, 9, c.head)
    assert "circle_closed" == code(shut, yuki, 9, closed)
    assert "not_principal" == code(case, yuki, 9, stale)
    assert "epoch_unknown" == code(case, c.admin, 9, stale)
    assert "circle_stale" == code(case, c.admin, 1, stale)
    assert code(case, c.admin, 1, stale - 1) is None
    c.renew(case)
    assert "old_epoch" == code(case, c.admin, 1, c.head)
    assert code(case, c.admin, 2, c.head) is None


def test_an_acknowledgement_needs_neither_a_key_nor_a_right() -> None:
    c = Centre.found(67)
    yuki = c.join()
    visit = c.open("dispatch", members=[yuki.member])
    c.act(c.admin, lambda draft: draft.close(visit))
    run = c.write(yuki, visit, ACKNOWLEDGEMENT)
    note = c.write(yuki, visit, b"late")

    assert [None, "circle_closed"] == codes(c, run, note)


def test_every_younger_cut_off_has_to_be_passed_and_a_let_in_passes_only_older_ones() -> None:
    cuts = [Cutoff(10, b"d", b"a"), Cutoff(20, b"d", None)]

    def code(head: int, letins: list[Letin], *ends: bytes) -> str | None:
        return judge_cutoffs(cuts, letins, head, lambda target: target in ends)

    assert code(20, []) is None
    assert "cut_off" == code(19, [], b"a")
    assert "cut_off" == code(5, [], b"a")
    assert "cut_off" == code(19, [Letin(20, b"x")], b"a", b"x")
    assert code(19, [Letin(21, b"x")], b"x") is None
    assert code(5, [Letin(21, b"x")], b"x") is None
    assert code(5, [Letin(21, b"x")], b"a", b"x") is None
    assert "cut_off" == code(5, [Letin(15, b"x")], b"x")
    assert "cut_off" == code(19, [Letin(21, b"y")], b"x")
