"""The word by which an event is found again: `mk`, eight digits of its run, eight of its number, hexadecimal."""

import re
from collections import Counter
from collections.abc import Iterable

_MARKER = re.compile(rb"\bmk([0-9a-f]{8})([0-9a-f]{8})\b")


def head(run: int) -> bytes:
    """Return what all markers of a run begin with."""
    return b"mk%08x" % run


def numbers(run: int, records: Iterable[bytes]) -> Counter[int]:
    """Return how often each event of a run is among the records."""
    digits = b"%08x" % run
    found: Counter[int] = Counter()
    for record in records:
        found.update(int(number, 16) for of, number in _MARKER.findall(record) if of == digits)
    return found
