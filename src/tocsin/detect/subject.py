"""An event as a rule sees it: fields by the rule's names, whatever the source calls them."""

from collections.abc import Callable

from tocsin.detect.values import texts_in
from tocsin.model.event import Fields, Value, first
from tocsin.ports.source import Kind, Route, Source
from tocsin.sigma.pattern import tidy
from tocsin.sigma.tree import ANY, Leaf, Parts, Text


class Subject:
    """One event of a source: looks fields up, and keeps what keywords are searched in."""

    __slots__ = ("fields", "record", "route", "source")

    def __init__(self, source: Source, route: Route, fields: Fields, record: bytes) -> None:
        self.source = source
        self.route = route
        self.fields = fields
        self.record = record

    def value(self, field: str) -> Value:
        """Return the value of a rule's field, or ABSENT."""
        return first(self.fields, self.source.paths(field, self.route))

    def texts(self) -> list[str]:
        """Return what a keyword is looked for in: the line, or every value of a JSON event."""
        return keyword_texts(self.source, self.fields, self.record)


def keyword_texts(source: Source, fields: Fields, record: bytes) -> list[str]:
    """Return the texts that keywords see."""
    if source.kind is Kind.LINE:
        return [record.decode("utf-8", "replace")]
    return list(texts_in(fields))


def anywhere(parts: Parts) -> Parts:
    """A keyword is found anywhere in a text."""
    return tidy((ANY, *parts, ANY))


def localise(leaf: Leaf, route: Route) -> Leaf:
    """Rewrite a leaf for a route: keywords match anywhere, known exact values are renamed."""
    test = leaf.test
    if not isinstance(test, Text):
        return leaf
    if leaf.field is None:
        return Leaf(None, Text(anywhere(test.parts), test.cased))
    renamed = route.values.get(leaf.field)
    if renamed and len(test.parts) == 1 and isinstance(test.parts[0], str):
        return Leaf(leaf.field, Text((renamed.get(test.parts[0].lower(), test.parts[0]),), test.cased))
    return leaf


Lookup = Callable[[str], Value]
