"""A silence: alerts that are made and kept, but not told. It has an owner, a reason and an end."""

from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.model.match import Entities, RuleRef


class Silence(Struct, frozen=True):
    """What is not to be told until a moment (seconds since 1970). All that is named must fit.

    rules: ids. levels: names. entities: (kind, name), each of which the event must be about.
    """

    id: str
    owner: str
    reason: str
    until: float
    rules: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    entities: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        if not (self.owner.strip() and self.reason.strip()):
            raise ConfigError(f"silence {self.id}: an owner and a reason are needed")
        if not (self.rules or self.entities):
            raise ConfigError(f"silence {self.id}: it would silence everything; name rules or entities")

    def matches(self, rule: RuleRef, entities: Entities, arrived: float) -> bool:
        """Tell whether this is about such an event. Time is its arrival: a replay decides as it was decided."""
        return (
            arrived < self.until
            and (not self.rules or rule.id in self.rules)
            and (not self.levels or rule.level in self.levels)
            and all(name in getattr(entities, kind, ()) for kind, name in self.entities)
        )
