"""A value with the directory index from which it holds, and the steps that take back an entry which is refused.

Source: sync/SPEC.md 2.  Twin: sync/timeline.ts.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Journal:
    """What has to be undone, newest first, if the entry in hand is refused."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def note(self, undo: Callable[[], object]) -> None:
        """Remember how to take back what was just done."""
        self._undo.append(undo)

    def keep(self) -> None:
        """What was done holds."""
        self._undo.clear()

    def take_back(self) -> None:
        """Everything since the last `keep` is as if it had never been."""
        while self._undo:
            self._undo.pop()()


class Timeline(Generic[T]):
    """Values by the index from which they hold. Looking up costs the logarithm of their number."""

    __slots__ = ("_indices", "_values")

    def __init__(self) -> None:
        self._indices: list[int] = []
        self._values: list[T] = []

    def at(self, index: int) -> T | None:
        """What holds after entry `index`; None before the first."""
        place = bisect_right(self._indices, index)
        return self._values[place - 1] if place else None

    def put(self, index: int, value: T, journal: Journal) -> None:
        """From `index` on, never older than the last, this holds. A second value at one index replaces the first."""
        if self._indices and self._indices[-1] == index:
            former, self._values[-1] = self._values[-1], value
            journal.note(lambda: self._values.__setitem__(-1, former))
            return
        self._indices.append(index)
        self._values.append(value)
        journal.note(self._drop_last)

    def spans(self) -> Iterator[tuple[int, int | None, T]]:
        """(from, up to but without, value), oldest first; the last has no end."""
        ends: list[int | None] = [*self._indices[1:], None]
        yield from zip(self._indices, ends, self._values, strict=False)

    def _drop_last(self) -> None:
        self._indices.pop()
        self._values.pop()
