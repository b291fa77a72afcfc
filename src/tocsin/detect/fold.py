"""Simplifies conditions for one kind of event: what its route already says is no question any more."""

from collections.abc import Mapping, Sequence
from operator import is_

from tocsin.detect.subject import localise
from tocsin.detect.tests import holds
from tocsin.model.event import ABSENT, Path, Value
from tocsin.ports.source import Route, Source
from tocsin.sigma.tree import And, Leaf, Node, Not, Or, SameAs

ALWAYS: Node = And(())
NEVER: Node = Not(ALWAYS)


class Fold:
    """Simplifies conditions. One that does not change comes back as the same object.

    known: path -> what every event of the route has there.
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


def _like(node: And | Or, kept: tuple[Node, ...], kind: type[And] | type[Or]) -> Node:
    if len(kept) == len(node.items) and all(map(is_, kept, node.items)):
        return node
    if len(kept) == 1:
        return kept[0]
    return kind(kept) if kept else (ALWAYS if kind is And else NEVER)


def _not(node: Node) -> Node:
    return node.item if isinstance(node, Not) else Not(node)
