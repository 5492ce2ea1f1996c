"""Merge vectors on SPEC 4.3 and 5: nil, which empties a field."""

from sync.vectors.merge_case import AIKO, EMI, SATO, Cases, Write, change, door_card, register, sheet, visit

CLEARABLE = {"ask": ("due", "2026-03-01"), "text": ("plan", "a"), "latest": ("title", "a")}


def add_clearing(cases: Cases) -> None:
    for policy, (field, value) in CLEARABLE.items():
        add_cleared(cases, policy, sheet(field, value), field)
    add_concurrent(cases)
    for name, write in {
        "careful": sheet("valid_from", None),
        "careful_set": door_card("dangers", None, element="犬"),
        "once": visit("words", None),
        "set": sheet("tags", None, element="猫"),
        "set_element": sheet("tags", True, element=None),
        "state": sheet("state", None),
    }.items():
        cases.refuses(
            f"nil_is_no_value_of_{name}", "a policy that orders, counts or keeps has no empty", write, "bad_value"
        )


def add_cleared(cases: Cases, policy: str, written: Write, field: str) -> None:
    one = written.value
    cases.add(
        f"{policy}_cleared",
        "5",
        "a person takes a wrong value out: nothing is shown, and the nil stands so that it can be written over",
        [change(1, AIKO, written), change(2, EMI, sheet(field, None, [1]))],
        register(written, "empty", None, (None, [2])),
    )
    cases.add(
        f"{policy}_cleared_and_written_again",
        "5",
        "over the nil",
        [change(1, AIKO, written), change(2, EMI, sheet(field, None, [1])), change(3, SATO, sheet(field, one, [2]))],
        register(written, "settled", 0, (one, [3])),
    )
    cases.add(
        f"{policy}_cleared_from_nothing",
        "5",
        "nil over nothing",
        [change(1, AIKO, sheet(field, None))],
        register(written, "empty", None, (None, [1])),
    )


def add_concurrent(cases: Cases) -> None:
    for policy in ("ask", "text"):
        field, value = CLEARABLE[policy]
        other = "2026-03-02" if policy == "ask" else "b"
        seen = change(1, AIKO, sheet(field, value))
        cases.add(
            f"{policy}_cleared_while_written",
            "5",
            "one clears what another replaces: a difference, and both are kept",
            [seen, change(2, EMI, sheet(field, None, [1])), change(3, SATO, sheet(field, other, [1]))],
            register(sheet(field, value), "conflict", None, (None, [2]), (other, [3])),
        )
    due = sheet("due", "2026-03-01")
    cases.add(
        "ask_cleared_by_two",
        "5",
        "equal values are one, nil too",
        [change(1, AIKO, due), change(2, EMI, sheet("due", None, [1])), change(3, SATO, sheet("due", None, [1]))],
        register(due, "empty", None, (None, [2, 3])),
    )
    cases.add(
        "ask_conflict_cleared",
        "5",
        "by one who had seen both values",
        [change(1, AIKO, due), change(2, EMI, sheet("due", "2026-03-02")), change(3, SATO, sheet("due", None, [1, 2]))],
        register(due, "empty", None, (None, [3])),
    )
    title, cleared = sheet("title", "a"), sheet("title", None)
    cases.add(
        "latest_cleared_later",
        "5",
        "the nil is the latest: nothing is shown, the other is kept",
        [change(1, AIKO, title, at=8), change(2, EMI, cleared, at=9)],
        register(title, "empty", None, ("a", [1]), (None, [2])),
    )
    cases.add(
        "latest_cleared_earlier",
        "5",
        "the nil is not the latest",
        [change(1, AIKO, title, at=9), change(2, EMI, cleared, at=8)],
        register(title, "settled", 0, ("a", [1]), (None, [2])),
    )
