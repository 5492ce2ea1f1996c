"""Byte strings with verdicts, for the twins to agree on. Twin: crypto/agreement.test.ts.

python -m tests.crypto.corpus make SEED CASES   writes CASES lines for each reader: {"read", "data", "verdict"}
python -m tests.crypto.corpus judge             reads lines {"read", "data"}, writes a verdict for each
"""

import json
import random
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from crypto.change import MAX_BODY
from crypto.encoding import pack, unpack
from crypto.entry import RawStatement, entry_body, parse_entry
from crypto.errors import ProtocolError
from crypto.padding import MAX_PLAINTEXT, pad, padme, unpad
from crypto.run import KnownHead, RunHead, parse_run, run_start

LETTERS = "aé縁側ｶ\u3099\u0301\u0300\ufeff\u2028ｶﾞ가ᄀ\u1161\u212b𠮷👵🏽\u200d\0"
STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FILTERED)
EDGES = (0, 1, 15, 16, 28, 29, 31, 32, 127, 128, 255, 256, 1000, 1001, 65_535, 65_536, MAX_BODY, 2**24 - 1, 2**32 - 1)


def verdict(read: str, data: bytes) -> str:
    """A code, or what was read in short."""
    try:
        return READERS[read](data)
    except ProtocolError as error:
        return error.code


def read_entry(data: bytes) -> str:
    entry = parse_entry(data)
    return f"{entry.index} {entry.time} {len(entry.statements)} {entry.hash.hex()}"


def read_run(data: bytes) -> str:
    run = parse_run(data)
    return f"{run.head.first} {len(run.head.known)} {len(run.head.blobs)} {len(run.bodies)} {run.ids[-1].hex()}"


READERS: dict[str, Callable[[bytes], str]] = {
    "unpack": lambda data: sha256(pack(unpack(data))).hexdigest(),
    "unpad": lambda data: sha256(unpad(data)).hexdigest(),
    "parse_run": read_run,
    "parse_entry": read_entry,
}


def value(dice: random.Random, depth: int = 0) -> Any:
    leaves: list[Callable[[], Any]] = [
        lambda: dice.choice([None, True, False]),
        lambda: dice.choice([-1, 1]) * (dice.choice(EDGES) + dice.randint(-1, 1)),
        lambda: dice.choice([-1, 1]) * dice.getrandbits(dice.randint(1, 53)),
        lambda: "".join(dice.choices(LETTERS, k=dice.choice([0, 3, 20, 90]))),
        lambda: dice.randbytes(dice.choice([0, 1, 16, 32, 255, 300])),
    ]
    if depth == 8 or dice.random() < 0.4:
        return dice.choice(leaves)()
    size = dice.choice([0, 1, 2, 3, 15, 16]) if depth < 3 else dice.choice([0, 1, 2])
    if dice.random() < 0.5:
        return [value(dice, depth + 1) for _ in range(size)]
    return {dice.choice("abxyz") + str(dice.randint(0, 99)): value(dice, depth + 1) for _ in range(size)}


def packed(dice: random.Random) -> bytes:
    while True:
        try:
            return pack(value(dice))
        except ProtocolError:
            continue


def padded(dice: random.Random) -> bytes:
    """Rightly padded, and packed more or less rightly."""
    if dice.random() < 0.2:
        return pad(dice.randbytes(dice.choice(EDGES[:12])))
    size = dice.choice([*EDGES[:12], MAX_PLAINTEXT, MAX_PLAINTEXT + 1]) if dice.random() < 0.1 else dice.randint(0, 300)
    text = bytes(dice.choices(b"aaaabcd\n", k=size))
    packer = zlib.compressobj(dice.randint(0, 9), wbits=-15, strategy=dice.choice(STRATEGIES))
    packed = packer.compress(text) + packer.flush()
    return frame(dice.choice([1, 1, 1, 1, 0, 2]), altered(dice, packed) if dice.random() < 0.7 else packed)


def frame(method: int, data: bytes) -> bytes:
    return (bytes([method]) + data + b"\x80").ljust(padme(len(data) + 2), b"\0")


def run(dice: random.Random) -> bytes:
    """A run of the right form, now and then with one thing out of order. What signs it plays no part in reading."""
    keys = [dice.randbytes(32) for _ in range(4)]
    ordered = sorted(keys) if dice.random() < 0.9 else keys
    known = tuple(KnownHead(key, dice.choice(EDGES), dice.randbytes(32)) for key in ordered[: dice.randint(0, 4)])
    first = dice.choice([1, 1, 2, 7, 2**32 - 3])
    previous = bytes(32) if (first == 1) == (dice.random() < 0.95) else dice.randbytes(32)
    device = dice.choice([dice.randbytes(32)] * 20 + keys)
    place = (dice.randbytes(16), dice.randbytes(16), dice.choice([1, 1, 2, 2**32 - 1]))
    blobs = tuple(ordered[: dice.randint(0, 3)])
    head = RunHead(*place, device, first, previous, dice.choice(EDGES), dice.randbytes(32), known, blobs)
    bodies = [dice.randbytes(dice.choice([*[0, 29, 30, 300] * 20, *EDGES[:5]])) for _ in range(dice.randint(1, 6))]
    if dice.random() < 0.03:
        bodies[-1] = bytes(MAX_BODY + dice.randint(0, 1))
    framed = b"".join(len(body).to_bytes(3) + body for body in bodies)
    return run_start(head, len(bodies)) + framed + dice.randbytes(64)


def entry(dice: random.Random) -> bytes:
    pair: list[RawStatement] = [{"kind": "member.end", "a": value(dice, 6)}, dice.randbytes(32)]
    statements = pair * dice.choice([1, 1, 2, 8, 20])
    index = dice.choice([0, 1, 2, 2**32 - 1])
    previous = bytes(32) if (index == 0) == (dice.random() < 0.95) else dice.randbytes(32)
    time = dice.choice([*[0, 1_700_000_000_000, 2**53 - 1] * 9, 2**53, 2**53 + 1, 2**64 - 1])
    try:
        body = entry_body(dice.randbytes(16), index, previous, dice.randbytes(32), time, statements)
    except ProtocolError:
        return entry(dice)
    return body + dice.randbytes(64)


MAKERS: dict[str, Callable[[random.Random], bytes]] = {
    "unpack": packed,
    "unpad": padded,
    "parse_run": run,
    "parse_entry": entry,
}


def altered(dice: random.Random, data: bytes) -> bytes:
    """A few bytes written over, now and then put in, taken out or repeated."""
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        at = dice.randint(0, len(data))
        to = min(len(data), at + dice.choice([1, 1, 1, 2, 4, 32, 68]))
        number = struct.pack(">I", dice.choice(EDGES))[at - to :][: to - at]
        same_size = [dice.randbytes(to - at), number, bytes(to - at), bytes(b ^ 1 for b in data[at:to])]
        other_size = [b"", data[at:to] * 2, dice.randbytes(2), number * 2]
        data = data[:at] + dice.choice(same_size * 4 + other_size) + data[to:]
    return data


def cases(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    dice = random.Random(seed)
    for read, make in MAKERS.items():
        for _ in range(count):
            data = make(dice)
            yield read, altered(dice, data) if dice.random() < 0.6 else data


def main(arguments: list[str]) -> None:
    match arguments:
        case ["make", seed, count]:
            for read, data in cases(int(seed), int(count)):
                print(json.dumps({"read": read, "data": data.hex(), "verdict": verdict(read, data)}))
        case ["judge"]:
            for line in sys.stdin:
                case = json.loads(line)
                print(json.dumps(verdict(case["read"], bytes.fromhex(case["data"]))))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
