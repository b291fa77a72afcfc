"""Which keywords a condition hangs on: `('scp ' or 'rsync ') and ':'` needs no look at the colon in every line."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from tocsin.sigma.tree import Leaf, Node, Not, Or, Test

Tests: TypeAlias = tuple[Test, ...]
Cost: TypeAlias = Callable[[Test], float]
"""How often records would be looked at for a test's sake."""


def deciding(nodes: Iterable[Node], cost: Cost) -> list[Test]:
    """Return keyword tests such that, while none of them holds, no other keyword makes a difference."""
    return list(dict.fromkeys(test for node in nodes for test in _Choice(cost).settle(node)))


class _Choice:
    def __init__(self, cost: Cost) -> None:
        self.cost = cost

    def settle(self, node: Node) -> Tests:
        """Return tests that leave the node to its fields alone while none of them holds."""
        if isinstance(node, Leaf):
            return (node.test,) if node.field is None else ()
        if isinstance(node, Not):
            return self.settle(node.item)
        apart = _joined(map(self.settle, node.items))
        refuting = self.refute(node)
        return apart if refuting is None else self._cheaper([refuting, apart])

    def refute(self, node: Node) -> Tests | None:
        """Return tests that make the node false while none of them holds; None if there are none such."""
        if isinstance(node, Leaf):
            return (node.test,) if node.field is None else None
        if isinstance(node, Not):
            return None
        found = [tests for item in node.items if (tests := self.refute(item)) is not None]
        if isinstance(node, Or):
            return _joined(found) if len(found) == len(node.items) else None
        return self._cheaper(found) if found else None

    def _cheaper(self, choices: Sequence[Tests]) -> Tests:
        return min(choices, key=lambda tests: sum(map(self.cost, tests)))


def _joined(parts: Iterable[Tests]) -> Tests:
    return tuple(dict.fromkeys(test for tests in parts for test in tests))
