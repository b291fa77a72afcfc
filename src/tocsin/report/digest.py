"""What the reports for people show, gathered while the matches pass by: bounded, however many there are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tocsin.model.level import LEVELS, rank
from tocsin.model.match import Match, RuleRef
from tocsin.report.example import Example, example
from tocsin.report.timeline import Timeline
from tocsin.report.top import Top

KINDS = ("user", "host", "ip", "repo")
"""Of entities, as model.match.Entities names them."""

_PER_RULE = 64
"""How many different entities of a kind are told apart for one rule."""


def _tops(capacity: int) -> dict[str, Top]:
    return {kind: Top(capacity) for kind in KINDS}


@dataclass(slots=True)
class RuleDigest:
    """What is known of one rule's matches. `examples` holds the first of them."""

    rule: RuleRef
    rank: int
    attack: tuple[str, ...] = ()
    count: int = 0
    first: float | None = None
    last: float | None = None
    entities: dict[str, Top] = field(default_factory=lambda: _tops(_PER_RULE))
    examples: list[Example] = field(default_factory=list)
    full: bool = False

    def add(self, match: Match) -> None:
        """Count one match."""
        self.count += 1
        if match.time is not None:
            self.first = match.time if self.first is None else min(self.first, match.time)
            self.last = match.time if self.last is None else max(self.last, match.time)
        for kind in KINDS:
            for key in getattr(match.entities, kind):
                self.entities[kind].add(key)


@dataclass(slots=True)
class Digest:
    """Totals, and the first `per_rule` matches of each rule up to `examples` in all.

    When all places are taken, a match of a higher level, or of a rule with fewer, takes the place
    of one of the lowest level, so noise never hides what is serious.
    """

    per_rule: int = 20
    examples: int = 2000
    total: int = 0
    levels: list[int] = field(default_factory=lambda: [0] * len(LEVELS))
    entities: dict[str, Top] = field(default_factory=lambda: _tops(1024))
    timeline: Timeline = field(default_factory=Timeline)
    _rules: dict[str, RuleDigest] = field(default_factory=dict)
    _kept: int = 0

    def passing(self, matches: Iterable[Match]) -> Iterator[Match]:
        """Yield the matches on, counting each: one walk feeds a format and the page."""
        for match in matches:
            self.add(match)
            yield match

    def take(self, matches: Iterable[Match]) -> "Digest":
        """Count all matches."""
        for match in matches:
            self.add(match)
        return self

    def add(self, match: Match) -> None:
        """Count one match."""
        of = self._rules.get(match.rule.id)
        if of is None:
            of = self._rules[match.rule.id] = RuleDigest(match.rule, rank(match.rule.level), match.attack)
        self.total += 1
        self.levels[of.rank] += 1
        self.timeline.add(match.time, of.rank)
        for kind in KINDS:
            for key in getattr(match.entities, kind):
                self.entities[kind].add(key, of.rank)
        of.add(match)
        if not of.full and self._has_place(of):
            of.examples.append(example(match))
            self._kept += 1
            of.full = len(of.examples) >= self.per_rule

    def _has_place(self, of: RuleDigest) -> bool:
        if self._kept < self.examples:
            return True
        victim = min(
            (other for other in self._rules.values() if other.examples),
            key=lambda other: (other.rank, -len(other.examples)),
            default=of,
        )
        weaker = victim.rank < of.rank or len(victim.examples) > len(of.examples) + 1
        if victim.rank > of.rank or not weaker:
            of.full = True  # places only get dearer: this rule need not ask again
            return False
        victim.examples.pop()
        victim.full = True
        self._kept -= 1
        return True

    @property
    def rules(self) -> list[RuleDigest]:
        """The rules that matched: most urgent first, then most matches."""
        return sorted(self._rules.values(), key=lambda of: (-of.rank, -of.count, of.rule.title, of.rule.id))

    @property
    def span(self) -> tuple[float | None, float | None]:
        """The first and last event time of all matches."""
        firsts = [of.first for of in self._rules.values() if of.first is not None]
        lasts = [of.last for of in self._rules.values() if of.last is not None]
        return min(firsts, default=None), max(lasts, default=None)
