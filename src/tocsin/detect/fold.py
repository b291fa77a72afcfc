"""Simplifies conditions for one kind of event: what its route already says is no question any more."""

from collections.abc import Mapping, Sequence
from operator import is_

from tocsin.detect.subject import localise
from tocsin.detect.tests import holds
from tocsin.detect.values import fold, to_text
from tocsin.model.event import ABSENT, Path, Value
from tocsin.ports.source import Route, Source
from tocsin.sigma.tree import And, Leaf, Node, Not, Or, SameAs, Text, leaves

ALWAYS: Node = And(())
NEVER: Node = Not(ALWAYS)


class Condition:
    """A rule's condition, with what tells quickly that a route settles nothing of it, or all.

    demands: fields that must have one of a few texts for the condition to be true.
    """

    __slots__ = ("demands", "names", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.names = frozenset(leaf.field for leaf in leaves(node))
        self.demands = _demands(node)


class Fold:
    """Simplifies conditions. One that does not change comes back as the same object.

    known: path -> what every event of the route has there.
    """

    def __init__(self, source: Source, route: Route, known: Mapping[Path, Value]) -> None:
        self.source = source
        self.route = route
        self.known = known
        self.certain: dict[str, Value] = {}
        """Field -> its value in every event of this route; ABSENT where that is not certain."""

    def condition(self, condition: Condition) -> Node:
        """Simplify a whole condition."""
        if not any(map(self._touches, condition.names)):
            return condition.node
        for name, texts in condition.demands:
            text = self._text(name)
            if text is not None and text not in texts:
                return NEVER
        return self(condition.node)

    def _touches(self, name: str | None) -> bool:
        return name is None or name in self.route.values or self._value(name) is not ABSENT

    def _text(self, name: str) -> str | None:
        """Return what a field's text is in every event, if that is certain and written in no way of its own."""
        value = ABSENT if name in self.route.values else self._value(name)
        return fold(to_text(value) or "") if type(value) in (str, int) else None

    def _value(self, name: str) -> Value:
        value = self.certain.get(name, self)
        if value is self:
            value = self.certain[name] = self._sure(name)
        return value

    def __call__(self, node: Node) -> Node:
        if isinstance(node, Leaf):
            return self._leaf(node)
        if isinstance(node, Not):
            inner = self(node.item)
            return node if inner is node.item else _not(inner)
        if isinstance(node, And):
            kept = self._kept(node.items, NEVER, ALWAYS)
            return NEVER if kept is None else _like(node, kept, And)
        kept = self._kept(node.items, ALWAYS, NEVER)
        return ALWAYS if kept is None else _like(node, kept, Or)

    def _kept(self, items: Sequence[Node], decisive: Node, idle: Node) -> tuple[Node, ...] | None:
        """Fold items until one decides (None); those that change nothing are left out."""
        kept = []
        for item in items:
            folded = self(item)
            if folded == decisive:
                return None
            if folded != idle:
                kept.append(folded)
        return tuple(kept)

    def _leaf(self, leaf: Leaf) -> Node:
        name = leaf.field
        value = ABSENT if name is None else self._value(name)
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


def _demands(node: Node) -> list[tuple[str, frozenset[str]]]:
    if isinstance(node, And):
        return [one for item in node.items for one in _demands(item)]
    if isinstance(node, Or):
        texts = list(map(_whole, node.items))
        names = {text[0] for text in texts if text}
        known = frozenset(text[1] for text in texts if text)
        return [(names.pop(), known)] if len(names) == 1 and all(texts) else []
    text = _whole(node)
    return [(text[0], frozenset({text[1]}))] if text else []


def _whole(node: Node) -> tuple[str, str] | None:
    """Return (field, text in lower case) of a test for one whole text."""
    if not isinstance(node, Leaf) or node.field is None or not isinstance(node.test, Text):
        return None
    parts = node.test.parts
    return (node.field, fold(parts[0])) if len(parts) == 1 and isinstance(parts[0], str) else None


def _like(node: And | Or, kept: tuple[Node, ...], kind: type[And] | type[Or]) -> Node:
    if len(kept) == len(node.items) and all(map(is_, kept, node.items)):
        return node
    if len(kept) == 1:
        return kept[0]
    return kind(kept) if kept else (ALWAYS if kind is And else NEVER)


def _not(node: Node) -> Node:
    return node.item if isinstance(node, Not) else Not(node)
