"""How conditions of a step are joined: all of them, any of them (`cond_op`), or as `cond_expr` says."""

import re
from typing import Any

from msgspec import Struct

from tocsin.errors import ContentError
from tocsin.model.near import hint
from tocsin.sigma import condition
from tocsin.sigma.tree import Leaf, Node, Not, Null, both, either

_WORD = re.compile(r"[A-Za-z0-9_-]+")


class Formula(Struct, frozen=True):
    """What a step says of one scope. names: of its conditions; named: whether it gave them these names."""

    scope: str
    names: tuple[str, ...]
    named: bool
    op: Any
    expression: Any
    negate: Any


def read_formula(said: Formula) -> Node | None:
    """Return the formula, its leaves' fields being the names of conditions; None when there are none."""
    op, expression, negate = (f"{said.scope}_cond_{word}" for word in ("op", "expr", "not"))
    if said.op is not None and said.op not in ("and", "or"):
        raise ContentError(f"`{op}` is `and` or `or`, not `{said.op}`", keys=(op,))
    if said.negate is not None and not isinstance(said.negate, bool):
        raise ContentError(f"`{negate}` is true or false, not `{said.negate}`", keys=(negate,))
    if not said.names:
        useless = next(
            (key for key, v in ((op, said.op), (expression, said.expression), (negate, said.negate)) if v),
            None,
        )
        if useless:
            raise ContentError(f"`{useless}` without `{said.scope}_conditions`", keys=(useless,))
        return None
    if said.expression is None:
        leaves = tuple(Leaf(name, Null()) for name in said.names)
        node = either(leaves) if said.op == "or" else both(leaves)
    else:
        node = _expression(said, expression)
    return Not(node) if said.negate else node


def _expression(said: Formula, key: str) -> Node:
    if said.op is not None:
        raise ContentError(f"give `{key}` or `{said.scope}_cond_op`, not both", keys=(key,))
    if not said.named:
        raise ContentError(f"`{key}` needs names: write `{said.scope}_conditions` as a map", keys=(key,))
    if not isinstance(said.expression, str):
        raise ContentError(f"`{key}` is a text such as `one and not other`", keys=(key,))
    words = [word for word in _WORD.findall(said.expression) if word not in {"and", "or", "not"}]
    stranger = next((word for word in words if word not in said.names), None)
    if stranger:
        raise ContentError(
            f"`{key}` names `{stranger}`, which is no condition{hint(stranger, said.names)}", keys=(key,)
        )
    idle = next((name for name in said.names if name not in words), None)
    if idle:
        raise ContentError(f"the condition `{idle}` is not named in `{key}`", keys=(key,))
    try:
        return condition.parse(said.expression, {name: Leaf(name, Null()) for name in said.names})
    except ContentError as error:
        raise ContentError(f"`{key}`: {error.message}", keys=(key,)) from None
