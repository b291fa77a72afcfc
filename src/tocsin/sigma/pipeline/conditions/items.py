"""Conditions of one detection item."""

import re
from abc import abstractmethod
from typing import Literal

from tocsin.sigma.modifiers import to_tests
from tocsin.sigma.pipeline import text
from tocsin.sigma.pipeline.compare import Op, in_state
from tocsin.sigma.pipeline.conditions.rules import Plain
from tocsin.sigma.pipeline.draft import Draft, Item
from tocsin.sigma.pipeline.pythonic import expression
from tocsin.sigma.pipeline.step import ItemCondition
from tocsin.sigma.tree import Null, Test, Text


class _OfValues(ItemCondition, frozen=True):
    """Any or all of the item's values are so."""

    cond: Literal["any", "all"]

    def of_item(self, item: Item, _draft: Draft) -> bool:
        answers = (self.of_value(test) for test in item.tests)
        return any(answers) if self.cond == "any" else all(answers)

    @abstractmethod
    def of_value(self, test: Test) -> bool:
        """Tell whether one value is so."""


class MatchString(_OfValues, frozen=True, kw_only=True):
    """The text, wildcards as they are written, matches the regular expression from its start."""

    pattern: str
    negate: bool = False

    def __post_init__(self) -> None:
        expression(self.pattern)

    def of_value(self, test: Test) -> bool:
        found = isinstance(test, Text) and re.match(self.pattern, text.plain(test.parts)) is not None
        return found is not self.negate


class MatchValue(_OfValues, frozen=True, kw_only=True):
    """The value is exactly that."""

    value: Plain

    def of_value(self, test: Test) -> bool:
        wanted = to_tests(self.value, [], {})[0]
        return isinstance(test, Text) and isinstance(wanted, Text) and test.parts == wanted.parts


class ContainsWildcard(_OfValues, frozen=True):
    """There is a `*` or `?` in it."""

    def of_value(self, test: Test) -> bool:
        return isinstance(test, Text) and any(isinstance(part, int) for part in test.parts)


class IsNull(_OfValues, frozen=True):
    """The value is null."""

    def of_value(self, test: Test) -> bool:
        return isinstance(test, Null)


class Applied(ItemCondition, frozen=True):
    """A step with that id made or changed the item."""

    processing_item_id: str

    def of_item(self, item: Item, _draft: Draft) -> bool:
        return self.processing_item_id in item.marks


class InState(ItemCondition, frozen=True):
    """The pipeline's state holds the value."""

    key: str
    val: Plain
    op: Op = "eq"

    def of_item(self, _item: Item, draft: Draft) -> bool:
        return in_state(draft.trail.state, self.key, self.op, self.val)
