"""What holds of every merge, whatever was written, and in whatever order it came."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import pack
from sync.canonical import canonical
from sync.capacity import Capacity
from sync.dictionary import FieldRule, rank
from sync.edits import Edit, Write
from sync.merge import Merge
from sync.register import View
from sync.vectors.merge import whole
from sync.vectors.merge_dictionary import dictionary
from sync.vectors.merge_logs import random_log
from sync.vectors.merge_model import state
from sync.writes import Judged, RegisterKey, judge_write, register_key
from tests.sync.merge_cases import read_change, small_dictionary

OLD, NEW = small_dictionary(1), small_dictionary(2)
SEEDS = st.integers(0, 2**32)
FRESH = {
    "sheet": Write("tags", "犬", True, ()),
    "door_card": Write("dangers", "犬", True, ()),
    "visit": Write("helpers", bytes(16), True, ()),
    "letter": Write("body", None, "茶", ()),
}
"""By type, a write that anybody may make."""
LOGS = SEEDS.map(lambda seed: list(map(read_change, random_log(seed, 20))))


@given(SEEDS, st.sampled_from([1, 2]))
def test_state_is_what_the_slow_model_says(seed: int, version: int) -> None:
    log = random_log(seed, 24)
    merge = Merge(small_dictionary(version), map(read_change, log))

    assert canonical(state(dictionary(version), whole(log))) == merge.to_json()


@given(LOGS, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_same_state(log: list[Judged], random: Random) -> None:
    shuffled = random.sample(log, len(log)) + random.choices(log, k=len(log))

    assert Merge(NEW, log).to_json() == Merge(NEW, shuffled).to_json()


@given(LOGS, st.randoms(use_true_random=False))
def test_what_was_taken_out_was_never_there(log: list[Judged], random: Random) -> None:
    """Cut-offs and let-ins, in any interleaving with what arrives."""
    merge, held = Merge(NEW), set[bytes]()
    for change in random.choices(log, k=3 * len(log)):
        if change.id in held:
            merge.remove(change.id)
        else:
            merge.add(change)
        held ^= {change.id}

    assert Merge(NEW, (change for change in log if change.id in held)).to_json() == merge.to_json()


@given(LOGS)
def test_an_empty_merge_is_left_when_all_is_taken_out(log: list[Judged]) -> None:
    merge = Merge(NEW, log)
    for change in log:
        merge.remove(change.id)

    assert (Merge(NEW).to_json(), []) == (merge.to_json(), list(merge.records()))


@given(LOGS)
def test_taking_in_a_change_touches_its_registers_only(log: list[Judged]) -> None:
    merge = Merge(NEW)
    for change in log:
        before = views(merge)
        touched = merge.add(change)
        after = views(merge)

        assert touched == set(counting([change]))
        assert touched >= {key for key in {*before, *after} if before.get(key) != after.get(key)}


@given(LOGS)
def test_every_value_is_shown_or_was_named_by_a_later_write(log: list[Judged]) -> None:
    seen, written = views(Merge(NEW, log)), counting(log)

    assert set(written) == set(seen)
    for key, view in seen.items():
        shown = {id_ for value in (*view.values, *view.requests) for id_ in value.changes}
        named = {id_ for change, write in written[key].items() for id_ in write.over if id_ != change}

        assert shown <= set(written[key]) <= shown | named


@given(LOGS)
def test_a_write_beyond_ones_role_never_counts(log: list[Judged]) -> None:
    merge = Merge(NEW, log)
    for key, view in views(merge).items():
        rule = rule_of(key)
        for change in (merge.change(id_) for value in view.values for id_ in value.changes):
            assert change is not None

            assert any(one.who & writers(rule, one) for one in change.capacities)
            assert rule.home == change.circle_kind


@given(LOGS)
def test_equal_values_are_one_and_stand_by_their_smallest_id(log: list[Judged]) -> None:
    for view in views(Merge(NEW, log)).values():
        firsts = [value.changes[0] for value in view.values]

        assert len(firsts) == len({pack(value.value) for value in view.values})
        assert sorted(firsts) == firsts
        assert all(sorted(set(value.changes)) == list(value.changes) for value in view.values)


@given(LOGS)
def test_what_an_old_app_does_not_know_survives_it_and_counts_after_an_update(log: list[Judged]) -> None:
    old = Merge(OLD, log)
    kept = [(id_, aside.record, aside.type, aside.write) for id_ in old.unjudged for aside in old.unjudged[id_]]
    written = [(change.id, edit.record, edit.type, write) for change, edit, write in writes_of(log)]

    assert [one for one in written if is_new(one[2], one[3])] == [one for one in kept if is_new(one[2], one[3])]
    assert {2} >= {
        change.version for change in log for one in kept if not is_new(one[2], one[3]) and change.id == one[0]
    }
    assert Merge(NEW, log).to_json() == Merge(NEW, old.changes()).to_json()


@given(LOGS)
def test_two_versions_of_the_app_agree_on_all_they_both_know(log: list[Judged]) -> None:
    """On every register into which nothing was written that only the new one knows, whatever version it claims."""
    old, new = Merge(OLD, log), Merge(NEW, log)
    unknown = {
        (change.circle, aside.record, aside.type, aside.write.field)
        for change in log
        for aside in (*old.unjudged.get(change.id, ()), *old.refused.get(change.id, ()))
        if aside.code in ("unjudged", "bad_value")
    }
    ours, theirs = ({key: v for key, v in views(app).items() if key[:4] not in unknown} for app in (old, new))

    assert ours == theirs


@given(LOGS)
def test_careful_never_gets_less_careful_through_who_may_not_decide(log: list[Judged]) -> None:
    merge = Merge(NEW)
    for change in log:
        before = views(merge)
        for key in merge.add(change):
            rule = rule_of(key)
            decides = any(one.who & set(rule.decide) for one in change.capacities)
            if rule.policy == "careful" and not decides and key in before:
                assert most_careful(rule, merge.register(key)) >= most_careful(rule, before[key])


@given(LOGS)
def test_a_state_stands_only_where_its_author_was_led_by_an_arrow(log: list[Judged]) -> None:
    merge, written = Merge(NEW, log), counting(log)
    for key, view in views(merge).items():
        standing = view.values if rule_of(key).policy == "state" else ()
        for change, value in ((merge.change(id_), one.value) for one in standing for id_ in one.changes):
            assert change is not None
            origins = {write.value for write in named_by(written[key], change.id)}
            who = {one for each in change.capacities for one in each.who}
            arrows = {a.before for a in rule_of(key).arrows if a.after == value and who & set(a.who)}

            assert value in origins or arrows & {None, *origins}


@given(LOGS)
def test_nobody_touches_anothers_word(log: list[Judged]) -> None:
    """`once`: what an author said reads the same whatever all others wrote."""
    merge = Merge(NEW, log)
    for key, view in views(merge).items():
        if key.member:
            alone = Merge(NEW, (change for change in log if change.member == key.member))

            assert alone.register(key) == view


@given(LOGS)
def test_an_edit_the_deleter_had_not_seen_brings_the_part_back(log: list[Judged]) -> None:
    merge = Merge(NEW, log)
    deleted = [part for record in list(merge.records()) for part in merge.record(*record).values() if part.is_deleted]
    for part in deleted:
        author = next(change for change in log if change.circle == part.circle)
        unseen = replace(author, id=b"\xff" * 32, edits=(Edit(part.record, part.type, (FRESH[part.type],)),))
        merge.add(unseen)

        assert not merge.record(part.record, part.type)[part.circle].is_deleted
        merge.remove(unseen.id)
        assert merge.record(part.record, part.type)[part.circle].is_deleted


@given(st.permutations(range(3)))
def test_a_ring_of_names_ends(order: list[int]) -> None:
    """It cannot be made, an id being a digest. If it could, nothing would hang and nothing be left over."""
    ring = [
        {"id": f"0{n}", "edits": [["01", "sheet", [["state", None, state, [f"0{(n + 1) % 3}"]]]]]}
        for n, state in enumerate(["planned", "running", "ended"])
    ]
    rest = {"circle": "c1", "kind": "case", "device": "d0", "member": "d0", "at": 0, "version": 1}
    staff = {"capacities": [{"who": ["staff"], "rights": []}]}
    changes = [read_change({**change, **rest, **staff}) for change in ring]
    merge = Merge(NEW, (changes[n] for n in order))
    for change in changes:
        merge.remove(change.id)

    assert Merge(NEW).to_json() == merge.to_json()


def views(merge: Merge) -> dict[RegisterKey, View]:
    parts = [part for record in merge.records() for part in merge.record(*record).values()]
    return {view.key: view for part in parts for view in part.views}


def writes_of(log: Iterable[Judged]) -> Iterator[tuple[Judged, Edit, Write]]:
    return ((change, edit, write) for change in log for edit in change.edits for write in edit.writes)


def counting(changes: Iterable[Judged]) -> dict[RegisterKey, dict[bytes, Write]]:
    """The writes that count, by register and change."""
    found: dict[RegisterKey, dict[bytes, Write]] = {}
    for change, edit, write in writes_of(changes):
        rule = judge_write(NEW, change, edit, write)
        if isinstance(rule, FieldRule):
            found.setdefault(register_key(rule, change, edit, write), {})[change.id] = write
    return found


def named_by(written: dict[bytes, Write], id_: bytes) -> list[Write]:
    return [written[other] for other in written[id_].over if other in written]


def writers(rule: FieldRule, held: Capacity) -> set[str]:
    granted = held.rights(rule.type, rule.field)
    return set(rule.write if granted is None else granted)


def is_new(type_: str, write: Write) -> bool:
    return OLD.field(type_, write.field) is None


def rule_of(key: RegisterKey) -> FieldRule:
    rule = NEW.field(key.type, key.field)
    assert rule is not None
    return rule


def most_careful(rule: FieldRule, view: View) -> int:
    assert view.shown is not None
    assert isinstance(view.shown.value, str | int)
    return rank(rule, view.shown.value)
