"""Rules as formulas over clauses; a clause is an `and` of single-field formulas, shared between rules.

An atom is a formula over one field's predicates: true or false of a value's class. A clause is a set of
atoms of different fields: one bit. What is left of a rule above its clauses is a small tree over bits.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

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


def _only_field(node: Node) -> object:
    """Return the one field that all leaves look at, or _MIXED."""
    if isinstance(node, Leaf):
        return field_of(node)
    if isinstance(node, Not):
        return _only_field(node.item)
    fields = {_only_field(item) for item in node.items}
    return fields.pop() if len(fields) == 1 else _MIXED


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

    def formula(self, node: Node) -> Formula:
        """Lower a condition tree to a formula over clauses."""
        if isinstance(node, And) and not node.items:
            return Formula("clause", bit=TRUE)
        field = _only_field(node)
        if field is not _MIXED:
            return self._clause([(field, node)])  # type: ignore[list-item]
        if isinstance(node, Not):
            return Formula("not", (self.formula(node.item),))
        if isinstance(node, And):
            return self._and(node.items)
        assert not isinstance(node, Leaf)  # noqa: S101 (a leaf has one field)
        return Formula("or", tuple(self.formula(item) for item in node.items))

    def _and(self, items: Iterable[Node]) -> Formula:
        atoms: dict[Field, list[Node]] = {}
        rest = []
        for item in _flat(items):
            field = _only_field(item)
            if field is _MIXED:
                rest.append(self.formula(item))
            else:
                atoms.setdefault(field, []).append(item)  # type: ignore[arg-type]
        if atoms:
            rest.insert(0, self._clause([(field, both(tuple(nodes))) for field, nodes in atoms.items()]))
        return rest[0] if len(rest) == 1 else Formula("and", tuple(rest))

    def _clause(self, atoms: list[tuple[Field, Node]]) -> Formula:
        key = frozenset(atoms)
        bit = self.bits.get(key)
        if bit is None:
            bit = self.bits[key] = len(self.bits)
            for field, node in atoms:
                needed = self.atoms.setdefault(field, {})
                needed[node] = needed.get(node, 0) | 1 << bit
        return Formula("clause", bit=bit)


def _flat(items: Iterable[Node]) -> Iterable[Node]:
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
