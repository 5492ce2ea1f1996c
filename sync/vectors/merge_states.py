"""Merge vectors on SPEC 5: the policy `state`, and deleted records."""

from sync.vectors.merge_case import (
    AIKO,
    DOOR,
    EMI,
    KATO,
    OTHER_CASE,
    SATO,
    YUI,
    Cases,
    aside,
    change,
    deletion,
    id_of,
    octets,
    register,
    sheet,
)

STATE = sheet("state", "planned")
PLANNED = change(1, AIKO, STATE)
RUNNING = change(2, AIKO, sheet("state", "running", [1]))
PAUSED = change(4, AIKO, sheet("state", "paused", [2]))
ENDED = change(3, SATO, sheet("state", "ended", [2]))


def add_states(cases: Cases) -> None:
    add_legal(cases)
    add_requests(cases)
    add_concurrent_states(cases)
    add_deleted(cases)
    add_undeleted(cases)
    add_what_does_not_bring_back(cases)


def add_legal(cases: Cases) -> None:
    cases.add(
        "state_from_nothing",
        "5",
        "it names none: an arrow leads from nothing",
        [PLANNED],
        register(STATE, "settled", 0, ("planned", [1])),
    )
    cases.add(
        "state_moves_along_an_arrow",
        "5",
        "and replaces what it was over",
        [PLANNED, RUNNING],
        register(STATE, "settled", 0, ("running", [2])),
    )
    cases.add(
        "state_by_duty",
        "5",
        "only staff or a coordinator leads back from paused",
        [PLANNED, RUNNING, PAUSED, change(5, YUI, sheet("state", "running", [4]))],
        register(STATE, "settled", 0, ("running", [5])),
    )
    cases.add(
        "state_stays",
        "5",
        "from a value to itself for whoever may write the field, declared or not",
        [PLANNED, RUNNING, change(3, EMI, sheet("state", "running", [2]))],
        register(STATE, "settled", 0, ("running", [3])),
    )
    cases.add(
        "state_legal_whatever_the_order_of_ids",
        "5",
        "the later write has the smaller id",
        [change(9, AIKO, STATE), change(2, AIKO, sheet("state", "running", [9]))],
        register(STATE, "settled", 0, ("running", [2])),
    )


def add_requests(cases: Cases) -> None:
    cases.add(
        "state_that_cannot_be_first",
        "5",
        "no arrow leads there from nothing: a request, and no value",
        [change(1, SATO, sheet("state", "ended"))],
        register(STATE, "empty", None, requests=[("ended", [1])]),
    )
    cases.add(
        "state_without_an_arrow",
        "5",
        "nobody goes from planned to ended at once",
        [PLANNED, change(2, SATO, sheet("state", "ended", [1]))],
        register(STATE, "settled", 0, ("planned", [1]), requests=[("ended", [2])]),
    )
    cases.add(
        "state_arrow_of_others",
        "5",
        "a supporter asks for what staff may do",
        [PLANNED, RUNNING, change(3, AIKO, sheet("state", "ended", [2]))],
        register(STATE, "settled", 0, ("running", [2]), requests=[("ended", [3])]),
    )
    cases.add(
        "state_request_is_answered",
        "5",
        "a legal write over the state and the request reaches both",
        [
            PLANNED,
            RUNNING,
            change(3, AIKO, sheet("state", "ended", [2])),
            change(4, SATO, sheet("state", "ended", [2, 3])),
        ],
        register(STATE, "settled", 0, ("ended", [4])),
    )
    cases.add(
        "state_over_a_request_only",
        "5",
        "it names no legal write: an arrow must lead from nothing",
        [
            PLANNED,
            RUNNING,
            change(3, AIKO, sheet("state", "ended", [2])),
            change(4, SATO, sheet("state", "ended", [3])),
        ],
        register(STATE, "settled", 0, ("running", [2]), requests=[("ended", [3, 4])]),
    )
    cases.add(
        "state_behind_a_request",
        "5",
        "what builds on a request alone is judged as if it were first",
        [PLANNED, change(2, AIKO, sheet("state", "paused", [1])), change(3, SATO, sheet("state", "running", [2]))],
        register(STATE, "settled", 0, ("planned", [1]), requests=[("paused", [2]), ("running", [3])]),
    )
    cases.add(
        "state_whose_origin_is_missing",
        "5",
        "what it was over counts no longer, or is not here yet",
        [RUNNING],
        register(STATE, "empty", None, requests=[("running", [2])]),
    )


def add_concurrent_states(cases: Cases) -> None:
    cases.add(
        "state_most_stopped",
        "5",
        "paused and ended at once: the last in `stop_order` counts until decided, though it was not the last written",
        [PLANNED, RUNNING, ENDED, PAUSED],
        register(STATE, "decided", 0, ("ended", [3]), ("paused", [4])),
    )
    cases.add(
        "state_decided",
        "5",
        "an arrow leads from each state it is over",
        [PLANNED, RUNNING, ENDED, PAUSED, change(5, SATO, sheet("state", "ended", [3, 4]))],
        register(STATE, "settled", 0, ("ended", [5])),
    )
    cases.add(
        "state_with_an_arrow_from_one_of_two",
        "5",
        "from every one, not from some: nobody leads from ended back to running",
        [PLANNED, RUNNING, ENDED, PAUSED, change(5, SATO, sheet("state", "running", [3, 4]))],
        register(STATE, "decided", 0, ("ended", [3]), ("paused", [4]), requests=[("running", [5])]),
    )
    cases.add(
        "state_started_twice",
        "5",
        "the same from two devices is one",
        [PLANNED, change(2, EMI, STATE)],
        register(STATE, "settled", 0, ("planned", [1, 2])),
    )


def add_deleted(cases: Cases) -> None:
    due = sheet("due", "2026-03-01")
    erased = sheet("deleted", deletion(1))
    gone = register(erased, "settled", 0, (erased.value, [2]))
    cases.add(
        "deleted_by_one_who_had_seen_all",
        "5",
        "every standing write belongs to a change named in `seen`; nothing leaves the log",
        [change(1, AIKO, due), change(2, SATO, erased)],
        gone,
        register(due, "settled", 0, ("2026-03-01", [1])),
        deleted=[1],
    )
    cases.add(
        "deleted_with_an_edit_not_seen",
        "5",
        "it brings the record back into view",
        [change(1, AIKO, due), change(2, SATO, erased), change(3, AIKO, sheet("title", "a"))],
        gone,
        register(due, "settled", 0, ("2026-03-01", [1])),
        register(sheet("title", "a"), "settled", 0, ("a", [3])),
    )
    cases.add(
        "deleted_after_what_was_seen_was_replaced",
        "5",
        "a later edit stands in its place, and was not seen",
        [change(1, AIKO, due), change(2, SATO, erased), change(3, AIKO, sheet("due", "2026-03-02", [1]))],
        gone,
        register(due, "settled", 0, ("2026-03-02", [3])),
    )
    cases.add(
        "deleted_only_what_stands_must_be_seen",
        "5",
        "the replaced change 1 need not be named",
        [
            change(1, AIKO, due),
            change(3, AIKO, sheet("due", "2026-03-02", [1])),
            change(4, SATO, sheet("deleted", deletion(3))),
        ],
        register(erased, "settled", 0, (deletion(3), [4])),
        register(due, "settled", 0, ("2026-03-02", [3])),
        deleted=[1],
    )
    with_title = sheet("deleted", deletion())
    cases.add(
        "deleted_with_an_edit_of_its_own",
        "5",
        "the deleting change itself need not be named (it cannot be)",
        [change(1, SATO, sheet("title", "誤"), with_title)],
        register(with_title, "settled", 0, (with_title.value, [1])),
        register(sheet("title", "誤"), "settled", 0, ("誤", [1])),
        deleted=[1],
    )
    later = sheet("deleted", deletion(1, 3))
    cases.add(
        "deleted_twice_and_one_had_seen_all",
        "5",
        "some standing value is enough",
        [change(1, AIKO, due), change(2, SATO, erased), change(3, AIKO, sheet("title", "a")), change(4, KATO, later)],
        register(erased, "conflict", None, (erased.value, [2]), (later.value, [4])),
        register(due, "settled", 0, ("2026-03-01", [1])),
        register(sheet("title", "a"), "settled", 0, ("a", [3])),
        deleted=[1],
    )
    add_deleted_one_by_one(cases)
    cases.add(
        "deleted_in_its_own_circle_only",
        "5",
        "the part in another circle stays in view",
        [change(1, AIKO, due), change(2, SATO, erased), change(3, AIKO, due, circle=OTHER_CASE)],
        gone,
        register(due, "settled", 0, ("2026-03-01", [1])),
        register(due, "settled", 0, ("2026-03-01", [3]), circle=OTHER_CASE),
        deleted=[1],
    )
    cases.refuses("deleted_by_whom_it_is_not_for", "a write like any other", with_title, "not_entitled")


def add_deleted_one_by_one(cases: Cases) -> None:
    """`seen` has room for 256: who sees more writes one deletion over the other."""
    due, title = sheet("due", "2026-03-01"), sheet("title", "a")
    edits = [change(1, AIKO, due), change(2, AIKO, title)]
    first, second = sheet("deleted", deletion(1)), sheet("deleted", deletion(2), [3])
    there = [register(due, "settled", 0, ("2026-03-01", [1])), register(title, "settled", 0, ("a", [2]))]
    cases.add(
        "deleted_one_by_one",
        "5",
        "a deletion has seen what those had seen that it was written over",
        [*edits, change(3, SATO, first), change(4, SATO, second)],
        register(first, "settled", 0, (deletion(2), [4])),
        *there,
        deleted=[1],
    )
    cases.add(
        "deleted_in_two_halves",
        "5",
        "neither was written over the other: each is judged by itself",
        [*edits, change(3, SATO, first), change(4, SATO, sheet("deleted", deletion(2)))],
        register(first, "conflict", None, (deletion(1), [3]), (deletion(2), [4])),
        *there,
    )
    cases.add(
        "deleted_anew_after_it_was_taken_back",
        "5",
        "what was seen before the nil is not seen now",
        [
            *edits,
            change(3, SATO, first),
            change(4, KATO, sheet("deleted", None, [3])),
            change(5, SATO, sheet("deleted", deletion(2), [4])),
        ],
        register(first, "settled", 0, (deletion(2), [5])),
        *there,
    )
    cases.add(
        "deleted_over_a_deletion_that_does_not_count",
        "5",
        "what that had seen is not seen",
        [*edits, change(3, AIKO, first), change(4, SATO, second)],
        register(first, "settled", 0, (deletion(2), [4])),
        *there,
        refused=[aside(3, first, "not_entitled")],
    )
    with_words = [change(3, SATO, first, sheet("plan", "b")), change(4, SATO, second)]
    cases.add(
        "deleted_over_one_with_an_edit_of_its_own",
        "5",
        "the edit came with the deletion that it was written over",
        [*edits, *with_words],
        register(first, "settled", 0, (deletion(2), [4])),
        register(sheet("plan", "b"), "settled", 0, ("b", [3])),
        *there,
        deleted=[1],
    )


def add_undeleted(cases: Cases) -> None:
    due, erased = sheet("due", "2026-03-01"), sheet("deleted", deletion(1))
    stays = register(due, "settled", 0, ("2026-03-01", [1]))
    cases.add(
        "undeleted",
        "5",
        "nil takes it back",
        [change(1, AIKO, due), change(2, SATO, erased), change(3, KATO, sheet("deleted", None, [2]))],
        register(erased, "empty", None, (None, [3])),
        stays,
    )
    cases.add(
        "undeleted_while_deleted_anew",
        "5",
        "a conflict, and some standing value is not nil",
        [
            change(1, AIKO, due),
            change(2, SATO, erased),
            change(3, KATO, sheet("deleted", None, [2])),
            change(4, SATO, sheet("deleted", deletion(1, reason="別件"), [2])),
        ],
        register(erased, "conflict", None, (None, [3]), (deletion(1, reason="別件"), [4])),
        stays,
        deleted=[1],
    )
    for name, seen in {
        "not_ascending": [octets(id_of(2)), octets(id_of(1))],
        "one_twice": [octets(id_of(1)), octets(id_of(1))],
        "no_change_id": [octets("01" * 16)],
        "too_many": [octets(f"{number:064x}") for number in range(257)],
    }.items():
        wrong = sheet("deleted", {"reason": "二重", "seen": seen})
        cases.refuses(f"bad_value_seen_{name}", "ids of changes, ascending, at most 256", wrong, "bad_value")


def add_what_does_not_bring_back(cases: Cases) -> None:
    erased = sheet("deleted", deletion(1))
    gone = register(erased, "settled", 0, (erased.value, [2]))
    seen = [change(1, AIKO, STATE), change(2, SATO, erased)]
    request = change(3, AIKO, sheet("state", "ended", [1]))
    cases.add(
        "deleted_and_then_a_request",
        "5",
        "a request does not stand",
        [*seen, request],
        gone,
        register(STATE, "settled", 0, ("planned", [1]), requests=[("ended", [3])]),
        deleted=[1],
    )
    unknown, bad = sheet("mood", "good"), sheet("count", 10)
    cases.add(
        "deleted_and_then_what_does_not_count",
        "5",
        "neither the unjudged nor the refused stands",
        [*seen, change(3, AIKO, unknown, bad)],
        gone,
        register(STATE, "settled", 0, ("planned", [1])),
        refused=[aside(3, bad, "bad_value")],
        unjudged=[aside(3, unknown, "unjudged")],
        deleted=[1],
    )
    foreign = sheet("notice", "a")
    cases.add(
        "deleted_beside_a_field_in_another_circle",
        "5",
        "the parts of a record in two circles are two parts",
        [*seen, change(3, AIKO, foreign, circle=DOOR)],
        gone,
        register(STATE, "settled", 0, ("planned", [1])),
        register(foreign, "settled", 0, ("a", [3]), circle=DOOR),
        deleted=[1],
    )
