"""How a field's value is compared: its text, its number. Both engines stand on these definitions.

1, "1" and true are three values: 1 and "1" have the same text, true has the text `true`.
1.0 is written 1. A nested object is compared as its compact JSON text. Null has no text.
"""

import math
from collections.abc import Iterator

import orjson

from tocsin.model.event import Value

MAX_CHARS = 65_536
"""Longer texts are cut here before any test looks at them: counted, and shown in the summary."""


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
        return str(value) if abs(value) < 10**40 else "1e40"  # longer numbers are not data, and slow to write
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()[:MAX_CHARS]


def to_number(value: Value) -> int | float | None:
    """Return the number that comparisons see; texts of numbers count, booleans do not."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and 0 < len(value) <= 40 and value.isascii():
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


def elements(value: Value) -> Iterator[Value]:
    """Yield the values of a list, at any depth; another value yields itself."""
    if isinstance(value, list | tuple):
        for inner in value:
            yield from elements(inner)
    else:
        yield value


def texts_in(value: Value) -> Iterator[str]:
    """Yield the text of every value in an event: what a keyword is looked for in."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)
    elif (text := to_text(value)) is not None:
        yield text
