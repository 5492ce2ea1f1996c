"""What people remember: what they wrote, what they saw when they wrote it, what they decided, what a disk took away.

Kept by the model, never read from what it checks: values are known by their words, each written once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

SIGN = "言の葉"
"""Every value of the model begins with it."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """One value that a person wrote. saw: the values that stood where it was written. may: it is theirs to write."""

    text: str
    by: str
    key: bytes
    circle: bytes
    record: bytes
    type: str
    field: str
    saw: frozenset[str]
    may: bool = True


@dataclass
class Memory:
    """written: by text. texts: what each change says, by id.

    acknowledged, appended: changes and entries to which the server said yes, as heard on the wire. before_cut: what a
    device shut out had handed in by then. revoking, let_in, sent: what people decided, or tried to.
    gone: texts, changes and entries that no disk holds any more. rewound: devices that lost their newest days.
    losses: how often the server was put back; lost_entries: those that devices held then and it did not.
    alarms: (who, code, about) that were shown. rerolled: members whose role was changed.
    """

    written: dict[str, Wrote] = field(default_factory=dict)
    texts: dict[bytes, frozenset[str]] = field(default_factory=dict)
    acknowledged: set[bytes] = field(default_factory=set)
    appended: set[bytes] = field(default_factory=set)
    before_cut: dict[bytes, set[bytes]] = field(default_factory=dict)
    revoking: set[bytes] = field(default_factory=set)
    let_in: set[bytes] = field(default_factory=set)
    sent: set[tuple[bytes, frozenset[bytes]]] = field(default_factory=set)
    gone: set[bytes | str] = field(default_factory=set)
    rewound: set[bytes] = field(default_factory=set)
    losses: int = 0
    lost_entries: set[bytes] = field(default_factory=set)
    alarms: set[tuple[str, str, bytes]] = field(default_factory=set)
    rerolled: set[bytes] = field(default_factory=set)

    def ids_of(self) -> dict[str, set[bytes]]:
        """The changes that say each value: several, if it was chained anew."""
        found: dict[str, set[bytes]] = {}
        for id_, texts in self.texts.items():
            for text in texts:
                found.setdefault(text, set()).add(id_)
        return found

    def expected(self) -> Iterator[Wrote]:
        """All values that must be somewhere."""
        return (wrote for text, wrote in self.written.items() if text not in self.gone)


def texts_in(values: Iterable[Any]) -> frozenset[str]:
    """The model's values among some."""
    return frozenset(value for value in values if isinstance(value, str) and value.startswith(SIGN))
