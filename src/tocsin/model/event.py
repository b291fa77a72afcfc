"""An event's fields as its source names them, and how a field is addressed in them."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from msgspec import UNSET, UnsetType

Value: TypeAlias = Any
"""What a field holds: str, int, float, bool, None, a list of values, or nested Fields."""

Fields: TypeAlias = dict[str, Value]
"""One event: the source's own names, nested as the source nests them."""

Path: TypeAlias = str
"""Where a value sits: `userIdentity.arn`. A flat key of that exact name wins over nesting;
a list on the way means any of its elements; a `*` segment means any key."""

ABSENT: UnsetType = UNSET
"""No such field: not the same as null."""


def get(fields: Fields, path: Path) -> Value:
    """Return the value at path, a list if the way leads through lists, or ABSENT."""
    found = fields.get(path, ABSENT)
    if found is not ABSENT or "." not in path:
        return found
    return descend(fields, path.split("."))


def descend(value: Value, keys: list[str]) -> Value:
    """Follow keys into a value; at each level the rest of the path as one dotted key is tried first."""
    for depth, key in enumerate(keys):
        if isinstance(value, dict):
            if key == "*":
                return _each(value.values(), keys[depth + 1 :])
            rest = ".".join(keys[depth:])
            if rest in value:
                return value[rest]
            value = value.get(key, ABSENT)
            if value is ABSENT:
                return ABSENT
        elif isinstance(value, list):
            return _each(elements(value), keys[depth:])
        else:
            return ABSENT
    return value


def _each(values: Iterable[Value], keys: list[str]) -> Value:
    found = [item for item in (descend(value, keys) for value in values) if item is not ABSENT]
    return found or ABSENT


def elements(value: Value) -> Iterator[Value]:
    """Yield the values of a list, at any depth; another value yields itself."""
    if not isinstance(value, list | tuple):
        yield value
        return
    waiting = [iter(value)]  # not by recursion: hostile lists nest deeper than that goes
    while waiting:
        for inner in waiting[-1]:
            if isinstance(inner, list | tuple):
                waiting.append(iter(inner))
                break
            yield inner
        else:
            waiting.pop()


def first(fields: Fields, paths: tuple[Path, ...]) -> Value:
    """Return the value at the first path that the event has, or ABSENT."""
    for path in paths:
        found = get(fields, path)
        if found is not ABSENT:
            return found
    return ABSENT
