"""How many steps a backtracking search may take on a text: an upper bound, from the expression's shape alone."""

from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any, NamedTuple

ENDLESS = 10**12
"""Where counting stops: far above any limit."""

_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


class _Work(NamedTuple):
    """ways: in how many ways a piece can match at one place. steps: what trying all of them takes."""

    ways: int
    steps: int


def steps(tree: Any, length: int) -> int:
    """Return how many steps finding the parsed expression in a text of that length takes at most."""
    starts = 1 if tree and tree[0] == (ops.AT, ops.AT_BEGINNING_STRING) else length
    return min(starts * _sequence(tree, length).steps, ENDLESS)


def _sequence(tree: Any, length: int) -> _Work:
    """One piece after another: whatever comes later is tried again for each way of what came before."""
    ways, taken = 1, 1
    for op, argument in tree:
        piece = _piece(op, argument, length)
        taken += ways * piece.steps
        ways *= piece.ways
        if taken > ENDLESS or ways > ENDLESS:
            return _Work(ENDLESS, ENDLESS)
    return _Work(ways, taken)


def _piece(op: Any, argument: Any, length: int) -> _Work:
    if op in _REPEATS:
        return _repeat(argument, length)
    if op is ops.BRANCH:
        branches = [_sequence(inner, length) for inner in argument[1]]
        return _Work(sum(one.ways for one in branches), sum(one.steps for one in branches))
    if op is ops.SUBPATTERN:
        return _sequence(argument[3], length)
    if op in {ops.ASSERT, ops.ASSERT_NOT}:
        return _Work(1, _sequence(argument[1], length).steps)  # not entered again once it is decided
    if op is ops.ATOMIC_GROUP:
        return _Work(1, _sequence(argument, length).steps)
    if op is ops.GROUPREF_EXISTS:
        both = [_sequence(inner, length) for inner in argument[1:] if inner is not None]
        return _Work(max(one.ways for one in both), sum(one.steps for one in both))
    return _Work(1, length if op in {ops.GROUPREF, ops.GROUPREF_IGNORE} else 1)


def _repeat(argument: Any, length: int) -> _Work:
    least, most, inner = argument
    once = _sequence(inner, length)
    times = min(int(most), length)
    if once.ways > 1 and times > 40:  # two to the fortieth: no text is searched in that many ways
        return _Work(ENDLESS, ENDLESS)
    turns = once.ways**times
    return _Work(max(times - int(least) + 1, 1) * turns, max(times, 1) * turns * once.steps)
