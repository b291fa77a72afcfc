"""JSON as it is kept and hashed: one text for one value."""

from typing import Any, TypeVar

import msgspec

_ENCODER = msgspec.json.Encoder(order="deterministic")
_Kept = TypeVar("_Kept")


def dump(value: Any) -> str:
    """Write a value; keys are sorted. Raises TypeError, RecursionError or UnicodeEncodeError for what is no JSON."""
    return _ENCODER.encode(value).decode()


def load(text: str, kind: type[_Kept]) -> _Kept:
    """Read what `dump` wrote."""
    return msgspec.json.decode(text, type=kind)
