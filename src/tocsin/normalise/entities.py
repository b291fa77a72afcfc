"""Who and what an event is about, by its normalised names. Hostile values are dropped, not repaired."""

import ipaddress
from functools import lru_cache
from itertools import islice
from typing import TypeAlias, TypeGuard

from tocsin.model.event import ABSENT, Fields, Path, Value, elements, first
from tocsin.model.match import Entities
from tocsin.ports.source import Source

KINDS = {
    "user": ("user.name", "user.target.name", "user.effective.name"),
    "host": ("host.name",),
    "ip": ("source.ip", "destination.ip"),
    "repo": ("vcs.repository.name",),
}
MAX_EACH = 16
_MAX_CHARS = 256
_Places: TypeAlias = tuple[tuple[str, ...], tuple[tuple[Path, ...], ...]]
"""Kinds of entities, and beside each where events of a source have one."""
_PLACES: dict[str, tuple[Source, _Places]] = {}
_NOTHING = frozenset({"", "-", "n/a", "N/A", "null", "None", "unknown"})


def entities(source: Source, fields: Fields) -> Entities:
    """Return the users, hosts, addresses and repositories of an event."""
    kinds, places = _places(source)
    values = tuple([_bounded(first(fields, paths)) for paths in places])
    try:
        return _known(kinds, values)
    except TypeError:  # a list cannot be looked up
        return _read(kinds, values)


def _places(source: Source) -> _Places:
    # By identity: what is held here is not freed, nor its name given to another one.
    held, found = _PLACES.get(source.name, (None, ((), ())))
    if held is not source:
        named = [(kind, name) for kind, names in KINDS.items() for name in names if name in source.normalised]
        found = tuple(kind for kind, _ in named), tuple(source.normalised[name] for _, name in named)
        _PLACES[source.name] = (source, found)
    return found


def _bounded(value: Value) -> Value:
    """Return a value as it is, or nothing for what is no name: only those are worth remembering."""
    if isinstance(value, str):
        return value if len(value) <= _MAX_CHARS else ABSENT
    return list(value) if isinstance(value, list | tuple) else ABSENT


def _read(kinds: tuple[str, ...], values: tuple[Value, ...]) -> Entities:
    found: dict[str, set[str]] = {}
    for kind, value in zip(kinds, values, strict=True):
        names = (name for name in islice(elements(value), MAX_EACH) if _is_name(name))
        found.setdefault(kind, set()).update(name for name in names if kind != "ip" or _is_address(name))
    return Entities(**{kind: tuple(sorted(names)[:MAX_EACH]) for kind, names in found.items()})


_known = lru_cache(maxsize=4_096)(_read)
"""Most events are about the same as one shortly before; to read them anew takes three times as long as all else here."""


def _is_name(value: Value) -> TypeGuard[str]:
    return isinstance(value, str) and value not in _NOTHING and len(value) <= _MAX_CHARS


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
