"""To whom a circle's secret may be sealed, who is in it, and whether it is stale.

Source: sync/SPEC.md 2.1, 2.2.  Twin: sync/entitled.ts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sync.circles import Circle, Shape
from sync.state import Device, Invite, State

WITH_RECOVERY = frozenset({"centre", "desk", "private"})
WITH_MEMBERS_INVITES = frozenset({"door", "dispatch", "own"})

Span = tuple[int, int | None]
"""(from, up to but without); no end: still."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A circle as a statement would make it."""

    kind: str
    desk: bytes | None
    members: tuple[bytes, ...]
    devices: tuple[bytes, ...]


def proposed(circle: Circle, at: int) -> Proposed:
    """The circle as it is after entry `at`."""
    return Proposed(circle.kind, circle.desk, circle.members.at(at) or (), circle.devices.at(at) or ())


def entitled(state: State, shape: Shape, at: int) -> set[bytes]:
    """Sealing keys to which the circle's secret may be sealed after entry `at`. The desk, if any, is known."""
    keys = {device.seal_key for device in _direct_devices(state, shape, at)}
    keys |= {invite.seal_key for invite in _entitled_invites(state, shape, at)}
    root = state.root.at(at)
    if root is not None and shape.kind in WITH_RECOVERY:
        keys.add(root.seal_key)
    desk = state.public.get(shape.desk) if shape.desk else None
    if desk is not None:
        keys.add(desk.newest(at).circle_key)
    return keys


def is_direct(state: State, shape: Shape, device: bytes, at: int) -> bool:
    """Is the device in the direct column?"""
    if shape.kind == "desk":
        return device in shape.devices and state.is_staff(device, at)
    if not state.is_active(device, at):
        return False
    return shape.kind == "centre" or state.devices[device].member in shape.members


def is_principal(state: State, circle: Circle, device: bytes, at: int) -> bool:
    """Direct, or a principal of its desk, up through the lead desks."""
    return any(is_direct(state, proposed(rank, at), device, at) for rank in ranks(state, circle, at))


def is_via_desk(state: State, circle: Circle, device: bytes, at: int) -> bool:
    """Has it a desk, and is the device a principal of that?"""
    desk = state.public.get(circle.desk) if circle.desk else None
    return desk is not None and is_principal(state, desk, device, at)


def ranks(state: State, circle: Circle, at: int) -> Iterator[Circle]:
    """The circle, its desk, that desk's lead desk, and so on, as far as they are opened."""
    rank: Circle | None = circle
    while rank is not None and rank.opened <= at:
        yield rank
        rank = state.public.get(rank.desk) if rank.desk else None


def is_stale(state: State, circle: Circle, at: int, desks: "Desks | None" = None) -> bool:
    """Is some recipient of its newest epoch not entitled any more?

    desks: what was found out of desks at this index and state, for who asks of many circles.
    """
    desk = _desk_of(state, circle, at, {} if desks is None else desks)
    shape = proposed(circle, at)
    return not all(_is_sound_key(state, shape, key, desk, at) for key in circle.newest(at).recipients(at))


def principal_spans(state: State, circle: Circle, device: bytes) -> list[Span]:
    """When the device was a principal of the circle, oldest first, not touching each other."""
    known = state.devices.get(device)
    if known is None:
        return []
    turns = sorted(_turns(state, circle, known))
    spans: list[Span] = []
    for start, after in zip(turns, [*turns[1:], None], strict=True):
        if not is_principal(state, circle, device, start):
            continue
        if spans and spans[-1][1] == start:
            start = spans.pop()[0]
        spans.append((start, after))
    return spans


def _direct_devices(state: State, shape: Shape, at: int) -> Iterator[Device]:
    for key in _named_devices(state, shape):
        if is_direct(state, shape, key, at):
            yield state.devices[key]


def _named_devices(state: State, shape: Shape) -> Iterable[bytes]:
    if shape.kind == "centre":
        return state.devices
    if shape.kind == "desk":
        return shape.devices
    return [key for member in shape.members if member in state.members for key in state.members[member].devices]


def _entitled_invites(state: State, shape: Shape, at: int) -> Iterator[Invite]:
    for key in _named_invites(state, shape):
        if _is_entitled_invite(shape, state.invites[key], at):
            yield state.invites[key]


def _named_invites(state: State, shape: Shape) -> Iterable[bytes]:
    if shape.kind == "centre":
        return state.invites
    return [key for member in shape.members if member in state.members for key in state.members[member].invites]


def _is_entitled_invite(shape: Shape, invite: Invite, at: int) -> bool:
    if not invite.is_open(at):
        return False
    return shape.kind == "centre" or (shape.kind in WITH_MEMBERS_INVITES and invite.member in shape.members)


def _is_entitled_key(state: State, shape: Shape, key: bytes, at: int) -> bool:
    owner = state.owners.get(key)
    if isinstance(owner, Device):
        return is_direct(state, shape, owner.key, at)
    if isinstance(owner, Invite):
        return _is_entitled_invite(shape, owner, at)
    root = state.root.at(at)
    return root is not None and root.seal_key == key and shape.kind in WITH_RECOVERY


@dataclass(frozen=True, slots=True)
class _Desk:
    """A desk as those below it see it.

    epochs: by circle key; of two with one key, the earlier. sound_from: all recipients from this epoch on are entitled.
    """

    epochs: dict[bytes, int]
    sound_from: int


Desks = dict[bytes, _Desk]
"""What was found out of desks, by their ids."""


def _desk_of(state: State, circle: Circle, at: int, desks: Desks) -> _Desk | None:
    """The circle's desk; the lead desks are judged first, so no chain of desks is too long."""
    sound: _Desk | None = None
    for desk in reversed(list(ranks(state, circle, at))[1:]):
        if desk.id not in desks:
            desks[desk.id] = _judge_desk(state, desk, sound, at)
        sound = desks[desk.id]
    return sound


def _judge_desk(state: State, desk: Circle, lead: _Desk | None, at: int) -> _Desk:
    epochs = {epoch.circle_key: epoch.number for epoch in reversed(desk.epochs) if epoch.opened <= at}
    if desk.is_shredded(at):
        return _Desk(epochs, len(desk.epochs) + 1)
    shape = proposed(desk, at)
    last_bad = 0
    for key, line in desk.sealed_to.items():
        number = line.at(at) or 0
        if number > last_bad and not _is_sound_key(state, shape, key, lead, at):
            last_bad = number
    return _Desk(epochs, last_bad + 1)


def _is_sound_key(state: State, shape: Shape, key: bytes, desk: _Desk | None, at: int) -> bool:
    if desk is not None and key in desk.epochs:
        return desk.epochs[key] >= desk.sound_from
    return _is_entitled_key(state, shape, key, at)


def _turns(state: State, circle: Circle, device: Device) -> set[int]:
    """Every index at which the device may have become or ceased to be a principal."""
    turns = {device.enrolled, *([device.revoked] if device.revoked is not None else [])}
    turns |= {start for start, _, _ in state.members[device.member].standing.spans()}
    rank: Circle | None = circle
    while rank is not None:
        turns |= {rank.opened}
        turns |= {start for start, _, _ in rank.members.spans()} | {start for start, _, _ in rank.devices.spans()}
        rank = state.public.get(rank.desk) if rank.desk else None
    return turns
