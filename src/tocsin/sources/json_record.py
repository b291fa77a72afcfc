"""The parser that every JSON source shares: one record, one JSON object."""

import orjson

from tocsin.errors import DataError
from tocsin.model.event import Fields

# Deeper than any real event; orjson itself stops at 1,024 levels, but walking a deep tree costs us.
MAX_BYTES = 16 * 1024 * 1024


def parse_object(record: bytes) -> Fields:
    """Decode one JSON object, or raise a DataError that says which way it is not one."""
    if len(record) > MAX_BYTES:
        raise DataError("record too long", f"{len(record)} bytes, at most {MAX_BYTES}")
    try:
        decoded = orjson.loads(record)
    except orjson.JSONDecodeError as error:
        raise DataError("not JSON", str(error)) from None
    if not isinstance(decoded, dict):
        raise DataError("not a JSON object", f"a {type(decoded).__name__}")
    return decoded
