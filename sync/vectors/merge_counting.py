"""Merge vectors on SPEC 4.3: which writes count."""

from sync.vectors.merge_case import (
    AIKO,
    CASE,
    DISPATCH,
    DOOR,
    KATO,
    SATO,
    Cases,
    Write,
    aside,
    capacity,
    change,
    door_card,
    octets,
    register,
    sheet,
    visit,
)

CUP = "茶"


def add_counting(cases: Cases) -> None:
    add_unjudged(cases)
    add_homes(cases)
    add_values(cases)
    add_elements(cases)
    add_rights(cases)
    add_capacities(cases)


def add_unjudged(cases: Cases) -> None:
    mood, letter = sheet("mood", "good"), Write("letter", "body", CUP)
    title = sheet("title", CUP)
    cases.add(
        "old_app_new_dictionary",
        "4.3",
        "an old app keeps what it does not know, whole, and judges the rest of the change",
        [change(2, AIKO, title, sheet("mood", "good", [1]))],
        register(title, "settled", 0, (CUP, [2])),
        unjudged=[aside(2, sheet("mood", "good", [1]), "unjudged")],
    )
    cases.add(
        "unknown_type_is_unjudged",
        "4.3",
        "nothing is known of it, not even its home",
        [change(1, AIKO, letter, circle=DOOR)],
        unjudged=[aside(1, letter, "unjudged")],
    )
    cases.add(
        "unjudged_counts_after_update",
        "4.3",
        "the same changes under the grown dictionary",
        [change(1, AIKO, mood), change(2, AIKO, letter)],
        register(letter, "settled", 0, (CUP, [2])),
        register(mood, "settled", 0, ("good", [1])),
        dictionary=2,
    )
    choice, known = sheet("answers", ["perhaps"]), sheet("answers", ["no"])
    cases.add(
        "new_choice_is_unjudged",
        "4.3",
        "the writer's dictionary is newer: it may have grown a choice",
        [change(1, AIKO, known), change(2, AIKO, sheet("answers", ["perhaps"], [1]), version=2)],
        register(known, "settled", 0, (["no"], [1])),
        unjudged=[aside(2, sheet("answers", ["perhaps"], [1]), "unjudged")],
    )
    cases.add(
        "new_choice_counts_after_update",
        "4.3",
        "the same change under the grown dictionary",
        [change(1, AIKO, known), change(2, AIKO, sheet("answers", ["perhaps"], [1]), version=2)],
        register(known, "settled", 0, (["perhaps"], [2])),
        dictionary=2,
    )
    cases.add(
        "what_never_was_a_choice_is_refused_after_update",
        "4.3",
        "of this version it is a bad value",
        [change(1, AIKO, sheet("answers", ["never"]), version=2)],
        refused=[aside(1, sheet("answers", ["never"]), "bad_value")],
        dictionary=2,
    )
    cases.add(
        "new_choice_in_a_foreign_home",
        "4.3",
        "homes are checked before values, whatever the version",
        [change(1, AIKO, choice, circle=DOOR, version=2)],
        refused=[aside(1, choice, "not_home")],
    )
    cases.add(
        "field_lacking_in_the_writers_dictionary_too",
        "4.3",
        "a field is unjudged whatever version is claimed",
        [change(1, AIKO, mood, version=1)],
        unjudged=[aside(1, mood, "unjudged")],
    )
    bad = sheet("mood", 7)
    cases.add(
        "unknown_field_is_not_looked_into",
        "4.3",
        "whether a value is of its kind is not asked of a field that is not known",
        [change(1, AIKO, bad)],
        unjudged=[aside(1, bad, "unjudged")],
    )


def add_homes(cases: Cases) -> None:
    level = door_card("level", "urgent")
    cases.add(
        "part_in_foreign_circle",
        "4.3",
        "a supporter cannot put a part of a household's card into a circle of her own",
        [change(1, KATO, level), change(2, AIKO, door_card("level", "cleared", [1]), circle=DISPATCH)],
        register(level, "settled", 0, ("urgent", [1])),
        refused=[aside(2, door_card("level", "cleared", [1]), "not_home")],
    )
    notice = sheet("notice", CUP)
    cases.add(
        "field_with_a_home_of_its_own",
        "4.3",
        "the home of the field counts, not that of its type",
        [change(1, AIKO, notice, circle=DOOR), change(2, AIKO, notice, circle=CASE)],
        register(notice, "settled", 0, (CUP, [1]), circle=DOOR),
        refused=[aside(2, notice, "not_home")],
    )
    wrong = sheet("count", "many")
    cases.add(
        "home_is_checked_before_value",
        "4.3",
        "written elsewhere, and no number",
        [change(1, AIKO, wrong, circle=DOOR)],
        refused=[aside(1, wrong, "not_home")],
    )


def add_values(cases: Cases) -> None:
    for name, write in {
        "text_too_long": sheet("title", "あ" * 21),
        "number_for_text": sheet("title", 7),
        "number_above_the_limit": sheet("count", 10),
        "bool_for_number": sheet("count", True),
        "word_that_is_no_choice": sheet("answers", ["perhaps"]),
        "list_too_long": sheet("answers", ["yes"] * 4),
        "day_that_there_is_not": sheet("due", "2026-02-29"),
        "date_written_short": sheet("due", "2026-3-1"),
        "moment_before_1970": sheet("met_at", -1),
        "id_too_short": sheet("person", octets("01" * 15)),
        "id_as_text": sheet("person", "01" * 16),
        "change_id_too_short": sheet("copied_from", octets("01" * 16)),
        "struct_without_a_field": sheet("opening", {"note": "朝"}),
        "struct_with_a_field_too_many": sheet("opening", {"days": [], "more": 1}),
        "nil_in_a_struct": sheet("opening", {"days": [], "note": None}),
    }.items():
        cases.refuses(f"bad_value_{name}", "not of the field's kind", write, "bad_value")
    for name, write in {
        "text_as_long_as_may_be": sheet("title", "猫" * 20),
        "text_counts_code_points": sheet("title", "🐈" * 20),
        "leap_day": sheet("due", "2028-02-29"),
        "greatest_moment": sheet("met_at", 2**53 - 1),
        "id": sheet("person", octets("01" * 16)),
        "change_id": sheet("copied_from", octets("01" * 32)),
        "struct_without_what_may_be_left_out": sheet("opening", {"days": ["mon"]}),
        "empty_list": sheet("answers", []),
    }.items():
        expected = register(write, "settled", 0, (write.value, [1]))
        cases.add(f"good_value_{name}", "4.3", "of the field's kind", [change(1, AIKO, write)], expected)
    title, wrong = sheet("title", CUP), sheet("count", 10)
    cases.add(
        "one_bad_write_leaves_the_others",
        "4.3",
        "each write is judged alone",
        [change(1, AIKO, wrong, title)],
        register(title, "settled", 0, (CUP, [1])),
        refused=[aside(1, wrong, "bad_value")],
    )
    doubly_wrong = sheet("decision", 7)
    cases.refuses("value_is_checked_before_author", "by somebody who may not write it", doubly_wrong, "bad_value")


def add_elements(cases: Cases) -> None:
    for name, write in {
        "set_field_without_element": sheet("tags", True),
        "set_value_that_is_no_bool": sheet("tags", "there", element=CUP),
        "set_value_nil": sheet("tags", None, element=CUP),
        "element_of_another_kind": sheet("tags", True, element=7),
        "element_where_there_is_no_set": sheet("title", CUP, element=CUP),
        "element_in_deleted": sheet("deleted", None, element=CUP),
    }.items():
        cases.refuses(f"bad_value_{name}", "elements belong to set fields", write, "bad_value")


def add_rights(cases: Cases) -> None:
    decision, verdict = sheet("decision", CUP), sheet("verdict", CUP)
    settled = register(decision, "settled", 0, (CUP, [1]))
    cases.refuses("author_without_right", "for staff only", decision, "not_entitled")
    cases.add("role_gives_right", "4.3", "for staff only", [change(1, SATO, decision)], settled)
    cases.add(
        "duty_gives_right",
        "4.3",
        "one duty among those that may is enough",
        [change(1, KATO, verdict)],
        register(verdict, "settled", 0, (CUP, [1])),
    )
    cases.add(
        "staff_without_the_duty",
        "4.3",
        "a role is not a duty",
        [change(1, SATO, verdict)],
        refused=[aside(1, verdict, "not_entitled")],
    )
    granted = [["sheet", "decision", ["supporter"]]]
    cases.add(
        "policy_gives_right", "4.3", "rights at the run's head", [change(1, AIKO, decision, rights=granted)], settled
    )
    cases.add(
        "policy_takes_right",
        "4.3",
        "the policy stands in the place of the dictionary's word, it does not add to it",
        [change(1, SATO, decision, rights=granted)],
        refused=[aside(1, decision, "not_entitled")],
    )
    cases.add(
        "policy_on_another_field",
        "4.3",
        "rights are given field by field",
        [change(1, AIKO, decision, rights=[["visit", "decision", ["supporter"]]])],
        refused=[aside(1, decision, "not_entitled")],
    )
    cases.add(
        "refused_write_replaces_nothing",
        "5",
        "`over` of what does not count reaches nothing",
        [change(1, SATO, decision), change(2, AIKO, sheet("decision", "別", [1]))],
        settled,
        refused=[aside(2, sheet("decision", "別", [1]), "not_entitled")],
    )
    words = visit("words", CUP)
    cases.add(
        "everybody_may_write_what_is_for_everybody",
        "4.3",
        "in its home",
        [change(1, AIKO, words)],
        register(words, "settled", 0, (CUP, [1]), author=AIKO),
    )


def add_capacities(cases: Cases) -> None:
    """A change that its device signed under several heads counts under each that allows it."""
    decision, level = sheet("decision", CUP), door_card("level", "urgent")
    settled = register(decision, "settled", 0, (CUP, [1]))
    cases.add(
        "signed_again_before_a_promotion",
        "4.3",
        "whoever signs an old change again, under a head at which its author was less, takes nothing back",
        [change(1, AIKO, decision, also=[capacity("staff")])],
        settled,
    )
    cases.add(
        "signed_again_after_a_demotion",
        "4.3",
        "the order of heads does not matter",
        [change(1, SATO, decision, also=[capacity("supporter")])],
        settled,
    )
    cases.add(
        "signed_twice_and_never_entitled",
        "4.3",
        "heads do not add up: a role at one, and a policy for that role at another",
        [change(1, AIKO, decision, also=[capacity("staff", rights=[["sheet", "decision", ["supporter"]]])])],
        refused=[aside(1, decision, "not_entitled")],
    )
    cases.add(
        "decided_in_one_capacity",
        "5",
        "she may decide at one of the heads, so her `over` reaches what is more careful",
        [
            change(1, AIKO, level),
            change(2, AIKO, door_card("level", "notice", [1]), also=[capacity("reviewer", "staff")]),
        ],
        register(level, "settled", 0, ("notice", [2])),
    )
    cases.add(
        "decided_only_where_it_may_be_written",
        "5",
        "at the head at which she was a reviewer, policy let nobody write the field",
        [
            change(1, AIKO, level),
            change(
                2,
                AIKO,
                door_card("level", "notice", [1]),
                also=[capacity("reviewer", "staff", rights=[["door_card", "level", []]])],
            ),
        ],
        register(level, "decided", 0, ("urgent", [1]), ("notice", [2])),
    )
