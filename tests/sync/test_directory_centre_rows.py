"""Who may say what on the centre: every code of every row of sync/SPEC.md 3.1, and the order of the checks.

Each case breaks its own check and, where it can, those behind it, so that two checks changing places would show.
"""

import pytest

from sync.statements import (
    KINDS,
    CentreFound,
    DeviceAdd,
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
from tests.sync.centre import START
from tests.sync.world import FRESH, KEY, NOBODY, SMALL_ORDER, Case, desk_key, key_of, name, world

ROWS: list[Case] = [
    ("centre.found", "not_entitled", lambda w: (w.root, CentreFound(w.root.key, w.root.sealing.public))),
    ("root.replace", "not_entitled", lambda w: (w.admin, RootReplace(SMALL_ORDER, FRESH[0]))),
    ("root.replace", "bad_key", lambda w: (w.root, RootReplace(SMALL_ORDER, FRESH[0]))),
    ("root.replace", "bad_key", lambda w: (w.root, RootReplace(FRESH[0], SMALL_ORDER))),
    ("root.replace", "exists", lambda w: (w.root, RootReplace(w.admin.key, FRESH[0]))),
    ("root.replace", "exists", lambda w: (w.root, RootReplace(FRESH[0], w.lost.sealing.public))),
    ("root.replace", None, lambda w: (w.root, RootReplace(FRESH[0], FRESH[1]))),
    ("void", "not_entitled", lambda w: (w.admin, Void((KEY,)))),
    ("void", "not_entitled", lambda w: (w.root, Void((w.centre.directory.entry(0).hash,)))),
    ("void", None, lambda w: (w.root, Void((KEY,)))),
    ("member.add", "not_entitled", lambda w: (w.yuki, MemberAdd(w.yuki.member, "supporter", ()))),
    ("member.add", "not_entitled", lambda w: (w.office, MemberAdd(w.yuki.member, "professional", ()))),
    ("member.add", "not_entitled", lambda w: (w.office, MemberAdd(w.yuki.member, "supporter", ("reviewer",)))),
    ("member.add", "exists", lambda w: (w.office, MemberAdd(w.gone.member, "supporter", ()))),
    ("member.add", None, lambda w: (w.office, MemberAdd(NOBODY, "supporter", ()))),
    ("member.add", None, lambda w: (w.root, MemberAdd(NOBODY, "admin", ("privacy",)))),
    ("member.role", "not_entitled", lambda w: (w.office, MemberRole(NOBODY, "staff", ()))),
    ("member.role", "unknown_member", lambda w: (w.admin, MemberRole(NOBODY, "staff", ()))),
    ("member.role", None, lambda w: (w.admin, MemberRole(w.gone.member, "supporter", ()))),
    ("member.end", "not_entitled", lambda w: (w.office, MemberEnd(NOBODY))),
    ("member.end", "unknown_member", lambda w: (w.admin, MemberEnd(NOBODY))),
    ("member.end", None, lambda w: (w.admin, MemberEnd(w.yuki.member))),
    ("invite.open", "not_entitled", lambda w: (w.yuki, InviteOpen(SMALL_ORDER, w.yuki.key, NOBODY, START))),
    ("invite.open", "not_entitled", lambda w: (w.office, InviteOpen(SMALL_ORDER, w.yuki.key, w.staff.member, START))),
    ("invite.open", "unknown_member", lambda w: (w.admin, InviteOpen(SMALL_ORDER, w.yuki.key, NOBODY, START))),
    ("invite.open", "unknown_member", lambda w: (w.admin, InviteOpen(SMALL_ORDER, w.yuki.key, w.gone.member, START))),
    ("invite.open", "bad_key", lambda w: (w.admin, InviteOpen(SMALL_ORDER, w.yuki.key, w.yuki.member, START))),
    ("invite.open", "bad_key", lambda w: (w.admin, InviteOpen(FRESH[0], SMALL_ORDER, w.yuki.member, START))),
    ("invite.open", "exists", lambda w: (w.admin, InviteOpen(w.lost.key, FRESH[0], w.yuki.member, START))),
    ("invite.open", "exists", lambda w: (w.admin, InviteOpen(FRESH[0], w.root.sealing.public, w.yuki.member, START))),
    ("invite.open", None, lambda w: (w.office, InviteOpen(FRESH[0], FRESH[1], w.yuki.member, START))),
    ("invite.cancel", "not_entitled", lambda w: (w.yuki, InviteCancel(KEY))),
    ("invite.cancel", "not_entitled", lambda w: (w.yuki, InviteCancel(w.invite.signing.public))),
    ("invite.cancel", "not_entitled", lambda w: (w.staff, InviteCancel(w.staff_invite.signing.public))),
    ("invite.cancel", "invite_closed", lambda w: (w.admin, InviteCancel(KEY))),
    ("invite.cancel", "invite_closed", lambda w: (w.staff, InviteCancel(w.cancelled.signing.public))),
    ("invite.cancel", None, lambda w: (w.office, InviteCancel(w.own_invite.signing.public))),
    ("invite.cancel", None, lambda w: (w.staff, InviteCancel(w.own_invite.signing.public))),
    (
        "device.enrol",
        "not_entitled",
        lambda w: (w.yuki, w.enrolment(w.cancelled, w.new, device=SMALL_ORDER)),
    ),
    (
        "device.enrol",
        "invite_closed",
        lambda w: (w.new, w.enrolment(w.cancelled, w.new, seal_key=w.yuki.key)),
    ),
    ("device.enrol", "exists", lambda w: (w.new, w.enrolment(w.invite, w.new, seal_key=w.yuki.sealing.public))),
    ("device.enrol", "exists", lambda w: (w.new, w.enrolment(w.invite, w.new, seal_key=w.invite.sealing.public))),
    (
        "device.enrol",
        "exists",
        lambda w: (w.new, w.enrolment(w.invite, w.new, seal_key=desk_key(w))),
    ),
    ("device.enrol", "bad_key", lambda w: (w.new, w.enrolment(w.invite, w.new, seal_key=SMALL_ORDER))),
    ("device.enrol", "bad_signature", lambda w: (w.new, w.enrolment(w.invite, w.new, seal_key=FRESH[0]))),
    ("device.enrol", "bad_signature", lambda w: (w.new, w.enrolment(w.own_invite, w.new, invite=key_of(w.invite)))),
    ("device.enrol", None, lambda w: (w.new, w.enrolment(w.invite, w.new))),
    ("device.add", "not_entitled", lambda w: (w.admin, DeviceAdd(NOBODY, SMALL_ORDER, w.yuki.key))),
    ("device.add", "unknown_member", lambda w: (w.root, DeviceAdd(NOBODY, SMALL_ORDER, w.yuki.key))),
    ("device.add", "bad_key", lambda w: (w.root, DeviceAdd(w.yuki.member, SMALL_ORDER, w.yuki.key))),
    ("device.add", "bad_key", lambda w: (w.root, DeviceAdd(w.yuki.member, FRESH[0], SMALL_ORDER))),
    ("device.add", "exists", lambda w: (w.root, DeviceAdd(w.yuki.member, FRESH[0], w.yuki.key))),
    ("device.add", None, lambda w: (w.root, DeviceAdd(w.yuki.member, FRESH[0], FRESH[1]))),
    ("device.revoke", "not_entitled", lambda w: (w.office, DeviceRevoke(KEY))),
    ("device.revoke", "unknown_device", lambda w: (w.admin, DeviceRevoke(KEY))),
    ("device.revoke", "revoked", lambda w: (w.admin, DeviceRevoke(w.lost.key))),
    ("device.revoke", None, lambda w: (w.admin, DeviceRevoke(w.gone.key))),
    ("policy", "not_entitled", lambda w: (w.office, Policy({}))),
    ("policy", None, lambda w: (w.admin, Policy({"idle_minutes": 5}))),
]


@pytest.mark.parametrize("case", ROWS, ids=name)
def test_a_statement_holds_or_is_refused_with_its_code(case: Case) -> None:
    kind, expected, build = case
    author, *said = build(world())

    assert kind == said[0].kind
    assert expected == world().code(author, *said)


def test_every_kind_of_statement_has_a_row_that_holds() -> None:
    holding = {kind for kind, code, _ in ROWS if code is None}

    assert {kind for kind in KINDS if not kind.startswith(("circle.", "seal."))} - {"centre.found"} == holding


def test_an_enrolment_stands_first_in_its_entry_or_not_at_all() -> None:
    w = world()

    assert "not_entitled" == w.code(w.admin, Policy({}), w.enrolment(w.invite, w.admin))


def test_an_invitation_cannot_enrol_a_key_with_which_anybody_signs() -> None:
    """Such a key could sign nothing by itself, so the entry has to be somebody else's: the root's, by `device.add`."""
    w = world()
    said = DeviceAdd(w.yuki.member, SMALL_ORDER[:-1] + b"\x80", FRESH[1])

    assert "bad_key" == w.code(w.root, said)
