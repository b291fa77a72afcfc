"""A rule while pipelines work on it: the tree as detection items, and what the steps so far left behind.

A rule's tree no longer says which leaves were one detection item: neighbours under one And or Or that are
all leaves of one field are read as one, which is what a list of values becomes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.errors import ContentError
from tocsin.model.logsource import LogSource
from tocsin.sigma.modifiers import WITHOUT_FIELD
from tocsin.sigma.rule import Correlation, Meta, Rule
from tocsin.sigma.tree import ANY, And, Leaf, Node, Not, Null, Test, Text, both, either


class Join(Enum):
    """How the parts of a group hang together."""

    ALL = "and"
    ANY = "or"
    NONE = "not"


class Item(Struct, frozen=True):
    """A detection item: one field and its values. marks: ids of the steps that changed it."""

    field: str | None
    tests: tuple[Test, ...]
    every: bool = False
    marks: frozenset[str] = frozenset()


class Group(Struct, frozen=True):
    """Items and groups under And, Or, or (one part only) Not."""

    join: Join
    parts: "tuple[Part, ...]"


Part: TypeAlias = Item | Group


@dataclass(slots=True)
class Trail:
    """What steps leave for later steps: state, and which field names were mapped."""

    state: dict[str, Any] = field(default_factory=dict)
    mapped: set[str | None] = field(default_factory=set)
    """Names in items before and after a mapping."""
    names: dict[str, frozenset[str]] = field(default_factory=dict)
    """Name outside of items (`fields`, group-by) -> ids of the steps that it comes from."""

    def follow(self, name: str, made: tuple[str, ...], step: str) -> None:
        """Note that a name outside of items became others."""
        if made != (name,):
            steps = self.names.pop(name, frozenset()) | {step}
            self.names.update(dict.fromkeys(made, steps))

    def join(self, inner: "Trail") -> None:
        """Take over what a nested pipeline left."""
        self.state.update(inner.state)
        self.mapped |= inner.mapped
        self.names.update(inner.names)


@dataclass(slots=True)
class Draft:
    """One rule or correlation on its way. sources: log sources that it stands for."""

    meta: Meta
    sources: tuple[LogSource, ...]
    conditions: tuple[Part, ...] = ()
    fields: tuple[str, ...] = ()
    correlation: Correlation | None = None
    trail: Trail = field(default_factory=Trail)
    marks: set[str] = field(default_factory=set)
    attributes: dict[str, Any] = field(default_factory=dict)

    def rewrite(self, change: Callable[[Item], Part | None]) -> None:
        """Put each item through a change; None drops it, and what would be left empty goes with it."""
        made = [_rewrite(part, change) for part in self.conditions]
        if self.conditions and None in made:
            raise ContentError("nothing is left of its condition; narrow what the step drops")
        self.conditions = tuple(part for part in made if part is not None)

    def items(self) -> list[Item]:
        """List the detection items, left to right."""
        return [item for part in self.conditions for item in _items(part)]


def _rewrite(part: Part, change: Callable[[Item], Part | None]) -> Part | None:
    if isinstance(part, Item):
        return change(part)
    parts = tuple(made for inner in part.parts if (made := _rewrite(inner, change)) is not None)
    return replace(part, parts=parts) if parts else None


def _items(part: Part) -> list[Item]:
    if isinstance(part, Item):
        return [part]
    return [item for inner in part.parts for item in _items(inner)]


def open_rule(rule: Rule) -> Draft:
    """Start to work on a rule."""
    return Draft(rule.meta, (rule.logsource,), tuple(part_of(node) for node in rule.conditions), rule.fields)


def open_correlation(correlation: Correlation, sources: tuple[LogSource, ...]) -> Draft:
    """Start to work on a correlation of rules of those log sources."""
    return Draft(correlation.meta, sources, correlation=correlation)


def close_rule(draft: Draft) -> Rule:
    """Return the rule that the draft has become; raises ContentError if it is none."""
    conditions = tuple(_node_of(part) for part in draft.conditions)
    return Rule(draft.meta, draft.sources[0], conditions, draft.fields)


def part_of(node: Node) -> Part:
    """Read a tree as items and groups."""
    if isinstance(node, Leaf):
        return Item(node.field, (node.test,))
    if isinstance(node, Not):
        return Group(Join.NONE, (part_of(node.item),))
    every = isinstance(node, And)
    found = [item for item in node.items if isinstance(item, Leaf)]
    if len(found) == len(node.items) and _is_one(found, every=every):
        return Item(found[0].field, tuple(leaf.test for leaf in found), every=every)
    return Group(Join.ALL if every else Join.ANY, tuple(part_of(item) for item in node.items))


def _is_one(found: list[Leaf], *, every: bool) -> bool:
    """Tell whether leaves may have been values of one item: of one field, under the same modifiers."""
    if any(leaf.field != found[0].field for leaf in found):
        return False
    # In a list some values may bear wildcards of their own; in `|all` that is rarer than two items on one field.
    return len({_seen(leaf.test)[: None if every else 2] for leaf in found}) == 1


def _seen(test: Test) -> tuple[object, ...]:
    """What modifiers leave visible in a test."""
    if isinstance(test, Text):
        return Text, test.cased, test.parts[:1] == (ANY,), test.parts[-1:] == (ANY,)
    return (type(test),)


def _node_of(part: Part) -> Node:
    if isinstance(part, Item):
        return _leaves_of(part)
    nodes = tuple(_node_of(inner) for inner in part.parts)
    if part.join is Join.NONE:
        return Not(nodes[0])
    return both(nodes) if part.join is Join.ALL else either(nodes)


def _leaves_of(item: Item) -> Node:
    tests = tuple(dict.fromkeys(item.tests)) or (Null(),)
    if item.field is None and any(isinstance(test, WITHOUT_FIELD) for test in tests):
        raise ContentError("a keyword can only be a text or a regular expression; map it to a field first")
    found: tuple[Node, ...] = tuple(Leaf(item.field, test) for test in tests)
    return both(found) if item.every else either(found)
