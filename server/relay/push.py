"""What the relay does with a run. Source: sync/SPEC.md 8.1, whose order of checks this is."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from crypto.contexts import ZERO_HASH
from crypto.errors import ProtocolError
from crypto.run import Run, parse_run, verify_run
from server.relay.chains import Place, find_place
from server.relay.quarantine import cut_code, new_run, release, store_run
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
        results = [_take(relay, writer, roll.directory, each) for each in checked]
        head = roll.directory.head
    return Pushed(results, Head(head.index, head.hash.hex()))


def _take(relay: Relay, writer: Writer, directory: Directory, checked: Checked) -> Result:
    try:
        return _keep(relay, writer, directory, checked)
    except ProtocolError as error:
        _count(relay, writer, directory, checked.run, error.code)
        return Result("refused", error.code)


def _keep(relay: Relay, writer: Writer, directory: Directory, checked: Checked) -> Result:
    """Steps 1 to 11. Raises ProtocolError with the code of a refusal."""
    run = checked.run
    if run is None:
        raise ProtocolError(checked.form_code or "malformed")
    _check_names(writer, directory, run)
    if checked.signature_code:
        raise ProtocolError(checked.signature_code)
    cut = cut_code(directory, run)
    place = find_place(writer, run, apart=cut is not None)
    if place is Place.HELD:
        return Result("known")
    if place is Place.HELD_APART:
        return Result("quarantined", cut)
    _check_rule(directory, run)
    _check_quota(relay, writer, run, apart=cut is not None)
    if cut is None:
        return Result("accepted", cursor=store_run(writer, run))
    number = writer.hold(new_run(run), cut, relay.now())
    cursor = release(writer, directory, run.head.circle, run.head.device).get(number)
    return Result("quarantined", cut) if cursor is None else Result("accepted", cursor=cursor)


def _check_names(writer: Writer, directory: Directory, run: Run) -> None:
    """Steps 2 and 3."""
    head = run.head
    if head.centre != writer.centre:
        raise ProtocolError("wrong_place")
    if directory.device(head.device, directory.head.index) is None:
        raise ProtocolError("unknown_device")
    circle = directory.circle(head.circle, directory.head.index)
    if circle.shredded if circle else writer.is_shredded(head.circle):
        raise ProtocolError("shredded")  # it takes nothing more, however old the head
    if circle is None:
        raise ProtocolError("unknown_circle")
    if directory.index_of(head.head_hash) != head.head_index:
        raise ProtocolError("head_unknown")


def _check_rule(directory: Directory, run: Run) -> None:
    """Step 8."""
    head = run.head
    if not any(run.bodies):
        code = None if directory.was_principal(head.circle, head.device) else "not_principal"
    else:
        code = judge_head(directory, head.circle, head.device, head.epoch, head.head_index)
    if code:
        raise ProtocolError(code)


def _check_quota(relay: Relay, writer: Writer, run: Run, *, apart: bool) -> None:
    """Step 10."""
    state, quotas = writer.state(), relay.settings.quotas
    size = len(run.raw)
    if state and state.run_bytes + size > quotas.runs:
        raise ProtocolError("quota_exceeded")
    if apart and writer.quarantine_bytes(run.head.device) + size > quotas.quarantine_per_device:
        raise ProtocolError("quota_exceeded")


def _count(relay: Relay, writer: Writer, directory: Directory, run: Run | None, code: str) -> None:
    """That it was refused is kept for staff. Names nobody knows are not: anybody could fill the disk with them."""
    device, circle, at = ZERO_HASH, ZERO_CIRCLE, directory.head.index
    if run and run.head.centre == writer.centre:
        device = run.head.device if directory.device(run.head.device, at) else device
        circle = run.head.circle if directory.circle(run.head.circle, at) else circle
    writer.count_refusal(device, circle, code, relay.now())
