"""Checks of what a rule's tree says as a whole: always true, never true, twice the same."""

from collections.abc import Iterator

from tocsin.sigma import pattern
from tocsin.sigma.lint.check import DetectionCheck, RuleCheck
from tocsin.sigma.lint.cover import covers
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.rule import Filter, Rule
from tocsin.sigma.tree import And, Exists, Leaf, Node, Not, Null, Or, Text

_MOST_LEAVES = 60  # under one `and`: each is compared with each


def _trees(doc: Doc) -> tuple[Node, ...]:
    if isinstance(doc.parsed, Rule):
        return doc.parsed.conditions
    return (doc.parsed.condition,) if isinstance(doc.parsed, Filter) else ()


def _true_of_nothing(node: Node) -> bool:
    """Tell whether an event without any of the fields makes the tree true."""
    if isinstance(node, And):
        return all(_true_of_nothing(item) for item in node.items)
    if isinstance(node, Or):
        return any(_true_of_nothing(item) for item in node.items)
    if isinstance(node, Not):
        return not _true_of_nothing(node.item)
    return isinstance(node.test, Null) or node.test == Exists(wanted=False)


class AlmostAlwaysTrue(DetectionCheck):
    code, name, severity = "TS371", "almost-always-true", Severity.WARNING
    summary = "The rule is true of every event that lacks its fields."
    explain = """
        What it asks for is only that something is not so: `not filter`, or a field that is null. Every event of
        the log source without those fields is then an alert. Select something, then leave out.
    """
    bad = """
        detection:
            filter:
                User: root
            condition: not filter
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            filter:
                User: root
            condition: selection and not filter
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        trees = _trees(doc)
        for tree, condition in zip(trees, doc.conditions, strict=False):
            if _true_of_nothing(tree):
                yield doc.at(
                    condition.node, "true of every event that has none of these fields; select something"
                )


def _flat(node: And) -> Iterator[Node]:
    for item in node.items:
        if isinstance(item, And):
            yield from _flat(item)
        else:
            yield item


def _joints(node: Node) -> Iterator[And]:
    """Yield each `and` that is not part of another."""
    if isinstance(node, And):
        yield node
        for item in _flat(node):
            yield from _joints(item)
    elif isinstance(node, Or):
        for item in node.items:
            yield from _joints(item)
    elif isinstance(node, Not):
        yield from _joints(node.item)


def _apart(one: Leaf, other: Leaf) -> bool:
    """Tell whether no single value passes both tests on one field."""
    if one.field != other.field or one.field is None:
        return False
    a, b = one.test, other.test
    if isinstance(a, Text) and isinstance(b, Text):
        cased = a.cased and b.cased
        if pattern.is_plain(a.parts):
            return not covers(b.parts, a.parts, cased=cased)
        if pattern.is_plain(b.parts):
            return not covers(a.parts, b.parts, cased=cased)
        return _ends_apart(a, b, cased=cased)
    empty = (Null, Exists(wanted=False))
    return (isinstance(a, Null) or a == empty[1]) != (isinstance(b, Null) or b == empty[1]) and (
        isinstance(a, Text) or isinstance(b, Text)
    )


def _ends_apart(a: Text, b: Text, *, cased: bool) -> bool:
    heads = [str(one.parts[0]) for one in (a, b) if isinstance(one.parts[0], str)]
    tails = [str(one.parts[-1])[::-1] for one in (a, b) if isinstance(one.parts[-1], str)]
    return any(len(ends) == 2 and not _prefix(*ends, cased=cased) for ends in (heads, tails))


def _prefix(one: str, other: str, *, cased: bool) -> bool:
    short, long = sorted((one, other) if cased else (one.lower(), other.lower()), key=len)
    return long.startswith(short)


class NeverTrue(RuleCheck):
    code, name, severity = "TS372", "never-true", Severity.WARNING
    summary = "The rule asks for what cannot be together."
    explain = """
        One field cannot be equal to two different values, begin in two ways, or both match and not match.
        Several values of which one suffices belong in a list without `|all`. A field that holds a list may pass.
    """
    bad = """
        detection:
            selection:
                Image|endswith: 'tool.exe'
            selection_too:
                Image|endswith: 'other.exe'
            condition: selection and selection_too
    """
    good = """
        detection:
            selection:
                Image|endswith:
                    - 'tool.exe'
                    - 'other.exe'
            condition: selection
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for tree, condition in zip(_trees(doc), doc.conditions, strict=False):
            why = next((why for joint in _joints(tree) if (why := _clash(joint))), "")
            if why:
                yield doc.at(condition.node, why)


def _clash(joint: And) -> str:
    items = list(_flat(joint))
    wanted = [item for item in items if not isinstance(item, Not)]
    refused = [item.item for item in items if isinstance(item, Not)]
    if any(item in refused for item in wanted):
        return "never true: the same is asked for and left out"
    tests = [item for item in wanted if isinstance(item, Leaf)][:_MOST_LEAVES]
    for at, one in enumerate(tests):
        if any(_apart(one, other) for other in tests[at + 1 :]):
            return f"never true: no single value of `{one.field}` passes all tests on it"
    return ""


class ExistsAndValue(RuleCheck):
    code, name, severity = "TS373", "exists-and-value", Severity.INFO
    summary = "A field is asked to exist and to have a value."
    explain = "A field with the value exists; `|exists: true` beside it says nothing more."
    bad = """
        detection:
            selection:
                Image|exists: true
                Image|endswith: 'tool.exe'
            condition: selection
    """
    good = """
        detection:
            selection:
                Image|endswith: 'tool.exe'
            condition: selection
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        asked = [
            item
            for item in doc.items
            if "exists" in item.modifiers and any(v.read is True for v in item.values)
        ]
        for item in asked:
            others = [one for one in doc.items if one.detection == item.detection and one.field == item.field]
            if any(
                "exists" not in one.modifiers and all(v.read is not None for v in one.values)
                for one in others
            ):
                yield doc.at(item.key, f"`{item.field}` has a value here, so it exists")
