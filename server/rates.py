"""How often somebody may ask: a bucket a device or address, refilled steadily. Forgets the longest quiet first."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil

_MOST_BUCKETS = 100_000


class Buckets:
    """clock: seconds. When it is set back, nobody waits for the time that comes twice."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, who: Hashable) -> int:
        """0: go on. Else the seconds after which the next one is free."""
        now = self._clock()
        level, since = self._levels.pop(who, (self._most, now))
        level = min(self._most, level + max(0.0, now - since) * self._per_second)
        wait = 0 if level >= 1 else ceil((1 - level) / self._per_second)
        self._levels[who] = (level if wait else level - 1, now)
        if len(self._levels) > _MOST_BUCKETS:
            self._levels.popitem(last=False)
        return wait


def network(address: str) -> str:
    """Whom an address counts as: itself, or its /64, which one household can change through at will."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
