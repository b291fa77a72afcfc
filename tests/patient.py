"""naive.py made bearable for many events: what it asks of a value is asked once, and looked up from then on.

Nothing is decided here but by the definitions in detect/tests.py and model/event.py; conditions are evaluated
leaf by leaf, rule by rule. Only texts that lack a literal of a pattern are spared the matching of it.
"""

from collections.abc import Callable, Sequence

from tocsin.detect.subject import Subject, localise
from tocsin.detect.tests import fits, holds, same
from tocsin.detect.values import fold, to_text
from tocsin.model.event import Value, first
from tocsin.model.logsource import applies
from tocsin.ports.source import Route, Source
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import And, Leaf, Node, Not, SameAs, Test, Text

Holds = Callable[[Value], bool]
Verdict = Callable[[list[frozenset[int]], Subject], bool]

REMEMBERED = 20_000


class _Column:
    """The tests on one field: which of them hold, remembered by value."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        self.numbers: dict[Test, int] = {}
        self.known: dict[tuple[type, Value], frozenset[int]] = {}

    def number(self, test: Test) -> int:
        return self.numbers.setdefault(test, len(self.numbers))

    def finish(self) -> None:
        self.tests = [(number, _asked(test)) for test, number in self.numbers.items()]

    def held(self, value: Value) -> frozenset[int]:
        if not isinstance(value, str | int | float):
            return self._ask(value)
        key = (type(value), value)
        found = self.known.get(key)
        if found is None:
            if len(self.known) > REMEMBERED:
                self.known.clear()
            found = self.known[key] = self._ask(value)
        return found

    def _ask(self, value: Value) -> frozenset[int]:
        return frozenset([number for number, test in self.tests if test(value)])


def _asked(test: Test) -> Holds:
    if not isinstance(test, Text) or test.cased:
        return lambda value: holds(test, value)
    parts = tuple([fold(part) if isinstance(part, str) else part for part in test.parts])
    literals = [part for part in parts if isinstance(part, str)]

    def like(value: Value) -> bool:
        if type(value) is not str:
            return holds(test, value)
        text = fold(to_text(value) or "")
        return all(literal in text for literal in literals) and fits(text, parts)

    return like


class _Judge:
    """The rules that apply to events of one route."""

    def __init__(self, rules: Sequence[Rule], source: Source, route: Route) -> None:
        self.source = source
        self.route = route
        self.columns: dict[str, _Column] = {}
        self.rules = [
            (rule.meta.id, [self._verdict(condition) for condition in rule.conditions])
            for rule in rules
            if applies(rule.logsource, route.logsources)
        ]
        self.order = list(self.columns.values())
        for column in self.order:
            column.finish()

    def _verdict(self, node: Node) -> Verdict:
        if isinstance(node, Leaf):
            return self._leaf(localise(node, self.route))
        if isinstance(node, Not):
            inner = self._verdict(node.item)
            return lambda found, subject: not inner(found, subject)
        parts = [self._verdict(item) for item in node.items]
        every = all if isinstance(node, And) else any
        return lambda found, subject: every([part(found, subject) for part in parts])

    def _leaf(self, leaf: Leaf) -> Verdict:
        test = leaf.test
        if leaf.field is None:
            return lambda _, subject: any(holds(test, text) for text in subject.texts())
        if isinstance(test, SameAs):
            name = leaf.field
            return lambda _, subject: same(test, subject.value(name), subject.value(test.field))
        column = self.columns.setdefault(leaf.field, _Column(self.source.paths(leaf.field, self.route)))
        place, number = list(self.columns).index(leaf.field), column.number(test)
        return lambda found, _: number in found[place]

    def detect(self, subject: Subject) -> set[str]:
        found = [column.held(first(subject.fields, column.paths)) for column in self.order]
        return {name for name, verdicts in self.rules if any(verdict(found, subject) for verdict in verdicts)}


class Patient:
    """Says what naive.detect says."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.judges: list[_Judge] = []

    def detect(self, subject: Subject) -> set[str]:
        """Return the ids of the rules that are true of the event."""
        for judge in self.judges:
            if judge.source is subject.source and judge.route == subject.route:
                return judge.detect(subject)
        self.judges.append(_Judge(self.rules, subject.source, subject.route))
        return self.judges[-1].detect(subject)
