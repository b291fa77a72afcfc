"""What an alert keeps of a log: so much, and in characters that a screen only shows."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from tocsin.model.event import ABSENT, Value
from tocsin.model.hidden import plain
from tocsin.model.match import Entities, MatchedField, RuleRef

MAX_TEXT = 500
"""Characters of a value, a title, a group's name."""
MAX_FIELDS = 50
"""Matched fields of an alert."""
MAX_GROUP = 16
"""Names by which an alert is grouped."""
MAX_EVENTS = 20
"""Ids of events that an alert names; `count` counts all."""
MAX_ENTITIES = 32
"""Names of one kind that an alert is about."""
MAX_TAGS = 50
MAX_SOURCES = 16
"""Sources that an alert names."""


@lru_cache(maxsize=1_024)
def rule_shown(rule: RuleRef) -> RuleRef:
    """Return a rule as an alert keeps it."""
    tags = tuple(plain(tag, MAX_TEXT) for tag in rule.tags[:MAX_TAGS])
    return RuleRef(plain(rule.id, MAX_TEXT), plain(rule.title, MAX_TEXT), rule.level, tags)


def fields_shown(fields: Iterable[MatchedField]) -> tuple[MatchedField, ...]:
    """Return matched fields as an alert keeps them: numbers as they are, all else as plain text."""
    kept = list(fields)[:MAX_FIELDS]
    return tuple(MatchedField(plain(one.name, MAX_TEXT), _shown(one.value)) for one in kept)


def entities_shown(entities: Entities) -> Entities:
    """Return entities as an alert keeps them."""
    return Entities(**{kind: _names(getattr(entities, kind)) for kind in Entities.__struct_fields__})


def joined(some: Entities, more: Entities) -> Entities:
    """Return the entities of both. When there are too many, those that came first stay: a flood replaces nobody."""
    kinds = Entities.__struct_fields__
    return Entities(**{kind: _joined(getattr(some, kind), getattr(more, kind)) for kind in kinds})


def ids_shown(events: Iterable[str]) -> tuple[str, ...]:
    """Return the first ids of events, without repeats."""
    return tuple(dict.fromkeys(plain(one, MAX_TEXT) for one in events))[:MAX_EVENTS]


def sources_shown(names: Iterable[str]) -> tuple[str, ...]:
    """Return the first names of sources, without repeats."""
    return tuple(dict.fromkeys(plain(one, MAX_TEXT) for one in names if one))[:MAX_SOURCES]


def more_ids(some: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first ids of both, which are as an alert keeps them."""
    if len(some) >= MAX_EVENTS:
        return some
    return tuple(dict.fromkeys([*some, *more]))[:MAX_EVENTS]


def word(value: Value) -> str:
    """Write a value as plain text: strings bare, all else as JSON."""
    return plain(value if isinstance(value, str) else _json(value), MAX_TEXT)


def _shown(value: Value) -> Value:
    small = isinstance(value, bool | float) or (isinstance(value, int) and value.bit_length() < 64)
    return value if value is None or small else word(value)


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({plain(name, MAX_TEXT) for name in names})[:MAX_ENTITIES]) if names else ()


def _joined(names: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    new = [name for name in more if name not in names]
    if not new or len(names) >= MAX_ENTITIES:
        return names
    return tuple(sorted([*names, *new[: max(0, MAX_ENTITIES - len(names))]]))


def _json(value: Value) -> str:
    if value is ABSENT:
        return ""
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        return f"({type(value).__name__} that no text can hold)"
