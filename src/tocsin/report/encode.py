"""JSON of any event: what JSON cannot hold is replaced, never raised."""

import re
from typing import Any

import msgspec

from tocsin.model.hidden import HIDDEN

MAX_DEPTH = 100
_ENCODER = msgspec.json.Encoder()


def encode(value: Any) -> bytes:
    """Write a value as JSON."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return _ENCODER.encode(_clean(value, 0))


def text(value: Any) -> str:
    r"""Write a value as JSON on one line that is safe to look at: C1 controls and direction marks as `\u202e`."""
    made = encode(value)
    if made.isascii() and b"\x7f" not in made:
        return made.decode()
    return HIDDEN.sub(_escaped, made.decode())


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _clean(value: Any, depth: int) -> Any:
    """Copy a value with lone surrogates, values of no JSON type and endless nesting replaced."""
    if depth > MAX_DEPTH:
        return "(nested deeper)"
    if isinstance(value, msgspec.Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {_clean(str(key), depth): _clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item, depth + 1) for item in value]
    if value is None or isinstance(value, float):
        return value
    if isinstance(value, int):  # hex: of those with very many digits, Python refuses to write decimals
        return value if value.bit_length() < 4096 else hex(value)
    return str(value).encode("utf-8", "replace").decode()
