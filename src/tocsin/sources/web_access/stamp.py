"""`17/May/2015:10:05:03 +0000` -> seconds since 1970; minutes are remembered, many lines share one."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from tocsin.sources.moment import to_epoch

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A leap second is counted as the one before it, as `moment` does.
SECONDS = {f":{second:02} ": float(min(second, 59)) for second in range(61)}

_MINUTE = re.compile(r"([0-3]\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d)([+-])(\d\d)(\d\d)\] ", re.ASCII)
_NCSA = re.compile(r"(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d)(:\d\d)(\.\d{1,9})? ?([+-]\d{4})", re.ASCII)


@lru_cache(maxsize=2048)
def to_minute(text: str) -> float:
    """Read `17/May/2015:10:05+0000] `, a stamp without its seconds; ValueError if it is none."""
    found = _MINUTE.fullmatch(text)
    if not found:
        raise ValueError(text)
    day, month, year, hour, minute, sign, hours, minutes = found.groups()
    moment = datetime(int(year), MONTHS.index(month) + 1, int(day), int(hour), int(minute), tzinfo=UTC)
    offset = int(hours) * 3600 + int(minutes) * 60
    return moment.timestamp() - (offset if sign == "+" else -offset)


def to_seconds(stamp: str) -> float | None:
    """Read what is between the brackets: as NCSA wrote it or ISO 8601, None if it is no time."""
    found = _NCSA.fullmatch(stamp)
    if not found:
        return to_epoch(stamp)
    try:
        return to_minute(f"{found[1]}{found[4]}] ") + SECONDS[found[2] + " "] + float(found[3] or 0)
    except (KeyError, ValueError):
        return None
