"""One match kept to be shown: bounded in size, whatever the event holds."""

from collections.abc import Iterator

from msgspec import Struct

from tocsin.model.event import Value
from tocsin.model.match import Match
from tocsin.report.inert import cut, words

MAX_VALUE = 1000
MAX_FIELDS = 80
MAX_TEXT = 8000
MAX_EVENTS = 20
_MAX_DEPTH = 12

Pair = tuple[str, str]
"""A field's name and its value as text, cut, hidden characters still in it."""


class Example(Struct, frozen=True):
    """A match as reports show it. `fields` made the rule true; `others` are the event's other ones.

    unshown: how many fields more the event has. total: how many events a correlation names.
    """

    time: float | None
    source: str
    event_id: str
    file: str
    line: int
    fields: tuple[Pair, ...]
    others: tuple[Pair, ...]
    unshown: int
    events: tuple[str, ...]
    total: int

    @property
    def place(self) -> str:
        """Where the event stands: `auth.log:12`."""
        return f"{self.file}:{self.line}" if self.line else self.file


def example(match: Match) -> Example:
    """Take from a match what is shown of it."""
    fields, left_out = _bounded((field.name, field.value) for field in match.fields)
    others, unshown = _bounded(pair for pair in _flat(match.event, "", 0) if not _told(pair, fields))
    return Example(
        time=match.time,
        source=cut(match.source, 100),
        event_id=cut(match.event_id, 200),
        file=cut(match.file, 500),
        line=match.line,
        fields=fields,
        others=others,
        unshown=unshown + left_out,
        events=tuple(cut(name, 200) for name in match.events[:MAX_EVENTS]),
        total=len(match.events),
    )


def _bounded(pairs: Iterator[tuple[str, Value]]) -> tuple[tuple[Pair, ...], int]:
    kept: list[Pair] = []
    unshown = length = 0
    for name, value in pairs:
        if len(kept) >= MAX_FIELDS or length >= MAX_TEXT:
            unshown += 1
            continue
        pair = cut(name, 200), cut(words(value), MAX_VALUE)
        length += len(pair[0]) + len(pair[1])
        kept.append(pair)
    return tuple(kept), unshown


def _flat(value: Value, path: str, depth: int) -> Iterator[tuple[str, Value]]:
    """Yield every field by its dotted path; lists, and what nests too deep, as they are."""
    for key, item in value.items():
        name = f"{path}.{key}" if path else str(key)
        if isinstance(item, dict) and item and depth < _MAX_DEPTH:
            yield from _flat(item, name, depth + 1)
        else:
            yield name, item


def _told(pair: tuple[str, Value], fields: tuple[Pair, ...]) -> bool:
    """Tell whether the matched fields already show this one: by its name, or the end of its path."""
    path, value = pair
    return any(
        (path == name or path.endswith(f".{name}")) and text == cut(words(value), MAX_VALUE)
        for name, text in fields
    )
