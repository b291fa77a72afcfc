"""Log text made harmless to look at: what would move a cursor, hide or reorder text is written out."""

from collections.abc import Iterator

from tocsin.model.event import ABSENT, Value
from tocsin.model.hidden import HIDDEN, written
from tocsin.report.encode import encode


def pieces(text: str, *, keep: str = "") -> Iterator[tuple[str, bool]]:
    r"""Yield runs of text, True with those that stand for a hidden character: `("\\x1b", True)`."""
    start = 0
    for found in HIDDEN.finditer(text):
        if found[0] in keep:
            continue
        if found.start() > start:
            yield text[start : found.start()], False
        yield written(found[0]), True
        start = found.end()
    if start < len(text):
        yield text[start:], False


def visible(text: str, *, keep: str = "") -> str:
    r"""Return the text with every hidden character written out: ESC as `\x1b`, RLO as `\u202e`."""
    # Nearly all text is plain ASCII, which is told a hundred times faster than searched.
    if (text.isascii() and text.isprintable()) or not HIDDEN.search(text):
        return text
    return "".join(piece for piece, _ in pieces(text, keep=keep))


def cut(text: str, limit: int) -> str:
    """Return the beginning of a text that is too long, with how much of it is not shown."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def words(value: Value) -> str:
    """Write a field's value as text, still with what is hidden in it: strings bare, all else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is ABSENT else encode(value).decode()


def show(value: Value, limit: int = 200) -> str:
    """Write a field's value on one line: cut, and harmless."""
    return visible(cut(words(value), limit))
