"""What people do: write, decide, review, send each other, shut out. Each remembers what it did, none what is true.

What is not possible just now is not done: who has not heard that a dispatch ended tries in vain later.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from crypto.errors import ProtocolError
from sync.circles import CircleView
from sync.device import Device
from sync.directory import Directory
from sync.edits import Edit, Write
from sync.register import View
from tests.model.memory import SIGN, Wrote, texts_in
from tests.model.world import Actor, World

IMPOSSIBLE = frozenset({"not_home", "exists", "not_entitled", "unknown_circle"})


@dataclass(frozen=True, slots=True)
class Place:
    """A field in which values are written."""

    home: str
    type: str
    field: str
    is_once: bool = False


PLACES = (
    Place("dispatch", "visit", "place_text"),
    Place("door", "contact_preference", "supporter_wish"),
    Place("case", "household", "area"),
    Place("dispatch", "visit_note", "title", is_once=True),
    Place("own", "addendum", "own_text", is_once=True),
)
BEYOND = (Place("dispatch", "dispatch", "purpose"), Place("centre", "member_profile", "name"))
"""Not for supporters."""
NUDGES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dispatch", "visit", {"status": "planned"}),
    ("dispatch", "visit", {"status": "departed"}),
    ("dispatch", "visit", {"status": "cancelled"}),
    ("dispatch", "visit", {"purpose": ["watch", "crisis"]}),
    ("door", "contact_preference", {"no_contact": True}),
    ("door", "contact_preference", {"no_contact": False}),
    ("case", "case", {"status": "received"}),
    ("case", "case", {"status": "screening"}),
)
"""Writes under the other policies: careful, set, state."""


def open_circles(device: Device, kind: str) -> list[CircleView]:
    """Circles of a kind of which the device knows, closed ones too, in an order that is the same everywhere."""
    return sorted(device.circles.of_kind(kind), key=lambda view: view.id)


def record_of(circle: bytes, type_: str, number: int) -> bytes:
    return sha256(circle + type_.encode() + bytes([number])).digest()[:16]


# Writing


def write(world: World, actor: Actor, place: Place, circle: int, record: int) -> str | None:
    """A new value in a field of a record, over what is seen there; its text."""
    device = actor.on
    views = open_circles(device, place.home)
    if place.home == "own":
        views = [view for view in views if view.members == (actor.member,)]
    if not views:
        return None
    id_ = views[circle % len(views)].id
    record_id = record_of(id_, place.type, record)
    saw = seen(device, place, id_, record_id)
    text = new_text(world, actor)
    saw = frozenset() if place.is_once and len(saw) < 2 else saw
    wrote = Wrote(text, actor.name, device.key, id_, record_id, place.type, place.field, saw)
    fields = {place.field: text}
    return saved(
        world, actor, wrote, lambda: device.book.writing({place.home: id_}).put(record_id, place.type, **fields).save()
    )


def write_beyond(world: World, actor: Actor, place: Place, circle: int) -> str | None:
    """What is not a supporter's to write, past the checks of an honest app."""
    device = actor.on
    views = open_circles(device, place.home)
    if not views or device.people.role(actor.member) != "supporter":
        return None
    id_ = views[circle % len(views)].id
    record, text = record_of(id_, place.type, 0), new_text(world, actor)
    over = tuple(sorted({id_ for view in device.book.views(record, place.type) for id_ in ids_in(view, place.field)}))
    edit = Edit(record, place.type, (Write(place.field, None, text, over),))
    wrote = Wrote(text, actor.name, device.key, id_, record, place.type, place.field, frozenset(), may=False)
    return saved(world, actor, wrote, lambda: device.save(id_, [edit]))


def nudge(actor: Actor, number: int, circle: int, record: int) -> None:
    """A small word under another policy."""
    home, type_, fields = NUDGES[number % len(NUDGES)]
    views = open_circles(actor.on, home)
    if not views:
        return
    id_ = views[circle % len(views)].id
    try:
        actor.on.book.writing({home: id_}).put(record_of(id_, type_, record), type_, **fields).save()
    except ProtocolError as error:
        if error.code not in IMPOSSIBLE:
            raise


def resolve(world: World, actor: Actor, number: int) -> str | None:
    """A person decides: one value in place of all that are in conflict."""
    names = {(place.type, place.field) for place in PLACES if not place.is_once}
    open_ = [view for view in actor.on.book.conflicts() if (view.key.type, view.key.field) in names]
    if not open_:
        return None
    view = open_[number % len(open_)]
    text = new_text(world, actor)
    key = view.key
    saw = texts_in(value.value for value in (*view.values, *view.requests))
    wrote = Wrote(text, actor.name, actor.on.key, key.circle, key.record, key.type, key.field, saw)
    return saved(world, actor, wrote, lambda: actor.on.book.resolve(view, text))


def review(world: World, actor: Actor, number: int) -> str | None:
    """A reviewer asks about a note that waits, in its author's own circle."""
    device = actor.on
    if "reviewer" not in device.core.held.directory.duties(actor.member, device.core.held.head):
        return None
    waiting = [note for note in device.book.records("visit_note") if _has_origin(device, note)]
    if not waiting:
        return None
    note, text = waiting[number % len(waiting)], new_text(world, actor)
    circle, author = device.book.review_of(note).circle, device.book.review_of(note).author
    case = device.circles.view(circle).case
    own = device.book.where(case, own_of=author).get("own", b"")
    wrote = Wrote(text, actor.name, device.key, own, b"", "review", "question", frozenset())
    return saved(world, actor, wrote, lambda: device.book.review(note, "question", question=text))


def rewrite(world: World, actor: Actor) -> None:
    """What the server would not take is written anew."""
    for letter in actor.on.dead_letters():
        actor.on.rewrite(letter)
    world.learn(actor)


def seen(device: Device, place: Place, circle: bytes, record: bytes) -> frozenset[str]:
    """The values that stand in a field, as the device shows them; of a field with a value for each author, its own."""
    views = [view for view in device.book.views(record, place.type) if view.key.circle == circle]
    mine = [view for view in views if view.key.field == place.field and view.key.member in (None, device.member)]
    return texts_in(value.value for view in mine for value in (*view.values, *view.requests))


def new_text(world: World, actor: Actor) -> str:
    return f"{SIGN}{world.random.getrandbits(64):016x}{actor.name}"


def saved(world: World, actor: Actor, wrote: Wrote, save: Callable[[], object]) -> str | None:
    """Its text, once it was said to be saved. When the battery dies meanwhile, nobody knows; None: it cannot be."""
    memory = world.memory
    memory.written[wrote.text] = wrote
    memory.gone.add(wrote.text)
    try:
        save()
    except ProtocolError as error:
        del memory.written[wrote.text]
        if error.code not in IMPOSSIBLE:
            raise
        return None
    memory.gone.remove(wrote.text)
    world.learn(actor)
    return wrote.text


def ids_in(view: View, field: str) -> set[bytes]:
    return {id_ for value in view.values for id_ in value.changes} if view.key.field == field else set()


def _has_origin(device: Device, note: bytes) -> bool:
    try:
        device.book.review_of(note)
    except ProtocolError:
        return False
    return True


# Sending people, shutting out


def open_case(world: World, admin: Actor) -> None:
    desks = open_circles(admin.on, "desk")
    if desks:
        world.attempt(lambda: admin.on.circles.open_case(desks[0].id))


def dispatch(world: World, admin: Actor, case: int, members: Sequence[bytes]) -> bytes | None:
    """Send members together; who is at the desk may."""
    device = admin.on
    doors = open_circles(device, "door")
    present = [member for member in members if device.people.role(member) is not None]
    if not doors or not present or not at_desk(device):
        return None
    view = doors[case % len(doors)]
    assert view.case is not None
    case_id, sent = view.case, sorted(set(present))
    world.memory.sent.add((case_id, frozenset(sent)))
    return world.attempt(lambda: device.circles.dispatch(case_id, sent))


def end_dispatch(world: World, admin: Actor, number: int) -> None:
    running = [view for view in open_circles(admin.on, "dispatch") if view.members and not view.closed]
    if running and at_desk(admin.on):
        circle = running[number % len(running)].id
        world.attempt(lambda: admin.on.circles.end_dispatch(circle))


def revoke(world: World, admin: Actor, target: bytes) -> None:
    """Shut out a device. Another admin's device is left, and another at the desk: else only the paper key goes on."""
    held = admin.on.core.held
    known = [device.key for device in admin.on.people.devices()]
    admins = [key for key in known if held.directory.is_admin(key, held.head)]
    seated = [
        key for key in known if any(sits(held.directory, desk.id, key) for desk in open_circles(admin.on, "desk"))
    ]
    if any(target in left and len(left) < 3 for left in (admins, seated)):
        return
    if held.directory.is_active(target, held.head):
        world.memory.revoking.add(target)
        world.attempt(lambda: admin.on.people.revoke(target))


def let_in(world: World, admin: Actor, number: int) -> None:
    """From quarantine: one run and all before it."""
    if not at_desk(admin.on):
        return
    apart = [each for each in world.attempt(admin.on.circles.quarantine) or [] if _is_readable(admin.on, each.circle)]
    if apart:
        each = apart[number % len(apart)]
        world.memory.let_in.add(each.last)
        world.attempt(lambda: admin.on.circles.let_in(each.circle, each.last))


def change_role(world: World, admin: Actor, member: bytes, role: str) -> None:
    world.memory.rerolled.add(member)
    world.attempt(lambda: admin.on.people.change(member, role))


def sits(directory: Directory, desk: bytes, key: bytes) -> bool:
    return directory.principal(desk, key, directory.head.index)


def at_desk(device: Device) -> bool:
    held = device.core.held
    return any(sits(held.directory, desk.id, held.key) for desk in open_circles(device, "desk"))


def is_admin(actor: Actor) -> bool:
    held = actor.on.core.held
    return held.directory.is_admin(held.key, held.head)


def _is_readable(device: Device, circle: bytes) -> bool:
    held = device.core.held
    return held.directory.circle(circle, held.head) is not None and held.directory.principal(
        circle, held.key, held.head
    )
