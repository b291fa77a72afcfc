"""Checks of filter documents: exceptions laid over rules."""

from collections.abc import Iterator

from tocsin.sigma.lint.check import FilterCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.rule import Filter
from tocsin.sigma.tree import And, Node, Not

_GOOD = """
    filter:
        rules:
            - hidden_window
        selection:
            User: backup
        condition: not selection
    ---
    name: hidden_window
"""


class FilterAny(FilterCheck):
    code, name, severity = "TS501", "filter-any", Severity.WARNING
    summary = "The filter changes every rule of its log source."
    explain = (
        "An exception made for one rule hides what the others would find, also those still to be written."
    )
    bad = """
        filter:
            rules: any
            selection:
                User: backup
            condition: not selection
    """
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        if isinstance(doc.parsed, Filter) and not doc.parsed.rules:
            key = doc.section["rules"].value if "rules" in doc.section else doc.entries["filter"].key
            yield doc.at(key, "changes every rule of this log source; name the rules")


def _refuses(node: Node) -> bool:
    return isinstance(node, Not) or (isinstance(node, And) and any(_refuses(item) for item in node.items))


class FilterNarrows(FilterCheck):
    code, name, severity = "TS502", "filter-narrows", Severity.WARNING
    summary = "The filter's condition leaves nothing out: it has no `not`."
    explain = "A filter is joined to the rule with `and`: without `not`, only what it describes still alerts."
    bad = """
        filter:
            rules:
                - hidden_window
            selection:
                User: backup
            condition: selection
        ---
        name: hidden_window
    """
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        if isinstance(doc.parsed, Filter) and not _refuses(doc.parsed.condition):
            yield doc.at(doc.conditions[0].node, "only what this describes still alerts; write `not`")
