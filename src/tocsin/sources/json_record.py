"""The parser that every JSON source shares: one record, one JSON object."""

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
    try:
        return orjson.loads(_SURROGATE.sub(lambda found: found[1] or rb"\ufffd", readable))
    except orjson.JSONDecodeError as error:
        raise DataError("not JSON", str(error)) from None
