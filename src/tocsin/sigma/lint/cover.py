"""Which of two wildcard patterns matches all that the other one does."""

from tocsin.sigma import pattern
from tocsin.sigma.lint.items import Item, Value
from tocsin.sigma.tree import ANY, ONE, Parts

_ANY_CHAR, _ONE_CHAR = "\0", "\1"  # stand for the narrow pattern's own wildcards


def whole(item: Item, value: Value) -> Parts:
    """Return a value's pattern with the wildcards that `contains` and its like add."""
    head = (ANY,) if item.affix in {"contains", "endswith"} else ()
    tail = (ANY,) if item.affix in {"contains", "startswith"} else ()
    text = value.parts if isinstance(value.read, str) else (str(value.read),)
    return pattern.tidy((*head, *text, *tail))


def opaque(narrow: Parts, *, cased: bool) -> str:
    """Return a pattern as a text in which its wildcards are characters that nothing equals."""
    text = "".join(
        part if isinstance(part, str) else _ANY_CHAR if part == ANY else _ONE_CHAR for part in narrow
    )
    return text if cased else text.lower()


def literals(parts: Parts, *, cased: bool) -> list[str]:
    """Return the texts that everything a pattern matches contains."""
    return [part if cased else part.lower() for part in parts if isinstance(part, str)]


def covers(broad: Parts, narrow: Parts, *, cased: bool = False) -> bool:
    """Tell whether all that `narrow` matches `broad` matches too; when in doubt, no."""
    runs = _runs(broad, cased=cased)
    text = opaque(narrow, cased=cased)
    if len(runs) == 1:
        return len(text) == len(runs[0]) and _fits(runs[0], text, 0)
    first, *middle, last = runs
    end = len(text) - len(last)
    if not _fits(first, text, 0) or end < len(first) or not _fits(last, text, end):
        return False
    at = len(first)
    for run in middle:
        while at + len(run) <= end and not _fits(run, text, at):
            at += 1
        at += len(run)
    return at <= end


def _runs(parts: Parts, *, cased: bool) -> list[list[str | int]]:
    """Split at `*`; each run is a list of characters and ONE."""
    runs: list[list[str | int]] = [[]]
    for part in parts:
        if isinstance(part, str):
            runs[-1] += part if cased else part.lower()
        elif part == ANY:
            runs.append([])
        else:
            runs[-1].append(ONE)
    return runs


def _fits(run: list[str | int], text: str, at: int) -> bool:
    if at < 0 or at + len(run) > len(text):
        return False
    return all(
        char == text[at + offset] if isinstance(char, str) else text[at + offset] != _ANY_CHAR
        for offset, char in enumerate(run)
    )
