"""`gte: 10, lt: 20`: comparing a measured value with a condition's bounds."""

import math
import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from tocsin.correlate.values import Number

Bounds: TypeAlias = tuple[tuple[str, int | float], ...]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}
_RISING = {"gt", "gte"}


def met(bounds: Bounds, value: Number) -> bool:
    """Tell whether the value keeps every bound."""
    return all(_COMPARE[op](value, limit) for op, limit in bounds)


def only_rising(bounds: Bounds) -> bool:
    """Tell whether a value that grows can never break a bound once it keeps them."""
    return all(op in _RISING for op, _ in bounds)


def rising_part(bounds: Bounds) -> Bounds:
    """Return what a growing value must reach before all bounds can be kept."""
    return tuple(("gte" if op == "eq" else op, limit) for op, limit in bounds if op in {*_RISING, "eq"})


def least_count(bounds: Bounds) -> int:
    """Return the smallest count that keeps rising bounds."""
    needed = [math.ceil(limit) if op == "gte" else math.floor(limit) + 1 for op, limit in bounds]
    return max(needed, default=0)
