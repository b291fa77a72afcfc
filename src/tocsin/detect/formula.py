"""Rules as formulas over clauses; a clause is an `and` of single-field formulas, shared between rules.

An atom is a formula over one field's predicates: true or false of a value's class. A clause is a set of
atoms of different fields: one bit. What is left of a rule above its clauses is a small tree over bits.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from tocsin.sigma.tree import And, Leaf, Node, Not, SameAs, both

Field: TypeAlias = str | tuple[str, str] | None
"""A column: a field's name, a pair of fields compared with one another, or None for keywords."""

Mask = int
Holds = Callable[[frozenset[int]], bool]
"""Truth of an atom, given the satisfied predicates of its field."""

TRUE = 0
"""The bit of the empty clause, which is always true."""


def field_of(leaf: Leaf) -> Field:
    """Return the column that a leaf looks at."""
    return (leaf.field or "", leaf.test.field) if isinstance(leaf.test, SameAs) else leaf.field


_MIXED = object()


class _OfField(NamedTuple):
    """A part of a condition that looks at one field only."""

    field: Field
    node: Node


class Formula:
    """What is left of a rule above its clauses. op: clause, and, or, not."""

    __slots__ = ("bit", "items", "op")

    def __init__(self, op: str, items: "tuple[Formula, ...]" = (), bit: int = 0) -> None:
        self.op = op
        self.items = items
        self.bit = bit

    def true(self, mask: Mask) -> bool:
        """Evaluate on the bits of the clauses that hold."""
        if self.op == "clause":
            return bool(mask >> self.bit & 1)
        if self.op == "and":
            return all(item.true(mask) for item in self.items)
        if self.op == "or":
            return any(item.true(mask) for item in self.items)
        return not self.items[0].true(mask)

    def triggers(self, ordinary: Mask) -> frozenset[int]:
        """Return clauses of which one must hold for the formula to be true; TRUE if there are none.

        Those are chosen that ordinary events do not satisfy (`ordinary`: the clauses that they do).
        """
        if self.op == "clause":
            return frozenset({self.bit})
        if self.op == "not":
            return frozenset({TRUE})
        found = [item.triggers(ordinary) for item in self.items]
        if self.op == "or":
            return frozenset().union(*found)
        return min(found, key=lambda bits: (sum(ordinary >> bit & 1 for bit in bits), len(bits)))


class Clauses:
    """Hands out one bit for each distinct clause, and keeps its atoms by field."""

    def __init__(self) -> None:
        self.bits: dict[frozenset[tuple[Field, Node]], int] = {frozenset(): TRUE}
        self.atoms: dict[Field, dict[Node, Mask]] = {}
        """field -> atom -> the clauses that need it."""
        self.spoken: list[Node] = []
        """The conditions that have keywords."""
        self._speaks = False

    def formula(self, node: Node) -> Formula:
        """Lower a condition tree to a formula over clauses."""
        self._speaks = False
        formula = self._whole(self._lower(node))
        if self._speaks:
            self.spoken.append(node)
        return formula

    def _lower(self, node: Node) -> "Formula | _OfField":
        """Return a node as it is while it concerns one field only, else as a formula."""
        if isinstance(node, Leaf):
            self._speaks |= node.field is None
            return _OfField(field_of(node), node)
        if isinstance(node, Not):
            inner = self._lower(node.item)
            return _OfField(inner.field, node) if isinstance(inner, _OfField) else Formula("not", (inner,))
        names = {field_of(item) if type(item) is Leaf else _MIXED for item in node.items}
        if len(names) == 1 and names != {None} and _MIXED not in names:
            return _OfField(names.pop(), node)  # type: ignore[arg-type]
        is_and = isinstance(node, And)
        items = [self._lower(item) for item in (_flat(node.items) if is_and else node.items)]
        fields = {item.field if isinstance(item, _OfField) else _MIXED for item in items}
        if len(fields) == 1 and _MIXED not in fields:
            return _OfField(items[0].field, node)  # type: ignore[union-attr]
        return self._and(items) if is_and else Formula("or", tuple(map(self._whole, items)))

    def _whole(self, item: "Formula | _OfField") -> Formula:
        return self._clause([(item.field, item.node)]) if isinstance(item, _OfField) else item

    def _and(self, items: "list[Formula | _OfField]") -> Formula:
        """Join what concerns single fields to one clause."""
        atoms: dict[Field, list[Node]] = {}
        rest: list[Formula] = []
        for item in items:
            if isinstance(item, _OfField):
                atoms.setdefault(item.field, []).append(item.node)
            else:
                rest.append(item)
        if not atoms:
            return Formula("and", tuple(rest)) if rest else Formula("clause", bit=TRUE)
        clause = self._clause([(field, both(tuple(nodes))) for field, nodes in atoms.items()])
        return Formula("and", (clause, *rest)) if rest else clause

    def _clause(self, atoms: list[tuple[Field, Node]]) -> Formula:
        key = frozenset(atoms)
        bit = self.bits.get(key)
        if bit is None:
            bit = self.bits[key] = len(self.bits)
            for field, node in atoms:
                needed = self.atoms.setdefault(field, {})
                needed[node] = needed.get(node, 0) | 1 << bit
        return Formula("clause", bit=bit)


def _flat(items: Iterable[Node]) -> Iterator[Node]:
    for item in items:
        if isinstance(item, And):
            yield from _flat(item.items)
        else:
            yield item


def atom(node: Node, numbers: dict[Leaf, int]) -> Holds:
    """Compile an atom to a function of the satisfied predicates."""
    if isinstance(node, Leaf):
        number = numbers[node]
        return lambda found: number in found
    if isinstance(node, Not):
        inner = atom(node.item, numbers)
        return lambda found: not inner(found)
    if all(isinstance(item, Leaf) for item in node.items):
        wanted = frozenset(numbers[item] for item in node.items if isinstance(item, Leaf))
        return wanted.issubset if isinstance(node, And) else lambda found: not wanted.isdisjoint(found)
    parts = [atom(item, numbers) for item in node.items]
    if isinstance(node, And):
        return lambda found: all(part(found) for part in parts)
    return lambda found: any(part(found) for part in parts)
