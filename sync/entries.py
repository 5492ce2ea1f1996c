"""A directory entry as it is held: its statements read, and the bytes that were given for its digests.

Source: sync/SPEC.md 3.5, crypto/SPEC.md 7.  Twin: sync/entries.ts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from crypto.contexts import centre_id
from crypto.entry import Entry, parse_entry, statement_digest, verify_entry
from crypto.errors import ProtocolError
from crypto.signature import verify
from sync.statements import CentreFound, DeviceEnrol, Statement, Void, circle_named, digest_of, parse_statement


@dataclass(frozen=True, slots=True)
class Given:
    """Bytes of a hashed statement. code: why it cannot be read, with `statement` None; circle: the one it speaks of."""

    data: bytes
    digest: bytes
    statement: Statement | None
    code: str | None
    circle: bytes | None


Said: TypeAlias = tuple[Statement | None, bytes]
"""What stands at one position: the statement, if in full, and its digest."""


@dataclass(slots=True)
class Held:
    """An entry, its hash chain not looked at yet.

    fault: the code of the first statement in full that cannot be read; `said` ends before it.
    founds: the centre that the keys of a founding give. enrolment_code: what is wrong with an enrolment's signature.
    settled: it holds a `void` that the root was found to have made; such an entry cannot fall.
    """

    entry: Entry
    said: list[Said]
    fault: str | None
    founds: bytes | None
    enrolment_code: str | None
    given: dict[bytes, Given] = field(default_factory=dict)
    settled: bool = False

    def check_readable(self) -> None:
        """Raises ProtocolError: "malformed", "unknown_statement" or "too_large" for a statement that stands in full."""
        if self.fault is not None:
            raise ProtocolError(self.fault)

    @property
    def voids(self) -> frozenset[bytes]:
        """Hashes of the entries it names in a `void`."""
        named = (statement.entries for statement, _ in self.said if isinstance(statement, Void))
        return frozenset(hashed for entries in named for hashed in entries)

    @property
    def digests(self) -> list[bytes]:
        """Digests of the statements that do not stand in full, in their order."""
        return [digest for statement, digest in self.said if statement is None]


def read_entry(data: bytes, statements: Sequence[bytes], *, trusted: bool = False) -> Held:
    """Read an entry and the statements given with it; trusted: its hash is vouched for, no signature is checked.

    Raises ProtocolError: those of crypto 7.3, in that order; "too_large" for a given statement over 262,144 bytes.
    """
    entry = parse_entry(data)
    if not trusted:
        verify_entry(entry)
    said, fault = _read_said(entry)
    held = Held(entry, said, fault, _founds(said), None if trusted else _enrolment_code(entry.centre, said))
    for given in map(read_given, statements):
        held.given[given.digest] = given
    return held


def read_given(data: bytes) -> Given:
    """Bytes of a statement that stands as a digest. Raises ProtocolError: "too_large"."""
    digest = statement_digest(data)
    try:
        statement = parse_statement(data)
    except ProtocolError as error:
        return Given(data, digest, None, error.code, circle_named(data))
    return Given(data, digest, statement, None, circle_named(data))


def _read_said(entry: Entry) -> tuple[list[Said], str | None]:
    said: list[Said] = []
    for raw in entry.statements:
        if isinstance(raw, bytes):
            said.append((None, raw))
            continue
        try:
            statement = parse_statement(dict(raw))
            said.append((statement, digest_of(statement)))
        except ProtocolError as error:
            return said, error.code
    return said, None


def _founds(said: Sequence[Said]) -> bytes | None:
    first = said[0][0] if said else None
    return centre_id(first.root, first.root_seal) if isinstance(first, CentreFound) else None


def _enrolment_code(centre: bytes, said: Sequence[Said]) -> str | None:
    first = said[0][0] if said else None
    if not isinstance(first, DeviceEnrol):
        return None
    try:
        verify(first.invite, "enrol", centre + first.invite + first.device + first.seal_key, first.signature)
    except ProtocolError as error:
        return error.code
    return None
