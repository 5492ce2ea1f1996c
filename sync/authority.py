"""Who may say what on the centre: members, invites, devices, policy, root. A statement is checked, then it holds.

Source: sync/SPEC.md 3.1.  Twin: sync/authority.ts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crypto.errors import ProtocolError
from crypto.public_key import check_sealing_key, check_signing_key
from sync.shapes import MARK_SIZE
from sync.state import Device, Invite, Root, Standing, State
from sync.statements import (
    CentreFound,
    CentreStatement,
    DeviceAdd,
    DeviceEnrol,
    DeviceRevoke,
    InviteCancel,
    InviteOpen,
    MemberAdd,
    MemberEnd,
    MemberRole,
    Policy,
    RootReplace,
    Void,
)

MAX_MEMBERS = 5_000
MAX_DEVICES = 10_000  # ever
MAX_UNREVOKED = 1_400  # so that with the open invites an epoch takes no more seals than a statement has room for
MAX_OPEN_INVITES = 500


@dataclass(frozen=True, slots=True)
class Author:
    """Who signed entry `index`. judged_at: the index at which the author is judged; is_root: was it the root there?"""

    key: bytes
    index: int
    judged_at: int
    is_root: bool

    def is_admin(self, state: State) -> bool:
        """May it say what an admin may?"""
        return self.is_root or state.is_admin(self.key, self.judged_at)

    def is_staff(self, state: State) -> bool:
        """May it say what staff may?"""
        return self.is_root or state.is_staff(self.key, self.judged_at)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands: its position, in an entry of which the rest is said in `Held`."""

    centre: bytes
    position: int
    founds: bytes | None
    enrolment_code: str | None


def say_on_centre(state: State, author: Author, place: Place, statement: CentreStatement) -> None:
    """One statement of SPEC 3.1, checked in its order; refused, it has changed nothing.

    Raises ProtocolError with a code of the table there; "quota_exceeded" last, at a limit of SPEC 9.
    """
    _RULES[type(statement)](state, author, place, statement)


def _found(state: State, author: Author, place: Place, said: CentreFound) -> None:
    _require(author.index == 0 and place.position == 0 and author.key == said.root, "not_entitled")
    _require(place.founds == place.centre, "wrong_centre")
    state.set_root(Root(said.root, said.root_seal), author.index)


def _replace_root(state: State, author: Author, _place: Place, said: RootReplace) -> None:
    _require(author.is_root, "not_entitled")
    check_signing_key(said.root)
    check_sealing_key(said.root_seal)
    _require(state.used.isdisjoint((said.root, said.root_seal)), "exists")
    state.set_root(Root(said.root, said.root_seal), author.index)


def _void(_state: State, author: Author, _place: Place, _said: Void) -> None:
    """What it names is left out by the chain, before this entry is judged."""
    _require(author.is_root, "not_entitled")


def _add_member(state: State, author: Author, _place: Place, said: MemberAdd) -> None:
    by_staff = author.is_staff(state) and said.role == "supporter" and not said.duties
    _require(author.is_admin(state) or by_staff, "not_entitled")
    _require(said.member[:MARK_SIZE] not in state.marks, "exists")
    _require(len(state.members) < MAX_MEMBERS, "quota_exceeded")
    state.set_standing(said.member, Standing(said.role, said.duties), author.index)


def _set_role(state: State, author: Author, _place: Place, said: MemberRole) -> None:
    _require(author.is_admin(state), "not_entitled")
    _require(said.member in state.members, "unknown_member")
    _close_invites(state, state.members[said.member].invites, author.index)
    state.set_standing(said.member, Standing(said.role, said.duties), author.index)


def _end_member(state: State, author: Author, _place: Place, said: MemberEnd) -> None:
    _require(author.is_admin(state), "not_entitled")
    _require(said.member in state.members, "unknown_member")
    member = state.members[said.member]
    opened = [invite for device in member.devices for invite in state.devices[device].opened]
    _close_invites(state, [*member.invites, *opened], author.index)
    state.set_standing(said.member, Standing(None, ()), author.index)


def _open_invite(state: State, author: Author, _place: Place, said: InviteOpen) -> None:
    role = state.role(said.member, author.index)
    _require(author.is_admin(state) or (author.is_staff(state) and role == "supporter"), "not_entitled")
    _require(role is not None, "unknown_member")
    check_signing_key(said.invite)
    check_sealing_key(said.seal_key)
    _require(state.used.isdisjoint((said.invite, said.seal_key)), "exists")
    _require(len(state.open_invites) < MAX_OPEN_INVITES, "quota_exceeded")
    state.add_invite(Invite(said.invite, said.seal_key, said.member, author.index, author.key, said.expires))


def _cancel_invite(state: State, author: Author, _place: Place, said: InviteCancel) -> None:
    invite = state.invites.get(said.invite)
    _require(author.is_admin(state) or _may_cancel(state, author, invite), "not_entitled")
    if invite is None or invite.closed is not None:
        raise ProtocolError("invite_closed")
    state.close_invite(invite, author.index)


def _may_cancel(state: State, author: Author, invite: Invite | None) -> bool:
    if invite is None:
        return False
    if invite.opened_by == author.key:
        return True
    return author.is_staff(state) and state.role(invite.member, author.index) == "supporter"


def _enrol(state: State, author: Author, place: Place, said: DeviceEnrol) -> None:
    _require(place.position == 0 and author.key == said.device, "not_entitled")
    invite = state.invites.get(said.invite)
    if invite is None or invite.closed is not None:
        raise ProtocolError("invite_closed")
    _check_new_device(state, said.device, said.seal_key)
    if place.enrolment_code is not None:
        raise ProtocolError(place.enrolment_code)
    _require(len(state.devices) < MAX_DEVICES and len(state.unrevoked) < MAX_UNREVOKED, "quota_exceeded")
    state.close_invite(invite, author.index)
    state.add_device(Device(said.device, invite.member, said.seal_key, author.index, said.invite))


def _add_device(state: State, author: Author, _place: Place, said: DeviceAdd) -> None:
    _require(author.is_root, "not_entitled")
    _require(said.member in state.members, "unknown_member")
    _check_new_device(state, said.device, said.seal_key)
    _require(len(state.devices) < MAX_DEVICES and len(state.unrevoked) < MAX_UNREVOKED, "quota_exceeded")
    state.add_device(Device(said.device, said.member, said.seal_key, author.index, None))


def _check_new_device(state: State, device: bytes, seal_key: bytes) -> None:
    check_signing_key(device)
    check_sealing_key(seal_key)
    _require(state.used.isdisjoint((device, seal_key)), "exists")


def _revoke_device(state: State, author: Author, _place: Place, said: DeviceRevoke) -> None:
    _require(author.is_admin(state), "not_entitled")
    device = state.devices.get(said.device)
    if device is None:
        raise ProtocolError("unknown_device")
    _require(device.revoked is None, "revoked")
    state.revoke_device(device, author.index)
    _close_invites(state, device.opened, author.index)


def _set_policy(state: State, author: Author, _place: Place, said: Policy) -> None:
    _require(author.is_admin(state), "not_entitled")
    for type_, field, who in said.rights:
        state.set_right(type_, field, who, author.index)
    for name, value in said.values.items():
        if name != "rights":
            state.set_setting(name, value, author.index)


def _close_invites(state: State, invites: list[bytes], index: int) -> None:
    for invite in invites:
        state.close_invite(state.invites[invite], index)


def _require(holds: bool, code: str) -> None:
    if not holds:
        raise ProtocolError(code)


_RULES: dict[type, Callable[[State, Author, Place, Any], None]] = {
    CentreFound: _found,
    RootReplace: _replace_root,
    Void: _void,
    MemberAdd: _add_member,
    MemberRole: _set_role,
    MemberEnd: _end_member,
    InviteOpen: _open_invite,
    InviteCancel: _cancel_invite,
    DeviceEnrol: _enrol,
    DeviceAdd: _add_device,
    DeviceRevoke: _revoke_device,
    Policy: _set_policy,
}
