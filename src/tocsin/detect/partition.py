"""The rules that can apply to one kind of event, compiled together."""

from collections.abc import Mapping, Sequence
from itertools import chain, compress
from types import MappingProxyType
from typing import NamedTuple

from tocsin.detect.field import Memo, Predicates, Values
from tocsin.detect.formula import Clauses, Field, Formula, Mask, atom, field_of
from tocsin.detect.keywords import KeywordFilter, deciding_keywords
from tocsin.detect.tests import same
from tocsin.model.event import ABSENT, Value
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import And, Leaf, Node, Not, SameAs, Test, leaves

NONE: Mapping[int, list[int]] = MappingProxyType({})
MAX_CLASSES = 20_000
"""Of one field: real logs have some hundreds."""


class Hit(NamedTuple):
    """A rule that is true, and the fields (by the rule's names) that made it so."""

    rule: Rule
    fields: tuple[str, ...]
    places: tuple[int, ...]
    """In which columns of the partition those fields are."""


class _Column:
    """One field: its memo, and the mask of clauses that each class leaves possible."""

    def __init__(self, field: Field, atoms: dict[Node, Mask], values: Values) -> None:
        read = list(map(leaves, atoms))
        found = dict.fromkeys(chain.from_iterable(read))
        self.field = field
        self.numbers = {leaf: number for number, leaf in enumerate(found)}
        remember = isinstance(field, str)
        if isinstance(field, tuple):
            predicates: Predicates = _Pairs([leaf.test for leaf in found if isinstance(leaf.test, SameAs)])
        else:
            predicates = values.predicates([leaf.test for leaf in found])
        self.memo = Memo(predicates, values.budget, remember=remember)
        self.atoms = [(atom(node, self.numbers), mask) for node, mask in atoms.items()]
        self.users: dict[int, list[int]] = {}
        for place, used in enumerate(read):
            for leaf in used:
                self.users.setdefault(self.numbers[leaf], []).append(place)
        self.lost = self._lost(predicates.present)
        self.masks: list[Mask] = []

    def mask(self, number: int, full: Mask) -> Mask:
        """Return the clauses that a value of this class leaves possible."""
        while len(self.masks) <= number:
            found = self.memo.classes[len(self.masks)]
            self.masks.append(full & ~self._lost_to(found))
        return self.masks[number]

    def _lost(self, found: frozenset[int]) -> Mask:
        lost = 0
        for holds, mask in self.atoms:
            if not holds(found):
                lost |= mask
        return lost

    def _lost_to(self, found: frozenset[int]) -> Mask:
        """Start from what an unremarkable value loses; look again only at atoms that differ from it."""
        lost = self.lost
        differing = found ^ self.memo.predicates.present
        for place in {place for number in differing for place in self.users.get(number, ())}:
            holds, mask = self.atoms[place]
            lost = (
                lost & ~mask if holds(found) else lost | mask
            )  # a clause has one atom a field: masks are apart
        return lost


class _Pairs(Predicates):
    """The tests that compare one field with another: their value is the pair."""

    def __init__(self, tests: Sequence[SameAs]) -> None:
        super().__init__([])
        self.pairs = tests

    def satisfied(self, value: Value) -> frozenset[int]:
        one, other = value if isinstance(value, tuple) and len(value) == 2 else (ABSENT, ABSENT)
        return frozenset(number for number, test in enumerate(self.pairs) if same(test, one, other))


class _Verdicts(dict[tuple[int, ...], tuple[Hit, ...]]):
    """classes of an event's fields -> the rules that are true of it.

    This is no memory of whole events: a class is which predicates hold, and most values share a few.
    """

    LIMIT = 200_000

    def __init__(self, partition: "Partition") -> None:
        self.partition = partition

    def __missing__(self, classes: tuple[int, ...]) -> tuple[Hit, ...]:
        if len(self) >= self.LIMIT:
            self.clear()
        verdict = self[classes] = self.partition.judge(classes)
        return verdict


class Partition:
    """Evaluates columns of events against the rules that can apply to them.

    rules: each with its condition, localised and simplified for this kind of event.
    fields: the columns that evaluate() wants, in this order.
    """

    def __init__(self, rules: Sequence[tuple[Rule, Node]], values: Values) -> None:
        clauses = Clauses()
        self.formulas: list[tuple[Rule, Node, Formula]] = [
            (rule, node, clauses.formula(node)) for rule, node in rules
        ]
        self.full: Mask = (1 << len(clauses.bits)) - 1
        self.columns = [_Column(field, atoms, values) for field, atoms in clauses.atoms.items()]
        self.fields: tuple[Field, ...] = tuple(column.field for column in self.columns)
        self.place = {field: number for number, field in enumerate(self.fields)}
        self.by_trigger: dict[int, list[int]] = {}
        ordinary = self.full
        for column in self.columns:
            ordinary &= ~column.lost
        for number, (_, _, formula) in enumerate(self.formulas):
            for bit in formula.triggers(ordinary):
                self.by_trigger.setdefault(bit, []).append(number)
        self.trigger: Mask = sum(1 << bit for bit in self.by_trigger)
        self.verdicts = _Verdicts(self)
        keywords = [column for column in self.columns if column.field is None]
        self.keywords: list[Test] = deciding_keywords(clauses.spoken)
        self.keyword_filter = KeywordFilter(self.keywords)
        self._silent = self.trigger & self.full
        for column in keywords:
            self._silent &= ~column.lost
        self.generation = 0
        """Grows when classes are numbered afresh."""

    def unruled(self, columns: Sequence[int], classes: Sequence[int]) -> Mask:
        """Return the clauses that may make a rule true and that these columns' classes leave possible."""
        left = self._silent
        for place, number in zip(columns, classes, strict=True):
            left &= self.columns[place].mask(number, self.full)
        return left

    def ordinary(self, place: int) -> Mask:
        """Return the clauses that an unremarkable value of a column leaves possible."""
        return self.full & ~self.columns[place].lost

    def evaluate(
        self, columns: Sequence[Sequence[Value]], rows: int, known: Mapping[int, list[int]] = NONE
    ) -> list[tuple[int, tuple[Hit, ...]]]:
        """Return (row, hits) of the events on which some rule is true; one column for each field.

        known: number of a column -> the classes of its values, where they were worked out before.
        """
        if not self.formulas or not rows:
            return []
        if not self.columns:  # only rules that are true of every event of this kind
            return [(row, self.verdicts[()]) for row in range(rows)]
        classes = [
            known[place] if place in known else column.memo.classify(columns[place])
            for place, column in enumerate(self.columns)
        ]
        verdicts = list(map(self.verdicts.__getitem__, zip(*classes, strict=True)))
        return list(compress(enumerate(verdicts), verdicts))

    def stay_small(self) -> None:
        """Hostile values can make ever new combinations of predicates: then start afresh. Once a batch."""
        if any(len(column.memo.classes) > MAX_CLASSES for column in self.columns):
            for column in self.columns:
                column.memo.forget()
                column.masks.clear()
            self.verdicts.clear()
            self.generation += 1

    def judge(self, classes: Sequence[int]) -> tuple[Hit, ...]:
        """Work out which rules are true of events with these classes."""
        mask = self.full
        for column, number in zip(self.columns, classes, strict=True):
            mask &= column.mask(number, self.full)
        waiting = mask & self.trigger
        candidates: set[int] = set()
        while waiting:
            lowest = waiting & -waiting
            candidates.update(self.by_trigger[lowest.bit_length() - 1])
            waiting ^= lowest
        hits = []
        for number in sorted(candidates):
            rule, node, formula = self.formulas[number]
            if formula.true(mask):
                reasons = dict.fromkeys(self._reasons(node, classes))
                places = tuple(self.place[field] for field in reasons)
                hits.append(Hit(rule, tuple(_name(field) for field in reasons), places))
        return tuple(hits)

    def _reasons(self, node: Node, classes: Sequence[int]) -> list[Field]:
        """List the fields whose tests made the condition true."""
        if isinstance(node, Leaf):
            return [field_of(node)] if self._holds(node, classes) else []
        if isinstance(node, Not):
            return []
        return [
            name for item in node.items if self._true(item, classes) for name in self._reasons(item, classes)
        ]

    def _holds(self, leaf: Leaf, classes: Sequence[int]) -> bool:
        place = self.place[field_of(leaf)]
        column = self.columns[place]
        return column.numbers[leaf] in column.memo.classes[classes[place]]

    def _true(self, node: Node, classes: Sequence[int]) -> bool:
        if isinstance(node, Leaf):
            return self._holds(node, classes)
        if isinstance(node, Not):
            return not self._true(node.item, classes)
        parts = (self._true(item, classes) for item in node.items)
        return all(parts) if isinstance(node, And) else any(parts)


def _name(field: Field) -> str:
    if isinstance(field, tuple):
        return f"{field[0]} with {field[1]}"
    return field or "keyword"
