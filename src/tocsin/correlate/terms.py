"""`a and (b or not c)` -> alternatives, each a set of rules that must be there and a set that must not."""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

from tocsin.errors import ContentError
from tocsin.sigma.rule import Combination

MAX_TERMS = 256


class Term(NamedTuple):
    """One alternative; rules by their place in the correlation's `rules`, ascending."""

    wanted: tuple[int, ...]
    unwanted: tuple[int, ...] = ()


def alternatives(tree: Combination, place: Callable[[str], int]) -> tuple[Term, ...]:
    """Multiply the tree out. Contradictions and alternatives that others include fall away."""
    found = {term for term in _expand(tree, place, wanted=True) if not term[0] & term[1]}
    least = [one for one in found if not any(other != one and _includes(other, one) for other in found)]
    if not least:
        raise ContentError("the condition can never be true")
    return tuple(sorted(Term(tuple(sorted(one[0])), tuple(sorted(one[1]))) for one in least))


_Sides = tuple[frozenset[int], frozenset[int]]


def _includes(wider: _Sides, narrower: _Sides) -> bool:
    return wider[0] <= narrower[0] and wider[1] <= narrower[1]


def _expand(node: Combination, place: Callable[[str], int], *, wanted: bool) -> set[_Sides]:
    if node.op == "rule":
        one, none = frozenset({place(node.rule)}), frozenset[int]()
        return {(one, none) if wanted else (none, one)}
    if node.op == "not":
        return _expand(node.items[0], place, wanted=not wanted)
    parts = [_expand(item, place, wanted=wanted) for item in node.items]
    if (node.op == "or") == wanted:
        return _checked(set().union(*parts))
    found = {(frozenset[int](), frozenset[int]())}
    for part in parts:
        found = _checked({(a | c, b | d) for (a, b), (c, d) in product(found, part)})
    return found


def _checked(found: set[_Sides]) -> set[_Sides]:
    if len(found) > MAX_TERMS:
        raise ContentError(f"the condition has more than {MAX_TERMS} alternatives")
    return found
