"""Values that protocols say beside a record, as the line takes them."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tocsin.model.event import Value

_LATEST = 7_258_118_400.0
"""Seconds since 1970 of the year 2200."""


def plain(value: Any) -> str | None:
    """Return a value as text; None for nothing, or what is no single value."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool | int | float):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list | dict) and value:
        return msgspec.json.encode(value).decode()
    return None


def seconds(value: Any) -> Value:
    """Return a time as seconds since 1970: of a number or its text, in seconds, milli-, micro- or nanoseconds; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(Decimal(value))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    for _ in range(4):
        if 0 < number < _LATEST:
            return number
        number /= 1_000
    return None


def text(value: str) -> bytes:
    """Return a text as a record: without the line end behind it."""
    return value.encode("utf-8", "replace").strip(b"\r\n")
