"""What the relay does with a run. Source: sync/SPEC.md 8.1, whose order of checks this is."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from crypto.run import Run, parse_run, verify_run
from server.relay.chains import Place, find_place
from server.relay.quarantine import cut_code, new_run, release, releases, store_run
from server.relay.relay import Relay
from server.store.protocol import Writer
from sync.directory import Directory
from sync.validity import judge_head
from sync.wire import read_push

ZERO_CIRCLE = bytes(16)


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """status: accepted (on disk, with its cursor), known, quarantined or refused (with a code)."""

    status: str
    code: str | None = None
    cursor: int | None = None


class Head(msgspec.Struct, frozen=True):
    """Of a centre's directory. hash: hex."""

    index: int
    hash: str


class Pushed(msgspec.Struct, frozen=True):
    """One result a run, in the order in which they were sent."""

    results: list[Result]
    head: Head


@dataclass(frozen=True, slots=True)
class Checked:
    """A run as far as it can be checked without knowing the centre. run: None if it cannot be read, then with why."""

    run: Run | None
    form_code: str | None = None
    signature_code: str | None = None


async def push_runs(relay: Relay, centre: bytes, body: bytes) -> Pushed:
    """Judge and keep runs, each by itself.

    Raises ProtocolError: "too_large", "truncated" (of the push as a whole), "unknown_centre".
    """
    raws = read_push(body)
    checked = await relay.work(lambda: [check_form(raw) for raw in raws])
    pushed = await relay.store.write(centre, lambda writer: _push(relay, writer, checked), len(body))
    for result, each in zip(pushed.results, checked, strict=True):
        relay.metrics.runs.labels(result.status, result.code or "").inc()
        if result.status == "accepted" and each.run:
            relay.metrics.changes.inc(len(each.run.ids))
    return pushed


def check_form(raw: bytes) -> Checked:
    """Steps 1 and 4, which need no directory."""
    try:
        run = parse_run(raw)
    except ProtocolError as error:
        return Checked(None, form_code=error.code)
    try:
        verify_run(run)
    except ProtocolError as error:
        return Checked(run, signature_code=error.code)
    return Checked(run)


def _push(relay: Relay, writer: Writer, checked: Sequence[Checked]) -> Pushed:
    with relay.directories.for_writer(writer) as roll:
        gate = _Gate(relay, writer, roll.directory)
        results = [gate.take(each) for each in checked]
        head = roll.directory.head
    return Pushed(results, Head(head.index, head.hash.hex()))


class _Gate:
    """What one push goes through. at: the directory's newest index; room: bytes that the quota leaves."""

    def __init__(self, relay: Relay, writer: Writer, directory: Directory) -> None:
        self._relay = relay
        self._writer = writer
        self._directory = directory
        self._at = directory.head.index
        state = writer.state()
        self._room = relay.settings.quotas.runs - (state.run_bytes if state else 0)

    def take(self, checked: Checked) -> Result:
        """One run: kept, or refused with its code."""
        try:
            return self._keep(checked)
        except ProtocolError as error:
            self._count(checked.run, error.code)
            return Result("refused", error.code)

    def _keep(self, checked: Checked) -> Result:
        """Steps 1 to 11. Raises ProtocolError with the code of a refusal."""
        run = checked.run
        if run is None:
            raise ProtocolError(checked.form_code or "malformed")
        self._check_names(run)
        if checked.signature_code:
            raise ProtocolError(checked.signature_code)
        cut = cut_code(self._directory, run)
        place = find_place(self._writer, run, apart=cut is not None)
        if place is Place.HELD:
            return Result("known")
        if place is Place.HELD_APART:
            return Result("quarantined", cut)
        self._check_rule(run)
        self._check_quota(run, apart=cut is not None)
        if cut is None:
            return Result("accepted", cursor=store_run(self._writer, run))
        number = self._writer.hold(new_run(run), cut, self._relay.now())
        if not releases(self._directory, run):
            return Result("quarantined", cut)
        cursor = release(self._writer, self._directory, run.head.circle, run.head.device).get(number)
        return Result("quarantined", cut) if cursor is None else Result("accepted", cursor=cursor)

    def _check_names(self, run: Run) -> None:
        """Steps 2 and 3."""
        head = run.head
        if head.centre != self._writer.centre:
            raise ProtocolError("wrong_place")
        if self._directory.device(head.device, self._at) is None:
            raise ProtocolError("unknown_device")
        circle = self._directory.circle(head.circle, self._at)
        if circle.shredded if circle else self._writer.is_shredded(head.circle):
            raise ProtocolError("shredded")  # it takes nothing more, however old the head
        if circle is None:
            raise ProtocolError("unknown_circle")
        if self._directory.index_of(head.head_hash) != head.head_index:
            raise ProtocolError("head_unknown")

    def _check_rule(self, run: Run) -> None:
        """Step 8."""
        head = run.head
        if any(run.bodies):
            code = judge_head(self._directory, head.circle, head.device, head.epoch, head.head_index)
        else:
            code = None if self._directory.was_principal(head.circle, head.device) else "not_principal"
        if code:
            raise ProtocolError(code)

    def _check_quota(self, run: Run, *, apart: bool) -> None:
        """Step 10."""
        size = len(run.raw)
        if size > self._room:
            raise ProtocolError("quota_exceeded")
        if apart:
            quotas = self._relay.settings.quotas
            runs, held = self._writer.quarantine_size(run.head.device)
            if runs >= quotas.quarantined_runs_per_device or held + size > quotas.quarantine_per_device:
                raise ProtocolError("quota_exceeded")
        self._room -= size

    def _count(self, run: Run | None, code: str) -> None:
        """That it was refused is kept for staff. Names nobody knows are not: anybody could fill the disk with them."""
        device, circle = ZERO_HASH, ZERO_CIRCLE
        if run and run.head.centre == self._writer.centre:
            device = run.head.device if self._directory.device(run.head.device, self._at) else device
            circle = run.head.circle if self._directory.circle(run.head.circle, self._at) else circle
        self._writer.count_refusal(device, circle, code, self._relay.now())
