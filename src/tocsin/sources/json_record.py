"""The parser that every JSON source shares: one record, one JSON object."""

import json
import math
import re

import orjson

from tocsin.errors import DataError
from tocsin.model.event import Fields

MAX_BYTES = 16 * 1024 * 1024
"""Of one record; longer ones are refused, and counted."""

_SURROGATE = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def parse_object(record: bytes) -> Fields:
    """Decode one JSON object, or raise a DataError that says which way it is not one.

    Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD: a bad character loses no event.
    """
    if len(record) > MAX_BYTES:
        raise DataError("record too long", f"{len(record)} bytes, at most {MAX_BYTES}")
    try:
        decoded = orjson.loads(record)
    except orjson.JSONDecodeError:
        decoded = _mend(record)
    if not isinstance(decoded, dict):
        raise DataError("not a JSON object", f"a {type(decoded).__name__}")
    return decoded


def _mend(record: bytes) -> object:
    readable = record.decode("utf-8", "replace").encode()
    mended = _SURROGATE.sub(lambda found: found[1] or rb"\ufffd", readable)
    try:
        return orjson.loads(mended)
    except orjson.JSONDecodeError as error:
        return _with_odd_values(mended, error)


def _with_odd_values(record: bytes, why: orjson.JSONDecodeError) -> object:
    """Read numbers that no float holds (1e400), NaN and Infinity as the texts they are, and bare control characters.

    Some writers write them. One odd value in a field must not hide an event from every rule.
    """
    try:
        return json.loads(record, parse_float=_number, parse_int=_number, parse_constant=str, strict=False)
    except (ValueError, RecursionError):
        raise DataError("not JSON", str(why)) from None


def _number(text: str) -> int | float | str:
    if len(text) <= 20 and text.lstrip("-").isdigit() and -(2**63) <= int(text) < 2**64:
        return int(text)
    number = float(text)  # as orjson reads what is beyond 64 bits
    return number if math.isfinite(number) else text
