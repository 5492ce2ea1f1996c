"""Two texts side by side: which words differ, and how two edits of one may be joined. For display: nothing is written.

No diff library: none gives the same marks in Python and TypeScript, and Japanese has no spaces to find words by.

Source: sync/SPEC.md 5 (`text`).  Twin: sync/words.ts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_CELLS = 1_000_000  # of the table of common words; beyond it all between beginning and end differs

_LETTERS = "0-9A-Za-z\u00c0-\u024f０-９Ａ-Ｚａ-ｚ"
_MARKS = "\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
_WORD = re.compile(f"[{_LETTERS}]+|.(?:[{_MARKS}]|\u200d.)*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one of two texts."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True, order=True)
class _Replacement:
    """Of the words from start to before end."""

    start: int
    end: int
    words: tuple[str, ...]


def differing_words(one: str, other: str) -> tuple[list[Passage], list[Passage]]:
    """Both texts in passages, whole and in order, those that differ marked. A passage is never empty."""
    words, others = _words(one), _words(other)
    common = _common(words, others)
    return _passages(words, {i for i, _ in common}), _passages(others, {j for _, j in common})


def suggested_join(base: str, one: str, other: str) -> str | None:
    """Both edits of a text at once, for a person to take or leave; None where they touch each other."""
    words = _words(base)
    replacements = sorted({*_replacements(words, _words(one)), *_replacements(words, _words(other))})
    if any(later.start <= earlier.end for earlier, later in pairwise(replacements)):
        return None
    for replacement in reversed(replacements):
        words[replacement.start : replacement.end] = replacement.words
    return "".join(words)


def _words(text: str) -> list[str]:
    """A run of Latin letters and digits, or one character with its marks."""
    return _WORD.findall(text)


def _common(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Places of a longest common subsequence: the first that goes on in `one` where both ways are as long."""
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left = min(len(one), len(other)) - start
    end = next((i for i in range(left) if one[-1 - i] != other[-1 - i]), left)
    middle = _longest(one[start : len(one) - end], other[start : len(other) - end])
    tail = range(end, 0, -1)
    return [
        *((i, i) for i in range(start)),
        *((start + i, start + j) for i, j in middle),
        *((len(one) - i, len(other) - i) for i in tail),
    ]


def _longest(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int]]:
    if len(one) * len(other) > MAX_CELLS:
        return
    length = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in reversed(range(len(one))):
        for j in reversed(range(len(other))):
            further = max(length[i + 1][j], length[i][j + 1])
            length[i][j] = length[i + 1][j + 1] + 1 if one[i] == other[j] else further
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            yield i, j
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            i += 1
        else:
            j += 1


def _passages(words: Sequence[str], common: set[int]) -> list[Passage]:
    """Neighbours that are alike are one passage."""
    passages: list[Passage] = []
    for place, word in enumerate(words):
        differs = place not in common
        before = passages.pop().text if passages and passages[-1].differs == differs else ""
        passages.append(Passage(before + word, differs))
    return passages


def _replacements(base: Sequence[str], edited: Sequence[str]) -> Iterator[_Replacement]:
    common = [(-1, -1), *_common(base, edited), (len(base), len(edited))]
    for (i, j), (next_i, next_j) in pairwise(common):
        if (next_i, next_j) != (i + 1, j + 1):
            yield _Replacement(i + 1, next_i, tuple(edited[j + 1 : next_j]))
