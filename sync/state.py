"""The directory's state at every index: root, members, devices, invites, policy, circles. It judges nothing by itself.

Source: sync/SPEC.md 2.  Twin: sync/state.ts.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from sync.circles import Circle
from sync.shapes import MARK_SIZE
from sync.timeline import Journal, Timeline

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Root:
    key: bytes
    seal_key: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """role: None after `member.end`."""

    role: str | None
    duties: tuple[str, ...]


@dataclass(slots=True)
class Member:
    """added: index. devices, invites: keys, in the order in which they came."""

    id: bytes
    added: int
    standing: Timeline[Standing] = field(default_factory=Timeline)
    devices: list[bytes] = field(default_factory=list)
    invites: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Device:
    """enrolled, revoked: indices. invite: the one that brought it in, None: the root did. opened: invites it opened."""

    key: bytes
    member: bytes
    seal_key: bytes
    enrolled: int
    invite: bytes | None
    revoked: int | None = None
    opened: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Invite:
    """opened, closed: indices. opened_by: a device, or the root. expires: ms, for people only."""

    key: bytes
    seal_key: bytes
    member: bytes
    opened: int
    opened_by: bytes
    expires: int
    closed: int | None = None

    def is_open(self, at: int) -> bool:
        """After entry `at`."""
        return self.opened <= at and (self.closed is None or self.closed > at)


class State:
    """Everything by id, with its history. Writers note in `journal` how to take back what they did."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.root: Timeline[Root] = Timeline()
        self.members: dict[bytes, Member] = {}
        self.marks: dict[bytes, bytes] = {}
        self.devices: dict[bytes, Device] = {}
        self.invites: dict[bytes, Invite] = {}
        self.unrevoked: dict[bytes, Device] = {}
        self.open_invites: dict[bytes, Invite] = {}
        self.admins: dict[bytes, None] = {}
        self.settings: dict[str, Timeline[Any]] = {}
        self.rights: dict[tuple[str, str], Timeline[tuple[str, ...]]] = {}
        self.public: dict[bytes, Circle] = {}
        self.hashed: dict[bytes, Circle] = {}
        self.cases: dict[bytes, list[bytes]] = {}
        self.used: set[bytes] = set()
        self.owners: dict[bytes, Device | Invite] = {}

    def circle(self, circle: bytes) -> Circle | None:
        """A circle at any index. An id that stands in full hides a hashed one, for all readers alike."""
        return self.public.get(circle) or self.hashed.get(circle)

    def has_hashed(self, circle: bytes, at: int) -> bool:
        """Was a circle with this id, whose statements stand as digests, opened at or before `at`?"""
        known = self.hashed.get(circle)
        return known is not None and known.opened <= at

    def circles_of_case(self, case: bytes | None) -> list[Circle]:
        """As far as they are known here."""
        return [self.hashed[circle] for circle in self.cases.get(case or b"", [])]

    def is_known_member(self, member: bytes, at: int) -> bool:
        """Added at or before `at`, whether it has a role or not."""
        known = self.members.get(member)
        return known is not None and known.added <= at

    def is_known_device(self, device: bytes, at: int) -> bool:
        """Enrolled at or before `at`, revoked or not."""
        known = self.devices.get(device)
        return known is not None and known.enrolled <= at

    def standing(self, member: bytes, at: int) -> Standing:
        """Role and duties after entry `at`; no role for one who is not known."""
        known = self.members.get(member)
        return (known.standing.at(at) if known else None) or Standing(None, ())

    def role(self, member: bytes, at: int) -> str | None:
        """After entry `at`."""
        return self.standing(member, at).role

    def is_active(self, device: bytes, at: int) -> bool:
        """Enrolled, not revoked, and its member has a role."""
        known = self.devices.get(device)
        if known is None or known.enrolled > at or (known.revoked is not None and known.revoked <= at):
            return False
        return self.role(known.member, at) is not None

    def is_staff(self, device: bytes, at: int) -> bool:
        """Active, of a member who is staff or admin."""
        return self.is_active(device, at) and self.role(self.devices[device].member, at) in ("staff", "admin")

    def is_admin(self, device: bytes, at: int) -> bool:
        """Active, of a member who is admin."""
        return self.is_active(device, at) and self.role(self.devices[device].member, at) == "admin"

    def has_admin(self, at: int) -> bool:
        """Is some admin device active? `at` is the newest index."""
        return any(self.is_active(device, at) for member in self.admins for device in self.members[member].devices)

    def set_root(self, root: Root, index: int) -> None:
        """The root from `index` on."""
        self.root.put(index, root, self.journal)
        self._use(root.key, root.seal_key)

    def set_standing(self, member: bytes, standing: Standing, index: int) -> None:
        """Role and duties from `index` on; a member not known yet is added."""
        if member not in self.members:
            self.members[member] = Member(member, index)
            self.journal.note(lambda: self.members.pop(member))
            self._put_key(self.marks, member[:MARK_SIZE], member)
        self.members[member].standing.put(index, standing, self.journal)
        if standing.role == "admin":
            self._put_key(self.admins, member, None)
        elif member in self.admins:
            self._drop_key(self.admins, member)

    def add_device(self, device: Device) -> None:
        """A device from its `enrolled` index on."""
        self.devices[device.key] = device
        devices = self.members[device.member].devices
        devices.append(device.key)
        self.journal.note(lambda: (self.devices.pop(device.key), devices.pop()))
        self._put_key(self.unrevoked, device.key, device)
        self._own(device)

    def revoke_device(self, device: Device, index: int) -> None:
        """Not active from `index` on."""
        device.revoked = index
        self.journal.note(lambda: setattr(device, "revoked", None))
        self._drop_key(self.unrevoked, device.key)

    def add_invite(self, invite: Invite) -> None:
        """An invite from its `opened` index on."""
        opener = self.devices.get(invite.opened_by)
        listed = [self.members[invite.member].invites, *([opener.opened] if opener else [])]
        for keys in listed:
            keys.append(invite.key)
        self.invites[invite.key] = invite
        self.journal.note(lambda: (self.invites.pop(invite.key), [keys.pop() for keys in listed]))
        self._put_key(self.open_invites, invite.key, invite)
        self._own(invite)

    def close_invite(self, invite: Invite, index: int) -> None:
        """Not open from `index` on; one already closed stays as it was."""
        if invite.closed is not None:
            return
        invite.closed = index
        self.journal.note(lambda: setattr(invite, "closed", None))
        self._drop_key(self.open_invites, invite.key)

    def set_setting(self, name: str, value: Any, index: int) -> None:
        """A policy value from `index` on."""
        self.settings.setdefault(name, Timeline()).put(index, value, self.journal)

    def set_right(self, type_: str, field_name: str, who: tuple[str, ...], index: int) -> None:
        """Who may write a field from `index` on."""
        self.rights.setdefault((type_, field_name), Timeline()).put(index, who, self.journal)

    def add_circle(self, circle: Circle) -> None:
        """A circle from its `opened` index on."""
        self._put_key(self.public if circle.public else self.hashed, circle.id, circle)
        if circle.public:
            self._use(circle.epochs[0].circle_key)
        elif circle.case is not None:
            listed = self.cases.setdefault(circle.case, [])
            listed.append(circle.id)
            self.journal.note(listed.pop)

    def forget_hashed(self, circle: bytes) -> None:
        """The circle is to be made anew from its statements, some of which came late."""
        known = self.hashed.pop(circle, None)
        if known is not None and known.case is not None:
            self.cases[known.case].remove(circle)

    def use_circle_key(self, key: bytes) -> None:
        """No device or invite may come with the key of a circle whose statements stand in full."""
        self._use(key)

    def _own(self, owner: Device | Invite) -> None:
        self._use(owner.key, owner.seal_key)
        self._put_key(self.owners, owner.seal_key, owner)

    def _use(self, *keys: bytes) -> None:
        fresh = {key for key in keys if key not in self.used}
        self.used |= fresh
        self.journal.note(lambda: self.used.difference_update(fresh))

    def _put_key(self, where: dict[bytes, V], key: bytes, value: V) -> None:
        if key in where:
            return
        where[key] = value
        self.journal.note(lambda: where.pop(key))

    def _drop_key(self, where: dict[bytes, V], key: bytes) -> None:
        value = where.pop(key)
        self.journal.note(lambda: where.__setitem__(key, value))
