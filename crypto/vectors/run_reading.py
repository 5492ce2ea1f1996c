"""What reading a run comes to (6.7), in the plainest way: a yes or a code. For the accumulated vector."""

LARGEST_BODY, LARGEST_RUN = 262_144, 4_194_304  # bytes


def code_of(data: bytes) -> str:
    """The code of the first check that fails, or "success"."""
    if len(data) > LARGEST_RUN:
        return "too_large"
    if len(data) < 145 + 64:
        return "truncated"
    epoch, first, changes = (int.from_bytes(data[at:end], "big") for at, end in ((33, 37), (69, 73), (143, 145)))
    if data[0] != 1:
        return "unknown_suite"
    if first < 1 or epoch < 1 or not 1 <= changes <= 1000 or first + changes - 1 >= 2**32:
        return "malformed"
    if (data[73:105] == bytes(32)) != (first == 1):
        return "malformed"
    return _lists_code(data, data[141], data[142], changes)


def _lists_code(data: bytes, known: int, blobs: int, changes: int) -> str:
    end = len(data) - 64
    known_end = 145 + known * 68
    at = known_end + blobs * 32
    lengths = []
    for _ in range(changes):
        if at + 3 > end:
            return "truncated"
        lengths.append(int.from_bytes(data[at : at + 3], "big"))
        at += 3 + lengths[-1]
    if at != end:
        return "truncated" if at > end else "malformed"
    devices = [data[place : place + 32] for place in range(145, known_end, 68)]
    ids = [data[place : place + 32] for place in range(known_end, known_end + blobs * 32, 32)]
    if any(list_ != sorted(set(list_)) for list_ in (devices, ids)) or data[37:69] in devices:
        return "malformed"
    if max(lengths) > LARGEST_BODY:
        return "too_large"
    return "truncated" if any(1 <= length <= 28 for length in lengths) else "success"
