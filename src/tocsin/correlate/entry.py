"""What a correlation keeps of an observation, and what it hands on to the next one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

from tocsin.model.match import Entities
from tocsin.model.observation import SOURCE

MAX_IDS = 100
"""An alert names its first so many events; `total` counts all."""
MAX_NAMES = 32
"""Users, hosts, addresses …, each, that an alert names; the first of them."""

Key: TypeAlias = tuple[float, str]
"""Time, then event id: the order in which everything is looked at."""

BEFORE_ALL: Key = (float("-inf"), "")

Names: TypeAlias = tuple[str, ...]
"""`kind:name`, of what an event is about."""


class Members(NamedTuple):
    """The events behind an entry that is itself a correlation's alert. names: of some of them; shared: of all."""

    episode: str
    ids: tuple[str, ...]
    total: int
    names: Names = ()
    shared: Names = ()


# A plain tuple: a NamedTuple costs 0.3 us to make, and one is made for every observation.
Entry: TypeAlias = tuple[float, str, Any, Members | Names]
"""time, event id, payload (what the correlation measures; None if it only counts), members or what the event is about."""


class Link(NamedTuple):
    """A moment at which a correlation held, as an observation for the correlations of it."""

    time: float
    event: str
    members: Members


@dataclass(slots=True)
class About:
    """Whom and what entries are about. names: by kind, in time order. shared: of all entries, None before the first."""

    names: dict[str, dict[str, None]] = field(default_factory=dict)
    shared: frozenset[str] | None = None

    def add(self, names: Names, shared: Names) -> None:
        """Add what one more entry is about."""
        for text in names:
            kind, _, name = text.partition(":")
            known = self.names.setdefault(kind, {})
            if len(known) < MAX_NAMES:
                known[name] = None
        self.shared = frozenset(shared) if self.shared is None else self.shared.intersection(shared)

    def copy(self) -> "About":
        """Return one that can grow on its own."""
        return About({kind: names.copy() for kind, names in self.names.items()}, self.shared)

    def flat(self) -> tuple[Names, Names]:
        """Return names and what is shared, each sorted."""
        named = (f"{kind}:{name}" for kind, names in self.names.items() for name in names)
        return tuple(sorted(named)), tuple(sorted(self.shared or ()))

    def said(self) -> dict[str, Any]:
        """Return it as an alert says it: entities, sources, shared."""
        whole = About()
        whole.add(tuple(self.shared or ()), ())
        return {
            "entities": _entities(self.names),
            "sources": tuple(self.names.get(SOURCE, ())),
            "shared": _entities(whole.names),
        }


def _entities(names: dict[str, dict[str, None]]) -> Entities:
    return Entities(**{kind: tuple(sorted(names.get(kind, ()))) for kind in Entities.__struct_fields__})


def collect(ids: dict[str, None], about: About, entries: Iterable[Entry]) -> int:
    """Add the entries' event ids and names while there is room; return how many events they stand for."""
    total = 0
    last: Names | None = None
    for _, event, _, members in entries:
        if not isinstance(members, Members):
            total += 1
            if len(ids) < MAX_IDS:
                ids[event] = None
            # Equal names are one object: most events of a group are about the same.
            if members is not last:
                about.add(members, members)
                last = members
            continue
        total += members.total
        about.add(members.names, members.shared)
        for one in members.ids:
            if len(ids) >= MAX_IDS:
                break
            ids[one] = None
    return total


def episode_name(group: str, began: Key) -> str:
    """Name an episode by its group and the entry that made it true: the same in every replay."""
    return blake2b(f"{group}\0{began[0]!r}\0{began[1]}".encode(), digest_size=12).hexdigest()


def group_name(rule: str, key: object) -> str:
    """Name a group of a correlation."""
    return f"{rule}\0{key!r}"
