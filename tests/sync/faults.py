"""Entries with ever fewer faults, for the order of the steps in sync/SPEC.md 3.5."""

from typing import Any

from sync.chain import Frame, Head
from sync.statements import CentreFound, CircleClose, CircleCutoff, MemberEnd, MemberRole, statement_bytes
from tests.sync.centre import Centre
from tests.sync.world import FRESH, NOBODY, world


def faulty_frames() -> list[tuple[str, Frame]]:
    """Each with the code it is refused with; where it can, a frame has the faults of those after it as well."""
    w = world()
    c, lost = w.centre, w.lost
    stranger = c.device(NOBODY)
    far = Head(c.head + 5, FRESH[0])
    newer: dict[str, Any] = {"kind": "circle.merge"}
    odd = {"kind": "member.end"}
    role = MemberRole(NOBODY, "staff", ())
    elsewhere = Centre.found(99)
    own_end = MemberEnd(c.admin.member)
    other_end = MemberEnd(w.other_admin.member)
    shut = CircleClose(w.case, FRESH[0])
    stray = statement_bytes(shut)

    return [
        ("bad_signature", altered(elsewhere.frame(stranger, [odd], at=far))),
        ("wrong_place", elsewhere.frame(stranger, [odd], at=far)),
        ("head_moved", c.frame(stranger, [odd], at=far)),
        ("head_moved", c.frame(stranger, [odd], at=Head(c.head, FRESH[0]))),
        ("malformed", c.frame(stranger, [odd, newer])),
        ("unknown_statement", c.frame(stranger, [newer, odd])),
        ("revoked", c.frame(lost, [role])),
        ("unknown_author", c.frame(stranger, [role])),
        ("unknown_author", c.frame(w.gone, [role])),
        ("not_entitled", c.frame(c.admin, [CentreFound(c.root.key, c.root.sealing.public)])),
        ("unknown_member", c.frame(c.admin, [CircleClose(w.desk, FRESH[0]), role], [shut])),
        ("bad_previous", (c.frame(c.admin, [CircleClose(w.desk, FRESH[0]), own_end], [shut])[0], [stray, b"\x80"])),
        ("statement_stray", (c.frame(c.admin, [own_end], [shut])[0], [stray, b"\x80"])),
        ("statement_missing", (c.frame(c.admin, [own_end], [shut, cutoff(w.case)])[0], [stray])),
        ("bad_previous", c.frame(c.admin, [own_end, other_end], [shut])),
        ("last_admin", c.frame(c.admin, [own_end, other_end])),
    ]


def cutoff(circle: bytes) -> CircleCutoff:
    return CircleCutoff(circle, FRESH[0], FRESH[1], None, False)


def altered(frame: Frame) -> Frame:
    entry, statements = frame
    return entry[:-1] + bytes([entry[-1] ^ 1]), statements
