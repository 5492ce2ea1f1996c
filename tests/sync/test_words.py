"""Two texts side by side: vectors, and what holds of all texts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.words import MAX_CELLS, Passage, differing_words, suggested_join
from tests.sync.merge_cases import VECTORS

CASES = json.loads((VECTORS / "words.json").read_bytes())
TEXTS = st.text(alphabet="あいう茶水ab1 \n\u3099\u200d👩𠮷", max_size=30)


def test_there_are_vectors_of_both_sorts() -> None:
    assert [case["do"] for case in CASES] == ["differing_words"] * 12 + ["suggested_join"] * 8


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["comment"])
def test_vector(case: dict[str, Any]) -> None:
    if case["do"] == "suggested_join":
        assert case["gives"] == suggested_join(*case["given"])
        return
    passages = differing_words(*case["given"])

    assert case["gives"] == [[[one.text, one.differs] for one in side] for side in passages]


@given(TEXTS, TEXTS)
def test_both_texts_are_shown_whole_and_agree_where_nothing_is_marked(one: str, other: str) -> None:
    ours, theirs = differing_words(one, other)

    assert (one, other) == (whole(ours), whole(theirs))
    assert common(ours) == common(theirs)
    assert all(passage.text for passage in [*ours, *theirs])


@given(TEXTS)
def test_nothing_is_marked_in_equal_texts(text: str) -> None:
    assert [Passage(text, differs=False)] * bool(text) == differing_words(text, text)[0]


@given(TEXTS, TEXTS, TEXTS)
def test_a_join_does_not_depend_on_who_is_named_first(base: str, one: str, other: str) -> None:
    assert suggested_join(base, one, other) == suggested_join(base, other, one)


@given(TEXTS, TEXTS)
def test_who_alone_made_an_edit_is_followed(base: str, edited: str) -> None:
    assert edited == suggested_join(base, edited, base)


def test_texts_too_long_to_compare_are_marked_between_their_common_ends() -> None:
    length = int(MAX_CELLS**0.5) + 1
    one, other = "始" + "あ茶" * length + "終", "始" + "茶い" * length + "終"

    assert ["始", "あ茶" * length, "終"] == [passage.text for passage in differing_words(one, other)[0]]


def whole(passages: list[Passage]) -> str:
    return "".join(passage.text for passage in passages)


def common(passages: list[Passage]) -> str:
    return whole([passage for passage in passages if not passage.differs])
