"""Who appears in the vectors: one centre, another one, their circles, devices and secrets. All follow from one seed."""

from dataclasses import dataclass

from crypto.vectors.page import centre_id, derive, place, seal_public, sign_public
from crypto.vectors.seeded import Seeded

_stream = Seeded("engawa vectors 1")


@dataclass(frozen=True)
class Device:
    sign_private: bytes
    seal_private: bytes

    @property
    def name(self) -> bytes:
        return sign_public(self.sign_private)

    @property
    def seal_key(self) -> bytes:
        return seal_public(self.seal_private)


@dataclass(frozen=True)
class Root:
    seed: bytes

    @property
    def sign_private(self) -> bytes:
        return derive(self.seed, "root-sign", b"")

    @property
    def seal_private(self) -> bytes:
        return derive(self.seed, "root-seal", b"")

    @property
    def sign_key(self) -> bytes:
        return sign_public(self.sign_private)

    @property
    def seal_key(self) -> bytes:
        return seal_public(self.seal_private)

    @property
    def centre(self) -> bytes:
        return centre_id(self.sign_key, self.seal_key)


def _device() -> Device:
    return Device(_stream.take(32), _stream.take(32))


ROOT, OTHER_ROOT = Root(_stream.take(24)), Root(_stream.take(24))
CENTRE, OTHER_CENTRE = ROOT.centre, OTHER_ROOT.centre
# Ascending by name, so that known heads and other lists can be put together in reading order.
PHONE, TABLET, DESK_PC, LAPTOP = sorted((_device() for _ in range(4)), key=lambda device: device.name)
CIRCLE, OTHER_CIRCLE = _stream.take(16), _stream.take(16)
SECRET, SECRET_2, OTHER_SECRET = _stream.take(32), _stream.take(32), _stream.take(32)
INVITE_SECRET, OTHER_INVITE_SECRET = _stream.take(32), _stream.take(32)
PLACE, PLACE_2 = place(CENTRE, CIRCLE, 1), place(CENTRE, CIRCLE, 2)

SMALL_ORDER_KEYS = {
    "zero": bytes(32),
    "one": b"\x01" + bytes(31),
    "order_8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "order_8_other": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    "minus_one": b"\xec" + b"\xff" * 30 + b"\x7f",
    "p": b"\xed" + b"\xff" * 30 + b"\x7f",
    "p_plus_one": b"\xee" + b"\xff" * 30 + b"\x7f",
}
SMALL_ORDER_SEALING_KEYS = {
    **{name: SMALL_ORDER_KEYS[name] for name in ("zero", "one", "minus_one", "p", "p_plus_one")},
    "order_8": bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    "order_8_other": bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
}
