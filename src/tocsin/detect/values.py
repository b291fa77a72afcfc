"""How a field's value is compared: its text, its number. Both engines stand on these definitions.

1, "1" and true are three values: 1 and "1" have the same text, true has the text `true`.
1.0 is written 1. A nested object is compared as its compact JSON text. Null has no text.
A whole number beyond 64 bits is what a float makes of it: JSON decoders differ there.
"""

import math
from collections.abc import Iterator

import orjson

from tocsin.model.event import Value

MAX_CHARS = 65_536
"""Longer texts are cut here before any test looks at them: counted, and shown in the summary."""
MAX_DEPTH = 100
"""Of nested objects; what lies deeper is written as null."""
_EXACT = range(-(2**63), 2**64)


def to_text(value: Value) -> str | None:
    """Return the text that string tests see; None for null."""
    if type(value) is str:
        text = value if len(value) <= MAX_CHARS else value[:MAX_CHARS]
        # Half of a surrogate pair is no character: the native matchers refuse it.
        return text if text.isascii() else text.encode("utf-8", "replace").decode()
    if value is None:
        return None
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value) if value in _EXACT else to_text(_as_float(value))
    return _object_text(value)[:MAX_CHARS]


def fold(text: str) -> str:
    """Return the text as comparisons in any case see it; character by character, so pieces fold alike."""
    low = text.lower()
    if low.isascii():
        return low
    # lower() writes a capital sigma in two ways, by what stands around it.
    return low.replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")


def _as_float(value: int) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return str(value)


def _object_text(value: Value) -> str:
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # nested deeper than it goes, or with a number beyond 64 bits
        return orjson.dumps(_writable(value, 0), default=str).decode()


def _writable(value: Value, depth: int) -> Value:
    if isinstance(value, dict | list | tuple):
        if depth > MAX_DEPTH:
            return None
        if isinstance(value, dict):
            return {str(key): _writable(inner, depth + 1) for key, inner in value.items()}
        return [_writable(inner, depth + 1) for inner in value]
    return _as_float(value) if isinstance(value, int) and value not in _EXACT else value


def to_number(value: Value) -> int | float | None:
    """Return the number that comparisons see; texts of numbers count, booleans do not."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and value not in _EXACT:
        value = _as_float(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and 0 < len(value) <= 40 and value.isascii() and "_" not in value:
        try:
            return int(value)
        except ValueError:
            pass
        try:
            number = float(value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None
    return None


def texts_in(value: Value) -> Iterator[str]:
    """Yield the text of every value in an event: what a keyword is looked for in."""
    waiting = [iter((value,))]
    while waiting:
        for inner in waiting[-1]:
            if isinstance(inner, dict | list | tuple):
                waiting.append(iter(inner.values() if isinstance(inner, dict) else inner))
                break
            if (text := to_text(inner)) is not None:
                yield text
        else:
            waiting.pop()
