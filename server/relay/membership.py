"""In which circles a device may ever have been, found without asking every circle of the centre.

Grows with the directory. It names too many rather than too few: whoever asks judges each with the directory's rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sync.circles import CircleView


class Membership:
    """Circles by the members, devices and desks that were ever named for them."""

    def __init__(self) -> None:
        self._everybody: dict[bytes, None] = {}
        self._by_name: defaultdict[bytes, dict[bytes, None]] = defaultdict(dict)
        self._by_desk: defaultdict[bytes, dict[bytes, None]] = defaultdict(dict)

    def note(self, circle: CircleView) -> None:
        """Take in a circle as it is now."""
        if circle.kind == "centre":
            self._everybody[circle.id] = None
        for name in (*circle.members, *circle.devices):
            self._by_name[name][circle.id] = None
        if circle.desk is not None:
            self._by_desk[circle.desk][circle.id] = None

    def named(self, *names: bytes) -> Iterator[bytes]:
        """Circles of everybody, and those for which one of these members or devices was named; some perhaps twice."""
        yield from self._everybody
        for name in names:
            yield from self._by_name.get(name, ())

    def under(self, circles: Iterable[bytes]) -> set[bytes]:
        """These, and whatever lies under those of them that are desks, however deep."""
        found = set(circles)
        waiting = list(found)
        while waiting:
            below = self._by_desk.get(waiting.pop(), {}).keys() - found
            found |= below
            waiting += below
        return found
