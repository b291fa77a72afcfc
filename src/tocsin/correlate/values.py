"""Hostile field values -> small hashable ones. `1`, `True` and `"1"` stay three different values."""

import math
import re
from fractions import Fraction
from hashlib import blake2b
from typing import TypeAlias

import msgspec

from tocsin.model.event import ABSENT, Value

Atom: TypeAlias = str | int | float | None
"""What stands for a value in keys and sets: equal exactly when the values are."""

Number: TypeAlias = int | Fraction
"""Exact, so that a running sum and a fresh one are the same number."""

UNWRITABLE = (TypeError, ValueError, OverflowError, RecursionError)
"""What an encoder raises on a value that it has no form for."""

MAX_TEXT = 300
_KEPT = 256
_LARGEST = 10**300
_MARK = "\0"
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,3})?")


def text_of(text: str) -> str:
    """Return the text, made encodable; a long one as its beginning and a digest of all of it."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:_KEPT]}…{blake2b(text.encode(), digest_size=16).hexdigest()}"


def atom(value: Value) -> Atom:
    """Return what stands for the value in a key. Missing is the same as null."""
    if isinstance(value, str):
        text = text_of(value)
        return f"{_MARK}s{text}" if text.startswith(_MARK) else text
    if value is None or value is ABSENT:
        return None
    if isinstance(value, bool):
        return f"{_MARK}{value}"
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else f"{_MARK}i{text_of(hex(value))}"
    if isinstance(value, float):
        return f"{_MARK}nan" if math.isnan(value) else _whole(value)
    return f"{_MARK}j{_json(value)}"


def shown(value: Value) -> Value:
    """Return the value as an alert shows it: itself, or what is left of it when it is too large."""
    if isinstance(value, str):
        return text_of(value)
    if value is ABSENT:
        return None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return _whole(value)
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else text_of(hex(value))
    text = _json(value)
    try:
        found = msgspec.json.decode(text)
        msgspec.msgpack.encode(found)
    except UNWRITABLE:
        return text
    return found


def _whole(value: float) -> int | float:
    """Return 1 for 1.0: equal numbers are shown alike, whichever came first."""
    return int(value) if abs(value) < 1 << 53 and value.is_integer() else value


def _json(value: Value) -> str:
    try:
        return text_of(msgspec.json.encode(value, order="sorted").decode())
    except UNWRITABLE:
        return f"unreadable {type(value).__name__}"


def number(value: Value) -> Number | None:
    """Return the number that the value is or spells, exactly; None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if len(value) > MAX_TEXT or not _DECIMAL.fullmatch(value):
            return None
        value = float(value) if not value.lstrip("+-").isdigit() else int(value)
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST else None
    if not isinstance(value, float) or not abs(value) <= _LARGEST:
        return None
    return int(value) if value.is_integer() else Fraction(value)
