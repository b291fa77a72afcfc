"""Why a rule is true of an event, or is not: its condition with the value and verdict of every leaf."""

from msgspec import Struct

from tocsin.detect import naive
from tocsin.detect.subject import Subject, localise
from tocsin.errors import ConfigError, DataError
from tocsin.model.event import ABSENT, Value, get
from tocsin.model.logsource import applies
from tocsin.ports.source import Source
from tocsin.services.rules_tree import leaf_text
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import And, Leaf, Node, Not, either
from tocsin.sources import catalog
from tocsin.sources.recognise import recognise


class Explained(Struct, frozen=True):
    """A node of the condition. value: what the event has there, for a leaf; ABSENT is shown as no field."""

    text: str
    true: bool
    value: Value = ABSENT
    leaf: bool = False
    children: "tuple[Explained, ...]" = ()


class Explanation(Struct, frozen=True):
    """What `explain` says. applies: whether the rule is meant for the event's log at all."""

    rule: Rule
    source: str
    logsources: tuple[str, ...]
    applies: bool
    condition: Explained

    @property
    def matches(self) -> bool:
        """Whether the rule matches the event."""
        return self.applies and self.condition.true


def explain(rule: Rule, record: bytes, source_name: str = "") -> Explanation:
    """Explain a rule against one record; raises ConfigError when the record is none."""
    source = _source(record, source_name)
    try:
        fields = source.parse(record)
    except DataError as error:
        raise ConfigError(f"the source {source.name} cannot read the event: {error}") from None
    route = source.route(tuple(get(fields, path) for path in source.route_by))
    subject = Subject(source, route, fields, record)
    return Explanation(
        rule,
        source.name,
        tuple(str(one) for one in route.logsources),
        applies(rule.logsource, route.logsources),
        _explain(either(rule.conditions), subject),
    )


def _source(record: bytes, name: str) -> Source:
    if name:
        if name not in catalog():
            raise ConfigError(f"--source {name}: no such source; there are {', '.join(catalog())}")
        return catalog()[name]
    found = recognise(record)
    if found is None:
        raise ConfigError("no source takes this event; say which it is with --source")
    return found


def _explain(node: Node, subject: Subject) -> Explained:
    if isinstance(node, Leaf):
        value = subject.value(node.field) if node.field else subject.texts()[:1]
        return Explained(
            leaf_text(localise(node, subject.route)), naive.leaf_true(node, subject), value, leaf=True
        )
    if isinstance(node, Not):
        inner = _explain(node.item, subject)
        return Explained("not", not inner.true, children=(inner,))
    children = tuple(_explain(item, subject) for item in node.items)
    is_and = isinstance(node, And)
    true = all(child.true for child in children) if is_and else any(child.true for child in children)
    return Explained("all of" if is_and else "any of", true, children=children)
