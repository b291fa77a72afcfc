"""Two engines' matches, one by one: each difference gets a reason that is worked out, not guessed.

The obvious engine looks at the event again, each time with one thing taken away that only we do. What
turns its verdict is the reason.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from tocsin.detect import naive
from tocsin.detect.subject import Subject
from tocsin.model.event import Fields, get
from tocsin.model.logsource import applies
from tocsin.ports.source import Kind, Route, Source
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import Leaf, SameAs, either, leaves

Pair = tuple[str, int]
"""(rule id, row of the event)."""

_BARE = Source(
    name="bare",
    title="Fields as they stand in the record, no other names",
    kind=Kind.JSON,
    parse=orjson.loads,
    recognise=lambda _record, _fields: 0,
    route=lambda _values: Route(()),
    normalised={},
    time=(),
)


class Difference(NamedTuple):
    """Matches that one engine has and the other has not, for one reason; rules: title -> how many."""

    side: str
    reason: str
    rules: Counter[str]


class Judge:
    """Says why one engine matched an event and the other did not."""

    def __init__(self, rules: Sequence[Rule], source: Source, events: Sequence[bytes]) -> None:
        self.rules = {rule.meta.id: rule for rule in rules}
        self.source = source
        self.events = events

    def differences(self, ours: set[Pair], theirs: set[Pair]) -> list[Difference]:
        """Return every difference, by side and reason, the most frequent first."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for side, pairs in (("only Tocsin", ours - theirs), ("only RSigma", theirs - ours)):
            for name, row in sorted(pairs):
                rule = self.rules[name]
                reason = self.reason(rule, self.events[row], mine=side == "only Tocsin")
                found.setdefault((side, reason), Counter())[rule.meta.title] += 1
        told = [Difference(side, reason, rules) for (side, reason), rules in found.items()]
        return sorted(told, key=lambda one: (one.side, -one.rules.total()))

    def reason(self, rule: Rule, event: bytes, *, mine: bool) -> str:
        """Return why only one engine has this match. mine: it is Tocsin that has it."""
        flat: Fields = orjson.loads(event)
        route = self.source.route(tuple(get(flat, path) for path in self.source.route_by))
        if not applies(rule.logsource, route.logsources):
            return f"routing: the rule is for {rule.logsource}, the event is {route.logsources[0]}"
        full = Subject(self.source, route, self.source.parse(event), event)
        if naive.matches(rule, full) != mine:
            return "OUR ENGINE DISAGREES WITH ITS ORACLE"
        steps: Mapping[str, Subject] = {
            "fields that stand only in the rendered message": Subject(self.source, route, flat, event),
            "values that this log writes otherwise": Subject(
                self.source, Route(route.logsources, route.aliases), flat, event
            ),
            "field names that this log writes otherwise": Subject(
                _BARE, Route(route.logsources), flat, event
            ),
        }
        for text, subject in steps.items():
            if naive.matches(rule, subject) != mine:
                return f"{text}: {', '.join(self._turned(rule, full, subject))}"
        return _kind_of(rule)

    def _turned(self, rule: Rule, full: Subject, subject: Subject) -> list[str]:
        """List the fields whose tests have another verdict."""
        return sorted(
            {
                leaf.field or "keywords"
                for leaf in leaves(either(rule.conditions))
                if naive.leaf_true(leaf, full) != naive.leaf_true(leaf, subject)
            }
        )


def _kind_of(rule: Rule) -> str:
    """Say what is special about a rule on whose plain fields the engines differ."""
    found: list[Leaf] = list(leaves(either(rule.conditions)))
    if any(leaf.field is None for leaf in found):
        return "keywords: how the whole event is searched"
    if any(isinstance(leaf.test, SameAs) for leaf in found):
        return "comparison of two fields"
    kinds = sorted({type(leaf.test).__name__ for leaf in found})
    return f"how the engines test plain fields ({', '.join(kinds)})"
