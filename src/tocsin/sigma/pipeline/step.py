"""A step of a pipeline: what it does, and the conditions under which it does it."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from tocsin.sigma.pipeline.draft import Draft, Item, Part
from tocsin.sigma.tree import And, Leaf, Node, Not, SameAs


class RuleCondition(Struct, frozen=True):
    """Of a rule or correlation as a whole."""

    @abstractmethod
    def of_rule(self, draft: Draft) -> bool:
        """Tell whether it holds."""


class ItemCondition(Struct, frozen=True):
    """Of one detection item."""

    @abstractmethod
    def of_item(self, item: Item, draft: Draft) -> bool:
        """Tell whether it holds."""


class NameCondition(Struct, frozen=True):
    """Of one field name, wherever it stands."""

    @abstractmethod
    def of_name(self, name: str | None, draft: Draft) -> bool:
        """Tell whether it holds of a name."""

    def of_field(self, item: Item, draft: Draft) -> bool:
        """Tell whether it holds of the item's own field."""
        return self.of_name(item.field, draft)

    def of_item(self, item: Item, draft: Draft) -> bool:
        """Tell whether it holds of the item's field or of a field that a value refers to."""
        referred = (test.field for test in item.tests if isinstance(test, SameAs))
        return self.of_field(item, draft) or any(self.of_name(name, draft) for name in referred)


Condition = TypeVar("Condition")


class Check(Struct, Generic[Condition], frozen=True):
    """Named conditions and the formula that joins them; none at all always hold."""

    conditions: dict[str, Condition] = {}
    formula: Node | None = None

    def holds(self, ask: Callable[[Condition], bool]) -> bool:
        """Tell whether the formula is true of the answers."""
        return self.formula is None or self._true(self.formula, ask)

    def _true(self, node: Node, ask: Callable[[Condition], bool]) -> bool:
        if isinstance(node, Leaf):
            return ask(self.conditions[node.field or ""])
        if isinstance(node, Not):
            return not self._true(node.item, ask)
        answers = (self._true(inner, ask) for inner in node.items)
        return all(answers) if isinstance(node, And) else any(answers)


class Action(Struct, frozen=True):
    """What a step does. Its fields are the parameters in YAML."""

    @abstractmethod
    def apply(self, draft: Draft, step: "Step") -> None:
        """Change the draft; raises ContentError to refuse the rule."""


class Step(Struct, frozen=True):
    """One entry of `transformations`. place: `file:line`, for messages."""

    id: str
    type: str
    action: Action
    place: str
    rules: Check[RuleCondition] = Check()
    items: Check[ItemCondition] = Check()
    names: Check[NameCondition] = Check()

    def run(self, draft: Draft) -> None:
        """Do it, if the rule is one that it is for."""
        if self.rules.holds(lambda one: one.of_rule(draft)):
            self.action.apply(draft, self)
            draft.marks.add(self.id)

    def wants(self, item: Item, draft: Draft) -> bool:
        """Tell whether the item is one that the step is for."""
        return self.items.holds(lambda one: one.of_item(item, draft)) and self.names.holds(
            lambda one: one.of_item(item, draft)
        )

    def wants_field(self, item: Item, draft: Draft) -> bool:
        """Tell whether the item's own field is one that the step is for."""
        return self.names.holds(lambda one: one.of_field(item, draft))

    def wants_name(self, name: str, draft: Draft) -> bool:
        """Tell whether a field name outside of items, or in a value, is one that the step is for."""
        return self.names.holds(lambda one: one.of_name(name, draft))


def change_items(draft: Draft, step: Step, change: Callable[[Item], Part | None]) -> None:
    """Put the items that the step is for through `change`, and mark what became of them."""

    def visit(item: Item) -> Part | None:
        if not step.wants(item, draft):
            return item
        made = change(item)
        return made if made is None or made is item else marked(made, step.id)

    draft.rewrite(visit)


class ItemAction(Action, frozen=True):
    """An action on each detection item that the step is for."""

    def apply(self, draft: Draft, step: Step) -> None:
        """Change the items, one by one."""
        change_items(draft, step, self.change)

    @abstractmethod
    def change(self, item: Item) -> Part | None:
        """Return what stands for the item from now on: itself, another part, or nothing."""


def marked(part: Part, step: str) -> Part:
    """Note on every item of the part that the step made it."""
    if isinstance(part, Item):
        return Item(part.field, part.tests, part.every, part.marks | {step})
    return type(part)(part.join, tuple(marked(inner, step) for inner in part.parts))
