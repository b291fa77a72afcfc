"""The fast engine: picks the rules for each kind of event and compiles them when the first one arrives."""

from collections.abc import Iterable, Mapping, Sequence
from operator import is_

from tocsin.detect.field import Budget
from tocsin.detect.formula import Field
from tocsin.detect.partition import Partition
from tocsin.detect.subject import localise
from tocsin.detect.tests import holds
from tocsin.model.event import ABSENT, Path, Value
from tocsin.model.logsource import LogSource, applies
from tocsin.ports.source import Route, Source
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import And, Leaf, Node, Not, Or, SameAs, Test, either, leaves

MAX_PARTITIONS = 2_000
"""Kinds of event that are kept compiled; hostile route values cannot make more."""

ALWAYS: Node = And(())
NEVER: Node = Not(ALWAYS)


class Engine:
    """Compiled rules. Rules apply to an event by its log source, never by the look of its fields."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = list(rules)
        self.budget = Budget()
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
                self.budget.memos.clear()
            found = self._partitions[chosen] = Partition(chosen, self.budget)
        return found

    def concerned(self, route: Route) -> tuple[LogSource, ...]:
        """Return the log sources of rules that are meant for events of a route."""
        return tuple([wanted for wanted in self.by_logsource if applies(wanted, route.logsources)])

    def _select(self, source: Source, route: Route, known: Mapping[Path, Value]) -> list[tuple[Rule, Node]]:
        fold = _Fold(source, route, known)
        chosen = sorted(
            (pair for logsource in self.concerned(route) for pair in self.by_logsource[logsource]),
            key=lambda pair: pair[0],
        )
        simplified = [(rule, fold(either(rule.conditions))) for _, rule in chosen]
        return [(rule, node) for rule, node in simplified if node != NEVER]

    def keywords_of(self, source: Source) -> list[Test]:
        """Return the keyword tests that concern every event of a source, whatever its route."""
        everywhere = source.route((ABSENT,) * len(source.route_by))
        return [
            leaf.test
            for rule, node in self._select(source, everywhere, {})
            for leaf in leaves(node)
            if leaf.field is None
        ]

    def counters(self) -> dict[str, int]:
        """Return what metrics show: partitions, memo look-ups and misses, values cut, memos emptied."""
        memos = [column.memo for partition in self._partitions.values() for column in partition.columns]
        return {
            "partitions": len(self._partitions),
            "looked_up": sum(memo.looked for memo in memos),
            "missed": sum(memo.misses for memo in memos),
            "cut_values": sum(memo.predicates.cut for memo in memos),
            "emptied": self.budget.emptied,
        }


class _Fold:
    """Simplifies a condition for one route: what the route already says of an event is no question.

    A condition that does not change comes back as the same object.
    """

    def __init__(self, source: Source, route: Route, known: Mapping[Path, Value]) -> None:
        self.source = source
        self.route = route
        self.known = known
        self.certain: dict[str | None, Value] = {None: ABSENT}
        """Field -> its value in every event of this route; ABSENT where that is not certain."""

    def __call__(self, node: Node) -> Node:
        if isinstance(node, Leaf):
            return self._leaf(node)
        if isinstance(node, Not):
            inner = self(node.item)
            return node if inner is node.item else _not(inner)
        items = tuple([self(item) for item in node.items])
        if all(map(is_, items, node.items)):
            return node
        return _and(items) if isinstance(node, And) else _or(items)

    def _leaf(self, leaf: Leaf) -> Node:
        name = leaf.field
        value = self.certain.get(name, self)
        if value is self:
            assert name is not None  # noqa: S101 (None is in the table from the start)
            value = self.certain[name] = self._sure(name)
        if value is not ABSENT and not isinstance(leaf.test, SameAs):
            return ALWAYS if holds(localise(leaf, self.route).test, value) else NEVER
        return localise(leaf, self.route) if name is None or name in self.route.values else leaf

    def _sure(self, name: str) -> Value:
        for path in self.source.paths(name, self.route):
            if path not in self.known:
                return ABSENT
            if self.known[path] is not ABSENT:
                return self.known[path]
        return ABSENT


def _not(node: Node) -> Node:
    return node.item if isinstance(node, Not) else Not(node)


def _and(items: Sequence[Node]) -> Node:
    if NEVER in items:
        return NEVER
    kept = tuple(item for item in items if item != ALWAYS)
    return kept[0] if len(kept) == 1 else And(kept)


def _or(items: Sequence[Node]) -> Node:
    if ALWAYS in items:
        return ALWAYS
    kept = tuple(item for item in items if item != NEVER)
    if not kept:
        return NEVER
    return kept[0] if len(kept) == 1 else Or(kept)


def paths_of(field: Field, source: Source, route: Route) -> list[tuple[Path, ...]]:
    """Return where a column's values come from: one list of places for a field, two for a pair."""
    names = field if isinstance(field, tuple) else (field,)
    return [source.paths(name, route) for name in names if name is not None]
