"""What a Sigma document becomes: a Rule, a Correlation or a Filter."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from tocsin.model.logsource import LogSource
from tocsin.sigma.tree import Node


class Level(StrEnum):
    """How urgent a match is; ordered."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for informational … 4 for critical."""
        return list(Level).index(self)


class Meta(Struct, frozen=True):
    """What both kinds of rule say of themselves. `path` and `line`: where the document stands."""

    id: str
    title: str
    name: str = ""
    level: Level = Level.MEDIUM
    status: str = ""
    description: str = ""
    author: str = ""
    date: str = ""
    modified: str = ""
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ()
    path: str = ""
    line: int = 1

    @property
    def attack(self) -> tuple[str, ...]:
        """The ATT&CK techniques among the tags: `T1059.001`."""
        found = (tag[7:].upper() for tag in self.tags if tag[:8].lower() == "attack.t")
        return tuple(name for name in found if name[1:2].isdigit())


class Rule(Struct, frozen=True, tag="rule"):
    """A detection: true of an event when any of its conditions is.

    `generate` is False when only correlations want its matches.
    """

    meta: Meta
    logsource: LogSource
    conditions: tuple[Node, ...]
    fields: tuple[str, ...] = ()


class Kind(StrEnum):
    """The correlation types."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"
    VALUE_MEDIAN = "value_median"


class Threshold(Struct, frozen=True):
    """`condition: {gte: 10, field: user}`; every (op, number) must hold. ops: lt lte gt gte eq neq."""

    bounds: tuple[tuple[str, int | float], ...]
    fields: tuple[str, ...] = ()
    percentile: int = 50


class Combination(Struct, frozen=True, tag="combination"):
    """An extended temporal condition, `rule_a and not rule_b`, as a tree. op: and, or, not, rule."""

    op: str
    items: "tuple[Combination, ...]" = ()
    rule: str = ""


class Correlation(Struct, frozen=True, tag="correlation"):
    """Counts or orders matches of other rules within a time span, per group.

    `rules` are references (name or id) as written; `aliases` maps an alias to {reference: field}.
    `generate`: whether the referenced rules also report on their own.
    """

    meta: Meta
    kind: Kind
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    timespan: int
    """In seconds."""
    threshold: Threshold | None = None
    combination: Combination | None = None
    aliases: dict[str, dict[str, str]] = {}
    generate: bool = False


class Filter(Struct, frozen=True, tag="filter"):
    """An exception: `and`ed to the conditions of the rules that it names (empty: any of its log source)."""

    meta: Meta
    logsource: LogSource
    rules: tuple[str, ...]
    condition: Node


Document: TypeAlias = Rule | Correlation | Filter
