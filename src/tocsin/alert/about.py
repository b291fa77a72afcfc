"""Whom a correlation is about: what its events name, and of kinds that they name none of, what it is grouped by."""

from collections.abc import Mapping

from msgspec.structs import replace

from tocsin.model.event import Value
from tocsin.model.match import Entities


def completed(entities: Entities, group: Mapping[str, Value], kinds: Mapping[str, str]) -> Entities:
    """Return the entities with those that only the group names. kinds: a group-by's name -> kind of entity."""
    found: dict[str, set[str]] = {}
    for name, value in group.items():
        kind = kinds.get(name)
        if kind and isinstance(value, str) and value and not getattr(entities, kind):
            found.setdefault(kind, set()).add(value)
    return replace(entities, **{kind: tuple(sorted(names)) for kind, names in found.items()})
