"""Everything one device holds: in memory to work with, in its vault to be there again after a crash.

What is taken in is on disk before anything follows from it. Opening a vault judges all of it anew.
Never imported by the server.  Source: sync/SPEC.md 6, 7.  Twin: sync/holdings.ts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from crypto.errors import ProtocolError
from crypto.keys import Random, SealingKey, SigningKey
from crypto.run import Run, parse_run, verify_run
from sync.chain import Frame
from sync.device_values import (
    Alarm,
    DeadLetter,
    Identity,
    KeptEntry,
    KeptRun,
    KeptStatement,
    Standing,
    pack_chain,
    pack_value,
    unpack_chain,
    unpack_value,
)
from sync.dictionary import dictionary
from sync.directory import Directory
from sync.keyring import Keyring
from sync.ledger import Ledger
from sync.own_chain import OwnChain
from sync.vault_files import VaultFiles
from sync.wire import GivenStatement, PulledRun

V = TypeVar("V", bound=Struct)
Clock = Callable[[], int]
"""Now, in ms since 1970."""
_BATCH_BYTES = 1_048_576
_UPROOTED = frozenset({"head_unknown", "head_void", "ancestor_missing"})


class Holdings:
    """Use `Holdings.load`. clock: for people only, nothing is judged by it.

    arrived: index of the directory's head when a run came to the server, by its last change, for people only.
    logged: our own changes that the server has, with the index of the head they were written under.
    came: runs that are on disk and are still to be taken in.
    turn: goes up whenever circles may have been given or taken.
    """

    def __init__(self, files: VaultFiles, identity: Identity, random: Random, clock: Clock) -> None:
        self.files = files
        self.identity = identity
        self.random = random
        self.clock = clock
        self.signing = SigningKey(identity.signing)
        self.sealing = SealingKey(identity.sealing)
        self.standing = Standing()
        self.letters: list[DeadLetter] = []
        self.turn = 0

    @classmethod
    def load(cls, files: VaultFiles, random: Random, clock: Clock) -> "Holdings":
        """What is in a vault. Raises ProtocolError "truncated" when its device was never made whole."""
        identity = files.get("identity")
        if identity is None:
            raise ProtocolError("truncated")
        held = cls(files, unpack_value(identity, Identity), random, clock)
        held._load()
        return held

    @property
    def key(self) -> bytes:
        """This device."""
        return self.signing.public

    @property
    def head(self) -> int:
        """Index of the newest entry held."""
        return self.directory.head.index

    @property
    def is_enrolled(self) -> bool:
        """As far as we know the directory."""
        return self.directory.device(self.key, self.head) is not None

    @property
    def member(self) -> bytes:
        """Who holds this device. Raises ProtocolError "not_enrolled"."""
        device = self.directory.device(self.key, self.head)
        if device is None:
            raise ProtocolError("not_enrolled")
        return device.member

    # Directory

    def take_entries(self, frames: Sequence[Frame]) -> None:
        """Take in entries behind our head; no run is open. Those before one that fails hold.

        Raises ProtocolError: as `Directory.take`.
        """
        before = self.head
        try:
            applied = self.directory.take(frames)
        except ProtocolError:
            self._keep_frames(frames[: self.head - before])
            self.reload_runs()
            raise
        self._keep_frames(frames)
        for each in applied:
            self.ledger.rejudge(each)
        self.turn += 1

    def change_over(self, frames: Sequence[Frame], directory: Directory) -> None:
        """Go on with another chain, which the root settled: everything is judged anew."""
        standing = msgspec.structs.replace(self.standing, generation=self.standing.generation + 1)
        self._put_directory(directory)
        self._load_runs()
        for chain in self.chains.values():
            self._step_back(chain)
        self._put(
            [
                *self._batches(f"directory.{standing.generation}", _kept_entries(frames)),
                ("standing", pack_value(standing)),
                *((_name_of(chain), pack_chain(chain)) for chain in self.chains.values()),
            ]
        )
        self.standing = standing

    def give_statements(self, given: Iterable[GivenStatement]) -> None:
        """Statements that come later than their entries. One that belongs to no entry here is an alarm."""
        fresh: list[KeptStatement] = []
        for each in given:
            try:
                applied = self.directory.give(each.index, each.statement)
            except (ProtocolError, IndexError):
                self.alarm("statement_stray")
                continue
            if applied.given:
                fresh.append(KeptStatement(each.index, each.statement))
                self.ledger.rejudge(applied)
        self._keep(f"statements.{self.standing.generation}", fresh)
        self.turn += 1

    # Runs

    def keep_runs(self, pulled: Sequence[PulledRun]) -> None:
        """Put runs that are not held yet on disk, and in `came`. What is no run of this centre is an alarm."""
        fresh: dict[bytes, tuple[Run, PulledRun]] = {}
        for each in pulled:
            run = self._read(each.run)
            if run is not None and run.signed not in self._held_runs:
                fresh.setdefault(run.signed, (run, each))
        self._keep("log", [KeptRun(each.cursor, each.index, each.run) for _, each in fresh.values()])
        for run, each in fresh.values():
            self._note_run(run, each.index)
            self.came.append(run)

    def keep_sent(self, runs: Sequence[Run]) -> None:
        """Our own runs, which are in the server's log (or held apart there) from now on."""
        fresh = [run for run in runs if run.signed not in self._held_runs]
        index = max(self.head, 0)
        self._keep("log", [KeptRun(0, index, run.raw) for run in fresh])
        for run in fresh:
            self._note_run(run, index)

    def held_runs(self) -> list[Run]:
        """All that are on disk, in the order of their chains."""
        runs = [parse_run(kept.run) for kept in self._kept("log", KeptRun)]
        return sorted(runs, key=lambda run: (run.head.circle, run.head.device, run.head.first))

    # Own chains

    def chain(self, circle: bytes) -> OwnChain:
        """What this device has written in a circle."""
        return self.chains.setdefault(circle, OwnChain(circle))

    def keep_chain(self, chain: OwnChain) -> None:
        """On disk when this returns."""
        self._put([(_name_of(chain), pack_chain(chain))])

    def bury(self, circle: bytes, run: Run, texts: Iterable[bytes], code: str) -> None:
        """A dead letter, on disk when this returns."""
        letter = DeadLetter(circle, code, run.raw, [text for text in texts if text], self.clock())
        self._put([(f"dead.{letter.id.hex()}", pack_value(letter))])
        self.letters = [*(kept for kept in self.letters if kept.id != letter.id), letter]

    def unbury(self, letter: DeadLetter) -> None:
        """It was dealt with."""
        self.files.drop(f"dead.{letter.id.hex()}")
        self.letters.remove(letter)

    def reload_runs(self) -> None:
        """Judge everything anew from what is on disk: what was rewritten or refused is no longer there."""
        self._put_directory(self.directory)
        self._load_runs()

    # The rest

    def keep_standing(self) -> None:
        """On disk when this returns."""
        self.turn += 1
        self._put([("standing", pack_value(self.standing))])

    def keep_identity(self, identity: Identity) -> None:
        """On disk when this returns."""
        self._put([("identity", pack_value(identity))])
        self.identity = identity

    def alarm(self, code: str, about: bytes = b"") -> None:
        """Something a person has to see; said once for one thing."""
        if not any((alarm.code, alarm.about) == (code, about) for alarm in self.standing.alarms):
            self.standing.alarms.append(Alarm(code, about, self.clock()))
            self.keep_standing()

    def _put_directory(self, directory: Directory) -> None:
        self.turn += 1
        self.directory = directory
        self.keyring = Keyring(directory, self.sealing)
        self.ledger = Ledger(directory, self.keyring, dictionary())
        self.came: list[Run] = []
        self.arrived: dict[bytes, int] = {}
        self.logged: dict[bytes, int] = {}
        self.chains: dict[bytes, OwnChain] = {}
        self._held_runs: set[bytes] = set()

    def _load(self) -> None:
        self._put_directory(Directory(self.identity.centre))
        standing = self.files.get("standing")
        self.standing = unpack_value(standing, Standing) if standing else Standing()
        self.letters = [unpack_value(self.files.get(name) or b"", DeadLetter) for name in self.files.names("dead.")]
        entries = self._kept(f"directory.{self.standing.generation}", KeptEntry)
        self.directory.take([(kept.entry, kept.statements) for kept in entries], trusted=True)
        for late in self._kept(f"statements.{self.standing.generation}", KeptStatement):
            self.directory.give(late.index, late.statement)
        self._load_runs()

    def _load_runs(self) -> None:
        for kept in self._kept("log", KeptRun):
            run = parse_run(kept.run)
            self._note_run(run, kept.index)
            self.ledger.add(run)
        for name in self.files.names("chain."):
            value = self.files.get(name)
            chain = unpack_chain(value) if value else OwnChain(bytes.fromhex(name.removeprefix("chain.")))
            self.chains[chain.circle] = chain
            for run in chain.closed:
                self.ledger.add(run)
            for change in chain.open.changes if chain.open else []:
                self.ledger.add(chain.provisional(change))

    def _step_back(self, chain: OwnChain) -> None:
        """What we sent under entries that are no more is in nobody's log: go on behind what was sent before them."""
        while (change := self.ledger.log.change(chain.sent[1])) is not None:
            verdict = self.ledger.log.verdict(change.id)
            if verdict is None or verdict.code not in _UPROOTED:
                break
            previous = change.header.previous
            chain.sent, chain.sent_head = (change.header.sequence - 1, previous), self.logged.get(previous, -1)

    def _note_run(self, run: Run, index: int) -> None:
        self._held_runs.add(run.signed)
        self.arrived[run.last.id] = index
        if run.head.device == self.key:
            self.logged |= dict.fromkeys(run.ids, run.head.head_index)

    def _read(self, raw: bytes) -> Run | None:
        try:
            return _verified(raw, self.identity.centre)
        except ProtocolError as error:
            self.alarm(error.code)
            return None

    def _keep_frames(self, frames: Sequence[Frame]) -> None:
        self._keep(f"directory.{self.standing.generation}", _kept_entries(frames))

    def _keep(self, kind: str, items: Sequence[Struct]) -> None:
        """Add to what is on disk of a kind: all of it, or nothing."""
        self._put(list(self._batches(kind, items)))

    def _put(self, values: Sequence[tuple[str, bytes]]) -> None:
        """All or none. What could not be put is not to be seen either: everything is read anew then."""
        try:
            if values:
                self.files.put_all(values)
        except OSError:
            if self.files.is_open:
                self._load()
            raise

    def _batches(self, kind: str, items: Sequence[Struct]) -> Iterator[tuple[str, bytes]]:
        """As named values of about a megabyte, behind what is on disk of this kind."""
        last = max(self.files.names(f"{kind}."), default="0")
        number = int(last.rpartition(".")[2])
        for batch in _by_size([pack_value(item) for item in items]):
            number += 1
            yield f"{kind}.{number:08}", pack_value([msgspec.Raw(item) for item in batch])

    def _kept(self, kind: str, of: type[V]) -> Iterator[V]:
        for name in self.files.names(f"{kind}."):
            yield from unpack_value(self.files.get(name) or b"", list[of])  # type: ignore[valid-type]


def _name_of(chain: OwnChain) -> str:
    return f"chain.{chain.circle.hex()}"


def _kept_entries(frames: Sequence[Frame]) -> list[KeptEntry]:
    return [KeptEntry(entry, list(said)) for entry, said in frames]


def _by_size(items: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for item in items:
        batch.append(item)
        if sum(map(len, batch)) >= _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _verified(raw: bytes, centre: bytes) -> Run:
    run = parse_run(raw)
    if run.head.centre != centre:
        raise ProtocolError("wrong_place")
    verify_run(run)
    return run
