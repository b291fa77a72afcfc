"""Who and what an event is about, by its normalised names. Hostile values are dropped, not repaired."""

import ipaddress
from collections.abc import Iterable
from itertools import islice
from typing import TypeGuard

from tocsin.model.event import Fields, Value, elements, first
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
_NOTHING = frozenset({"", "-", "n/a", "N/A", "null", "None", "unknown"})


def entities(source: Source, fields: Fields) -> Entities:
    """Return the users, hosts, addresses and repositories of an event."""
    found = {kind: _names(source, fields, names) for kind, names in KINDS.items()}
    found["ip"] = [name for name in found["ip"] if _is_address(name)]
    return Entities(**{kind: tuple(sorted(set(names))[:MAX_EACH]) for kind, names in found.items()})


def _names(source: Source, fields: Fields, wanted: Iterable[str]) -> list[str]:
    values = (first(fields, source.normalised[name]) for name in wanted if name in source.normalised)
    return [name for value in values for name in islice(elements(value), MAX_EACH) if _is_name(name)]


def _is_name(value: Value) -> TypeGuard[str]:
    return isinstance(value, str) and value not in _NOTHING and len(value) <= _MAX_CHARS


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
