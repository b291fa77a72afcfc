"""pySigma as the outside oracle: its conditions and ours in one form that ignores order and grouping."""

from pathlib import Path
from typing import Any

from sigma.collection import SigmaCollection
from sigma.conditions import ConditionAND, ConditionFieldEqualsValueExpression, ConditionNOT, ConditionOR
from sigma.correlations import SigmaCorrelationRule
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaRule
from sigma.types import (
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from tocsin.sigma import pattern
from tocsin.sigma.tree import (
    ANY,
    ONE,
    And,
    Cidr,
    Compare,
    Exists,
    Leaf,
    Node,
    Not,
    Null,
    Or,
    Regex,
    SameAs,
    Text,
    TimePart,
)

_WILD: dict[Any, int] = {SpecialChars.WILDCARD_MULTI: ANY, SpecialChars.WILDCARD_SINGLE: ONE}

Form = tuple[Any, ...] | None


def pysigma_rules(text: str) -> list[SigmaRule | SigmaCorrelationRule]:
    """Read rules as pySigma does, filters applied."""
    return list(SigmaCollection.from_yaml(text).rules)


def pysigma_pipeline(path: Path) -> ProcessingPipeline:
    return ProcessingPipeline.from_yaml(path.read_text())


def theirs(rule: SigmaRule) -> list[Form]:
    return [_join_theirs(condition.parsed) for condition in rule.detection.parsed_condition]


def ours(conditions: tuple[Node, ...]) -> list[Form]:
    return [_join_ours(node) for node in conditions]


def _joined(op: str, parts: list[Form]) -> Form:
    """Flatten, drop what is empty, forget order and repetition."""
    flat: set[Any] = set()
    for part in parts:
        if part and part[0] == op:
            flat |= part[1]
        elif part:
            flat.add(part)
    if len(flat) == 1:
        return next(iter(flat))  # type: ignore[no-any-return]
    return (op, frozenset(flat)) if flat else None


def _not(part: Form) -> Form:
    return ("not", part) if part else None


def _join_theirs(node: Any) -> Form:
    if node is None:
        return None
    if isinstance(node, ConditionAND | ConditionOR):
        op = "and" if isinstance(node, ConditionAND) else "or"
        return _joined(op, [_join_theirs(arg) for arg in node.args])
    if isinstance(node, ConditionNOT):
        return _not(_join_theirs(node.args[0]))
    field = node.field if isinstance(node, ConditionFieldEqualsValueExpression) else None
    values = node.value.values if isinstance(node.value, SigmaExpansion) else [node.value]
    return _joined("or", [(field, *_their_value(value)) for value in values])


def _their_value(value: Any) -> tuple[Any, ...]:
    """A number is a text to us: engines compare both as the event writes them."""
    if isinstance(value, SigmaString):
        parts = tuple(part if isinstance(part, str) else _WILD[part] for part in value.s)
        return ("text", pattern.tidy(parts), isinstance(value, SigmaCasedString))
    if isinstance(value, SigmaNumber | SigmaBool) and not isinstance(value, SigmaTimestampPart):
        return ("text", (str(value).lower(),), False)
    if isinstance(value, SigmaRegularExpression):
        flags = "".join(sorted(flag.name[0].lower() for flag in value.flags))
        return ("re", str(value.regexp.original), flags)
    return _their_special(value)


def _their_special(value: Any) -> tuple[Any, ...]:
    match value:
        case SigmaTimestampPart():
            return ("time", value.timestamp_part.name.lower(), value.number)
        case SigmaNull():
            return ("null",)
        case SigmaExists():
            return ("exists", value.exists)
        case SigmaCIDRExpression():
            return ("cidr", str(value.network))
        case SigmaCompareExpression():
            return ("compare", value.op.name.lower(), value.number.number)
        case SigmaFieldReference():
            how = "startswith" if value.starts_with else "endswith" if value.ends_with else "equals"
            return ("fieldref", value.field, how)
    raise TypeError(type(value))


def _join_ours(node: Node) -> Form:
    if isinstance(node, And | Or):
        return _joined("and" if isinstance(node, And) else "or", [_join_ours(item) for item in node.items])
    if isinstance(node, Not):
        return _not(_join_ours(node.item))
    return _our_leaf(node)


def _our_leaf(leaf: Leaf) -> Form:
    match leaf.test:
        case Text(parts, cased):
            return (leaf.field, "text", parts, cased)
        case Regex(expression, flags):
            return (leaf.field, "re", expression, flags)
        case Null():
            return (leaf.field, "null")
        case Exists(wanted):
            return (leaf.field, "exists", wanted)
        case Cidr(network):
            return (leaf.field, "cidr", network)
        case Compare(op, number):
            return (leaf.field, "compare", op, number)
        case SameAs(field, how, _):
            return (leaf.field, "fieldref", field, how.value)
        case TimePart(part, number):
            return (leaf.field, "time", part, number)
