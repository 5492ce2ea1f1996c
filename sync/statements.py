"""Statements: what can be said in the directory, from strict MessagePack and back. Who may say it is judged elsewhere.

Source: sync/SPEC.md 3, crypto/SPEC.md 7.2.  Twin: sync/statements.ts.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeAlias

from crypto.contexts import CIRCLE_SIZE
from crypto.encoding import pack, unpack
from crypto.entry import statement_digest
from crypto.errors import ProtocolError
from sync import shapes
from sync.shapes import Shape

MAX_STATEMENT = 262_144  # bytes

Seals: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""(recipient's sealing key, sealed secret), ascending by key."""


@dataclass(frozen=True, slots=True)
class CentreFound:
    kind: ClassVar[str] = "centre.found"
    root: bytes
    root_seal: bytes


@dataclass(frozen=True, slots=True)
class RootReplace:
    kind: ClassVar[str] = "root.replace"
    root: bytes
    root_seal: bytes


@dataclass(frozen=True, slots=True)
class Void:
    kind: ClassVar[str] = "void"
    entries: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class MemberAdd:
    kind: ClassVar[str] = "member.add"
    member: bytes
    role: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberRole:
    kind: ClassVar[str] = "member.role"
    member: bytes
    role: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberEnd:
    kind: ClassVar[str] = "member.end"
    member: bytes


@dataclass(frozen=True, slots=True)
class InviteOpen:
    """expires: ms, for people only: no clock takes part in what counts."""

    kind: ClassVar[str] = "invite.open"
    invite: bytes
    seal_key: bytes
    member: bytes
    expires: int


@dataclass(frozen=True, slots=True)
class InviteCancel:
    kind: ClassVar[str] = "invite.cancel"
    invite: bytes


@dataclass(frozen=True, slots=True)
class DeviceEnrol:
    kind: ClassVar[str] = "device.enrol"
    invite: bytes
    device: bytes
    seal_key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class DeviceAdd:
    kind: ClassVar[str] = "device.add"
    member: bytes
    device: bytes
    seal_key: bytes


@dataclass(frozen=True, slots=True)
class DeviceRevoke:
    kind: ClassVar[str] = "device.revoke"
    device: bytes


@dataclass(frozen=True, slots=True)
class Policy:
    """values: by name; `rights` is ((type, field, (who…))…), all else settings of the app."""

    kind: ClassVar[str] = "policy"
    values: dict[str, Any]

    @property
    def rights(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        return shapes.rights(self.values.get("rights", []))


@dataclass(frozen=True, slots=True)
class CircleOpen:
    kind: ClassVar[str] = "circle.open"
    circle: bytes
    previous: bytes | None
    circle_kind: str
    case: bytes | None
    desk: bytes | None
    members: tuple[bytes, ...]
    devices: tuple[bytes, ...]
    commitment: bytes
    circle_key: bytes
    seals: Seals


@dataclass(frozen=True, slots=True)
class CircleEpoch:
    """after: the epoch whose secret the lock holds."""

    kind: ClassVar[str] = "circle.epoch"
    circle: bytes
    previous: bytes | None
    epoch: int
    after: int
    members: tuple[bytes, ...]
    devices: tuple[bytes, ...]
    commitment: bytes
    circle_key: bytes
    lock: bytes
    seals: Seals


@dataclass(frozen=True, slots=True)
class CircleSeal:
    kind: ClassVar[str] = "circle.seal"
    circle: bytes
    previous: bytes | None
    epoch: int
    members: tuple[bytes, ...]
    devices: tuple[bytes, ...]
    seals: Seals


@dataclass(frozen=True, slots=True)
class CircleClose:
    kind: ClassVar[str] = "circle.close"
    circle: bytes
    previous: bytes | None


@dataclass(frozen=True, slots=True)
class CircleCutoff:
    """last: id of the last change of the device that counts; nil: none does. deliberate: for the server only."""

    kind: ClassVar[str] = "circle.cutoff"
    circle: bytes
    previous: bytes | None
    device: bytes
    last: bytes | None
    deliberate: bool


@dataclass(frozen=True, slots=True)
class CircleLetin:
    kind: ClassVar[str] = "circle.letin"
    circle: bytes
    previous: bytes | None
    change: bytes


@dataclass(frozen=True, slots=True)
class CircleShred:
    kind: ClassVar[str] = "circle.shred"
    circle: bytes
    previous: bytes | None


@dataclass(frozen=True, slots=True)
class SealBad:
    kind: ClassVar[str] = "seal.bad"
    circle: bytes
    previous: bytes | None
    epoch: int
    reason: str


CentreStatement: TypeAlias = (
    CentreFound
    | RootReplace
    | Void
    | MemberAdd
    | MemberRole
    | MemberEnd
    | InviteOpen
    | InviteCancel
    | DeviceEnrol
    | DeviceAdd
    | DeviceRevoke
    | Policy
)
CircleStatement: TypeAlias = (
    CircleOpen | CircleEpoch | CircleSeal | CircleClose | CircleCutoff | CircleLetin | CircleShred | SealBad
)
Statement: TypeAlias = CentreStatement | CircleStatement

_ON_CIRCLE: dict[str, Shape] = {"circle": shapes.id16, "previous": shapes.optional(shapes.bytes32)}
_LISTS: dict[str, Shape] = {"members": shapes.ascending(shapes.id16), "devices": shapes.ascending(shapes.bytes32)}
_STANDING: dict[str, Shape] = {"member": shapes.id16, "role": shapes.role, "duties": shapes.words}
_ROOT: dict[str, Shape] = {"root": shapes.bytes32, "root_seal": shapes.bytes32}
_SECRET: dict[str, Shape] = {"commitment": shapes.bytes32, "circle_key": shapes.bytes32}
_DEVICE: dict[str, Shape] = {"device": shapes.bytes32, "seal_key": shapes.bytes32}

_SHAPES: dict[type, dict[str, Shape]] = {
    CentreFound: _ROOT,
    RootReplace: _ROOT,
    Void: {"entries": shapes.hashes},
    MemberAdd: _STANDING,
    MemberRole: _STANDING,
    MemberEnd: {"member": shapes.id16},
    InviteOpen: {
        "invite": shapes.bytes32,
        "seal_key": shapes.bytes32,
        "member": shapes.id16,
        "expires": shapes.milliseconds,
    },
    InviteCancel: {"invite": shapes.bytes32},
    DeviceEnrol: {"invite": shapes.bytes32, **_DEVICE, "signature": shapes.bytes64},
    DeviceAdd: {"member": shapes.id16, **_DEVICE},
    DeviceRevoke: {"device": shapes.bytes32},
    Policy: {"values": shapes.policy},
    CircleOpen: {
        **_ON_CIRCLE,
        "circle_kind": shapes.circle_kind,
        "case": shapes.optional(shapes.id16),
        "desk": shapes.optional(shapes.id16),
        **_LISTS,
        **_SECRET,
        "seals": shapes.seals,
    },
    CircleEpoch: {
        **_ON_CIRCLE,
        "epoch": shapes.epoch,
        "after": shapes.epoch,
        **_LISTS,
        **_SECRET,
        "lock": shapes.lock,
        "seals": shapes.seals,
    },
    CircleSeal: {**_ON_CIRCLE, "epoch": shapes.epoch, **_LISTS, "seals": shapes.seals},
    CircleClose: _ON_CIRCLE,
    CircleCutoff: {
        **_ON_CIRCLE,
        "device": shapes.bytes32,
        "last": shapes.optional(shapes.bytes32),
        "deliberate": shapes.boolean,
    },
    CircleLetin: {**_ON_CIRCLE, "change": shapes.bytes32},
    CircleShred: _ON_CIRCLE,
    SealBad: {**_ON_CIRCLE, "epoch": shapes.epoch, "reason": shapes.seal_reason},
}

KINDS: dict[str, type] = {made.kind: made for made in _SHAPES}  # type: ignore[attr-defined]
"""Every kind of statement this version knows."""


def parse_statement(given: Any) -> Statement:
    """One statement, from a map, or from the bytes of a map.

    Raises ProtocolError: "too_large" (bytes over 262,144), "malformed" (not a strict map with a kind),
    "unknown_statement", "malformed" (not exactly the fields of its kind), in that order.
    """
    value = _unpacked(given) if isinstance(given, bytes) else given
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise ProtocolError("malformed")
    made = KINDS.get(str(value["kind"]))
    if made is None:
        raise ProtocolError("unknown_statement")
    shape = _SHAPES[made]
    if value.keys() != {"kind", *shape}:
        raise ProtocolError("malformed")
    statement: Statement = made(**{name: read(value[name]) for name, read in shape.items()})
    return statement


def statement_map(statement: Statement) -> dict[str, Any]:
    """The map that stands in an entry."""
    named: dict[str, Any] = {field.name: shapes.plain(getattr(statement, field.name)) for field in fields(statement)}
    return {"kind": statement.kind, **named}


def statement_bytes(statement: Statement) -> bytes:
    """Strict MessagePack of the map. Raises ProtocolError: "too_large"."""
    data = pack(statement_map(statement))
    if len(data) > MAX_STATEMENT:
        raise ProtocolError("too_large")
    return data


def digest_of(statement: Statement) -> bytes:
    """What the next statement on the same circle names as `previous`, and what stands for it where it is hashed."""
    return statement_digest(statement_bytes(statement))


def is_on_circle(statement: Statement) -> bool:
    """Is it one of SPEC 3.2?"""
    return isinstance(statement, CircleStatement)


def circle_named(data: bytes) -> bytes | None:
    """The circle a statement speaks of, even where its kind or form is not known to this version."""
    try:
        value = unpack(data)
    except ProtocolError:
        return None
    circle = value.get("circle") if isinstance(value, dict) else None
    return circle if isinstance(circle, bytes) and len(circle) == CIRCLE_SIZE else None


def _unpacked(data: bytes) -> Any:
    if len(data) > MAX_STATEMENT:
        raise ProtocolError("too_large")
    return unpack(data)
