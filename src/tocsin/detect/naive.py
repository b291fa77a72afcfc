"""The obvious engine: every rule, every leaf, every event. Slow; the oracle of the fast one."""

from collections.abc import Iterable

from tocsin.detect.subject import Subject, localise
from tocsin.detect.tests import holds, same
from tocsin.model.logsource import applies
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import And, Leaf, Node, Not, SameAs


def detect(rules: Iterable[Rule], subject: Subject) -> list[str]:
    """Return the ids of the rules that are true of the event."""
    return [rule.meta.id for rule in rules if matches(rule, subject)]


def matches(rule: Rule, subject: Subject) -> bool:
    """Tell whether a rule is meant for the event's log and any of its conditions is true."""
    if not applies(rule.logsource, subject.route.logsources):
        return False
    return any(true(condition, subject) for condition in rule.conditions)


def true(node: Node, subject: Subject) -> bool:
    """Evaluate a condition tree."""
    if isinstance(node, Leaf):
        return leaf_true(node, subject)
    if isinstance(node, Not):
        return not true(node.item, subject)
    if isinstance(node, And):
        return all(true(item, subject) for item in node.items)
    return any(true(item, subject) for item in node.items)


def leaf_true(leaf: Leaf, subject: Subject) -> bool:
    """Evaluate one leaf."""
    leaf = localise(leaf, subject.route)
    if leaf.field is None:
        return any(holds(leaf.test, text) for text in subject.texts())
    value = subject.value(leaf.field)
    if isinstance(leaf.test, SameAs):
        return same(leaf.test, value, subject.value(leaf.test.field))
    return holds(leaf.test, value)
