"""Merge vectors on SPEC 5: the policy `careful`."""

from sync.vectors.merge_case import (
    AIKO,
    EMI,
    KATO,
    MORI,
    SATO,
    Cases,
    change,
    door_card,
    register,
    sheet,
)


def add_careful(cases: Cases) -> None:
    add_levels(cases)
    add_orders(cases)


def add_levels(cases: Cases) -> None:
    level = door_card("level", "urgent")
    urgent, notice = change(1, KATO, level), change(2, AIKO, door_card("level", "notice"))
    cases.add(
        "careful_concurrent",
        "5",
        "the most careful counts until somebody decides",
        [urgent, notice],
        register(level, "decided", 0, ("urgent", [1]), ("notice", [2])),
    )
    cases.add(
        "supporter_lowers_risk",
        "5",
        "who may not decide does not reach a value more careful than her own, though she has seen it",
        [urgent, change(2, AIKO, door_card("level", "cleared", [1]))],
        register(level, "decided", 0, ("urgent", [1]), ("cleared", [2])),
    )
    cases.add(
        "supporter_lowers_risk_in_two_steps",
        "5",
        "neither does she over her own first step",
        [
            urgent,
            change(2, AIKO, door_card("level", "notice", [1])),
            change(3, AIKO, door_card("level", "cleared", [1, 2])),
        ],
        register(level, "decided", 0, ("urgent", [1]), ("notice", [2]), ("cleared", [3])),
    )
    cases.add(
        "supporter_raises_risk",
        "5",
        "anybody may make it more careful",
        [change(1, KATO, door_card("level", "notice")), change(2, AIKO, door_card("level", "urgent", [1]))],
        register(level, "settled", 0, ("urgent", [2])),
    )
    cases.add(
        "supporter_confirms_risk",
        "5",
        "equally careful is not more careful",
        [urgent, change(2, AIKO, door_card("level", "urgent", [1]))],
        register(level, "settled", 0, ("urgent", [2])),
    )
    cases.add(
        "reviewer_lowers_risk",
        "5",
        "who may decide reaches all, by her duty",
        [urgent, notice, change(3, KATO, door_card("level", "cleared", [1, 2]))],
        register(level, "settled", 0, ("cleared", [3])),
    )
    cases.add(
        "staff_without_the_duty_lowers_risk",
        "5",
        "a role that is not among those who decide",
        [urgent, change(2, SATO, door_card("level", "cleared", [1]))],
        register(level, "decided", 0, ("urgent", [1]), ("cleared", [2])),
    )
    cases.add(
        "risk_raised_while_reviewer_lowers",
        "5",
        "a decision binds only what its author had seen",
        [
            change(1, KATO, door_card("level", "notice")),
            change(2, KATO, door_card("level", "cleared", [1])),
            change(3, AIKO, door_card("level", "urgent", [1])),
        ],
        register(level, "decided", 1, ("cleared", [2]), ("urgent", [3])),
    )
    cases.add(
        "policy_on_writing_does_not_let_decide",
        "5",
        "`rights` replace who may write, not who may decide",
        [urgent, change(2, AIKO, door_card("level", "cleared", [1]), rights=[["door_card", "level", ["supporter"]]])],
        register(level, "decided", 0, ("urgent", [1]), ("cleared", [2])),
    )


def add_orders(cases: Cases) -> None:
    for name, field, more, less in (
        ("earlier_date", "valid_until", "2026-03-01", "2026-04-01"),
        ("later_date", "valid_from", "2026-04-01", "2026-03-01"),
        ("smaller_number", "limit", -5, 3),
    ):
        cases.add(
            f"careful_{name}",
            "5",
            "the direction that is more careful",
            [change(1, AIKO, sheet(field, more)), change(2, MORI, sheet(field, less, [1]))],
            register(sheet(field, None), "decided", 0, (more, [1]), (less, [2])),
        )
    card = door_card("card_ok", True)
    cases.add(
        "refusal_reaches_other_dispatch",
        "5",
        "Aiko and Emi share no dispatch, but the door: what Aiko heard there wins over the yes that Emi still knows",
        [
            change(1, SATO, card),
            change(2, AIKO, door_card("card_ok", False, [1])),
            change(3, EMI, door_card("card_ok", True, [1])),
        ],
        register(card, "decided", 0, (False, [2]), (True, [3])),
    )
    cases.add(
        "careful_no_is_not_taken_back_by_who_may_not_decide",
        "5",
        "though she has seen it",
        [change(1, AIKO, door_card("card_ok", False)), change(2, EMI, door_card("card_ok", True, [1]))],
        register(card, "decided", 0, (False, [1]), (True, [2])),
    )
    letter, danger = door_card("channels", False, element="letter"), door_card("dangers", True, element="犬")
    cases.add(
        "careful_set_removing_is_more_careful",
        "5",
        "each element is a careful register over true < false",
        [
            change(1, SATO, door_card("channels", True, element="sms"), door_card("channels", True, element="letter")),
            change(2, AIKO, door_card("channels", False, [1], element="letter")),
            change(3, EMI, door_card("channels", True, [2], element="letter")),
        ],
        register(letter, "decided", 0, (False, [2]), (True, [3])),
        register(door_card("channels", True, element="sms"), "settled", 0, (True, [1])),
    )
    cases.add(
        "careful_set_by_its_own_order",
        "5",
        "of dangers, adding is the more careful",
        [change(1, AIKO, danger), change(2, EMI, door_card("dangers", False, [1], element="犬"))],
        register(danger, "decided", 0, (True, [1]), (False, [2])),
    )
