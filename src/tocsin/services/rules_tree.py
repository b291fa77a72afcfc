"""A rule's condition as an indented tree of sentences, one a line."""

from collections.abc import Iterator

from tocsin.sigma import pattern
from tocsin.sigma.rule import Combination, Correlation, Kind
from tocsin.sigma.tree import (
    ANY,
    And,
    Cidr,
    Compare,
    Exists,
    How,
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

_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "=", "neq": "!="}
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_HOW = {
    How.EQUALS: "is the same as",
    How.STARTSWITH: "starts with",
    How.ENDSWITH: "ends with",
    How.CONTAINS: "contains",
}


def tree_lines(node: Node) -> list[str]:
    """Write a tree, two spaces a level; many texts for one field stand in a list of their own."""
    return list(_lines(node, 0))


def _lines(node: Node, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(node, Leaf):
        yield indent + leaf_text(node)
        return
    inner = node.item if isinstance(node, Not) else node
    if isinstance(inner, Leaf):
        yield f"{indent}not: {leaf_text(inner)}"
        return
    heads = ("not all of", "none of") if isinstance(node, Not) else ("all of", "any of")
    yield indent + heads[isinstance(inner, Or)]
    for item in _joined(inner) if isinstance(inner, And | Or) else (inner,):
        yield from _lines(item, depth + 1)


def _joined(node: And | Or) -> Iterator[Node]:
    """Yield the items, those of an `and` within an `and` as its own: they mean the same on one level."""
    for item in node.items:
        if isinstance(item, And | Or) and type(item) is type(node):
            yield from _joined(item)
        else:
            yield item


def leaf_text(leaf: Leaf) -> str:
    """Write one test as a sentence: `CommandLine contains ' -hide '`."""
    if leaf.field is None:
        return f"anywhere in the event: {_test(leaf).removeprefix('is ')}"
    return f"{leaf.field} {_test(leaf)}"


def _test(leaf: Leaf) -> str:
    test = leaf.test
    if isinstance(test, Text):
        return _text(test)
    if isinstance(test, Regex):
        return f"matches /{test.pattern}/{test.flags}"
    if isinstance(test, SameAs):
        return f"{_HOW[test.how]} the field {test.field}" + (", in the same case" if test.cased else "")
    return _number(test) if isinstance(test, Cidr | Compare | TimePart) else _presence(test)


def _number(test: Cidr | Compare | TimePart) -> str:
    if isinstance(test, Cidr):
        return f"is in {test.network}"
    if isinstance(test, Compare):
        return f"{_SIGNS[test.op]} {test.number}"
    return f"has the {test.part} {test.number}"


def _presence(test: Null | Exists) -> str:
    if isinstance(test, Null):
        return "is absent or null"
    return "is there" if test.wanted else "is not there"


def _text(test: Text) -> str:
    parts = test.parts
    case = " (in this case)" if test.cased else ""
    head, tail = parts[:1] == (ANY,), parts[-1:] == (ANY,)
    inner = parts[int(head) : len(parts) - int(tail)] if len(parts) > 1 else parts
    if parts == (ANY,):
        return "has any value"
    if not pattern.is_plain(inner):
        return f"is like '{pattern.write(parts)}'{case}"
    word = {(True, True): "contains", (True, False): "ends with", (False, True): "starts with"}.get(
        (head, tail), "is"
    )
    return f"{word} '{pattern.plain(inner)}'{case}"


def combination_lines(one: Correlation) -> list[str]:
    """Write what a correlation counts."""
    said = [_counted(one), *(f"  - {rule}" for rule in one.rules)]
    said.append(f"within {span(one.timespan)}")
    said.append(f"for each {', '.join(one.group_by)}" if one.group_by else "over all events together")
    if one.combination:
        said.append(f"when {_combined(one.combination)}")
    for alias, fields in one.aliases.items():
        said.append(f"where {alias} is " + ", ".join(f"{field} of {rule}" for rule, field in fields.items()))
    said.append(
        "the rules also report on their own" if one.generate else "the rules do not report on their own"
    )
    return said


def _counted(one: Correlation) -> str:
    bounds = (
        " and ".join(f"{_SIGNS[op]} {number}" for op, number in one.threshold.bounds) if one.threshold else ""
    )
    fields = ", ".join(one.threshold.fields) if one.threshold else ""
    percent = f"{one.threshold.percentile}th percentile" if one.threshold else ""
    return {
        Kind.EVENT_COUNT: f"matches {bounds} of",
        Kind.VALUE_COUNT: f"different values of {fields} {bounds} in matches of",
        Kind.TEMPORAL: "matches, in any order, of",
        Kind.TEMPORAL_ORDERED: "matches, in this order, of",
        Kind.VALUE_SUM: f"the sum of {fields} {bounds} over matches of",
        Kind.VALUE_AVG: f"the average of {fields} {bounds} over matches of",
        Kind.VALUE_MEDIAN: f"the median of {fields} {bounds} over matches of",
        Kind.VALUE_PERCENTILE: f"the {percent} of {fields} {bounds} over matches of",
    }[one.kind]


def _combined(node: Combination) -> str:
    if node.op == "rule":
        return node.rule
    if node.op == "not":
        return f"not {_combined(node.items[0])}"
    return "(" + f" {node.op} ".join(_combined(item) for item in node.items) + ")"


def span(seconds: int) -> str:
    """Write a time span as people say it: `5 minutes`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"
