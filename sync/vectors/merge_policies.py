"""Merge vectors on SPEC 5: registers, values and the simpler policies."""

from sync.vectors.merge_case import (
    AIKO,
    EMI,
    KATO,
    OTHER_CASE,
    SATO,
    YUI,
    Cases,
    aside,
    change,
    octets,
    register,
    sheet,
    visit,
)

HERS = 0xA1
"""A record that AIKO made."""


def add_policies(cases: Cases) -> None:
    add_registers(cases)
    add_values(cases)
    add_ask(cases)
    add_latest(cases)
    add_set(cases)
    add_once(cases)
    add_author(cases)


def add_registers(cases: Cases) -> None:
    title, plan = sheet("title", "a"), sheet("plan", "b", [1])
    cases.add(
        "over_another_field_reaches_nothing",
        "5",
        "`over` reaches only writes of the same register",
        [
            change(1, AIKO, title, sheet("plan", "a")),
            change(2, EMI, sheet("title", "b", [1]), sheet("due", "2026-03-01")),
        ],
        register(sheet("due", None), "settled", 0, ("2026-03-01", [2])),
        register(plan, "settled", 0, ("a", [1])),
        register(title, "settled", 0, ("b", [2])),
    )
    due, other = sheet("due", "2026-03-01"), sheet("due", "2026-03-02", [1])
    cases.add(
        "parts_in_two_circles_of_one_kind",
        "5",
        "registers are named by circle; what somebody says elsewhere of the same record is not mixed in",
        [change(1, AIKO, due), change(2, EMI, other, circle=OTHER_CASE)],
        register(due, "settled", 0, ("2026-03-01", [1])),
        register(other, "settled", 0, ("2026-03-02", [2]), circle=OTHER_CASE),
    )
    second = sheet("due", "2026-03-02", [1], record=2)
    cases.add(
        "over_another_record_reaches_nothing",
        "5",
        "the same field of two records",
        [change(1, AIKO, due), change(2, EMI, second)],
        register(due, "settled", 0, ("2026-03-01", [1])),
        register(second, "settled", 0, ("2026-03-02", [2])),
    )
    cases.add(
        "over_what_is_not_there",
        "5",
        "a change that is missing, or was cut off, is simply not reached",
        [change(2, EMI, other)],
        register(due, "settled", 0, ("2026-03-02", [2])),
    )
    cases.add(
        "over_itself_reaches_nothing",
        "5",
        "no other write's `over` (and an id, being a digest, cannot be known before)",
        [change(1, EMI, other)],
        register(due, "settled", 0, ("2026-03-02", [1])),
    )
    cases.add(
        "cut_off_in_between_brings_an_old_value_back",
        "5",
        "change 2, over 1, counts no longer: what it replaced stands again beside what replaced it",
        [change(1, AIKO, due), change(3, EMI, sheet("due", "2026-03-03", [2]))],
        register(due, "conflict", None, ("2026-03-01", [1]), ("2026-03-03", [3])),
    )


def add_values(cases: Cases) -> None:
    due = sheet("due", "2026-03-01")
    cases.add(
        "equal_values_are_one",
        "5",
        "two people wrote the same: nothing to decide",
        [change(1, AIKO, due), change(2, EMI, due)],
        register(due, "settled", 0, ("2026-03-01", [1, 2])),
    )
    other = sheet("due", "2026-03-02")
    cases.add(
        "values_stand_by_their_smallest_id",
        "5",
        "by change ids, whatever the values and the times",
        [change(2, AIKO, due, at=9), change(1, EMI, other, at=5), change(3, EMI, other, at=1)],
        register(due, "conflict", None, ("2026-03-02", [1, 3]), ("2026-03-01", [2])),
    )
    opening = sheet("opening", {"days": ["mon"], "note": "朝"})
    cases.add(
        "equal_maps_are_one",
        "5",
        "equal is the same strict MessagePack",
        [change(1, AIKO, opening), change(2, EMI, sheet("opening", {"note": "朝", "days": ["mon"]}))],
        register(opening, "settled", 0, (opening.value, [1, 2])),
    )
    days = sheet("opening", {"days": ["mon", "tue"]})
    swapped = sheet("opening", {"days": ["tue", "mon"]})
    cases.add(
        "lists_in_another_order_are_two",
        "5",
        "a list says its order",
        [change(1, AIKO, days), change(2, EMI, swapped)],
        register(days, "conflict", None, (days.value, [1]), (swapped.value, [2])),
    )
    cases.add(
        "equal_value_survives_the_loss_of_one",
        "5",
        "replaced was Aiko's word only; Emi's same word stands",
        [change(1, AIKO, due), change(2, EMI, due), change(3, SATO, sheet("due", "2026-03-02", [1]))],
        register(due, "conflict", None, ("2026-03-01", [2]), ("2026-03-02", [3])),
    )


def add_ask(cases: Cases) -> None:
    for field in ("due", "plan"):
        one, other, third = ("2026-03-01", "2026-03-02", "2026-03-03") if field == "due" else ("a", "b", "c")
        first, second = change(1, AIKO, sheet(field, one)), change(2, EMI, sheet(field, other))
        policy, wanted = ("ask", sheet(field, one)) if field == "due" else ("text", sheet(field, one))
        cases.add(f"{policy}_one", "5", "one value", [first], register(wanted, "settled", 0, (one, [1])))
        cases.add(
            f"{policy}_replaced",
            "5",
            "whoever has seen a value may replace it",
            [first, change(2, EMI, sheet(field, other, [1]))],
            register(wanted, "settled", 0, (other, [2])),
        )
        cases.add(
            f"{policy}_conflict",
            "5",
            "two who had not seen each other: both stay, neither is shown as the value",
            [first, second],
            register(wanted, "conflict", None, (one, [1]), (other, [2])),
        )
        cases.add(
            f"{policy}_conflict_resolved",
            "5",
            "by a person's later write over all of them",
            [first, second, change(3, SATO, sheet(field, third, [1, 2]))],
            register(wanted, "settled", 0, (third, [3])),
        )
        cases.add(
            f"{policy}_conflict_half_resolved",
            "5",
            "what the resolver had not seen still stands",
            [first, second, change(3, SATO, sheet(field, third, [1]))],
            register(wanted, "conflict", None, (other, [2]), (third, [3])),
        )
    cases.add(
        "ask_two_resolutions",
        "5",
        "two people resolved the same conflict differently",
        [
            change(1, AIKO, sheet("due", "2026-03-01")),
            change(2, EMI, sheet("due", "2026-03-02")),
            change(3, SATO, sheet("due", "2026-03-01", [1, 2])),
            change(4, KATO, sheet("due", "2026-03-02", [1, 2])),
        ],
        register(sheet("due", None), "conflict", None, ("2026-03-01", [3]), ("2026-03-02", [4])),
    )


def add_latest(cases: Cases) -> None:
    title = sheet("title", "a")
    cases.add(
        "latest_by_device_time",
        "5",
        "the greatest `at`; nobody is bothered, and the other stays to be seen",
        [change(1, AIKO, title, at=9), change(2, EMI, sheet("title", "b"), at=8)],
        register(title, "settled", 0, ("a", [1]), ("b", [2])),
    )
    cases.add(
        "latest_tie_by_id",
        "5",
        "the same `at`: the greatest id",
        [change(1, AIKO, title, at=9), change(2, EMI, sheet("title", "b"), at=9)],
        register(title, "settled", 1, ("a", [1]), ("b", [2])),
    )
    cases.add(
        "latest_by_its_latest_writer",
        "5",
        "equal values are one, and its latest write counts",
        [
            change(1, AIKO, title, at=1),
            change(2, EMI, sheet("title", "b"), at=8),
            change(3, SATO, title, at=9),
        ],
        register(title, "settled", 0, ("a", [1, 3]), ("b", [2])),
    )
    cases.add(
        "latest_clock_behind",
        "5",
        "time only picks among what stands: a write over another replaces it, whatever its clock says",
        [change(1, AIKO, title, at=9), change(2, EMI, sheet("title", "b", [1]), at=1)],
        register(title, "settled", 0, ("b", [2])),
    )


def add_set(cases: Cases) -> None:
    tag, off = sheet("tags", True, element="猫"), sheet("tags", False, [1], element="猫")
    cases.add(
        "set_removed",
        "5",
        "the value says whether it is there",
        [change(1, AIKO, tag), change(2, EMI, off)],
        register(tag, "settled", 0, (False, [2])),
    )
    cases.add(
        "set_adding_beats_concurrent_removing",
        "5",
        "true if any is true",
        [change(1, AIKO, tag), change(2, EMI, off), change(3, SATO, sheet("tags", True, [1], element="猫"))],
        register(tag, "decided", 1, (False, [2]), (True, [3])),
    )
    dog = sheet("tags", False, element="犬")
    cases.add(
        "set_elements_are_registers_of_their_own",
        "5",
        "two people add two elements at once; one removes a third",
        [change(1, AIKO, tag), change(2, EMI, sheet("tags", True, element="茶")), change(3, SATO, dog)],
        register(dog, "settled", 0, (False, [3])),
        register(sheet("tags", True, element="猫"), "settled", 0, (True, [1])),
        register(sheet("tags", True, element="茶"), "settled", 0, (True, [2])),
    )
    hours = sheet("hours", True, element={"days": ["mon"], "note": "朝"})
    same = sheet("hours", True, element={"note": "朝", "days": ["mon"]})
    cases.add(
        "set_element_that_is_a_map",
        "5",
        "the same element is the same strict MessagePack",
        [change(1, AIKO, hours), change(2, EMI, same)],
        register(hours, "settled", 0, (True, [1, 2])),
    )
    person = sheet("people", True, element=octets("01" * 16))
    cases.add(
        "set_element_that_is_an_id",
        "5",
        "",
        [change(1, AIKO, person)],
        register(person, "settled", 0, (True, [1])),
    )


def add_once(cases: Cases) -> None:
    words = visit("words", "a")
    cases.add(
        "once_for_each_author",
        "5",
        "two notes on one visit are no conflict",
        [change(1, AIKO, words), change(2, EMI, visit("words", "b"))],
        register(words, "settled", 0, ("a", [1]), author=AIKO),
        register(words, "settled", 0, ("b", [2]), author=EMI),
    )
    cases.add(
        "once_nobody_replaces_anothers_word",
        "5",
        "not even staff: `over` reaches only the author's own",
        [change(1, AIKO, words), change(2, SATO, visit("words", "b", [1]))],
        register(words, "settled", 0, ("a", [1]), author=AIKO),
        register(words, "settled", 0, ("b", [2]), author=SATO),
    )
    twice = [change(1, AIKO, words), change(2, AIKO, visit("words", "b", [1]))]
    cases.add(
        "once_submitted_stays",
        "5",
        "the author's second word over her first replaces nothing",
        twice,
        register(words, "conflict", None, ("a", [1]), ("b", [2]), author=AIKO),
    )
    cases.add(
        "once_author_settles_with_herself",
        "5",
        "over two or more of her own: those",
        [*twice, change(3, AIKO, visit("words", "c", [1, 2]))],
        register(words, "settled", 0, ("c", [3]), author=AIKO),
    )
    cases.add(
        "once_two_named_one_there",
        "5",
        "what counts is how many it reaches, not how many it names",
        [twice[0], change(3, AIKO, visit("words", "c", [1, 2]))],
        register(words, "conflict", None, ("a", [1]), ("c", [3]), author=AIKO),
    )
    cases.add(
        "once_own_and_anothers",
        "5",
        "naming somebody else's beside one's own makes one, not two",
        [twice[0], change(2, EMI, visit("words", "b")), change(3, AIKO, visit("words", "c", [1, 2]))],
        register(words, "conflict", None, ("a", [1]), ("c", [3]), author=AIKO),
        register(words, "settled", 0, ("b", [2]), author=EMI),
    )
    cases.add(
        "once_the_same_from_two_devices",
        "5",
        "sent twice, said once",
        [change(1, YUI, words), change(2, YUI, words)],
        register(words, "settled", 0, ("a", [1, 2]), author=YUI),
    )


def add_author(cases: Cases) -> None:
    report, theirs = visit("report", "a", record=HERS), visit("report", "b", [1], record=HERS)
    cases.add(
        "author_whoever_made_the_record",
        "4.3",
        "the record's id begins as her own: what she says is said",
        [change(1, AIKO, report)],
        register(report, "settled", 0, ("a", [1])),
    )
    cases.add(
        "author_nobody_speaks_in_anothers_record",
        "4.3",
        "not even staff, and not the same value either",
        [change(1, AIKO, report), change(2, EMI, report), change(3, SATO, theirs)],
        register(report, "settled", 0, ("a", [1])),
        refused=[aside(2, report, "not_entitled"), aside(3, theirs, "not_entitled")],
    )
    cases.add(
        "author_submitted_stays",
        "5",
        "as `once`: her second word over her first replaces nothing",
        [change(1, AIKO, report), change(2, AIKO, theirs)],
        register(report, "conflict", None, ("a", [1]), ("b", [2])),
    )
    cases.add(
        "author_settles_with_herself",
        "5",
        "over two of her own: those",
        [change(1, AIKO, report), change(2, AIKO, theirs), change(3, AIKO, visit("report", "c", [1, 2], record=HERS))],
        register(report, "settled", 0, ("c", [3])),
    )
