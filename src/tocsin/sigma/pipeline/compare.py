"""Comparisons that conditions write as `op: gte`."""

import operator
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from tocsin.errors import ContentError

Op: TypeAlias = Literal["eq", "ne", "gte", "gt", "lte", "lt"]
_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gte": operator.ge,
    "gt": operator.gt,
    "lte": operator.le,
    "lt": operator.lt,
}


def compare(said: Any, op: str, wanted: Any) -> bool:
    """Compare; what has no order among itself is a ContentError."""
    try:
        return bool(_OPS[op](said, wanted))
    except TypeError:
        raise ContentError(f"`{said}` and `{wanted}` cannot be compared by `{op}`; use eq or ne") from None


def in_state(state: dict[str, Any], key: str, op: str, wanted: Any) -> bool:
    """Compare what a pipeline's state holds; a key that was never set compares with nothing."""
    return key in state and compare(state[key], op, wanted)
