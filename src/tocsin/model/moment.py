"""Times as logs write them -> seconds since 1970, UTC. Total: what is not a time gives None."""

import re
from datetime import UTC, datetime

from tocsin.model.event import Value

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?\s*(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d|UTC)?$"
)
_LATEST = 253402300799.0  # 9999-12-31T23:59:59Z
_BEYOND = 10**20


def to_epoch(value: Value) -> float | None:
    """Read ISO 8601 text or a number of seconds, milli-, micro- or nanoseconds since 1970."""
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # A float holds no whole number above 1e308, and JSON may bring any; no unit reaches this one.
    return _from_number(float(value)) if abs(value) < _BEYOND else None


def _from_number(number: float) -> float | None:
    # Seconds reach 1e11 in the year 5138; anything above is a finer unit.
    for scale in (1.0, 1e3, 1e6, 1e9):
        if abs(number) < 1e11 * scale:
            return number / scale
    return None


def _from_text(text: str) -> float | None:
    found = _ISO.match(text.strip())
    if not found:
        return _from_number(float(text)) if re.fullmatch(r"\d{9,19}(\.\d+)?", text) else None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    fraction = float(f"0.{found[7]}") if found[7] else 0.0
    return moment.timestamp() + fraction - _offset(found[8])


def _offset(zone: str | None) -> float:
    if not zone or zone in {"Z", "UTC"}:
        return 0.0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)


def to_iso(epoch: float) -> str:
    """Write a time as `2026-11-23T07:21:26.000000Z`."""
    moment = datetime.fromtimestamp(min(max(epoch, 0.0), _LATEST), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
