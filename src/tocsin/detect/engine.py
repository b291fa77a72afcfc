"""The fast engine: picks the rules for each kind of event and compiles them when the first one arrives."""

from collections.abc import Iterable, Mapping

from tocsin.detect.field import Values
from tocsin.detect.fold import NEVER, Condition, Fold
from tocsin.detect.formula import Field
from tocsin.detect.keywords import deciding_keywords
from tocsin.detect.partition import Partition
from tocsin.model.event import ABSENT, Path, Value
from tocsin.model.logsource import LogSource, applies
from tocsin.ports.source import Route, Source
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import Node, Test, either

MAX_PARTITIONS = 2_000
"""Kinds of event that are kept compiled; hostile route values cannot make more."""


class Engine:
    """Compiled rules. Rules apply to an event by its log source, never by the look of its fields."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = list(rules)
        self.values = Values()
        self._conditions: dict[int, Condition] = {}
        self.by_logsource: dict[LogSource, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(self.rules):
            self.by_logsource.setdefault(rule.logsource, []).append((number, rule))
        self._partitions: dict[tuple[tuple[Rule, Node], ...], Partition] = {}

    def partition(self, source: Source, route: Route, known: Mapping[Path, Value]) -> Partition:
        """Return the partition for events of a route; known is what is certain of every one of them."""
        chosen = tuple(self._select(source, route, known))
        found = self._partitions.get(chosen)
        if found is None:
            if len(self._partitions) >= MAX_PARTITIONS:
                self._partitions.clear()
                self.values.drop()
            found = self._partitions[chosen] = Partition(chosen, self.values)
        return found

    def concerned(self, route: Route) -> tuple[LogSource, ...]:
        """Return the log sources of rules that are meant for events of a route."""
        return tuple([wanted for wanted in self.by_logsource if applies(wanted, route.logsources)])

    def _select(self, source: Source, route: Route, known: Mapping[Path, Value]) -> list[tuple[Rule, Node]]:
        fold = Fold(source, route, known)
        chosen = sorted(
            (pair for logsource in self.concerned(route) for pair in self.by_logsource[logsource]),
            key=lambda pair: pair[0],
        )
        simplified = [(rule, fold.condition(self._condition(number))) for number, rule in chosen]
        return [(rule, node) for rule, node in simplified if node != NEVER]

    def _condition(self, number: int) -> Condition:
        condition = self._conditions.get(number)
        if condition is None:
            condition = self._conditions[number] = Condition(either(self.rules[number].conditions))
        return condition

    def keywords_of(self, source: Source) -> list[Test]:
        """Return the keywords to be looked for in every event of a source, whatever its route."""
        everywhere = source.route((ABSENT,) * len(source.route_by))
        return deciding_keywords(node for _, node in self._select(source, everywhere, {}))

    def counters(self) -> dict[str, int]:
        """Return what metrics show: partitions, memo look-ups and misses, values cut, memos emptied."""
        memos = [column.memo for partition in self._partitions.values() for column in partition.columns]
        return {
            "partitions": len(self._partitions),
            "looked_up": sum(memo.looked for memo in memos),
            "missed": sum(memo.misses for memo in memos),
            "cut_values": sum(predicates.cut for predicates in self.values.made.values()),
            "emptied": self.values.budget.emptied,
        }


def paths_of(field: Field, source: Source, route: Route) -> list[tuple[Path, ...]]:
    """Return where a column's values come from: one list of places for a field, two for a pair."""
    names = field if isinstance(field, tuple) else (field,)
    return [source.paths(name, route) for name in names if name is not None]
