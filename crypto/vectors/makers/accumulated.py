"""Many cases in one number: the SHA-256 of the outcomes of 10,000 seeded cases, one a line.

The stream of a seed is that of seeded.py. A padme case takes a u32 and a byte, and shifts the number right by the five
lowest bits of the byte. A case of bytes takes the number of a base, the number of alterations less one (below 2), and
for each a kind (below 4) and what the kind takes: 0 and 1 a place and a byte that is put there (where there are bytes),
2 the length that is kept, 3 a byte that is put behind. A number below n is a u32 modulo n.
"""

from collections.abc import Callable
from hashlib import sha256

from crypto.vectors.folder import Folder, Given
from crypto.vectors.makers.author import BARE, GOOD, LATER
from crypto.vectors.makers.entry import GOOD as ENTRY
from crypto.vectors.messagepack import Value, is_strict, pack
from crypto.vectors.page import padme
from crypto.vectors.run_reading import code_of
from crypto.vectors.seeded import Seeded

FOLDER = Folder("accumulated")
CASES = 10_000


def padded_length(stream: Seeded) -> str:
    number = int.from_bytes(stream.take(4), "big")
    return str(padme(number >> (stream.take(1)[0] & 31)))


def altered(stream: Seeded, bases: list[bytes]) -> bytes:
    data = bytearray(bases[stream.below(len(bases))])
    for _ in range(1 + stream.below(2)):
        kind = stream.below(4)
        if kind < 2 and data:
            at = stream.below(len(data))
            data[at] = stream.take(1)[0]
        elif kind == 2:
            del data[stream.below(len(data) + 1) :]
        elif kind == 3:
            data += stream.take(1)
    return bytes(data)


RUNS = [GOOD.octets(), LATER.octets(), BARE.octets()]
VALUES: tuple[Value, ...] = ({"a": 1, "b": [1, 2]}, ["が", b"\x00", None], {"k": {"k": [-1, 300]}}, 65536)
PACKED = [*map(pack, VALUES), ENTRY.statements, b"\x91" * 7 + b"\x90"]


def verdict_on_run(stream: Seeded) -> str:
    return code_of(altered(stream, RUNS))


def verdict_on_messagepack(stream: Seeded) -> str:
    return "success" if is_strict(altered(stream, PACKED)) else "malformed"


def accumulate(do: str, spec: str, comment: str, outcome: Callable[[Seeded], str], **bases: list[bytes]) -> None:
    stream = Seeded(do)
    outcomes = "".join(f"{outcome(stream)}\n" for _ in range(CASES))
    given: dict[str, Given] = {"seed": do, "cases": CASES, **bases}
    FOLDER.gives(f"{do}_{CASES}", spec, comment, do, given, {"sha256": sha256(outcomes.encode()).digest()})


def make() -> Folder:
    accumulate("padme", "6.4", "padded lengths of numbers of every size", padded_length)
    accumulate("parse_run", "6.7", "verdicts on runs altered at random", verdict_on_run, bases=RUNS)
    accumulate("unpack", "2.3", "verdicts on MessagePack altered at random", verdict_on_messagepack, bases=PACKED)
    return FOLDER
