"""The log gives at every moment the verdicts of the law, whatever came when and however often."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import ProtocolError
from crypto.run import KnownHead
from sync.directory import Directory
from sync.log import Log
from sync.statements import Policy, Void
from sync.validity import Verdict, judge
from tests.sync.centre import ACKNOWLEDGEMENT, Centre
from tests.sync.stories import Story, tell

SEEDS = 12


@cache
def story(seed: int) -> tuple[Story, Directory, dict[bytes, Verdict]]:
    told = tell(seed, void=seed % 3 == 0)
    directory = told.directory()
    return told, directory, judge(directory, told.runs)


def table(log: Log, ids: dict[bytes, Verdict]) -> dict[bytes, Verdict | None]:
    return {id_: log.verdict(id_) for id_ in ids}


def test_the_stories_have_every_verdict() -> None:
    """Else the properties below would prove little."""
    codes = {verdict.code for seed in range(SEEDS) for verdict in story(seed)[2].values()}
    expected = {
        None,
        "head_unknown",
        "head_void",
        "head_went_back",
        "not_enrolled",
        "unknown_circle",
        "circle_closed",
        "not_principal",
        "epoch_unknown",
        "circle_stale",
        "cut_off",
    }

    assert set() == expected - codes


@given(seed=st.integers(0, SEEDS - 1), data=st.data())
def test_verdicts_are_the_same_in_any_order_and_repetition_of_runs(seed: int, data: st.DataObject) -> None:
    told, directory, expected = story(seed)
    order = data.draw(st.permutations(range(len(told.runs))))
    log = Log(directory)
    for place in [*order, *order[::3]]:
        log.add_run(told.runs[place])

    assert expected == table(log, expected)


@given(seed=st.integers(0, SEEDS - 1), data=st.data())
def test_verdicts_are_the_same_wherever_entries_and_late_statements_come_between_runs(
    seed: int, data: st.DataObject
) -> None:
    """Entries come in their order, each somewhere between the runs, its hashed statements then or later."""
    told, _, expected = story(seed)
    order = data.draw(st.permutations(range(len(told.runs))))
    places = data.draw(st.lists(st.integers(0, len(order)), min_size=len(told.frames), max_size=len(told.frames)))
    late = data.draw(st.sets(st.integers(0, len(told.frames) - 1)))
    places.sort()
    log = Log(Directory(told.centre.id))
    for moment in range(len(order) + 1):
        for index in [index for index, place in enumerate(places) if place == moment]:
            entry, statements = told.frames[index]
            log.rejudge(log.directory.apply(entry, () if index in late else statements, trusted=True))
        if moment < len(order):
            log.add_run(told.runs[order[moment]])
    for index in late:
        for statement in told.frames[index][1]:
            log.rejudge(log.directory.give(index, statement))

    assert expected == table(log, expected)


@given(seed=st.integers(0, SEEDS - 1), data=st.data())
def test_what_moves_is_told(seed: int, data: st.DataObject) -> None:
    """Whoever follows only what `add` and `rejudge` give knows every verdict."""
    told, _, expected = story(seed)
    order = data.draw(st.permutations(range(len(told.runs))))
    log = Log(Directory(told.centre.id))
    seen: dict[bytes, Verdict | None] = {}
    for index in range(max(len(told.frames), len(order))):
        moved = []
        if index < len(order):
            moved += log.add_run(told.runs[order[index]])
        if index < len(told.frames):
            moved += log.rejudge(log.directory.apply(*told.frames[index], trusted=True))
        seen.update({id_: log.verdict(id_) for id_ in moved})

    assert expected == seen


@given(seed=st.integers(0, SEEDS - 1), data=st.data())
def test_more_runs_never_make_a_counting_change_stop_counting(seed: int, data: st.DataObject) -> None:
    """Only a directory entry takes away: no thief, server or clone can make a note vanish by adding bytes."""
    told, directory, _ = story(seed)
    few = data.draw(st.sets(st.sampled_from(range(len(told.runs)))))
    more = few | data.draw(st.sets(st.sampled_from(range(len(told.runs)))))
    before = judge(directory, [told.runs[place] for place in few])
    after = judge(directory, [told.runs[place] for place in more])

    assert {id_ for id_, verdict in before.items() if verdict.counts} <= {
        id_ for id_, verdict in after.items() if verdict.counts
    }


@given(seed=st.integers(0, SEEDS - 1), data=st.data())
def test_only_pending_verdicts_move_when_runs_come(seed: int, data: st.DataObject) -> None:
    """And a cut-off one, when what shows that it was spared, or an older signing of it, comes."""
    told, directory, _ = story(seed)
    few = data.draw(st.sets(st.sampled_from(range(len(told.runs)))))
    before = judge(directory, [told.runs[place] for place in few])
    after = judge(directory, told.runs)
    moved = {id_ for id_, verdict in before.items() if after[id_] != verdict}
    redated = {id_ for id_ in after if after[id_] != before.get(id_)}

    assert all(not before[id_].counts for id_ in moved & redated)


# One thing at a time


def log_of(c: Centre) -> Log:
    return Log(c.directory)


def test_a_run_that_is_damaged_or_foreign_is_refused_and_nothing_is_kept() -> None:
    c, other = Centre.found(90), Centre.found(91)
    log = log_of(c)
    run = c.write(c.admin, c.circle)

    for data, code in (
        (run.raw[:-1] + bytes([run.raw[-1] ^ 1]), "bad_signature"),
        (run.raw[:-1], "malformed"),
        (other.write(other.admin, other.circle).raw, "wrong_place"),
    ):
        with pytest.raises(ProtocolError) as error:
            log.add(data)
        assert error.value.code in (code, "truncated")
    assert [] == log.circles()
    assert log.verdict(run.last.id) is None
    assert [run.last.id] == log.add(run.raw)
    assert [] == log.add(run.raw)


def test_one_bad_change_never_stops_the_others() -> None:
    c = Centre.found(92)
    yuki = c.join()
    case = c.open("case", members=[yuki.member])
    log = log_of(c)
    for run in (c.write(yuki, case, epoch=7), c.write(yuki, case), c.write(c.admin, case)):
        log.add(run.raw)

    assert 2 == len(list(log.counting(case)))
    assert 3 == len(log.runs(case))


def test_pending_changes_are_released_when_the_first_of_them_comes() -> None:
    c = Centre.found(93)
    runs = [c.write(c.admin, c.circle, b"a", b"b") for _ in range(3)]
    log = log_of(c)

    assert 2 == len(log.add(runs[2].raw))
    assert 2 == len(log.add(runs[1].raw))
    released = log.add(runs[0].raw)

    assert {change.id for run in runs for change in run.changes} == set(released)


def test_an_entry_rejudges_only_what_it_can_touch() -> None:
    c = Centre.found(94)
    yuki, nao = c.join(), c.join()
    case = c.open("case", members=[yuki.member, nao.member])
    log = log_of(c)
    hers, his = c.write(yuki, case), c.write(nao, case)
    elsewhere = c.write(yuki, c.circle)
    for run in (hers, his, elsewhere):
        log.add(run.raw)

    assert [] == log.rejudge(c.say(c.admin, Policy({"idle_minutes": 1})))
    cut = c.act(c.admin, lambda draft: draft.cut_off(case, yuki.key, None))
    assert [hers.last.id] == log.rejudge(cut)
    assert [hers.last.id] == log.rejudge(c.act(c.admin, lambda draft: draft.let_in(case, hers.last.id)))
    assert {hers.last.id, elsewhere.last.id} == set(log.rejudge(c.revoke(yuki)))
    assert log.rejudge(c.say(c.root, Void((c.directory.head.hash,)), renew=False))
    assert Verdict(None) == log.verdict(elsewhere.last.id)


def test_two_changes_with_one_number_are_a_fork_and_both_count() -> None:
    c = Centre.found(95)
    log = log_of(c)
    first = c.write(c.admin, c.circle, b"one")
    second = c.write(c.admin, c.circle, b"two", behind=(0, bytes(32)))
    log.add(first.raw)
    assert [] == log.forks
    log.add(second.raw)

    fork = log.forks[0]
    assert (c.circle, c.admin.key, 1) == (fork.circle, fork.device, fork.sequence)
    assert tuple(sorted((first.last.id, second.last.id))) == fork.ids
    assert 2 == len(list(log.counting(c.circle)))
    assert {c.admin.key: (1, fork.ids[0])} == log.heads(c.circle)


def test_a_change_signed_under_two_heads_is_shown() -> None:
    told, directory, _ = story(1)
    log = Log(directory)
    for run in told.runs:
        log.add_run(run)

    heads: dict[bytes, set[bytes]] = {}
    for run in told.runs:
        for change in run.changes:
            heads.setdefault(change.id, set()).add(run.head.head_hash)
    assert {id_ for id_, named in heads.items() if len(named) > 1} == set(log.redated)


def test_a_head_that_a_counting_run_names_and_nobody_has_is_missing() -> None:
    c = Centre.found(96)
    yuki = c.join()
    held, lost = c.write(yuki, c.circle), c.write(yuki, c.circle)
    known = KnownHead(yuki.key, 2, lost.last.id)
    log = log_of(c)
    log.add(held.raw)
    log.add(c.write(c.admin, c.circle, known=[known]).raw)

    assert [known] == log.missing(c.circle)
    log.add(lost.raw)
    assert [] == log.missing(c.circle)


def test_heads_named_only_by_what_does_not_count_are_ignored() -> None:
    """Else a thief's bogus head would keep "synced" away for ever."""
    c = Centre.found(97)
    yuki = c.join()
    c.revoke(yuki)
    log = log_of(c)
    bogus = [KnownHead(c.admin.key, 99, bytes(32))]
    log.add(c.write(yuki, c.circle, known=bogus).raw)
    log.add(c.write(yuki, c.circle, ACKNOWLEDGEMENT, known=bogus).raw)
    log.add(c.write(yuki, c.circle, ACKNOWLEDGEMENT, at=c.head - 1, behind=(0, bytes(32)), known=bogus).raw)

    assert [] == log.missing(c.circle)
    log.add(c.write(c.admin, c.circle, ACKNOWLEDGEMENT, known=[KnownHead(yuki.key, 99, bytes(32))]).raw)
    assert [KnownHead(yuki.key, 99, bytes(32))] == log.missing(c.circle)


def test_a_change_that_does_not_open_is_kept_with_its_code() -> None:
    c = Centre.found(98)
    log = log_of(c)
    run = c.write(c.admin, c.circle)
    log.add(run.raw)

    assert [run.last.id] == log.refuse(run.last.id, "wrong_key")
    assert Verdict("wrong_key") == log.verdict(run.last.id)
    assert [] == list(log.counting(c.circle))
    assert () == log.counting_heads(run.last.id)
    assert run.changes[0] == log.change(run.last.id)


def test_the_heads_under_which_a_change_counts_are_known() -> None:
    c = Centre.found(99)
    log = log_of(c)
    run = c.write(c.admin, c.circle)
    log.add(run.raw)

    assert (c.head,) == log.counting_heads(run.last.id)
